"""The parts of benchmarks/chat.py: drafts, channels, the crowd, a model of votes, the evidence."""
