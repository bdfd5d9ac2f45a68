"""Every text style: what is seen where at which time, and the same wherever drawing begins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from renderer_studio import QUICK, Pixels, Studio, movie, scene

from services.renderer.local.compositing.open_layer import open_layer
from services.renderer.local.pictures.planes import OPAQUE, blank, fill

STYLES = [f"{number:03}" for number in range(1, 12)]
COMING = ["003", "004", "005", "006", "007", "009"]
GROUND = (58, 90, 120)
PLAIN = {"font-size": "120px", "font-family": "Roboto", "text-shadow": "none", "letter-spacing": "0"}


def words(text: str, style: str, **settings: str) -> dict[str, Any]:
    given = {key.replace("_", "-"): value for key, value in settings.items()}
    return {"type": "text", "text": text, "style": style, "settings": {**PLAIN, **given}}


def shown(studio: Studio, element: dict[str, Any], *frames: int, seconds: float = 3.0) -> list[Pixels]:
    document = movie(scene(seconds, element, **{"background-color": "#3a5a78"}))
    return studio.frames(document, *frames, profile=QUICK)


def ink(frame: Pixels) -> np.ndarray[Any, np.dtype[np.float64]]:
    """How much of each pixel is letter (0 … 1), for white letters."""
    return (frame[:, :, 0].astype(float) - GROUND[0]).clip(0) / (255 - GROUND[0])


def box(frame: Pixels, least: float = 0.3) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the letters, in pixels."""
    rows, columns = np.nonzero(ink(frame) > least)
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def halves(frame: Pixels) -> tuple[float, float]:
    """The strongest ink left and right of the middle."""
    found = ink(frame)
    middle = found.shape[1] // 2
    return float(found[:, :middle].max()), float(found[:, middle:].max())


@pytest.mark.parametrize("style", STYLES)
def test_the_same_pixels_wherever_drawing_begins(studio: Studio, style: str) -> None:
    plan = studio.plan(movie(scene(2.5, words("Go far 42 now", style, text_shadow="3px 3px 8px red"))), QUICK)
    layer = plan.segments[0].scenes[0].layers[0]
    size = (plan.width, plan.height)
    canvas = blank(*size)

    def drawn(source: Any, index: int) -> bytes:
        fill(canvas, (90, 140, 110))
        source.draw(index, canvas, OPAQUE)
        return b"".join(plane.tobytes() for plane in canvas.all())

    whole = open_layer(layer, {}, plan.fps, size)
    all_frames = [drawn(whole, index) for index in range(layer.last - layer.first)]
    assert len(set(all_frames)) > (1 if style not in ("001", "011") else 0)
    for start in (1, 7, 20, 44, 61, 74):
        late = open_layer(layer, {}, plan.fps, size)
        assert [drawn(late, index) for index in range(start, start + 1)] == all_frames[start : start + 1]


@pytest.mark.parametrize("style", COMING)
def test_what_came_piece_by_piece_ends_as_text_that_stood_there(studio: Studio, style: str) -> None:
    text = "Look at this"
    end = shown(studio, words(text, style), 89)[0].astype(int)
    still = shown(studio, words(text, "002"), 89)[0].astype(int)
    assert np.abs(end - still).mean() < 0.15
    assert np.abs(end - still).max() < 90  # a letter drawn alone may differ at its edge, not in its place


@pytest.mark.parametrize("style", COMING)
def test_nothing_stands_there_before_it_comes(studio: Studio, style: str) -> None:
    first, middle, end = (
        ink(frame).sum() for frame in shown(studio, words("Look at this", style), 0, 12, 89)
    )
    assert first < 0.12 * end
    assert first < middle < end


def test_002_fades_in_as_a_whole_in_two_seconds(studio: Studio) -> None:
    early, half, late = shown(studio, words("AAAA BBBB", "002"), 14, 29, 60)
    for frame, share in ((early, 0.25), (half, 0.5), (late, 1.0)):
        assert halves(frame) == pytest.approx((share, share), abs=0.05)


def test_003_shows_word_by_word_half_a_second_each_four_tenths_apart(studio: Studio) -> None:
    frames = shown(studio, words("AAAA BBBB", "003", font_size="150px"), 6, 11, 14, 19, 26)
    wanted = [(7 / 15, 0.0), (12 / 15, 0.0), (1.0, 3 / 15), (1.0, 8 / 15), (1.0, 1.0)]
    for frame, share in zip(frames, wanted, strict=True):
        assert halves(frame) == pytest.approx(share, abs=0.06)


def test_004_shows_letter_by_letter_from_left_to_right(studio: Studio) -> None:
    frames = shown(studio, words("HHHHHHHH", "004"), 3, 10, 20, 60)
    right = [box(frame, 0.15)[2] for frame in frames]
    assert right == sorted(set(right))
    left = [box(frame, 0.15)[0] for frame in frames]
    assert max(left) - min(left) <= 1
    assert ink(frames[1])[:, right[0]].max() > ink(frames[0])[:, right[0]].max()


def test_004_runs_from_right_to_left_in_hebrew(studio: Studio) -> None:
    early, late = shown(studio, words("שלום", "004"), 6, 60)
    assert box(early, 0.15)[0] > box(late)[0] + 20
    assert abs(box(early, 0.15)[2] - box(late)[2]) <= 2


