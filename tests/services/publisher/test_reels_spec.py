"""Files inside and outside the Reels specification, and files that are no videos."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.publisher.caption_spec import caption_faults
from services.publisher.mp4_boxes import structure_of
from services.publisher.reels_spec import MAX_BYTES, reel_faults

Make = Callable[..., Path]


def test_a_good_reel_has_no_faults(good_video: Path) -> None:
    assert reel_faults(good_video) == []


@pytest.mark.parametrize(
    "how",
    [
        {"coding": {"bf": "0"}, "layout": "mono", "sample_rate": 44_100},
        {"rate": 60},
        {"codec": "libx265", "coding": {"x265-params": "log-level=none"}},
    ],
    ids=["mono 44.1 kHz", "60 fps", "hevc"],
)
def test_other_allowed_kinds(make: Make, how: dict[str, Any]) -> None:
    assert reel_faults(make(**how)) == []


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"sound": None}, "no sound track"),
        ({"rate": 15}, "15 frames per second"),
        ({"seconds": 2}, "lasts 2.0 s"),
        ({"options": {"use_editlist": "0", "movflags": "+negative_cts_offsets"}}, "behind the pictures"),
        ({"options": {"movflags": "+faststart"}}, "edit lists"),
        ({"codec": "mpeg4"}, "coded as mpeg4"),
        ({"pixels": "yuv444p"}, "yuv444p"),
        ({"size": (1930, 16), "rate": 24}, "1930 pixels wide"),
        ({"size": (16 * 12, 16)}, "192 by 16"),
        ({"sound": "libmp3lame"}, "AAC"),
        ({"sample_rate": 96_000}, "96000 samples"),
        ({"layout": "5.1"}, "6 channels"),
        ({"coding": {"flags": "+ilme+ildct", "x264-params": "interlaced=1:tff=1"}}, "interlaced"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_is_one_sentence(make: Make, how: dict[str, Any], words: str) -> None:
    faults = reel_faults(make(**how))
    assert any(words in fault for fault in faults), faults
    assert all(fault.endswith(".") and fault[0].isupper() for fault in faults)


def test_too_large_is_told_without_reading(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    path.touch()
    os.truncate(path, MAX_BYTES + 1)
    assert reel_faults(path)[0] == "The video has 301 MB; Instagram takes 300 MB."
    os.truncate(path, 4_000_000_001)
    assert reel_faults(path) == ["The video has 4001 MB; Instagram takes 300 MB."]


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"no video at all", b"<svg/>" * 100, b"#EXTM3U\n/etc/passwd\n"]
)
def test_what_is_no_video(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert len(reel_faults(path)) == 1


def test_a_cut_off_video(good_video: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(good_video.read_bytes()[:-500])
    assert "damaged" in reel_faults(path)[0]


def test_no_file_or_a_pipe(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        reel_faults(tmp_path / "none.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(OSError, match="not a file"):
        reel_faults(tmp_path / "pipe.mp4")


def test_64_bit_and_open_ended_boxes(tmp_path: Path) -> None:
    moov = struct.pack(">I4sQ", 1, b"moov", 16)
    path = tmp_path / "boxes"
    path.write_bytes(moov + struct.pack(">I4s", 0, b"mdat") + b"rest")
    with path.open("rb") as file:
        assert structure_of(file).movie_first


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_damaged_video_never_raises(data: st.DataObject, good_video: Path) -> None:
    content = bytearray(good_video.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=30)):
        content[place] = data.draw(st.integers(0, 255))
    damaged = good_video.with_name("damaged.mp4")
    damaged.write_bytes(content)
    assert all(fault.endswith(".") for fault in reel_faults(damaged))


@pytest.mark.parametrize(
    ("caption", "faults"),
    [
        ("", 0),
        ("x" * 2200, 0),
        ("x" * 2201, 1),
        (" #a" * 5, 0),
        (" #a" * 6, 1),
        ("#a#b#c#ton#ä#1", 1),
        ("# # # # # # no tags", 0),
        ("@a " * 20, 0),
        ("@a " * 21, 1),
        ("me@example.org " * 21, 0),
    ],
)
def test_captions(caption: str, faults: int) -> None:
    assert len(caption_faults(caption)) == faults


def test_many_hashtags_when_allowed() -> None:
    assert caption_faults("#clay " * 30, allow_many_hashtags=True) == []
    assert len(caption_faults("#clay " * 31, allow_many_hashtags=True)) == 1
