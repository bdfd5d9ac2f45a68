"""Contact sheets of everything the local renderer draws, for docs/renderer.md.

python -m bot.gallery [SHEET …]
"""
