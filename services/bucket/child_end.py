"""The child's end of services/bucket/child.py: the file comes over the pipe, the answer goes back.

The process opens nothing by itself. Frames are a length (4 bytes, big endian) and that many bytes:

    in   {"name": "…", "size": 123, …}                          one order
    out  {"read": [offset, count]}      in  the bytes           as often as needed
    out  {"answer": {…}} or {"problem": "a sentence"}           the answer
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
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

MAX_PIXELS = 50_000_000
MEMORY = 2 << 30  # bytes of address space
# Only containers without references to other files; no protocol at all, as the bytes come from our object.
CONTAINERS = "mov,matroska,avi,mpeg,mpegts,mp3,wav,ogg,flac,aac,aiff"
OPTIONS = {"format_whitelist": CONTAINERS, "protocol_whitelist": "none"}
PHOTOS = ("JPEG", "PNG", "WEBP")
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


def ensure_size(what: str, width: int, height: int) -> None:
    """Unreadable for pictures without a size, and for those that would fill the memory."""
    if width <= 0 or height <= 0:
        raise Unreadable(f"The {what} does not say how large its picture is.")
    if width * height > MAX_PIXELS:
        raise Unreadable(
            f"The {what} is {width} × {height} pixels ({width * height / 1e6:.0f} megapixels); "
            f"at most {MAX_PIXELS // 1_000_000} megapixels can be used."
        )


def serve(
    answer: Callable[[dict[str, Any], BinaryIO], dict[str, Any]],
    *,
    ahead: int = 128 << 10,
    patience: float = 1.0,
) -> None:
    """Answer orders until the operator is gone. ``ahead``: bytes fetched at once when little is read.

    The seconds that a file may take are of this process's own work, and ``patience`` times as many by the
    clock: on a busy machine a process of low priority waits for its turn, which is no fault of the file. Nor
    is the time that the file's bytes take to come: they may come over a network, whose limits are not ours.
    """
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
        left = signal.setitimer(signal.ITIMER_REAL, 0)[0]
        send({"read": [offset, count]})
        data = receive()
        signal.setitimer(signal.ITIMER_REAL, left)
        return data

    while True:
        order = json.loads(receive())
        # SIGPROF and SIGALRM end this process, also inside a decoder.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, seconds * patience)
        file = cast(BinaryIO, io.BufferedReader(Remote(order["size"], fetch), ahead))
        try:
            send({"answer": answer(order, file)})
        except Unreadable as reason:
            send({"problem": str(reason)})
        except MemoryError:
            send({"problem": "The file needs more memory to read than a media file may."})
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit() -> None:
    Image.MAX_IMAGE_PIXELS = None  # we judge the size ourselves, with a better sentence
    cast(Any, av.logging).set_level(None)
    limits = {resource.RLIMIT_AS: MEMORY, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_NOFILE: 64}
    for kind, value in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(kind, (value, value))
