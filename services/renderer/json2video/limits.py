"""What JSON2Video allows, and how long is waited for it. Sources: json2video.com/docs/v2."""

from __future__ import annotations

BASE_URL = "https://api.json2video.com/v2"
DOMAINS = ("json2video.com",)  # the interface, and the finished files at assets.json2video.com

ANSWER_SECONDS = 30.0
SUBMIT_SECONDS = 60.0
SETTLE_SECONDS = 90.0  # longer than an abandoned POST may still take effect
# Reference, "polling": no faster than every 5 s; the vendor's own node slows down like this to 30 s.
POLL_FIRST, POLL_LAST, POLL_GROWS, POLL_TIER = 5.0, 30.0, 1.5, 60.0
AT_ONCE = 3
REQUESTS_AT_ONCE = 4
ATTEMPTS = 4
MAX_VIDEO_BYTES = 1024**3
MAX_LIST_BYTES = 64 * 1024**2  # 100 movies a page, each with its whole JSON
PAGE, MOST_PAGES = 100, 200
LIST_DAYS = 93  # reference, "get movie status": the longest range of one list call
KEPT_DAYS = 7  # finished files are deleted then
# A status "timeout" is a guess of the service about a render that is still running, and a render may be
# unknown for a moment after it was bought: neither is believed sooner than this.
BELIEVE_SECONDS = 3600.0

# Reference, "credit consumption", and an older page that asks 4 for more than Full HD: the dearer is taken.
CREDITS_PER_SECOND, CREDITS_PER_SECOND_LARGE = 1, 4
FULL_HD_PIXELS = 1920 * 1080
CREDITS_PER_MINUTE_ELEVENLABS = 60
CREDITS_PER_IMAGE = {"flux-pro": 20}
