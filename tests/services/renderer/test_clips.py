"""Clips in time and place: where they begin, loop and are cut, how their view moves."""

from __future__ import annotations

import gc
import weakref
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clip_writing import counting, write_clip
from renderer_studio import BLUE, GREEN, RED, Studio, image, is_near, movie, rgb, scene, video

from services.renderer.local.media import AssetFile
from services.renderer.local.pictures.clip import Clip
from services.renderer.local.pictures.clip_frames import Frames
from services.renderer.local.pictures.planes import OPAQUE, planes_of
from services.renderer.local.planning.layers import Box, ClipSpec, Window


def drawn(clip: Clip, index: int, box: Box) -> np.ndarray:
    frame = av.VideoFrame(box.width, box.height, "yuv420p")
    clip.draw(index, planes_of(frame), OPAQUE)
    return rgb(frame)


@pytest.mark.parametrize("bframes", ["0", "3"])
@pytest.mark.parametrize(
    ("seek", "loop", "moves"), [(0.0, 1, False), (0.4, 1, True), (0.0, 0, False), (0.25, 2, True)]
)
def test_a_clip_opened_in_its_middle_shows_what_playing_it_would(
    tmp_path: Path, bframes: str, seek: float, loop: int, moves: bool
) -> None:
    path = write_clip(tmp_path / "c.mp4", 60, counting, options={"g": "12", "bf": bframes, "crf": "18"})
    asset, box = AssetFile("c", path, "c.mp4"), Box(0, 0, 48, 64)
    end = Window(20, 5, 40, 54) if moves else Window(10, 0, 48, 64)
    spec = ClipSpec("c", Window(10, 0, 48, 64), end, seek, 2.0, loop)
    played = Clip(asset, spec, box, 30, 130)
    shown = [drawn(played, index, box) for index in range(130)]
    played.close()
    for index in (1, 7, 30, 47, 48, 59, 60, 71, 99, 125):
        opened = Clip(asset, spec, box, 30, 130)
        assert np.array_equal(drawn(opened, index, box), shown[index]), index
        assert np.array_equal(drawn(opened, min(129, index + 1), box), shown[min(129, index + 1)])
        opened.close()


def test_a_loop_is_as_long_as_the_timeline_says(studio: Studio) -> None:
    """Also from the middle, and at another rate than the movie's."""
    studio.clip("rgb.mp4", [RED, GREEN, BLUE], fps=24, each=8)  # a third of a second each
    document = movie(scene(4, video("rgb.mp4", loop=3, duration=4)))
    colours = [RED, GREEN, BLUE] * 3 + [BLUE] * 3
    wanted = [at * 10 + 5 for at in range(12)]
    for frame, colour in zip(studio.frames(document, *wanted), colours, strict=True):
        assert is_near(frame, 0.9, 0.5, colour)


def test_seek_from_the_end(studio: Studio) -> None:
    studio.clip("rgb.mp4", [RED, GREEN, BLUE])
    shown = studio.frames(movie(scene(1.2, video("rgb.mp4", seek=-1, duration=1.2))), 0, 14, 15, 35)
    for frame, colour in zip(shown, [GREEN, GREEN, BLUE, BLUE], strict=True):
        assert is_near(frame, 0.9, 0.5, colour)


def test_a_clip_that_begins_late_in_its_file_keeps_its_time(studio: Studio) -> None:
    """Its sound begins at 0, its pictures half a second later: the first one waits there."""
    path = studio.folder / "late.mkv"
    with av.open(str(path), "w") as out:
        picture = out.add_stream("libx264", rate=30)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        sound = out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        quiet = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), format="s16", layout="mono")
        quiet.sample_rate, quiet.pts = 48_000, 0
        out.mux(sound.encode(quiet))
        for number in range(30):
            colour = RED if number < 15 else BLUE
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), colour, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number + 15, Fraction(1, 30)
            out.mux(picture.encode(frame.reformat(format="yuv420p")))
        out.mux(picture.encode(None))
    shown = studio.frames(movie(scene(1.5, video("late.mkv"))), 0, 16, 28, 31)
    for frame, colour in zip(shown, [RED, RED, RED, BLUE], strict=True):
        assert is_near(frame, 0.5, 0.5, colour)


