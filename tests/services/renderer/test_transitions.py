"""Every transition of the vendor's list against ffmpeg's own xfade filter, whose names they are."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache, partial
from typing import get_args

import av
import av.filter
import numpy as np
import numpy.typing as npt
import pytest
from renderer_studio import BLACK, BLUE, RED, WHITE, Studio, image, is_near, movie, scene

from services.movie.movie import TransitionStyle
from services.renderer.local.compositing import transition_masks, transition_moves
from services.renderer.local.compositing.transitions import Style, mix, styles
from services.renderer.local.pictures.planes import Planes, blank, yuv

Pixels = npt.NDArray[np.uint8]

# json2video.com/docs/api/json2video-api.json: the only list of them.
VENDORS = """
fade wipeleft wiperight wipeup wipedown slideleft slideright slideup slidedown circlecrop rectcrop
distance fadeblack fadewhite radial smoothleft smoothright smoothup smoothdown circleopen
circleclose vertopen vertclose horzopen horzclose dissolve pixelize diagtl diagtr diagbl diagbr
hlslice hrslice vuslice vdslice hblur fadegrays wipetl wipetr wipebl wipebr squeezeh squeezev zoomin
""".split()  # noqa: SIM905  42 quoted names would only be harder to read
SIZE = (180, 320)
STEPS = 20
# Mean difference of a sample (of 255) at most: what is left comes from half-resolution colour, smooth edges,
# and the means instead of single pixels when the picture is sampled anew.
WITHIN = {"zoomin": 5.0, "pixelize": 2.5, "distance": 4.0, "squeezeh": 2.5, "squeezev": 2.5}
# The filter's black and white are 0 and 255 also where 16 and 235 would be right; ours are right.
FULL_RANGE: dict[str, Style] = {
    "fadeblack": transition_moves.through((0, 127, 127)),
    "fadewhite": transition_moves.through((255, 127, 127)),
    "circlecrop": transition_masks.circle_crop((0, 127, 127)),
    "rectcrop": transition_moves.rectangle_crop((0, 127, 127)),
}


def scene_picture(number: int) -> Pixels:
    """A picture (yuv444) without any symmetry, in which every place and both scenes can be told apart."""
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width]
    if number == 0:
        luma = 40 + 110 * x / width + 40 * ((x // 40 + y // 50) % 2)
        planes = [luma, 90 + 40 * y / height, 160 - 30 * x / width]
    else:
        luma = 210 - 90 * y / height - 50 * (np.hypot(x - 60, y - 90) < 40)
        planes = [luma, 160 - 30 * x / width, 100 + 40 * y / height]
    return np.asarray(np.rint(planes), np.uint8)


def halved(picture: Pixels) -> Planes:
    u, v = (
        np.asarray(np.rint(plane.reshape(SIZE[1] // 2, 2, SIZE[0] // 2, 2).mean(axis=(1, 3))), np.uint8)
        for plane in picture[1:]
    )
    return Planes(picture[0].copy(), u, v)


@lru_cache
def xfaded(style: str) -> tuple[Pixels, ...]:
    """The frames of ffmpeg's transition; frame ``n`` is n / STEPS of the way."""
    graph = av.filter.Graph()
    rate = Fraction(STEPS)
    inputs = [
        graph.add("buffer", f"width={SIZE[0]}:height={SIZE[1]}:pix_fmt=yuv444p:time_base=1/{STEPS}"
                            f":pixel_aspect=1/1:frame_rate={STEPS}/1:colorspace=bt709:range=tv")
        for _ in range(2)
    ]  # fmt: skip
    fader = graph.add("xfade", f"transition={style}:duration=1:offset=0")
    for at, node in enumerate(inputs):
        node.link_to(fader, 0, at)
    sink = graph.add("buffersink")
    fader.link_to(sink)
    graph.configure()
    found: list[Pixels] = []
    for number in range(STEPS + 1):
        for at, node in enumerate(inputs):
            frame = av.VideoFrame.from_ndarray(scene_picture(at), format="yuv444p")
            frame.pts, frame.time_base = number, 1 / rate
            frame.colorspace, frame.color_range = 1, 1
            node.push(frame)
        while True:
            try:
                found.append(np.asarray(sink.pull().to_ndarray(), np.uint8))
            except (BlockingIOError, EOFError):
                break
    assert len(found) >= STEPS
    return tuple(found)


