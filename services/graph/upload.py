"""Uploads a video to its container; where the line broke, Instagram says how far it came: it goes on there.

Source: developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads (March 2026): the
container's ``video_status.uploading_phase.bytes_transferred`` is the ``offset`` of the next request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.errors import Unavailable
from services.graph.errors import GraphFault, Kind, fault_of, problem
from services.log import get_logger

log = get_logger(__name__)

PAUSES = (1.0, 5.0, 20.0)  # seconds before asking how far it came; so many tries in a row may bring nothing
LEAST = 64 * 1024  # bytes that count as something

Send = Callable[[int], Awaitable[None]]  # the file from this offset on
Ask = Callable[[], Awaitable[Mapping[str, Any]]]  # the container with its video_status


async def upload(
    send: Send, ask: Ask, size: int, *, begun: bool, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """The ``size`` bytes of a video; ``begun`` says that an earlier call may have brought a part of them.

    Raises what ``send`` and ``ask`` raise; Unavailable when nothing comes through any more.
    """
    offset = _received(await ask(), size) if begun else 0
    fruitless = 0
    while offset < size:
        try:
            await send(offset)
            return
        except Unavailable as error:
            if fruitless == len(PAUSES) or not _may_go_on(error):
                raise
            log.info("The upload broke off: %s", error)
        await sleep(PAUSES[fruitless])
        there = _received(await ask(), size)
        fruitless = 0 if there >= min(offset + LEAST, size) else fruitless + 1
        offset = there


def is_lost(error: Exception) -> bool:
    """Whether a container whose upload ended so is not worth going on with."""
    fault = fault_of(error)
    return fault is not None and fault.entry.kind in (Kind.AGAIN, Kind.ABSENT, Kind.INPUT)


def _may_go_on(error: Unavailable) -> bool:
    fault = fault_of(error)
    return fault is None or fault.entry.kind is Kind.PASSING


def _received(container: Mapping[str, Any], size: int) -> int:
    """How many bytes are there. A container that does not tell is given up for a new one."""
    status = container.get("video_status")
    phase = status.get("uploading_phase") if isinstance(status, Mapping) else None
    found = phase.get("bytes_transferred") if isinstance(phase, Mapping) else None
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= size:
        return found
    fault = GraphFault(-1, 2207053, "how far the upload came is not told")
    raise problem(fault) from fault
