"""The sheet: a table of drafts that people read and edit. rows.py is shared by the twins."""
