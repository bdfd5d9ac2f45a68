"""What Instagram allows who posts, with the constants that the publisher's adapter works with."""

from __future__ import annotations

from services.graph.errors import TABLE
from services.graph.upload import PAUSES
from services.graph.wire import TIMEOUT, UPLOAD_TIMEOUT
from services.http.service import CONNECT_SECONDS
from services.limits import Limit, ServiceLimits, span
from services.publisher.caption_spec import (
    MAX_CHARACTERS,
    MAX_HASHTAGS,
    MAX_HASHTAGS_ANNOUNCED,
    MAX_MENTIONS,
)
from services.publisher.instagram import (
    BLINKS,
    CONTAINERS,
    FIRST_LOOK,
    LAST_LOOK,
    RECENT,
    SETTLE,
    STUCK,
)
from services.publisher.reachable import PROCESSING
from services.publisher.reels_spec import (
    MAX_BIT_RATE,
    MAX_BYTES,
    MAX_RATE,
    MAX_SECONDS,
    MAX_WIDTH,
    MIN_RATE,
    MIN_SECONDS,
)
from services.publisher.video_child import LOOK_SECONDS, MEND_SECONDS

_REST = TABLE[4, 2207051].wait or 0.0

LIMITS = ServiceLimits(
    service="Instagram, posting",
    twins=("publisher instagram",),
    source=(
        "developers.facebook.com/docs/instagram-platform: content-publishing, reference/ig-user/media, "
        "…/media_publish, …/content_publishing_limit, reference/error-codes"
    ),
    limits=(
        Limit(
            "Posts in 24 hours",
            "what content_publishing_limit says, asked before each post (its pages name 25, 50 and 100)",
            "that answer; error 9/2207042",
            "“The service takes 50 posts in 24 hours, and 50 went out”: drafts stay Approved",
        ),
        Limit(
            "Uploads",
            "only from apps with Facebook login",
            "INSTAGRAM_LOGIN; error 100, “video_url is required”",
            "with INSTAGRAM_LOGIN=instagram settings without GCS_BUCKET are refused: Instagram fetches the "
            "video from there",
        ),
        Limit(
            "The video",
            f"H.264 or HEVC with AAC, {MIN_SECONDS:.0f} s to {MAX_SECONDS / 60:.0f} min, "
            f"{MIN_RATE}–{MAX_RATE} pictures a second, {MAX_WIDTH} wide, {MAX_BIT_RATE / 1e6:.0f} Mbps, "
            f"{MAX_BYTES / 1e6:.0f} MB",
            "looked at before each post, and hours before with INSTAGRAM_DRY_RUN; error 352/2207026",
            "what nearly fits is made to, with the same pictures where they are right; else the draft has "
            "failed with every reason",
        ),
        Limit(
            "The caption",
            f"{MAX_CHARACTERS} characters, {MAX_HASHTAGS_ANNOUNCED} hashtags ({MAX_HASHTAGS} with "
            f"ALLOW_MANY_HASHTAGS), {MAX_MENTIONS} mentions",
            "looked at before each post; errors 36004/2207010, 100/2207040",
            "the draft has failed with the reason",
        ),
        Limit(
            "A container",
            "lives 24 hours, is published once; 400 a day",
            "its status; error 24/2207008",
            f"a new one is made, {CONTAINERS} for a video that fails by no fault of its own; given up at "
            "20 hours",
        ),
        Limit(
            "What looks like spam",
            "not told",
            "error 4/2207051, also where the post is live",
            f"whether it is live is looked up; then posting rests for {span(_REST)}",
        ),
    ),
    waits=(
        ("Looking at a video, before it is called damaged", span(LOOK_SECONDS)),
        ("Making a Reel of a video that nearly is one", span(MEND_SECONDS)),
        ("A connection", span(CONNECT_SECONDS)),
        ("An answer", span(TIMEOUT)),
        ("An upload", span(UPLOAD_TIMEOUT)),
        ("An upload that broke off, before it goes on", ", ".join(map(span, PAUSES))),
        ("Between two looks at a container in progress", f"{span(FIRST_LOOK)} to {span(LAST_LOOK)}"),
        ("A container in progress, before it is given up", span(STUCK)),
        ("After an unclear answer, before looking", span(SETTLE)),
        ("A container that is not shown", " and ".join(span(blink) for blink in BLINKS)),
        ("A signed address has to live for", f"{span(PROCESSING.total_seconds())} more"),
    ),
    repeats=(
        "`media_publish` is never repeated by itself: after every unclear answer its container is looked at, "
        "and only one that is proven unpublished is passed again. The post is found among the newest "
        f"{RECENT} by its exact caption and time. Making a container is harmless and is tried again. An "
        "upload goes on where it broke off: Instagram is asked how far it came."
    ),
)
