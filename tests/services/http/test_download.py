"""Files arrive whole or not at all, and go on where they stopped."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.errors import Refused
from services.http.download import download
from services.http.trouble import Unanswered
from tests.doubles.http_double import Answer, Asked, Fault
from tests.services.http.http_studio import NewRemote, Pauses, Told

FILE = random.Random(7).randbytes(5_000_000)
MOST = 10 << 20


class Shelf:
    """One file, served with ranges as RFC 9110 says."""

    def __init__(self, content: bytes = FILE, tag: str = '"one"', ranges: bool = True) -> None:
        self.content, self.tag, self.ranges = content, tag, ranges

    def __call__(self, asked: Asked) -> Answer:
        headers = {"ETag": self.tag} if self.tag else {}
        wanted = asked.headers.get("range", "")
        if wanted and self.ranges and asked.headers.get("if-range") == self.tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(self.content):
                return Answer(416)
            extent = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
            return Answer(206, self.content[start:], {**headers, "Content-Range": extent})
        return Answer(200, self.content, headers)


def _ranges(server: Told) -> list[str]:
    return [asked.headers.get("range", "") for _, asked, _ in server.asked]


async def test_a_file_arrives_whole(remote: NewRemote, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "x.mp4"
    with Told(Shelf()).running() as server:
        assert await download(remote(server.url), "/x", path, max_bytes=MOST, seconds=60) == len(FILE)
    assert path.read_bytes() == FILE
    assert [file.name for file in path.parent.iterdir()] == ["x.mp4"]


async def test_a_broken_one_goes_on_where_it_stopped(remote: NewRemote, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with Told(Shelf()).running() as server:
        server.fail("GET", Fault(cut=1_500_000), Fault(Answer(503)), Fault(cut=2_000_000))
        await download(remote(server.url), "/x", path, max_bytes=MOST, seconds=60)
        sent = _ranges(server)
    assert path.read_bytes() == FILE
    assert sent[0] == ""
    assert sent[1] == sent[2] == "bytes=1500000-"
    assert sent[3] == "bytes=3500000-"


async def test_it_goes_on_after_a_restart(remote: NewRemote, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with Told(Shelf()).running() as server:
        server.fail("GET", Fault(cut=1_500_000), *[Fault(drop="before")] * 9)
        with pytest.raises(Unanswered):
            await download(remote(server.url), "/x", path, max_bytes=MOST, seconds=60)
        assert not path.exists()
        server.faults.clear()
        await download(remote(server.url), "/x", path, max_bytes=MOST, seconds=60)
        assert _ranges(server)[-1] == "bytes=1500000-"
    assert path.read_bytes() == FILE


async def test_two_versions_are_never_joined(remote: NewRemote, tmp_path: Path) -> None:
    path, other = tmp_path / "x.mp4", FILE[::-1]
    shelf = Shelf()
    with Told(shelf).running() as server:
        server.fail("GET", Fault(cut=1_500_000), *[Fault(drop="before")] * 9)
        with pytest.raises(Unanswered):
            await download(remote(server.url), "/x", path, max_bytes=MOST, seconds=60)
        server.faults.clear()
        shelf.content, shelf.tag = other, '"two"'
        await download(remote(server.url), "/x", path, max_bytes=MOST, seconds=60)
    assert path.read_bytes() == other


@pytest.mark.parametrize("tag", ["", 'W/"weak"', '"one"'])
async def test_a_server_without_versions_or_ranges_is_asked_for_all_of_it(
    remote: NewRemote, tmp_path: Path, tag: str
) -> None:
    with Told(Shelf(tag=tag, ranges=False)).running() as server:
        server.fail("GET", Fault(cut=1_500_000))
        await download(remote(server.url), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60)
        if tag != '"one"':
            assert _ranges(server) == ["", ""]
    assert (tmp_path / "x.mp4").read_bytes() == FILE


async def test_a_part_longer_than_the_file_is_thrown_away(remote: NewRemote, tmp_path: Path) -> None:
    (tmp_path / "x.mp4.part").write_bytes(FILE + b"more")
    (tmp_path / "x.mp4.part.tag").write_text('"one"')
    with Told(Shelf()).running() as server:
        await download(remote(server.url), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60)
    assert (tmp_path / "x.mp4").read_bytes() == FILE


async def test_another_part_than_asked_for_is_not_taken(remote: NewRemote, tmp_path: Path) -> None:
    (tmp_path / "x.mp4.part").write_bytes(FILE[:1000])
    (tmp_path / "x.mp4.part.tag").write_text('"one"')
    wrong = Answer(206, FILE[500:], {"Content-Range": f"bytes 500-{len(FILE) - 1}/{len(FILE)}"})
    with Told(Shelf()).running() as server:
        server.fail("GET", Fault(wrong))
        await download(remote(server.url), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60)
    assert (tmp_path / "x.mp4").read_bytes() == FILE


async def test_attempts_are_counted_anew_after_progress(remote: NewRemote, tmp_path: Path) -> None:
    with Told(Shelf()).running() as server:
        server.fail("GET", *[Fault(cut=600_000)] * 8)
        pauses = Pauses()
        await download(
            remote(server.url, pauses, attempts=2), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60
        )
    assert (tmp_path / "x.mp4").read_bytes() == FILE


async def test_a_file_too_large_is_not_fetched(remote: NewRemote, tmp_path: Path) -> None:
    with Told(Shelf()).running() as server, pytest.raises(Refused, match="more than 1 MB"):
        await download(remote(server.url), "/x", tmp_path / "x.mp4", max_bytes=1 << 20, seconds=60)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("most", [1 << 20, MOST])
async def test_a_file_whose_length_is_not_told(remote: NewRemote, tmp_path: Path, most: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + FILE)
        with suppress(ConnectionError):  # it hangs up when it has had enough
            await writer.drain()
        writer.close()
        served.set()

    served = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    if most < len(FILE):
        with pytest.raises(Refused, match="more than 1 MB"):
            await download(remote(url), "/x", tmp_path / "x.mp4", max_bytes=most, seconds=60)
        assert list(tmp_path.iterdir()) == []
    else:
        assert await download(remote(url), "/x", tmp_path / "x.mp4", max_bytes=most, seconds=60) == len(FILE)
        assert (tmp_path / "x.mp4").read_bytes() == FILE
    await served.wait()
    server.close()


async def test_a_redirect_is_followed_without_the_key_and_only_to_own_addresses(
    remote: NewRemote, tmp_path: Path
) -> None:
    key = {"x-api-key": SecretStr("hunter2-hunter2")}
    with Told(Shelf()).running() as shelf:
        there = shelf.url.replace("127.0.0.1", "localhost")
        with Told(lambda asked: Answer(302, headers={"Location": f"{there}/y"})).running() as server:
            await download(
                remote(server.url), "/x", tmp_path / "x.mp4", headers=key, max_bytes=MOST, seconds=60
            )
            assert server.asked[0][1].headers["x-api-key"] == "hunter2-hunter2"
            assert "x-api-key" not in shelf.asked[0][1].headers
        with (
            Told(lambda asked: Answer(302, headers={"Location": "https://evil.org/"})).running() as server,
            pytest.raises(Refused, match="not an address of its own"),
        ):
            await download(remote(server.url), "/x", tmp_path / "y.mp4", max_bytes=MOST, seconds=60)


async def test_a_file_that_is_gone_is_said_to_be(remote: NewRemote, tmp_path: Path) -> None:
    with Told(lambda asked: Answer(404)).running() as server, pytest.raises(Refused, match="status 404"):
        await download(remote(server.url), "/x", tmp_path / "x.mp4", max_bytes=MOST, seconds=60)
