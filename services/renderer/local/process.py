"""Starting the child and reading what it tells; what its end means."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from services.child.start import STOPPED_WITH_US, give, kill, start
from services.log import get_logger
from services.ports import RenderStatus
from services.renderer.local.child import OUT_OF_MEMORY, REMEDY

_log = get_logger(__name__)
_KEPT = str(256 << 20)  # bytes
_LOG_TAIL = 4000  # characters of the child's log that go into ours
FULL = "The disk is full, so the video could not be written. Free some space; it is rendered again by itself."
FINAL_STATES = ("done", "failed", "gone")


class Child:
    """One running render. ``status`` is the newest; ``told`` what it answered besides progress."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, wall_seconds: float) -> None:
        self.status = RenderStatus("running")
        self.told: dict[str, Any] = {}
        self._process, self._log, self._wall = process, log, wall_seconds
        self._news = asyncio.Event()
        self._stopped = False
        self._task = asyncio.create_task(self._attend())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self.status.state == "running"

    async def statuses(self) -> AsyncIterator[RenderStatus]:
        """Each new status until a final one."""
        while True:
            news, status = self._news, self.status
            yield status
            if status.state in FINAL_STATES:
                return
            await news.wait()

    async def stop(self) -> None:
        """Kill it and what it may have started; its status becomes gone."""
        self._stopped = True
        self._kill()
        await asyncio.wait([self._task])

    async def ended(self) -> RenderStatus:
        await asyncio.wait([self._task])
        return self.status

    def _tell(self, status: RenderStatus) -> None:
        self.status = status
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _kill(self) -> None:
        kill(self._process)

    async def _attend(self) -> None:
        late = False
        try:
            async with asyncio.timeout(self._wall):
                await self._listen()
                await self._process.wait()
        except TimeoutError:
            late = True
        except ValueError:  # a line too long to be ours
            _log.warning("The renderer's answer could not be read")
        finally:
            self._kill()
        code = await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._tell(self._verdict(code, late=late))

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            facts = json.loads(line)
            self.told.update(facts)
            if "progress" in facts:
                self._tell(RenderStatus("running", float(facts["progress"])))

    def _verdict(self, code: int, *, late: bool) -> RenderStatus:
        if self._stopped:
            return RenderStatus("gone", self.status.progress, "The render was stopped.")
        if late:
            return RenderStatus("failed", 0.0, "The render took too long and was stopped. Shorten the movie.")
        if "full" in self.told:  # not the movie's fault: it is tried again when there is room
            return RenderStatus("gone", 0.0, FULL)
        if "failed" in self.told:
            return RenderStatus("failed", 0.0, f"{self.told['failed']} {self.told['remedy']}".strip())
        if code == 0 and ("done" in self.told or "approximations" in self.told):
            return RenderStatus("done", 1.0)
        if code < 0 and -code in STOPPED_WITH_US:
            return RenderStatus("gone", 0.0, "The render was stopped together with the operator.")
        if self._log.exists():
            tail = self._log.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:]
            _log.warning("A render ended with code %s: %s", code, tail)
        return RenderStatus("failed", 0.0, _reason(code))


def _reason(code: int) -> str:
    if code == -signal.SIGKILL:
        return f"{OUT_OF_MEMORY} {REMEDY}"
    if code == -signal.SIGXCPU:
        return "The render needed more processor time than one may use. Shorten the movie."
    if code < 0:
        return "The renderer crashed on a file of this movie. Leave out the newest one and try again."
    return "The renderer stopped for a reason it could not name; the log has the details."


async def start_child(job: dict[str, Any], folder: Path, wall_seconds: float) -> Child:
    """Start the child on ``job``; ``folder`` is its own, for its files and its log."""
    log = folder / "render.log"
    with log.open("wb") as errors:
        # glibc: keep large blocks instead of giving them back after every frame; ignored elsewhere.
        kept = {"MALLOC_MMAP_THRESHOLD_": _KEPT, "MALLOC_TRIM_THRESHOLD_": _KEPT}
        process = await start("services.renderer.local.child", folder, errors=errors, environment=kept)
    child = Child(process, log, wall_seconds)
    try:
        if not await give(process, job):
            _log.info("A render's child ended before it had its job; its verdict says why")
    except asyncio.CancelledError:
        await child.stop()
        raise
    return child
