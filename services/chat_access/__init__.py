"""What Discord and Slack demand of a bot, and small looks at them without their libraries.

For setup and doctor, which ask a few questions and end; the surfaces (bot/surfaces) share the tables.
"""
