"""Processes of one's own for files from outside: whatever one breaks is its own. Knows no kind of file."""
