"""What is measured of clips: where they move, from packets and a few frames."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from services.bucket import look_child
from services.bucket.child_end import Unreadable
from services.bucket.clip import MOST, read_clip
from services.bucket.motion import measure, peaks
from services.bucket.seen_footage import sight
from services.bucket.window import best_moments
from services.model.footage import Footage
from tests.services.bucket.conftest import rotated
from tests.services.bucket.footage_media import clip, jpeg, moving_between, scene


def seen(content: bytes, category: str = "video") -> tuple[Footage, Image.Image]:
    answer = look_child.answer({"category": category, "name": "x", "size": len(content)}, io.BytesIO(content))
    found = sight("c" * 32, {"answer": answer})
    return found.footage, Image.open(io.BytesIO(found.sheet))


@pytest.mark.parametrize("every", [30, 250])
def test_something_happens_where_the_bar_moves(every: int) -> None:
    look, _ = seen(clip(moving_between(150, 210), 360, every=every))
    assert look.motion is not None
    curve, step = np.array(look.motion.curve), look.motion.step
    at = (np.arange(len(curve)) + 0.5) * step
    inside = (at > 5.2) & (at < 6.8)
    assert curve[inside].mean() > 60
    assert curve[~((at > 4.5) & (at < 7.5))].mean() < 30
    assert look.motion.peaks
    assert all(4.9 <= peak.at <= 7.1 for peak in look.motion.peaks)


def test_a_clip_that_moves_is_livelier_than_one_that_stands() -> None:
    still, _ = seen(clip(moving_between(0, 0), 240, every=30))
    moving, _ = seen(clip(lambda n: scene(n // 5, (160, 90)), 240, every=30))
    assert still.motion is not None
    assert moving.motion is not None
    assert still.motion.level < 0.1
    assert moving.motion.level > 0.6
    assert "still" in still.words
    assert "moving" in moving.words
    assert still.motion.peaks == ()


def test_few_key_frames_are_decoded_of_many() -> None:
    content = clip(lambda n: scene(1, (64, 48)), 1800, size=(64, 48), every=10)
    packets, frames = read_clip(io.BytesIO(content))
    assert packets.keys.sum() == 180
    assert len(frames) <= MOST + 1
    assert [frame.at for frame in frames] == sorted(frame.at for frame in frames)
    assert frames[-1].at > 50


@pytest.mark.parametrize("every", [250, 1000])
def test_a_clip_with_few_key_frames_is_seen_where_they_are(every: int) -> None:
    content = clip(lambda n: scene(n // 10, (64, 48)), 600, size=(64, 48), every=every)
    packets, frames = read_clip(io.BytesIO(content))
    keys = packets.times[packets.keys]
    times = [frame.at for frame in frames]
    assert len(keys) == (3 if every == 250 else 1)
    assert 6 <= len(frames) <= 10
    assert times == sorted(set(times))
    assert all(any(key <= at <= key + 4.2 / len(keys) for key in keys) for at in times)
    assert all(sum(abs(at - key) < 2 for at in times) >= 2 for key in keys), "some of each"


def test_a_clip_of_key_frames_alone_is_judged_by_its_pictures() -> None:
    look, _ = seen(clip(moving_between(60, 120), 180, every=1))
    assert look.motion is not None
    assert len(look.motion.curve) == 24


def test_the_sheet_shows_the_clip_as_it_is_seen() -> None:
    tall = rotated(clip(moving_between(0, 90), 90))
    look, sheet = seen(tall)
    assert look.motion is not None
    assert len(look.motion.frames) == 8
    assert sheet.size == (4 * 94 - 4, 2 * 164 - 4), "eight tall pictures in two rows"
    _, frames = read_clip(io.BytesIO(tall))
    assert all(frame.picture.height > frame.picture.width for frame in frames)


def test_peaks_are_apart_and_stand_out() -> None:
    curve = np.full(40, 0.1)
    curve[[8, 9, 25]] = 1.0, 0.9, 0.8
    found = peaks(curve, 0.25)
    assert [round(at, 1) for at, _ in found] == [2.1, 6.4]
    assert peaks(np.full(40, 0.7), 0.25) == ()


def test_packets_may_say_nothing() -> None:
    packets, frames = read_clip(io.BytesIO(clip(moving_between(0, 0), 1)))
    measured = measure(packets, frames)
    assert measured.level == 0
    assert len(measured.curve) == 1


def test_the_best_moments_of_a_window() -> None:
    content = clip(moving_between(100, 130), 240, every=60)
    found = best_moments(io.BytesIO(content), 2.0, 6.0, 3)
    assert 1 <= len(found) <= 3
    assert all(3.2 <= moment["at"] <= 4.5 for moment in found[:1])
    assert found[0]["strength"] == max(moment["strength"] for moment in found)
    quiet = best_moments(io.BytesIO(content), 5.5, 7.5, 3)
    assert len(quiet) == 1, "where nothing moves its sharpest frame is all there is"
    with pytest.raises(Unreadable):
        best_moments(io.BytesIO(content), 60, 70, 3)


def test_damaged_media_is_said_to_be() -> None:
    whole = clip(moving_between(0, 30), 60)
    for content in (whole[: len(whole) // 3], b"", b"#EXTM3U\nfile:///etc/passwd"):
        with pytest.raises(Unreadable):
            read_clip(io.BytesIO(content))
    with pytest.raises(Unreadable):
        seen(jpeg(scene(1))[:300], "image")


def test_a_see_through_photo_is_on_white() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (80, 60), (255, 0, 0, 0)).save(target, "PNG")
    look, _ = seen(target.getvalue(), "image")
    assert look.picture is not None
    assert [(c.name, c.share) for c in look.picture.palette] == [("white", 1.0)]


def test_a_turned_photo_is_seen_as_it_is_shown() -> None:
    picture = Image.new("RGB", (200, 100), (200, 60, 40))
    exif = picture.getexif()
    exif[0x0112] = 6
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif)
    _, sheet = seen(target.getvalue(), "image")
    assert sheet.height > sheet.width


def test_answers_of_the_child_hold_what_they_say() -> None:
    content = clip(moving_between(0, 60), 90)
    answer = look_child.answer({"category": "video", "name": "x", "size": len(content)}, io.BytesIO(content))
    assert base64.b64decode(answer["sheet"])[:3] == b"\xff\xd8\xff"
    assert len(base64.b64decode(answer["marks"])) == 192
