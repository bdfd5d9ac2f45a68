"""A process that reads the headers of media files, so that a hostile file can only end this process.

It is started as ``python -m services.bucket.facts_child SECONDS`` and talks as child_end.py says; its orders
carry {"category": "video", "name": "…", "size": 123}, its answers are the fields of MediaFacts.
"""

from __future__ import annotations

import os
import struct
from typing import Any, BinaryIO

import av
from av.error import FFmpegError
from PIL import Image

from services.bucket.child_end import OPTIONS, PHOTOS, Unreadable, ensure_size, serve

_TAIL = 64 * 1024  # bytes in which the end mark of a whole photo is looked for


def read(category: str, name: str, file: BinaryIO) -> dict[str, Any]:
    """The fields of MediaFacts; Unreadable with the reason."""
    if category == "image":
        return _image(name, file)
    try:
        return _sound_or_picture(category, file)
    except (FFmpegError, ValueError, EOFError) as error:
        raise Unreadable(f"The {category} is damaged or of a kind that cannot be read.") from error


def _sound_or_picture(category: str, file: BinaryIO) -> dict[str, Any]:
    with av.open(file, mode="r", options=OPTIONS) as container:
        facts: dict[str, Any] = {"format": container.format.name.partition(",")[0]}
        if container.duration is not None and container.duration > 0:
            facts["duration"] = round(container.duration / 1_000_000, 3)
        facts["has_audio"] = bool(container.streams.audio)
        # Music files carry their cover as a video stream of one picture: that is no video.
        if category == "video":
            facts |= _moving(container)
        elif not container.streams.audio:
            raise Unreadable("The audio file holds no sound.")
        elif next(container.decode(audio=0), None) is None:
            raise Unreadable("The sound of the audio file cannot be decoded.")
        return facts


def _moving(container: Any) -> dict[str, Any]:
    if not container.streams.video:
        raise Unreadable("The video file holds no picture.")
    stream = container.streams.video[0]
    if stream.codec_context is None:  # cut off before the codec is named
        raise Unreadable("The video is damaged: it does not say how it is coded.")
    stream.thread_count = 1  # one frame is all we want; threads would each take memory for theirs
    width, height = stream.codec_context.width, stream.codec_context.height
    ensure_size("video", width, height)
    # The rotation is known only with a frame; decoding one also shows that there is one.
    frame = next(container.decode(stream), None)
    if frame is None:
        raise Unreadable("The video holds no frame that can be decoded.")
    if round(frame.rotation) % 180 == 90:
        width, height = height, width
    rate = stream.average_rate or stream.guessed_rate
    facts: dict[str, Any] = {"width": width, "height": height, "fps": round(float(rate), 3) if rate else None}
    if container.duration is None and stream.duration and stream.time_base:
        facts["duration"] = round(float(stream.duration * stream.time_base), 3)
    return facts


def _image(name: str, file: BinaryIO) -> dict[str, Any]:
    try:
        with Image.open(file, formats=PHOTOS) as image:
            width, height = image.size
            ensure_size("photo", width, height)
            if not _has_end(image.format or "", file):
                _decode(image)
            if image.getexif().get(0x0112) in {5, 6, 7, 8}:  # EXIF orientation: a quarter turn
                width, height = height, width
            return {"format": (image.format or "").lower(), "width": width, "height": height}
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise Unreadable(_why_no_photo(name)) from error


def _has_end(kind: str, file: BinaryIO) -> bool:
    """Whether the file ends as a whole one does. Files may hold more behind it, so False is no verdict."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _TAIL))
    tail = file.read(_TAIL)
    if kind == "WEBP":
        file.seek(4)
        return int.from_bytes(file.read(4), "little") + 8 <= end
    return {"JPEG": b"\xff\xd9", "PNG": b"IEND"}.get(kind, b"") in tail


def _decode(image: Image.Image) -> None:
    image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))  # JPEG: an eighth costs little
    image.load()


def _why_no_photo(name: str) -> str:
    extension = name.rpartition(".")[2].lower()
    if extension in {"jpg", "jpeg", "png", "webp"} or "." not in name:
        return "The photo is damaged: it cannot be decoded."
    return f"Pictures of the kind {extension[:10].upper()!r} cannot be used; export it as JPEG, PNG or WebP."


if __name__ == "__main__":
    serve(lambda order, file: read(order["category"], order["name"], file))
