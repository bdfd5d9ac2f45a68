"""What JSON2Video allows, and how long is waited for it. Sources: json2video.com/docs/v2."""

from __future__ import annotations

from services.http.service import CONNECT_SECONDS, DOWNLOAD_SECONDS
from services.limits import Limit, ServiceLimits, size, span

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
PATIENCE = 60.0  # the longest pause the service may name that is waited out at once
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
ASSUMED_SECONDS = 30.0  # of a clip or a sound whose length nobody knows

LIMITS = ServiceLimits(
    service="JSON2Video",
    twins=("renderer json2video",),
    source="json2video.com/docs/v2: API endpoints, credit consumption, rate limits and quotas",
    limits=(
        Limit(
            "Credits of the account",
            f"{CREDITS_PER_SECOND} a second of video up to Full HD, reckoned as "
            f"{CREDITS_PER_SECOND_LARGE} above; failed renders are free",
            "estimated before each render; 400 “Insufficient credits” or 401 “exceeded the quota”; every "
            "answer tells what is left",
            "“The account at JSON2Video has no credits left”: a render waits an hour, an approved draft "
            "that needs its final has failed and can be retried",
        ),
        Limit(
            "Credits a day and a month",
            "JSON2VIDEO_DAILY_CREDITS, JSON2VIDEO_MONTHLY_CREDITS",
            "our own ledger, written before each render; cards say what approving costs and the caps leave",
            "“Today 180 of 200 credits for JSON2Video are used, and this render needs about 30”: a render "
            "waits for the next day or month, an approved draft that needs its final has failed and can be "
            "retried",
        ),
        Limit(
            "How often a render is asked for",
            f"every {span(POLL_FIRST)} at most, slowing down to {span(POLL_LAST)}",
            "429, also with Retry-After",
            "nothing: it is asked for later; “is asked too often for now”, if it lasts",
        ),
        Limit(
            "Finished files",
            f"kept {KEPT_DAYS} days",
            "no address, or deleted_at, in the answer",
            "“has no file of it any more”: the draft has failed, and rendering it again is up to a person",
        ),
        Limit(
            "Listing renders",
            f"{LIST_DAYS} days, {PAGE} a page",
            "400",
            "nothing: it is asked for in pages",
        ),
        Limit(
            "Size of a finished video",
            size(MAX_VIDEO_BYTES),
            "our own: the size told, and the bytes that come",
            "“offers more than 1024 MB”: the draft has failed",
        ),
    ),
    waits=(
        ("A connection", span(CONNECT_SECONDS)),
        ("An answer", span(ANSWER_SECONDS)),
        ("The answer to an order", span(SUBMIT_SECONDS)),
        ("A pause the service names, before the caller is told", span(PATIENCE)),
        ("A render in one go", "JSON2VIDEO_TIMEOUT; then it is asked for again later"),
        (
            "A download, in one go",
            f"{span(DOWNLOAD_SECONDS)}, or {span(ANSWER_SECONDS)} in which nothing comes",
        ),
        ("Before a lost order is looked for", span(SETTLE_SECONDS)),
        ("Before “timeout” or “unknown” is believed", span(BELIEVE_SECONDS)),
    ),
    repeats=f"What only reads is tried up to {ATTEMPTS} times with growing random pauses; a download goes on "
    "where it stopped. An order (POST /movies) is never repeated by itself: when its answer is lost, the "
    "list of renders is searched for it, and only if it is not there is a new one made. A render that "
    "failed by itself is ordered once more.",
)
