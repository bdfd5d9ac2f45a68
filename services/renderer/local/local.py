"""The Renderer port on this machine: each render is a child process with a folder of its own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import av

from services.errors import Refused, Unavailable
from services.model.abilities import Abilities
from services.ports import RenderFiles, RenderRequest, RenderStatus
from services.renderer.local.limits import WALL_SECONDS
from services.renderer.local.planning.abilities import abilities
from services.renderer.local.process import Child, start_child
from services.renderer.local.profile import FINAL, Profile
from services.renderer.local.render import NAMES
from services.renderer.local.sound.voice import PROGRAM

CACHE_BYTES = 5 * 1024**3
_KEY = re.compile(r"[a-z0-9-]{1,64}")

OpenAsset = Callable[[str], Awaitable[Path]]


class LocalRenderer:
    """Movies to video by PyAV, in ``work_dir``/<key>/. ``open_asset`` maps a bucket key to a local path.

    A handle is the key itself. Renders are lost with this process (state "gone"): start them again.
    """

    name = "local"
    settle = 0.0  # a child dies with this process
    at_once = 1  # one render uses every core
    purse = None

    def __init__(
        self, work_dir: Path, open_asset: OpenAsset, *, profile: Profile = FINAL,
        wall_seconds: float = WALL_SECONDS, cache_dir: Path | None = None, cache_bytes: int = CACHE_BYTES,
    ) -> None:  # fmt: skip
        """``cache_dir``: where a joined profile keeps its segments, up to ``cache_bytes``; None: nowhere."""
        self._work, self._open, self._profile, self._wall = work_dir, open_asset, profile, wall_seconds
        self._cache = {"folder": str(cache_dir.absolute()), "most": cache_bytes} if cache_dir else None
        self._children: dict[str, Child] = {}
        self._starting = asyncio.Lock()

    @property
    def abilities(self) -> Abilities:
        return abilities(speaks=_speaker() is not None)

    async def ping(self) -> str:
        codecs = av.codecs_available
        if "libx264" not in codecs:
            raise Unavailable("The installed PyAV has no libx264.", remedy="Install av from PyPI.")
        return f"Renders on this machine with PyAV {av.__version__}, {os.cpu_count() or 1} cores."

    async def check(self, request: RenderRequest) -> list[str]:
        """A dry plan in a child: only headers are read."""
        job = await self._job(request, "check")
        with tempfile.TemporaryDirectory(prefix="check-") as folder:
            child = await start_child(job, Path(folder), self._wall)
            try:
                status = await child.ended()
            finally:
                if child.alive:
                    await child.stop()
        if status.state != "done":
            raise Refused(child.told.get("failed", status.message), remedy=child.told.get("remedy", ""))
        return [str(note) for note in child.told["approximations"]]

    async def submit(self, request: RenderRequest) -> str:
        """Start the child. Submitting a key again that runs or is done changes nothing."""
        async with self._starting:
            if await self._known(request.key) is None:
                await self._start(request)
        return request.key

    async def find(self, key: str, since: datetime) -> str | None:
        return await self._known(key)

    async def _known(self, key: str) -> str | None:
        folder = self._folder(key)
        child = self._children.get(key)
        if child is not None and child.alive:
            return key
        return key if await asyncio.to_thread(_result, folder) is not None else None

    async def follow(self, handle: str) -> AsyncIterator[RenderStatus]:
        child = self._children.get(handle)
        if child is not None:
            async for status in child.statuses():
                yield status
            return
        done = await asyncio.to_thread(_result, self._folder(handle)) is not None
        gone = RenderStatus("gone", 0.0, "Nothing is left of this render; it can be started again.")
        yield RenderStatus("done", 1.0) if done else gone

    async def collect(self, handle: str) -> RenderFiles:
        folder = self._folder(handle)
        result = await asyncio.to_thread(_result, folder)
        if result is None:
            raise Refused("This render is not finished, so there is nothing to collect.")
        places = {kind: folder / NAMES[kind] for kind in result["sizes"]}
        return RenderFiles(
            video=places["video"], preview=places.get("preview", places["video"]), cover=places["cover"],
            storyboard=places["storyboard"], thumbnails=places["thumbnails"],
            duration=result["duration"], approximations=tuple(result["approximations"]),
            cpu_seconds=result["cpu_seconds"], wall_seconds=result["wall_seconds"],
            segments=result["segments"], cached=result["cached"],
        )  # fmt: skip

    async def cancel(self, handle: str) -> None:
        """Stop it if it runs, and remove its files; nothing to cancel is no error."""
        folder = self._folder(handle)
        child = self._children.pop(handle, None)
        if child is not None and child.alive:
            await child.stop()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def aclose(self) -> None:
        """Stop every render; their status is gone."""
        await asyncio.gather(*(child.stop() for child in self._children.values() if child.alive))

    def process_id(self, handle: str) -> int | None:
        """Of the child that renders ``handle`` now."""
        child = self._children.get(handle)
        return child.pid if child is not None and child.alive else None

    def _folder(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise Refused("The key of a render may only hold small letters, digits and dashes, up to 64.")
        return self._work / key

    async def _start(self, request: RenderRequest) -> None:
        folder = self._folder(request.key)
        job = await self._job(request, "render")
        job["folder"] = str(folder)
        try:
            await asyncio.to_thread(_fresh, folder, job)
        except OSError as error:
            raise Unavailable(
                f"The folder of the render cannot be written ({error.strerror}).",
                remedy="Make room on the disk, or allow the operator to write there.",
            ) from None
        self._children[request.key] = await start_child(job, folder, self._wall)

    async def _job(self, request: RenderRequest, mode: str) -> dict[str, Any]:
        paths = {asset: await self._open(key) for asset, key in request.assets.items()}
        return {
            "mode": mode, "movie": dict(request.movie), "profile": self._profile.settings(),
            "cache": self._cache, "speaker": _speaker(),
            "assets": {
                asset: {"path": str(path.absolute()), "name": request.assets[asset]}
                for asset, path in paths.items()
            },
        }  # fmt: skip


def _speaker() -> str | None:
    """The program that speaks voices, if there is one: the child has no PATH of its own to look in."""
    found = shutil.which(PROGRAM)
    return str(Path(found).absolute()) if found else None


def _fresh(folder: Path, job: dict[str, Any]) -> None:
    """An empty folder with the job in it; what a dead attempt left is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    partial = folder / "job.partial"
    partial.write_text(json.dumps(job), encoding="utf-8")
    partial.replace(folder / "job.json")


def _result(folder: Path) -> dict[str, Any] | None:
    """The facts of a finished render, if all its files are there in full."""
    try:
        result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        whole = all((folder / NAMES[kind]).stat().st_size == size for kind, size in result["sizes"].items())
    except (OSError, ValueError, KeyError):
        return None
    return result if whole else None