def test_clips_zoom_and_pan(studio: Studio) -> None:
    """The darker left half ends in the middle; zooming keeps it there, panning moves it, flips mirror it."""
    studio.clip("two.mp4", [GREEN], size=(160, 120), each=30)

    def border(frame: np.ndarray) -> float:
        return float(np.argmax(frame[96, :, 1] > 150)) / frame.shape[1]

    document = movie(scene(1, video("two.mp4", pan="right", **{"pan-distance": 0.4})))
    first, last = (border(f) for f in studio.frames(document, 0, 29))
    assert first - last == pytest.approx(0.4, abs=0.04)
    assert studio.plan(document).notes == ()
    first, last = (border(f) for f in studio.frames(movie(scene(1, video("two.mp4", zoom=30))), 0, 29))
    assert first == pytest.approx(0.5, abs=0.02)
    assert last == pytest.approx(0.5, abs=0.02)
    picture = studio.frames(movie(scene(1, video("two.mp4", **{"flip-horizontal": True}))), 5)[0]
    assert is_near(picture, 0.1, 0.5, GREEN)
    assert is_near(picture, 0.9, 0.5, tuple(c // 2 for c in GREEN))


def test_a_zooming_clip_does_not_shake(tmp_path: Path) -> None:
    """A soft spot away from the middle follows the straight line of the zoom to a tenth of a pixel."""
    width, height = 320, 320
    y, x = np.mgrid[0:height, 0:width]
    spot = 16 + 200 * np.exp(-((x - 220.3) ** 2 + (y - 120.7) ** 2) / 600)
    picture = np.repeat(spot[:, :, None], 3, axis=2).astype(np.uint8)
    path = write_clip(tmp_path / "s.mp4", 45, lambda n: picture, size=(width, height), options={"crf": "4"})
    box = Box(0, 0, 280, 280)
    start, end = Window(0, 0, 320, 320), Window(10, 10, 300, 300)
    clip = Clip(AssetFile("s", path, "s.mp4"), ClipSpec("s", start, end, 0, 1.5, 1), box, 30, 45)
    error = []
    for index in range(45):
        frame = av.VideoFrame(280, 280, "yuv420p")
        clip.draw(index, planes_of(frame), OPAQUE)
        light = planes_of(frame).y.astype(float)
        weight = np.maximum(light - light.min() - 4, 0)
        found = (weight * (np.arange(280) + 0.5)).sum() / weight.sum()
        share = index / 44
        expected = (220.8 - 10 * share) / (320 - 20 * share) * 280
        error.append(found - expected)
    assert np.sqrt(np.mean((np.asarray(error) - np.mean(error)) ** 2)) < 0.1


def test_the_first_picture_of_a_layer_does_not_wait_for_the_whole_clip(studio: Studio) -> None:
    """A cover picture and a clip of the same size: the one on top hides the other, whichever it is."""
    studio.photo("red.jpg", RED)
    studio.clip("green.mp4", [GREEN], each=10)
    over = studio.frames(movie(scene(0.3, image("red.jpg"), video("green.mp4"))), 4)[0]
    under = studio.frames(movie(scene(0.3, video("green.mp4"), image("red.jpg"))), 4)[0]
    assert is_near(over, 0.9, 0.5, GREEN)
    assert is_near(under, 0.9, 0.5, RED)


def test_a_closed_clip_lets_its_memory_go_at_once(tmp_path: Path) -> None:
    """A movie of sixty clips must not hold sixty decoders until somebody looks for circles."""
    path = write_clip(tmp_path / "c.mp4", 6, counting)
    frames = Frames(AssetFile("c", path, "c.mp4"), 0.0, 30)
    assert frames.at(0) is not None
    gone = weakref.ref(frames)
    gc.disable()
    try:
        frames.close()
        del frames
        assert gone() is None
    finally:
        gc.enable()
