"""Videos that are nearly Reels become some; pictures that are right stay as they are."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from services.publisher.preflight import Preflight
from services.publisher.reels_spec import find_faults, reel_faults

Make = Callable[..., Path]


@pytest.fixture
def preflight(tmp_path: Path) -> Preflight:
    return Preflight(tmp_path / "reels")


def pictures(path: Path) -> str:
    """A digest of the coded pictures' own bytes."""
    digest = hashlib.sha256()
    with av.open(str(path)) as movie:
        for packet in movie.demux(movie.streams.video[0]):
            digest.update(bytes(packet))
    return digest.hexdigest()


def length(path: Path) -> tuple[float, float, float]:
    """Seconds of pictures, seconds of sound, and when the first picture is shown."""
    with av.open(str(path)) as movie:
        video, audio = movie.streams.video[0], movie.streams.audio[0]
        first = next(movie.decode(video)).time
        assert video.duration is not None and video.time_base is not None  # noqa: PT018
        assert audio.duration is not None and audio.time_base is not None  # noqa: PT018
        return (
            float(video.duration * video.time_base),
            float(audio.duration * audio.time_base),
            float(first or 0),
        )


async def test_a_reel_goes_out_byte_for_byte(preflight: Preflight, good_video: Path) -> None:
    assert await preflight.faults(good_video) == []
    assert await preflight.fitted(good_video) == good_video


@pytest.mark.parametrize(
    "how",
    [
        {"sound": None},
        {"options": {"movflags": "+faststart"}},
        {"options": {}},
        {"options": {"use_editlist": "0", "movflags": "+negative_cts_offsets"}},
        {"sound": "libmp3lame"},
        {"sample_rate": 96_000},
        {"layout": "5.1"},
        {"sound": None, "options": {}},
    ],
    ids=["silent", "edit lists", "all of ffmpeg", "index last", "mp3", "96 kHz", "5.1", "silent and raw"],
)
async def test_the_same_pictures_in_a_better_file(
    preflight: Preflight, make: Make, how: dict[str, Any]
) -> None:
    video = make(**how)
    before = video.read_bytes()
    assert reel_faults(video)
    assert await preflight.faults(video) == []
    fitted = await preflight.fitted(video)
    assert fitted != video
    assert find_faults(fitted) == []
    assert pictures(fitted) == pictures(video)
    seen, heard, first = length(fitted)
    assert first == 0
    assert seen == pytest.approx(3.2, abs=0.1)
    assert heard == pytest.approx(seen, abs=0.1)
    assert video.read_bytes() == before


@pytest.mark.parametrize(
    "how",
    [
        {"rate": 15},
        {"codec": "mpeg4"},
        {"pixels": "yuv444p"},
        {"size": (1930, 482)},
        {"rate": 15, "sound": None, "options": {}},
        {"coding": {"flags": "+ilme+ildct", "x264-params": "interlaced=1:tff=1"}},
    ],
    ids=["15 fps", "mpeg4", "4:4:4", "too wide", "everything", "interlaced"],
)
async def test_pictures_are_coded_anew_only_when_they_must(
    preflight: Preflight, make: Make, how: dict[str, Any]
) -> None:
    fitted = await preflight.fitted(make(**how))
    assert find_faults(fitted) == []
    seen, heard, first = length(fitted)
    assert (first, seen) == (0, pytest.approx(3.2, abs=0.15))
    assert heard == pytest.approx(seen, abs=0.15)


async def test_it_is_mended_once(preflight: Preflight, make: Make) -> None:
    video = make(sound=None)
    one = await preflight.fitted(video)
    made = one.stat().st_mtime_ns
    assert await preflight.fitted(video) == one
    assert one.stat().st_mtime_ns == made
    one.write_bytes(b"damaged")
    assert find_faults(await preflight.fitted(video)) == []


@pytest.mark.parametrize("how", [{"seconds": 2}, {"size": (16 * 12, 16)}, {"seconds": 2, "sound": None}])
async def test_what_cannot_be_mended_is_told_and_left(
    preflight: Preflight, make: Make, how: dict[str, Any]
) -> None:
    video = make(**how)
    assert await preflight.faults(video) == reel_faults(video) != []
    assert await preflight.fitted(video) == video


async def test_what_only_looks_like_a_video_is_told(preflight: Preflight, make: Make, tmp_path: Path) -> None:
    whole = make(sound=None, options={})
    content = bytearray(whole.read_bytes())
    middle = content.index(b"mdat") + 64
    end = content.index(b"moov") - 8
    content[middle:end] = bytes(end - middle)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    faults = await preflight.faults(broken)
    fitted = await preflight.fitted(broken) if not faults else broken
    assert faults or find_faults(fitted) == []
    assert list((tmp_path / "reels").glob(".*")) == []


async def test_whoever_stops_waiting_leaves_nothing_behind(
    preflight: Preflight, make: Make, tmp_path: Path
) -> None:
    video = make(seconds=60, rate=15, size=(540, 960))
    task = asyncio.create_task(preflight.fitted(video))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(200):
        if not list((tmp_path / "reels").glob("*")) and not list((tmp_path / "reels").glob(".*")):
            break
        await asyncio.sleep(0.05)
    assert list((tmp_path / "reels").glob("*")) == []
    assert list((tmp_path / "reels").glob(".*")) == []