def test_005_rises_line_by_line(studio: Studio) -> None:
    early, late, end = shown(studio, words("HHH\nEEE", "005"), 4, 10, 60)
    assert box(early, 0.1)[1] > box(end)[1] + 2
    top, bottom = np.split(ink(late), [(box(end)[1] + box(end)[3]) // 2])
    assert top.max() > bottom.max()


def test_006_letters_come_up_from_below_their_line(studio: Studio) -> None:
    frames = shown(studio, words("HHHHHH", "006"), 1, 4, 60)
    end = box(frames[2])
    for frame in frames[:2]:
        assert box(frame)[3] <= end[3] + 9  # cut off at the foot of the line
        assert box(frame)[2] < end[2] - 10
    first = [ink(frame)[:, end[0] : end[0] + 14] for frame in frames]
    tops = [int(np.nonzero(part.max(axis=1) > 0.3)[0].min()) for part in first]
    assert tops[0] > tops[1] >= tops[2]


def test_007_letters_shrink_into_place(studio: Studio) -> None:
    early, end = shown(studio, words("HHHHHH", "007"), 2, 60)
    assert box(early, 0.1)[3] - box(early, 0.1)[1] > box(end)[3] - box(end)[1] + 2


def test_008_letters_grow_between_lines_that_widen_for_two_seconds(studio: Studio) -> None:
    element = words("HHHH", "008", font_size="200px")
    early, first, middle, end = shown(studio, element, 2, 9, 29, 60)
    left, top, right, bottom = box(end)
    whole = right - left + 1
    for frame, seconds in ((first, 1 / 3), (middle, 1.0), (end, 2.0)):
        grown = 1 - (1 - seconds / 2) ** 4
        assert _widest_row(frame, top=True) == pytest.approx(grown * whole, abs=2.5)
        assert _widest_row(frame, top=False) == pytest.approx(grown * whole, abs=2.5)
    letter = (slice(top + 8, bottom - 8), slice(left, left + whole // 5))
    high = [
        int((rows > 0.5 * rows.max()).sum()) for rows in (ink(f)[letter].max(axis=1) for f in (early, end))
    ]
    assert high[0] == pytest.approx((0.3 + 0.7 * (1 - 2 ** -(10 * 3 / 18))) * high[1], abs=2)


def _widest_row(frame: Pixels, *, top: bool) -> int:
    """The length of the line above or below."""
    rows = np.nonzero((ink(frame) > 0.3).any(axis=1))[0]
    return int((ink(frame)[rows.min() if top else rows.max()] > 0.3).sum())


def test_009_and_010_mirror_each_other(studio: Studio) -> None:
    coming = shown(studio, words("HHHHHH", "009"), 0, 8, 89)
    leaving = shown(studio, words("HHHHHH", "010"), 0, 81, 89)
    still = ink(shown(studio, words("HHHHHH", "002"), 89)[0])
    assert np.abs(ink(coming[2]) - still).mean() < 0.001
    assert np.abs(ink(leaving[0]) - still).mean() < 0.001
    for early in (coming[1], leaving[1]):
        assert np.abs(ink(early) - still).sum() > 0.3 * still.sum()
    assert ink(coming[0]).sum() < 0.05 * still.sum()
    assert ink(leaving[2]).sum() < 0.05 * still.sum()
    gone = ink(shown(studio, words("HHHHHH", "010"), 75)[0])
    middle = gone.shape[1] // 2
    assert gone[:, :middle].sum() < gone[:, middle:].sum()  # the first letter leaves first


def test_011_has_a_box_behind_each_line(studio: Studio) -> None:
    frame = shown(studio, words("A wide line here\nshort", "011", background_color="#cc2200"), 5)[0]
    red = (np.abs(frame.astype(int) - (204, 34, 0)).max(axis=2) < 40).sum(axis=1)
    lines = np.nonzero(red > 10)[0]
    upper, lower = red[lines[len(lines) // 4]], red[lines[-len(lines) // 5]]
    assert upper > lower + 20
    assert halves(frame)[0] > 0.95
    black = shown(studio, words("Now", "011"), 5)[0]
    assert (black.max(axis=2) < 20).sum() > 500


def test_fades_and_the_styles_own_motion_work_together(studio: Studio) -> None:
    element = {**words("HHHH", "004"), "fade-out": 1.0}
    full, half, gone = (float(ink(frame).max()) for frame in shown(studio, element, 55, 74, 89))
    assert full > 0.97
    assert half == pytest.approx(16 / 30, abs=0.06)
    assert gone < 0.06


def test_text_turns_with_its_element(studio: Studio) -> None:
    upright, turned = (
        shown(studio, {**words("HHHHHH", "003"), **more}, 60)[0] for more in ({}, {"rotate": {"angle": 90}})
    )
    flat, tall = box(upright), box(turned)
    assert flat[2] - flat[0] > 2 * (flat[3] - flat[1])
    assert tall[3] - tall[1] == pytest.approx(flat[2] - flat[0], abs=4)


def test_long_text_is_there_in_time_where_the_vendor_gives_no_times(studio: Studio) -> None:
    for style in ("004", "006", "007", "009"):
        element = words("letters come " * 9, style, font_size="60px")
        half, end = shown(studio, element, 66, 89)
        assert np.array_equal(half, end)


def test_very_long_text_moves_word_by_word_and_says_so(studio: Studio) -> None:
    element = words("letters " * 20, "004", font_size="60px")
    early = shown(studio, element, 4)[0]
    first = ink(early)[: box(early, 0.1)[3] + 1]
    assert first.max() > 0.15
    assert studio.plan(movie(scene(3, element))).notes == (
        "Scene #1, element #1: its letters move word by word, for there are more than 120.",
    )
