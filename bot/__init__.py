"""The operator: what people may ask, and where they ask it."""

import time

BEGUN = time.monotonic()  # about when this process began; loading all that a command needs may take seconds
