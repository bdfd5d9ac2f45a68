"""A process that reads the headers of media files, so that a hostile file can only end this process.

It is started as ``python -m services.bucket.facts_child SECONDS``, opens nothing by itself and gets the bytes
it asks for over stdin. Frames are a length (4 bytes, big endian) and that many bytes:

    in   {"category": "video", "name": "…", "size": 123}        one order
    out  {"read": [offset, count]}      in  the bytes           as often as needed
    out  {"facts": {…}} or {"problem": "a sentence"}            the answer
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, cast

import av
from av.error import FFmpegError
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

MAX_PIXELS = 50_000_000
MEMORY = 2 << 30  # bytes of address space
# Only containers without references to other files; no protocol at all, as the bytes come from our object.
_CONTAINERS = "mov,matroska,avi,mpeg,mpegts,mp3,wav,ogg,flac,aac,aiff"
_OPTIONS = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "none"}
_TAIL = 64 * 1024  # bytes in which the end mark of a whole photo is looked for
_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # imported to be registered; no others are


class Unreadable(Exception):
    """The file cannot be used; the text is a sentence for a person."""


class Remote(io.RawIOBase):
    """The file at the other end of the pipe."""

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._size = size
        self._fetch = fetch
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._size - self._position)
        if count <= 0:
            return 0
        data = self._fetch(self._position, count)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def read(category: str, name: str, file: BinaryIO) -> dict[str, Any]:
    """The fields of MediaFacts; Unreadable with the reason."""
    if category == "image":
        return _image(name, file)
    try:
        return _sound_or_picture(category, file)
    except (FFmpegError, ValueError, EOFError) as error:
        raise Unreadable(f"The {category} is damaged or of a kind that cannot be read.") from error


def _sound_or_picture(category: str, file: BinaryIO) -> dict[str, Any]:
    with av.open(file, mode="r", options=_OPTIONS) as container:
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
    _ensure_size("video", width, height)
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
        with Image.open(file, formats=("JPEG", "PNG", "WEBP")) as image:
            width, height = image.size
            _ensure_size("photo", width, height)
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


def _ensure_size(what: str, width: int, height: int) -> None:
    if width <= 0 or height <= 0:
        raise Unreadable(f"The {what} does not say how large its picture is.")
    if width * height > MAX_PIXELS:
        raise Unreadable(
            f"The {what} is {width} × {height} pixels ({width * height / 1e6:.0f} megapixels); "
            f"at most {MAX_PIXELS // 1_000_000} megapixels can be used."
        )


def _why_no_photo(name: str) -> str:
    extension = name.rpartition(".")[2].lower()
    if extension in {"jpg", "jpeg", "png", "webp"} or "." not in name:
        return "The photo is damaged: it cannot be decoded."
    return f"Pictures of the kind {extension[:10].upper()!r} cannot be used; export it as JPEG, PNG or WebP."


def main() -> None:
    seconds = float(sys.argv[1])
    _limit()
    orders, answers = sys.stdin.buffer, sys.stdout.buffer

    def receive() -> bytes:
        header = orders.read(4)
        if len(header) < 4:
            sys.exit(0)  # the operator is gone
        return orders.read(struct.unpack(">I", header)[0])

    def send(message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        try:
            answers.write(struct.pack(">I", len(data)) + data)
            answers.flush()
        except BrokenPipeError:
            os._exit(0)  # the operator is gone

    def fetch(offset: int, count: int) -> bytes:
        send({"read": [offset, count]})
        return receive()

    while True:
        order = json.loads(receive())
        signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends this process, also inside a decoder
        file = cast(BinaryIO, io.BufferedReader(Remote(order["size"], fetch), 128 * 1024))
        try:
            send({"facts": read(order["category"], order["name"], file)})
        except Unreadable as reason:
            send({"problem": str(reason)})
        except MemoryError:
            send({"problem": "The file needs more memory to read than a media file may."})
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit() -> None:
    Image.MAX_IMAGE_PIXELS = None  # we judge the size ourselves, with a better sentence
    cast(Any, av.logging).set_level(None)
    limits = {resource.RLIMIT_AS: MEMORY, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_NOFILE: 64}
    for kind, value in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    main()
