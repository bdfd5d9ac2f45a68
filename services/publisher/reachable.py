"""Whether Instagram could fetch a file at an address: it sends no cookies and takes its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from services.errors import Refused, Unavailable
from services.http.client import Http
from services.http.places import is_loopback
from services.http.remote import Remote
from services.http.service import Service

PROCESSING = timedelta(hours=2)  # longer than containers were seen to work on a video
_SECONDS = 30.0


async def check_reachable(
    http: Http, url: str, size: int, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Fetch one byte of ``url`` as Instagram would. Refused for an address it never takes, else Unavailable.

    ``size`` is that of the file. Source of the rules: reference/ig-user/media, ``video_url`` ("We will cURL
    your video using the passed in URL so it must be on a public server"; US-ASCII characters only).
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not url.isascii() or not (parts.scheme == "https" or is_loopback(host)):
        raise Refused(
            "Instagram cannot fetch the video: its address is not a plain one that begins with https.",
            remedy="INSTAGRAM_UPLOAD=resumable needs no address.",
        )
    ends = _end_of(parts.query)
    if ends is not None and ends < clock() + PROCESSING:
        raise Unavailable(
            "The video's address ends before Instagram has surely processed the video.",
            remedy="It is tried again with a new one.",
        )
    origin = f"{parts.scheme}://{parts.netloc}"
    service = Service("The video's address", origin, timeout=_SECONDS, attempts=2)
    answer = await Remote(http, service).ask("GET", url, headers={"Range": "bytes=0-0"}, max_bytes=1 << 20)
    total = answer.headers.get("content-range", "").rpartition("/")[2]
    if answer.status != 206 or total != str(size):
        raise Unavailable(
            f"The video cannot be fetched without signing in (status {answer.status}).",
            remedy="Check the bucket's permissions. INSTAGRAM_UPLOAD=resumable needs no address.",
        )


def _end_of(query: str) -> datetime | None:
    """When a V4-signed address of Google's ends; None for any other."""
    values = parse_qs(query)
    try:
        made = datetime.strptime(values["X-Goog-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return made + timedelta(seconds=int(values["X-Goog-Expires"][0]))
    except (KeyError, ValueError, OverflowError):
        return None
