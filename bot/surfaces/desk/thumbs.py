"""Small pictures of the bucket's files, made once for each generation and kept in DATA_DIR/cache/thumbs."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import av
from PIL import Image, ImageOps

from services.errors import OperatorError
from services.log import get_logger
from services.model.asset import Asset, Category
from services.ports import Bucket

log = get_logger(__name__)

SIDE = 480  # pixels of the longer side: sharp on a phone's display
MOST_PIXELS = 80_000_000  # larger pictures are not opened here
AT_ONCE = 2
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
    """Makes and finds thumbnails. ``get`` answers None for what has no picture."""

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        self._folder = folder
        self._bucket = bucket
        self._turn = asyncio.Semaphore(AT_ONCE)
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
        async with self._turn:
            if target.is_file():
                return target
            try:
                # Read in pieces: of a remote bucket whole clips would be downloaded for small pictures.
                source = await self._bucket.open(asset.file.key)
                try:
                    await asyncio.to_thread(_make, source, asset, target)
                finally:
                    await asyncio.to_thread(source.close)
            except (
                OSError,
                ValueError,
                av.FFmpegError,
                OperatorError,
                Image.DecompressionBombError,
            ) as error:
                log.info("no thumbnail of %s: %s", asset.file.key, error)
                if len(self._failed) >= MOST_FAILED:
                    self._failed.clear()
                self._failed.add(target.name)
                return None
        return target


def _make(source: BinaryIO, asset: Asset, target: Path) -> None:
    picture = _frame(source, asset) if asset.category is Category.VIDEO else _photo(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_suffix(f".{os.getpid()}.new")
    picture.convert("RGB").save(new, "JPEG", quality=82, optimize=True)
    new.replace(target)


def _photo(source: BinaryIO) -> Image.Image:
    with Image.open(source) as opened:
        opened.draft("RGB", (SIDE * 2, SIDE * 2))  # JPEG is decoded small at once
        picture = ImageOps.exif_transpose(opened)
        picture.thumbnail((SIDE, SIDE))
        return picture


def _frame(source: BinaryIO, asset: Asset) -> Image.Image:
    """A key frame of the clip's later half, where a timelapse shows what it is about."""
    with av.open(source, mode="r") as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.skip_frame = "NONKEY"
        if asset.facts and asset.facts.duration:
            container.seek(int(asset.facts.duration * 0.7 * av.time_base))
        for frame in container.decode(stream):
            picture = Image.fromarray(frame.to_ndarray(format="rgb24")).rotate(frame.rotation, expand=True)
            picture.thumbnail((SIDE, SIDE))
            return picture
    raise ValueError("the clip has no picture")


def placeholder(asset: Asset) -> str:
    """A calm sign as SVG: what kind of file it is, or that it could not be read."""
    path = _BROKEN if asset.problem else _SIGNS.get(asset.category, _OTHER)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-36 -36 152 152" fill="none" stroke="#8a8178" '
        f'stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
    )
