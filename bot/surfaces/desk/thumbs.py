"""Small pictures of the bucket's files, made once for each generation and kept in DATA_DIR/cache/thumbs.

The files come from outside: child processes open them (services/bucket/thumb_child.py).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from pathlib import Path
from typing import Any, BinaryIO

from services.bucket.child import Children, Died
from services.errors import OperatorError
from services.log import get_logger
from services.model.asset import Asset, Category
from services.ports import Bucket

log = get_logger(__name__)

SIDE = 480  # pixels of the longer side: sharp on a phone's display
MOST_PIXELS = 80_000_000  # larger pictures are not opened here
AT_ONCE = 2
SECONDS = 20.0  # that a file may take
_SHOWN = 0.7  # of a clip: its later half shows what a timelapse is about
MOST_FAILED = 10_000  # files remembered as having no picture, so that they are not opened again and again

_SIGNS = {
    Category.AUDIO: (
        "M32 66V34l30-6v32M18 66a7 7 0 1 0 14 0 7 7 0 1 0-14 0M48 60a7 7 0 1 0 14 0 7 7 0 1 0-14 0"
    ),
    Category.MODEL_3D: "M40 14l26 14v26L40 68 14 54V28zM14 28l26 14 26-14M40 42v26",
    Category.DOCUMENT: "M24 12h22l14 14v42H24zM46 12v14h14M32 40h20M32 50h20",
    Category.ARCHIVE: "M18 22h44v12H18zM22 34v32h36V34M36 44h8",
}
_OTHER = "M24 12h22l14 14v42H24zM46 12v14h14"
_BROKEN = "M40 16l28 48H12zM40 34v14M40 55v2"


class Thumbs:
    """Makes and finds thumbnails. ``get`` answers None for what has no picture. End it with close()."""

    def __init__(self, folder: Path, bucket: Bucket, *, seconds: float = SECONDS) -> None:
        self._children = Children(
            "services.bucket.thumb_child", parallel=AT_ONCE, seconds=seconds, longest_answer=1 << 20
        )
        self._folder = folder
        self._bucket = bucket
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._wanted = 0
        self._failed: set[str] = set()

    async def get(self, asset: Asset) -> Path | None:
        facts = asset.facts
        if asset.category not in (Category.IMAGE, Category.VIDEO) or asset.problem or facts is None:
            return None
        if (facts.width or 0) * (facts.height or 0) > MOST_PIXELS:
            return None
        mark = hashlib.sha256(asset.file.generation.encode()).hexdigest()[:12]
        target = self._folder / f"{asset.id}-{mark}.jpg"
        if target.is_file() or target.name in self._failed:
            return None if target.name in self._failed else target
        self._wanted += 1
        try:
            async with self._turn:
                return target if target.is_file() or await self._made(asset, target) else None
        finally:
            self._wanted -= 1
            if not self._wanted:  # the children hold memory, and start again soon enough
                await asyncio.to_thread(self._children.rest)

    async def _made(self, asset: Asset, target: Path) -> bool:
        try:
            # Read in pieces: of a remote bucket whole clips would be downloaded for small pictures.
            source = await self._bucket.open(asset.file.key)
            try:
                await asyncio.to_thread(self._make, source, asset, target)
            finally:
                await asyncio.to_thread(source.close)
        except (OSError, ValueError, OperatorError, Died) as error:
            log.info("no thumbnail of %s: %s", asset.file.key, error)
            if len(self._failed) >= MOST_FAILED:
                self._failed.clear()
            self._failed.add(target.name)
            return False
        return True

    def close(self) -> None:
        """End the idle children now, and one that is at work when its file is done."""
        self._children.close()

    def _make(self, source: BinaryIO, asset: Asset, target: Path) -> None:
        order = {
            "category": asset.category, "name": asset.file.name, "side": SIDE,
            "size": source.seek(0, os.SEEK_END),
            "at": (asset.facts.duration or 0.0) * _SHOWN if asset.facts else 0.0,
        }  # fmt: skip
        picture = self._children.ask(source, order, _jpeg)
        if isinstance(picture, str):
            raise ValueError(picture)
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_suffix(f".{os.getpid()}.new")
        new.write_bytes(picture)
        new.replace(target)


def _jpeg(message: dict[str, Any]) -> bytes | str:
    """The picture, or why there is none."""
    if "problem" in message:
        return str(message["problem"])[:300]
    picture = base64.b64decode(message["answer"]["jpeg"], validate=True)
    if not picture.startswith(b"\xff\xd8"):
        raise ValueError("no JPEG")
    return picture


def placeholder(asset: Asset) -> str:
    """A calm sign as SVG: what kind of file it is, or that it could not be read."""
    path = _BROKEN if asset.problem else _SIGNS.get(asset.category, _OTHER)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-36 -36 152 152" fill="none" stroke="#8a8178" '
        f'stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
    )
