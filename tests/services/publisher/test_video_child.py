"""Hostile videos end a child process at most, and what happened to it is a sentence about the draft."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from services.errors import Refused, Unavailable
from services.publisher.preflight import Preflight
from services.publisher.reels_spec import Cure, find_faults
from services.publisher.video_child import VideoChild
from services.publisher.video_job import MENDING
from tests.services.publisher.conftest import make_video

Make = Callable[..., Path]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its pictures have to be coded anew, which takes a while."""
    path = tmp_path_factory.mktemp("videos") / "long.mp4"
    return make_video(path, seconds=60, rate=15, size=(540, 960), coding={"preset": "ultrafast"})


def left_behind(folder: Path) -> list[Path]:
    return [*folder.glob("reels/*"), *folder.glob("reels/.*")]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def children(operator: int | None = None) -> list[int]:
    """Of that process, or this one, those that work on a video."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if int(parent) == (operator or os.getpid()) and b"video_job" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


async def at_work(folder: Path) -> int:
    """The child, as soon as it has begun to write."""
    await asyncio.to_thread(wait_until, lambda: has_begun(folder))
    [pid] = children()
    return pid


def has_begun(folder: Path) -> bool:
    return any(path.stat().st_size for path in folder.glob("reels/.*.part"))


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def with_pixels(path: Path, side: int, told: int) -> Path:
    """A video of square pictures that ask for ``side`` pixels each way and have nearly none of them.

    Its header tells of another side.
    """
    ihdr = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + ihdr + bytes(4)
    png += struct.pack(">I", 4096) + b"IDAT" + b"\x78\x9c" + bytes(4094) + bytes(4)
    with av.open(str(path), "w", format="mov", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("png", rate=24)
        stream.width = stream.height = told
        stream.pix_fmt = "rgba"
        for count in range(96):
            packet = av.Packet(png)
            packet.pts = packet.dts = count
            packet.time_base = Fraction(1, 24)
            packet.is_keyframe = True
            packet.stream = stream
            out.mux(packet)
    return path


def without_end(path: Path, good: Path) -> Path:
    """A video whose tables say that its pictures go on for billions."""
    content = bytearray(good.read_bytes())
    for kind in (b"stts", b"stsz"):
        place = content.find(kind)
        while place >= 0:
            at = place + (12 if kind == b"stts" else 8)
            if kind == b"stts":
                content[at : at + 8] = struct.pack(">II", 0x7FFFFFFF, 1)
            else:
                content[at : at + 8] = struct.pack(">II", 1, 0x7FFFFFFF)
            place = content.find(kind, place + 4)
    path.write_bytes(content)
    return path


async def test_a_truncated_video_is_a_sentence_wherever_it_ends(good_video: Path, tmp_path: Path) -> None:
    whole = good_video.read_bytes()
    preflight = Preflight(tmp_path / "reels")
    for share in (0.0, 0.001, 0.02, 0.1, 0.5, 0.9, 0.999):
        cut = tmp_path / "cut.mp4"
        cut.write_bytes(whole[: int(len(whole) * share)])
        faults = await preflight.faults(cut)
        assert len(faults) == 1
        assert faults[0].endswith(".")
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("told", [16_000, 720])
async def test_a_header_that_asks_for_gigabytes_costs_its_draft_only(tmp_path: Path, told: int) -> None:
    video = with_pixels(tmp_path / "large.mov", 16_000, told)
    faults = await Preflight(tmp_path / "reels").faults(video)
    assert faults
    assert all(fault.endswith(".") for fault in faults)
    assert left_behind(tmp_path) == []


async def test_a_video_without_an_end_is_ended(good_video: Path, tmp_path: Path) -> None:
    video = without_end(tmp_path / "endless.mp4", good_video)
    child = VideoChild(look_seconds=5, mend_seconds=2)
    begun = time.monotonic()
    faults = await Preflight(tmp_path / "reels", child).faults(video)
    assert faults
    assert all(fault.endswith(".") for fault in faults)
    with contextlib.suppress(Refused):
        await child.mend(video, tmp_path / "target.mp4", {Cure.WRAP})
    assert time.monotonic() - begun < 30
    assert children() == []


async def test_a_child_that_hangs_is_ended_in_time(long: Path, tmp_path: Path) -> None:
    task = asyncio.create_task(Preflight(tmp_path / "reels", VideoChild(mend_seconds=4)).faults(long))
    pid = await at_work(tmp_path)
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert re.search(rf"^Max address space +{MENDING.memory} ", limits, re.M)
    os.kill(pid, signal.SIGSTOP)
    faults = await task
    assert faults[-1] == "Working on the video took longer than 4 s: it is probably damaged."
    assert not alive(pid)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGKILL, "more memory"),
        (signal.SIGSEGV, "made its reader stop"),
        (signal.SIGXCPU, "longer than"),
    ],
)
async def test_what_the_end_of_a_child_says_about_the_draft(
    make: Make, long: Path, tmp_path: Path, number: signal.Signals, words: str
) -> None:
    preflight = Preflight(tmp_path / "reels")
    task = asyncio.create_task(preflight.fitted(long))
    os.kill(await at_work(tmp_path), number)
    with pytest.raises(Refused, match=words):
        await task
    assert left_behind(tmp_path) == []
    assert find_faults(await preflight.fitted(make(sound=None))) == [], "the next one is not its business"


async def test_a_child_that_is_stopped_with_the_operator_says_nothing_about_the_draft(
    long: Path, tmp_path: Path
) -> None:
    task = asyncio.create_task(Preflight(tmp_path / "reels").faults(long))
    os.kill(await at_work(tmp_path), signal.SIGTERM)
    with pytest.raises(Unavailable, match="stopped together with the operator"):
        await task


async def test_whoever_stops_waiting_leaves_no_child(long: Path, tmp_path: Path) -> None:
    task = asyncio.create_task(Preflight(tmp_path / "reels").fitted(long))
    pid = await at_work(tmp_path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(pid)
    assert left_behind(tmp_path) == []


def test_the_child_goes_with_its_operator_and_what_it_left_is_cleared(
    make: Make, long: Path, tmp_path: Path
) -> None:
    script = f"""
import asyncio
from pathlib import Path
from services.publisher.preflight import Preflight
asyncio.run(Preflight(Path({str(tmp_path / "reels")!r})).fitted(Path({str(long)!r})))
"""
    with subprocess.Popen([sys.executable, "-c", script]) as operator:
        try:
            wait_until(lambda: operator.poll() is not None or has_begun(tmp_path))
            [child] = children(operator.pid)
        finally:
            operator.kill()
    wait_until(lambda: not alive(child))
    assert has_begun(tmp_path), "nobody was left to clear it away"
    fitted = asyncio.run(Preflight(tmp_path / "reels").fitted(make("silent.mp4", sound=None)))
    assert find_faults(fitted) == []
    assert list(tmp_path.glob("reels/.*.part")) == []


async def test_a_file_that_is_not_there_is_no_fault_of_the_video(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await VideoChild().faults(tmp_path / "none.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(OSError, match="not a file"):
        await VideoChild().faults(tmp_path / "pipe.mp4")
    assert await VideoChild().moment(tmp_path / "none.mp4", tmp_path / "none.jpg") == 0
