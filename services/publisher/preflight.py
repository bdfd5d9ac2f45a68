"""What every publisher does to a video before it goes out: look, and make a Reel of what nearly is one.

The file that was reviewed is the one that goes out, byte for byte, unless Instagram would refuse it for its
wrapping, sound or coding: then a copy with the same pictures goes out, made once and kept in ``folder``.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

from services import files
from services.errors import Refused
from services.log import get_logger, timed
from services.publisher.reels_spec import Cure, Fault
from services.publisher.video_child import VideoChild

log = get_logger(__name__)


class Preflight:
    """``folder`` holds mended copies, named by the content they were made of; all can be made again."""

    def __init__(self, folder: Path, child: VideoChild | None = None) -> None:
        self._folder = folder
        self._child = child or VideoChild()
        self._one_at_a_time = asyncio.Lock()  # coding takes every core there is

    async def faults(self, video: Path) -> list[str]:
        """A sentence for each reason why Instagram would refuse this video however it is mended.

        OSError if it cannot be read.
        """
        found: list[Fault] = []
        try:
            found = await self._child.faults(video)
            if any(fault.cure is Cure.NONE for fault in found):
                return [fault.sentence for fault in found]
            if found:
                await self._mended(video, found)
        except Refused as error:
            return [*(fault.sentence for fault in found), error.message]
        return []

    async def fitted(self, video: Path) -> Path:
        """The file to send: ``video`` itself, or the copy that was mended.

        What cannot be mended is answered as it is: faults() is what tells. OperatorError for the disk, and
        for a file that cannot even be looked at.
        """
        found = await self._child.faults(video)
        if not found or any(fault.cure is Cure.NONE for fault in found):
            return video
        return await self._mended(video, found)

    async def moment(self, video: Path, cover: Path) -> int:
        """Milliseconds from the beginning at which the cover is shown; 0 if that cannot be found."""
        return await self._child.moment(video, cover)

    async def _mended(self, video: Path, found: list[Fault]) -> Path:
        async with self._one_at_a_time:
            target = self._folder / f"{await asyncio.to_thread(files.sha256, video)}.mp4"
            if await self._is_reel(target):
                return target
            log.info("%s is made a Reel: %s", video.name, " ".join(fault.sentence for fault in found))
            async with timed("publisher.mend"):
                await self._make(video, target, {fault.cure for fault in found})
            return target

    async def _is_reel(self, path: Path) -> bool:
        try:
            return not await self._child.faults(path)
        except (OSError, Refused):
            return False

    async def _make(self, video: Path, target: Path, cures: set[Cure]) -> None:
        """Refused if nothing helps."""
        building = target.with_name(f".{uuid4().hex[:12]}.part")
        try:
            await asyncio.to_thread(_clear, target.parent)
            reason = await self._child.mend(video, building, cures)
            if reason:
                raise Refused(
                    f"The video could not be made a Reel. {reason}", remedy="Retry renders it again."
                )
            await asyncio.to_thread(_put, building, target)
        except OSError as error:
            raise files.sentence(error, target) from error
        finally:
            building.unlink(missing_ok=True)  # at once: whoever stopped waiting does not wait for a thread


def _clear(folder: Path) -> None:
    """Away with what was being made when the operator was killed: one is made at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)


def _put(building: Path, target: Path) -> None:
    files.sync_to_disk(building)
    building.replace(target)
