"""The operator in one channel of one Slack workspace. slack_bolt and slack_sdk are used here and nowhere
else."""