def mixed(style: str, share: float) -> Planes:
    out = blank(*SIZE)
    made = FULL_RANGE.get(style) or partial(mix, style)
    made(halved(scene_picture(0)), halved(scene_picture(1)), share, out)
    return out


def apart(a: Planes, b: Planes) -> float:
    """Mean difference of a sample, luma and chroma alike."""
    pairs = zip(a.all(), b.all(), strict=True)
    return float(np.mean([np.abs(x.astype(int) - y.astype(int)).mean() for x, y in pairs]))


def test_the_vendors_list_is_what_there_is() -> None:
    assert sorted(styles()) == sorted(VENDORS) == sorted(get_args(TransitionStyle))


@pytest.mark.parametrize("style", VENDORS)
def test_each_goes_as_ffmpegs(style: str) -> None:
    """A wrong direction, order or time is several times further away (see the next test)."""
    theirs = xfaded(style)
    if style == "dissolve":  # another grain: compared from afar
        return
    for step in (0, 3, 7, 10, 13, 17, 19):
        difference = apart(mixed(style, step / STEPS), halved(theirs[step]))
        assert difference < WITHIN.get(style, 1.5), (style, step, difference)


@pytest.mark.parametrize("style", VENDORS)
def test_the_comparison_would_notice_another_style_or_time(style: str) -> None:
    theirs = xfaded(style)
    for step in (5, 14):
        ours = apart(mixed(style, step / STEPS), halved(theirs[step]))
        late = apart(mixed(style, (step + 4) / STEPS), halved(theirs[step]))
        backwards = apart(mixed(style, 1 - step / STEPS), halved(theirs[step]))
        if style != "dissolve":
            assert ours < 0.5 * late, (style, step, ours, late)
            assert ours < 0.5 * backwards


def test_dissolve_changes_as_many_pixels_as_ffmpegs_everywhere() -> None:
    old, new = halved(scene_picture(0)), halved(scene_picture(1))
    for step in (4, 10, 16):
        ours, theirs = mixed("dissolve", step / STEPS), halved(xfaded("dissolve")[step])
        for top in range(0, SIZE[1], 80):
            rows = slice(top, top + 80)
            base, full = old.y[rows].mean(), new.y[rows].mean()
            found = [(p.y[rows].mean() - base) / (full - base) for p in (ours, theirs)]
            assert found == pytest.approx([step / STEPS] * 2, abs=0.06)


@pytest.mark.parametrize("style", VENDORS)
def test_each_begins_and_ends_with_a_whole_scene_on_time(studio: Studio, style: str) -> None:
    studio.photo("red.jpg", RED)
    studio.photo("blue.jpg", BLUE)
    document = movie(
        scene(1, image("red.jpg")), scene(1, image("blue.jpg"), transition={"style": style, "duration": 0.5})
    )
    assert studio.plan(document).notes == ()
    before, late, done = studio.frames(document, 14, 26, 30)
    for x, y in ((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)):
        assert is_near(before, x, y, RED)
        assert is_near(done, x, y, BLUE)
    assert np.abs(late.astype(int) - RED).max() > 60


@pytest.mark.parametrize(
    ("style", "share", "colour"),
    [
        ("fadeblack", 0.22, BLACK), ("fadewhite", 0.22, WHITE),
        ("circlecrop", 0.5, BLACK), ("rectcrop", 0.5, BLACK),
    ],
)  # fmt: skip
def test_black_and_white_in_between_are_those_of_video(
    style: str, share: float, colour: tuple[int, int, int]
) -> None:
    out = blank(*SIZE)
    picture = halved(scene_picture(0))
    mix(style, picture, picture, share, out)
    assert abs(int(out.y[2, 2]) - yuv(*colour)[0]) <= 8
    assert out.y.min() >= 16
    assert out.y.max() <= 235
