"""The frame of a Reel, in pixels, and what of it people see."""

FRAME = (1080, 1920)
# Instagram covers the rest with its own buttons and caption.
SAFE_LEFT, SAFE_RIGHT, SAFE_TOP, SAFE_BOTTOM = 60, 1020, 220, 1500
ABOVE = 520  # where pictures begin that leave room for words above them
Box = tuple[int, int, int, int]  # x, y, width, height
