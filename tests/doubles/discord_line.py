"""One connection to Discord's gateway: what is sent is queued, and packed as the client asked for."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import zlib
from collections.abc import Callable

from aiohttp import web

from tests.doubles.discord_shapes import Json

HELLO = 10


class Line:
    """One connection. Sending never waits: what is sent is queued. A mute one says nothing but hello."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, mute: Callable[[], bool]) -> None:
        self.socket = socket
        self.closing = False
        self._request, self._mute = request, mute
        self.queue: asyncio.Queue[Json | int] = asyncio.Queue()
        self._pack = _packer(request.query.get("compress", ""))

    def send(self, payload: Json) -> None:
        if payload["op"] == HELLO or not self._mute():
            self.queue.put_nowait(payload)

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    def close(self, code: int) -> None:
        self.closing = True
        self.queue.put_nowait(code)

    async def pour(self) -> None:
        while True:
            one = await self.queue.get()
            if isinstance(one, int):
                await self.socket.close(code=one)
                return
            text = json.dumps(one)
            if self._pack is None:
                await self.socket.send_str(text)
            else:
                await self.socket.send_bytes(self._pack(text.encode()))


def _packer(compression: str) -> Callable[[bytes], bytes] | None:
    """One stream for the whole connection, flushed after each payload."""
    if compression == "zlib-stream":
        stream = zlib.compressobj()
        return lambda text: stream.compress(text) + stream.flush(zlib.Z_SYNC_FLUSH)
    return _zstd() if compression == "zstd-stream" else None


def _zstd() -> Callable[[bytes], bytes]:
    """By what discord.py found when it asked for this: Python's own from 3.14 on, else zstandard."""
    if importlib.util.find_spec("compression") is not None:
        own = importlib.import_module("compression.zstd").ZstdCompressor()
        return lambda text: own.compress(text, own.FLUSH_BLOCK)
    zstandard = importlib.import_module("zstandard")
    other = zstandard.ZstdCompressor().compressobj()
    return lambda text: other.compress(text) + other.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
