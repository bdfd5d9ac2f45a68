"""The operator in one channel of one Discord server. discord.py is used here and nowhere else."""
