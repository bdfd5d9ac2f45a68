"""A renderer that delivers a real, small, prepared video at once; it can fail, die and lose an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from services.errors import Refused
from services.ports import RenderFiles, RenderRequest, RenderStatus


class QuickRenderer:
    """Renderer port. ``ends`` names how the next renders end ("done" when it is used up).

    Ends: done, failed, gone, refused (by submit), lost (submitted, but the answer never arrived).
    """

    name = "quick"
    settle = 0.0
    at_once = 1
    purse = None
    abilities = None

    def __init__(self, files: Path) -> None:
        self.files = files  # holds video.mp4, preview.mp4, cover.jpg, storyboard.jpg
        self.ends: list[str] = []
        self.submitted: list[str] = []
        self.cancelled: list[str] = []
        self._open: dict[str, str] = {}

    async def ping(self) -> str:
        return "ready"

    async def check(self, request: RenderRequest) -> list[str]:
        return []

    async def submit(self, request: RenderRequest) -> str:
        assert request.key not in self._open, f"{request.key} was submitted twice"
        end = self.ends.pop(0) if self.ends else "done"
        if end == "refused":
            raise Refused("Scene #1, element #1: there is no such file.")
        self.submitted.append(request.key)
        self._open[request.key] = "done" if end == "lost" else end
        if end == "lost":
            raise ConnectionResetError("the answer was lost")
        return request.key

    async def find(self, key: str, since: datetime) -> str | None:
        return key if key in self._open else None

    async def follow(self, handle: str) -> AsyncIterator[RenderStatus]:
        yield RenderStatus("running", 0.5, "half")
        end = self._open.get(handle, "gone")
        yield RenderStatus(end, 1.0, "The clip is broken." if end == "failed" else "")

    async def collect(self, handle: str) -> RenderFiles:
        f = self.files
        return RenderFiles(
            f / "video.mp4", f / "preview.mp4", f / "cover.jpg", f / "storyboard.jpg", 4.0, (), 1.0, 1.0
        )

    async def cancel(self, handle: str) -> None:
        self.cancelled.append(handle)
        self._open.pop(handle, None)
