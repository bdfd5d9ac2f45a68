"""rupload.facebook.com in the double: the bytes of one container, from where the last request ended.

Source: developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads (March 2026).
What came before a line broke is kept; ``video_status`` of the container tells how much that is, and only a
request with that ``offset`` is taken. The names of refusals are those of the Reels guide, of the same host.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.doubles.graph_faults import Fault, hang_up
from tests.doubles.graph_state import Container, Instagram


class NotTaken(Exception):
    """rupload's own refusal; ``retriable`` as it says itself."""

    def __init__(self, kind: str, message: str, *, retriable: bool = False) -> None:
        super().__init__(message)
        self.body = {"debug_info": {"retriable": retriable, "type": kind, "message": message}}


async def receive(request: web.Request, state: Instagram, container: Container, fault: Fault) -> None:
    """Take the body; NotTaken if it begins elsewhere than the last one ended, or is not as long as said."""
    offset, size = (_number(request.headers.get(name)) for name in ("offset", "file_size"))
    if container.params.get("upload_type") != "resumable":
        raise NotTaken("ProcessingFailedError", "Request processing failed")
    if size is None or size == 0 or container.size not in (None, size):
        raise NotTaken("PartialRequestError", "Partial request (did not match length of file)")
    if offset != len(container.content) or container.ready_at is not None:
        raise NotTaken("OffsetInvalidError", "Request starting offset is invalid")
    if request.content_length is not None and request.content_length != size - offset:
        raise NotTaken("PartialRequestError", "Partial request (did not match length of file)")
    container.size = size
    async for chunk in request.content.iter_any():
        room = size if fault.keeps is None else min(size, offset + fault.keeps)
        container.content += chunk[: room - len(container.content)]
        if len(container.content) == size:
            break
        if fault.keeps is not None and len(container.content) >= room:
            hang_up(request)
    if len(container.content) != size:
        raise NotTaken(
            "PartialRequestError", "Partial request (did not match length of file)", retriable=True
        )
    state.receive(container, bytes(container.content))
    if fault.keeps is not None:
        hang_up(request)


def video_status(container: Container) -> dict[str, Any]:
    """The container's field, as the guide shows it."""
    complete = container.size is not None and len(container.content) == container.size
    uploading = "complete" if complete else "in_progress" if container.content else "not_started"
    return {
        "uploading_phase": {"status": uploading, "bytes_transferred": len(container.content)},
        "processing_phase": {"status": "in_progress" if complete else "not_started"},
    }


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None
