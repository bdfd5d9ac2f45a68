"""A door before a double: it lets everything through, or the weather is bad and rubbish comes back.

For every cause alike, whatever the double behind it is, so that clients meet what no specification tells:
proxies' pages, empty answers, lines that break, a server that is not there.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

_PAGE = b"<!DOCTYPE html><html><head><title>Sign in to this network</title></head><body>Hello</body></html>"
ANSWERS = {
    "html": b"200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(_PAGE), _PAGE),
    "empty": b"200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n",
    "error": b"500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nOops",
}
WEATHERS = (*ANSWERS, "closed", "refused")


class Gate:
    """Before the server at ``port``. ``weather`` is one of WEATHERS, or "" for fair."""

    def __init__(self, port: int) -> None:
        self._behind, self.port, self.weather = port, 0, ""
        self.turned_away = 0
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._guests: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._come, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in list(self._lines):
            line.transport.abort()
        if self._guests:
            await asyncio.wait(self._guests)

    async def turn(self, weather: str) -> None:
        """From now on; lines that are open break."""
        await self.close()
        self.weather = weather
        if weather != "refused":
            await self.open()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = asyncio.current_task()
        assert guest is not None
        self._guests.add(guest)
        self._lines.add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                if self.weather:
                    await self._turn_away(reader, writer)
                else:
                    await self._let_through(reader, writer)
        finally:
            self._guests.discard(guest)
            self._lines.discard(writer)
            writer.transport.abort() if self.weather == "closed" else writer.close()

    async def _turn_away(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.turned_away += 1
        answer = ANSWERS.get(self.weather)
        if answer is None:
            return
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if length is not None:
            await reader.readexactly(int(length[1]))
        elif b"chunked" in head.lower():
            await reader.readuntil(b"0\r\n\r\n")
        writer.write(b"HTTP/1.1 " + answer.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        await writer.drain()

    async def _let_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", self._behind)
        self._lines.add(away)
        try:
            await asyncio.gather(_pour(reader, away), _pour(there, writer))
        finally:
            self._lines.discard(away)
            away.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Until either side ends; then both end."""
    with suppress(ConnectionError):
        while piece := await source.read(2**16):
            sink.write(piece)
            await sink.drain()
    sink.close()
