"""What every publisher does to a video before it goes out: look, and make a Reel of what nearly is one.

The file that was reviewed is the one that goes out, byte for byte, unless Instagram would refuse it for its
wrapping, sound or coding: then a copy with the same pictures goes out, made once and kept in ``folder``.
"""

from __future__ import annotations

import asyncio
import errno
import threading
from pathlib import Path
from uuid import uuid4

import av

from services import files
from services.errors import Refused
from services.log import get_logger, timed
from services.publisher.mend import Stopped, mend
from services.publisher.reels_spec import Cure, Fault, find_faults

log = get_logger(__name__)
_ALL = frozenset({Cure.SOUND, Cure.PICTURE})


class Preflight:
    """``folder`` holds mended copies, named by the content they were made of; all can be made again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._one_at_a_time = asyncio.Lock()  # coding takes every core there is

    async def faults(self, video: Path) -> list[str]:
        """A sentence for each reason why Instagram would refuse this video however it is mended.

        OSError if it cannot be read.
        """
        found = await asyncio.to_thread(find_faults, video)
        if any(fault.cure is Cure.NONE for fault in found):
            return [fault.sentence for fault in found]
        if not found:
            return []
        try:
            await self._mended(video, found)
        except Refused as error:
            return [*(fault.sentence for fault in found), error.message]
        return []

    async def fitted(self, video: Path) -> Path:
        """The file to send: ``video`` itself, or the copy that was mended.

        What cannot be mended is answered as it is: faults() is what tells. OperatorError for the disk.
        """
        found = await asyncio.to_thread(find_faults, video)
        if not found or any(fault.cure is Cure.NONE for fault in found):
            return video
        return await self._mended(video, found)

    async def _mended(self, video: Path, found: list[Fault]) -> Path:
        async with self._one_at_a_time:
            target = self._folder / f"{await asyncio.to_thread(files.sha256, video)}.mp4"
            if await asyncio.to_thread(_is_reel, target):
                return target
            stop = threading.Event()
            log.info("%s is made a Reel: %s", video.name, " ".join(fault.sentence for fault in found))
            try:
                async with timed("publisher.mend"):
                    await asyncio.to_thread(_make, video, target, {fault.cure for fault in found}, stop)
            finally:
                stop.set()  # a thread outlives its cancelled task: it ends at the next packet
            return target


def _is_reel(path: Path) -> bool:
    try:
        return not find_faults(path)
    except OSError:
        return False


def _make(video: Path, target: Path, cures: set[Cure], stop: threading.Event) -> None:
    """As little as is needed; everything anew where that was not enough. Refused if nothing helps."""
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(f".{uuid4().hex[:12]}.part")
    attempts = [cures] if cures == _ALL else [cures, _ALL]
    reason = ""
    try:
        for attempt in attempts:
            building.unlink(missing_ok=True)
            try:
                mend(video, building, attempt, stop)
                left = find_faults(building)
            except (av.error.FFmpegError, ValueError, IndexError) as error:
                if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise files.sentence(error, target) from error
                reason = f"It cannot be decoded: {type(error).__name__}."
                continue
            if not left:
                files.sync_to_disk(building)
                building.replace(target)
                return
            reason = " ".join(fault.sentence for fault in left)
    except Stopped:
        return
    except OSError as error:
        raise files.sentence(error, target) from error
    finally:
        building.unlink(missing_ok=True)
    raise Refused(f"The video could not be made a Reel. {reason}", remedy="Retry renders it again.")
