"""Planners: from a brief to proposals that differ. They know assets by id and never open a file."""
