"""A draft's video is opened in a child process only: a hostile file costs its draft, never the operator.

Starts services/publisher/video_job.py on one job, and knows what its end means.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Collection
from pathlib import Path
from typing import Any

from services.child.start import STOPPED_WITH_US, give, kill, start
from services.errors import Refused, Unavailable
from services.limits import span
from services.log import get_logger
from services.publisher.reels_spec import Cure, Fault

log = get_logger(__name__)
_MODULE = "services.publisher.video_job"
LOOK_SECONDS, MEND_SECONDS = 60.0, 1800.0
_REMEDY = "Retry renders it again."
# glibc reserves address space for each thread's own heap, which counts against the limit; ignored elsewhere.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}


class VideoChild:
    """All raise OSError if a file cannot be used, Refused with a sentence about the video if looking at it
    ends the child, Unavailable if the child was stopped together with the operator."""

    def __init__(self, *, look_seconds: float = LOOK_SECONDS, mend_seconds: float = MEND_SECONDS) -> None:
        self._look_seconds, self._mend_seconds = look_seconds, mend_seconds

    async def faults(self, video: Path) -> list[Fault]:
        """See reels_spec.find_faults()."""
        answer = await self._asked("faults", self._look_seconds, video)
        try:
            return [Fault(str(sentence), Cure(cure)) for sentence, cure in answer["faults"]]
        except (KeyError, TypeError, ValueError):
            raise _crashed(video, "an answer that is none") from None

    async def mend(self, video: Path, target: Path, cures: Collection[Cure]) -> str:
        """Write a Reel of ``video`` to ``target``. Why that cannot be; "" if it is written."""
        answer = await self._asked(
            "mend", self._mend_seconds, video,
            target=_named(target), cures=sorted(cure.value for cure in cures),
        )  # fmt: skip
        reason = answer.get("reason")
        if not isinstance(reason, str):
            raise _crashed(video, "an answer that is none")
        return reason

    async def moment(self, video: Path, cover: Path) -> int:
        """See cover_moment.cover_moment(); 0 also where looking ends the child."""
        try:
            answer = await self._asked("moment", self._look_seconds, video, cover=_named(cover))
        except (Refused, OSError) as error:
            log.info("the cover's moment in %s could not be found: %s", video.name, error)
            return 0
        moment = answer.get("moment")
        return moment if isinstance(moment, int) and 0 <= moment <= 86_400_000 else 0

    async def _asked(self, what: str, seconds: float, video: Path, **more: Any) -> dict[str, Any]:
        job = {"do": what, "video": _named(video), **more}
        nowhere = asyncio.subprocess.DEVNULL
        try:
            process = await start(_MODULE, Path("/"), errors=nowhere, environment=_ENVIRONMENT)
        except OSError as error:  # of this machine, not of the video
            raise Unavailable(
                f"The check of the video could not be started: {error.strerror}.",
                remedy="It is tried again by itself.",
            ) from error
        assert process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                await give(process, job)
                line = await process.stdout.readline()
                code = await process.wait()
        except TimeoutError:
            raise _too_long(seconds) from None
        except ValueError:  # a line too long to be ours
            raise _crashed(video, "an answer without end") from None
        finally:
            kill(process)
            await process.wait()
            if process.stdin is not None:
                process.stdin.close()
        return _understood(line, code, seconds, video)


def _named(path: Path) -> str:
    """Whole: the child works in another folder."""
    return str(path.absolute())


def _understood(line: bytes, code: int, seconds: float, video: Path) -> dict[str, Any]:
    if not line.endswith(b"\n"):
        if code == -signal.SIGXCPU:
            raise _too_long(seconds)
        if code == -signal.SIGKILL:
            raise _too_much()
        if code < 0 and -code in STOPPED_WITH_US:
            raise Unavailable(
                "The check of the video was stopped together with the operator.",
                remedy="It is made again by itself.",
            )
        raise _crashed(video, f"code {code}")
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or "defect" in answer:
        raise _crashed(video, str((answer or {}).get("defect", "nonsense")) if answer else "nonsense")
    if "memory" in answer:
        raise _too_much()
    if "errno" in answer:
        raise OSError(answer["errno"], str(answer.get("what", "")))
    return answer


def _too_long(seconds: float) -> Refused:
    return Refused(
        f"Working on the video took longer than {span(seconds)}: it is probably damaged.", remedy=_REMEDY
    )


def _too_much() -> Refused:
    return Refused(
        "The video needs more memory than a Reel may: it is damaged or far too large.", remedy=_REMEDY
    )


def _crashed(video: Path, why: str) -> Refused:
    log.warning("looking at %s ended its process: %s", video.name, why)
    return Refused("The video made its reader stop: it is probably damaged.", remedy=_REMEDY)
