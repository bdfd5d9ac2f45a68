"""A server that does all it should not: the caller gets a sentence in time, and nothing grows without end."""

from __future__ import annotations

import asyncio
import gzip
import socket
import socketserver
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import OperatorError, Unavailable
from services.http.answer import LONGEST_WAIT, parse_retry_after
from services.http.download import download
from services.http.trouble import Unanswered
from tests.doubles.http_double import Answer, Asked, Fault
from tests.services.http.http_studio import NewRemote, Pauses, Told

Say = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\n"
MOST = 10 << 20


@contextmanager
def saying(say: Say | bytes) -> Iterator[str]:
    """The address of a server that says this to whoever asks, and then hangs up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            line: socket.socket = self.request
            line.settimeout(20)
            with suppress(ConnectionError):
                asked = b""
                while b"\r\n\r\n" not in asked and (more := line.recv(65_536)):
                    asked += more
                line.sendall(say) if isinstance(say, bytes) else say(line)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:  # waits for its threads
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def without_end(first: bytes, piece: bytes, pause: float = 0.0) -> Say:
    def say(line: socket.socket) -> None:
        line.sendall(first)
        while True:
            line.sendall(piece)
            time.sleep(pause)

    return say


@pytest.mark.parametrize(
    "say",
    [
        without_end(b"", b"H", 0.02),
        without_end(HEAD, b"x: y\r\n", 0.02),
        without_end(HEAD, b"x: y\r\n"),
        without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n", 0.02),
        without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
        without_end(HEAD + b"\r\n", b"." * 65_536),
    ],
    ids=["slow start", "slow headers", "headers", "100", "slow body", "chunks", "body"],
)
async def test_what_has_no_end_is_ended(remote: NewRemote, say: Say) -> None:
    with saying(say) as url, pytest.raises(Unavailable):
        async with asyncio.timeout(10):
            await remote(url, attempts=1, max_bytes=100_000).ask("GET", "/x", seconds=0.5)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        HEAD + b"Content-Length: 10\r\n\r\n{}",
        HEAD + b"Content-Length: -1\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + gzip.compress(b"{}" * 500)[:12],
        HEAD + b"Content-Encoding: snappy\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Content-Encoding: gzip, gzip\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"no header\r\n\r\n{}",
        b"HTTP/1.1 99 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 20000 OK\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_an_answer_that_is_none_is_told_as_one_that_may_have_had_an_effect(
    remote: NewRemote, answer: bytes
) -> None:
    with saying(answer) as url, pytest.raises(Unanswered) as caught:
        await remote(url, attempts=1).ask("POST", "/x", json={}, seconds=5)
    assert caught.value.sent


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_bomb_is_not_unpacked(remote: NewRemote, times: int) -> None:
    bomb = b"0" * (200 << 20)
    for _ in range(times):
        bomb = gzip.compress(bomb)
    packed = {"Content-Encoding": ", ".join(["gzip"] * times)}
    with Told(lambda asked: Answer(200, bomb, packed)).running() as server:
        tracemalloc.start()
        try:
            with pytest.raises(Unavailable):
                await remote(server.url, attempts=1, max_bytes=1 << 20).ask("GET", "/x")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 8 << 20


async def test_only_what_is_understood_is_asked_for(remote: NewRemote) -> None:
    with Told(
        lambda asked: Answer(200, gzip.compress(b'{"a": 1}'), {"Content-Encoding": "GZip"})
    ).running() as server:
        assert (await remote(server.url).ask("GET", "/x")).json() == {"a": 1}
        assert server.asked[0][1].headers["accept-encoding"] == "gzip"


async def test_a_pause_of_a_year_is_a_day(remote: NewRemote) -> None:
    with Told().running() as server:
        server.fail("GET", Fault(Answer(429, headers={"Retry-After": str(365 * 86_400)})))
        answer = await remote(server.url).ask("GET", "/x")
    assert answer.retry_after == LONGEST_WAIT == 86_400


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 21 Oct 2015 07:28:00 +99999999999999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Mon, 01 Jan 99999999999 00:00:00 GMT",
        "9" * 5000,
        "-" * 5000,
        "1" * 400 + " s",
        "\u0663",
    ],
)
async def test_a_pause_that_makes_no_sense_never_stops_anything(remote: NewRemote, text: str) -> None:
    wait = parse_retry_after(text)
    assert wait is None or 0 <= wait <= LONGEST_WAIT


@given(
    st.one_of(
        st.text(), st.from_regex(r"[A-Z][a-z]{2}, \d{1,9} [A-Z][a-z]{2} \d{1,9} \d\d:\d\d:\d\d [+-]?\d{1,12}")
    )
)
def test_any_retry_after_is_seconds_or_nothing(text: str) -> None:
    wait = parse_retry_after(text)
    assert wait is None or 0 <= wait <= LONGEST_WAIT


async def test_a_named_pause_is_lengthened_at_random(remote: NewRemote) -> None:
    drawn = set()
    for _ in range(4):
        with Told().running() as server:
            server.fail("GET", Fault(Answer(503, headers={"Retry-After": "3"})))
            pauses = Pauses()
            await remote(server.url, pauses).ask("GET", "/x")
            drawn.add(pauses[0])
    assert len(drawn) == 4
    assert all(3 <= pause <= 3.5 for pause in drawn)


@pytest.mark.parametrize(
    "to", ["http://[::1", "https://exa mple\x7f/", "http://127.0.0.1:99999999/", "//[", "\xff"]
)
async def test_a_redirect_to_nonsense_is_told(remote: NewRemote, tmp_path: Path, to: str) -> None:
    answer = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to.encode("latin-1") + b"\r\n\r\n"
    with saying(answer) as url, pytest.raises(OperatorError):
        await download(remote(url, attempts=1), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60)
    assert not (tmp_path / "x.mp4").exists()


async def test_a_part_of_another_version_is_not_joined_though_the_server_says_so(
    remote: NewRemote, tmp_path: Path
) -> None:
    """It knows no If-Range: it answers with the part that was asked for, of the file that is there now."""
    old, new = b"a" * 900_000, b"b" * 900_000
    content, tag = old, '"one"'

    def shelf(asked: Asked) -> Answer:
        wanted = asked.headers.get("range", "")
        start = int(wanted[6:-1]) if wanted else 0
        extent = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if wanted else {}
        return Answer(206 if wanted else 200, content[start:], {"ETag": tag, **extent})

    path = tmp_path / "x.mp4"
    with Told(shelf).running() as server:
        server.fail("GET", Fault(cut=500_000), *[Fault(drop="before")] * 9)
        with pytest.raises(Unanswered):
            await download(remote(server.url), "/x", path, max_bytes=MOST, seconds=60)
        server.faults.clear()
        content, tag = new, '"two"'
        await download(remote(server.url), "/x", path, max_bytes=MOST, seconds=60)
    assert path.read_bytes() == new


async def test_a_part_nobody_asked_for_is_not_put_behind_what_is_left(
    remote: NewRemote, tmp_path: Path
) -> None:
    (tmp_path / "x.mp4.part").write_bytes(b"left by somebody")  # without a version
    partial = Answer(206, b"ab", {"Content-Range": "bytes 0-1/2"})
    with Told(lambda asked: Answer(200, b"ab")).running() as server:
        server.fail("GET", Fault(partial))
        await download(remote(server.url), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60)
    assert (tmp_path / "x.mp4").read_bytes() == b"ab"


async def test_a_file_that_is_packed_though_it_should_not_is_not_taken(
    remote: NewRemote, tmp_path: Path
) -> None:
    packed = Answer(200, zlib.compress(b"x" * 1000), {"Content-Encoding": "deflate"})
    with Told(lambda asked: packed).running() as server, pytest.raises(Unanswered, match="packed"):
        await download(remote(server.url), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60)
    assert not (tmp_path / "x.mp4").exists()


async def test_a_download_that_stands_still_goes_on_long_before_its_time_is_over(
    remote: NewRemote, tmp_path: Path
) -> None:
    def stand_still(line: socket.socket) -> None:
        line.sendall(HEAD + b"Content-Length: 1000\r\n\r\n.")
        line.recv(1)

    with saying(stand_still) as url, pytest.raises(Unanswered, match="did not answer in time"):
        async with asyncio.timeout(10):
            await download(
                remote(url, attempts=2, timeout=0.3), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=600
            )


async def test_a_download_that_drips_is_given_up(remote: NewRemote, tmp_path: Path) -> None:
    """Each attempt brings some more bytes, so few that it would take years."""
    have = 0

    def drip(line: socket.socket) -> None:
        nonlocal have
        first = HEAD
        if have:
            first = b"HTTP/1.1 206 Partial\r\nContent-Range: bytes %d-999999/1000000\r\n" % have
        line.sendall(first + b'ETag: "one"\r\nContent-Length: %d\r\n\r\n.' % (1_000_000 - have))
        have += 1

    with saying(drip) as url, pytest.raises(Unanswered):
        async with asyncio.timeout(20):
            await download(remote(url, attempts=3), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60)
    assert have <= 4
