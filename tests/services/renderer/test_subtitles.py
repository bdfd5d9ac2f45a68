"""Subtitles as pictures: which words are seen when, where and in which colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from renderer_studio import QUICK, Pixels, Studio, movie, scene

from services.renderer.local.compositing.open_layer import open_layer
from services.renderer.local.pictures.planes import OPAQUE, blank, fill
from services.renderer.local.planning.layers import Layer
from services.renderer.local.planning.subtitle_look import SubtitleSpec

SRT = "1\n00:00:00,500 --> 00:00:01,500\nAAAA BBBB\n\n2\n00:00:02,000 --> 00:00:03,000\nCCCC\n"
TIMED = "WEBVTT\n\n00:00.500 --> 00:02.000\nAAAA <00:01.000>BBBB <00:01.500>CCCC\n"
COLOURS = {"line-color": "#ffffff", "word-color": "#ff0000", "box-color": "#00c000", "font-size": 100}
WHITE, RED, GREEN = (255, 255, 255), (255, 0, 0), (0, 192, 0)

Mask = npt.NDArray[np.bool_]


def subtitles(captions: str = SRT, **settings: Any) -> dict[str, Any]:
    given = {key.replace("_", "-"): value for key, value in settings.items()}
    return {"type": "subtitles", "captions": captions, "settings": {**COLOURS, **given}}


def over(element: dict[str, Any], *, seconds: float = 3.0) -> dict[str, Any]:
    return movie(scene(seconds, **{"background-color": "#0000a0"}), elements=[element])


def shown(studio: Studio, element: dict[str, Any], *frames: int) -> list[Pixels]:
    return studio.frames(over(element), *frames, profile=QUICK)


def where(frame: Pixels, colour: tuple[int, int, int], within: int = 70) -> Mask:
    found: Mask = np.abs(frame.astype(int) - colour).max(axis=2) < within
    return found


def span(mask: Mask) -> tuple[int, int]:
    """First and last column with anything."""
    columns = np.nonzero(mask.any(axis=0))[0]
    return (int(columns.min()), int(columns.max())) if columns.size else (-1, -1)


def layers(studio: Studio, element: dict[str, Any]) -> list[Layer]:
    plan = studio.plan(over(element), QUICK)
    return list({id(layer): layer for segment in plan.segments for layer in segment.over}.values())


def test_captions_are_there_from_their_first_frame_to_their_last(studio: Studio) -> None:
    frames = shown(studio, subtitles(), 14, 15, 44, 45, 59, 60, 89)
    assert [bool(where(frame, WHITE).any()) for frame in frames] == [
        False, True, True, False, False, True, True,
    ]  # fmt: skip


def test_classic_with_times_marks_the_word_that_is_said(studio: Studio) -> None:
    first, second, third = shown(studio, subtitles(TIMED), 20, 35, 50)
    marks = [span(where(frame, RED)) for frame in (first, second, third)]
    assert marks[0][1] < marks[1][0]
    assert marks[1][1] < marks[2][0]
    for frame in (first, second, third):
        both = where(frame, RED) | where(frame, WHITE)
        assert span(both) == pytest.approx(span(where(first, RED) | where(first, WHITE)), abs=2)
    assert where(third, WHITE)[:, : marks[2][0]].any()


def test_classic_without_times_marks_nothing(studio: Studio) -> None:
    for frame in shown(studio, subtitles(), 16, 30, 44):
        assert where(frame, WHITE).any()
        assert not where(frame, RED).any()


def test_progressive_words_come_one_by_one_and_stay(studio: Studio) -> None:
    style = {"style": "classic-progressive"}
    frames = shown(studio, subtitles(TIMED, **style), 16, 31, 46)
    ends = [span(where(frame, RED) | where(frame, WHITE))[1] for frame in frames]
    assert ends == sorted(set(ends))
    assert not where(frames[0], WHITE).any()
    assert span(where(frames[2], WHITE))[1] < span(where(frames[2], RED))[0]
    starts = [span(where(frame, RED) | where(frame, WHITE))[0] for frame in frames]
    assert max(starts) - min(starts) <= 1


def test_one_word_stands_alone_in_the_middle(studio: Studio) -> None:
    for frame in shown(studio, subtitles(TIMED, style="classic-one-word"), 16, 31, 46):
        left, right = span(where(frame, RED))
        assert (left + right) / 2 == pytest.approx(134.5, abs=2)
        assert right - left < 90
        assert not where(frame, WHITE).any()


def test_a_boxed_line_has_its_box_behind_all_words(studio: Studio) -> None:
    (frame,) = shown(studio, subtitles(TIMED, style="boxed-line"), 35)
    box, letters = span(where(frame, GREEN)), span(where(frame, WHITE) | where(frame, RED))
    assert box[0] < letters[0] - 3
    assert box[1] > letters[1] + 3
    assert where(frame, RED).any()


def test_a_boxed_word_moves_its_box(studio: Studio) -> None:
    frames = shown(studio, subtitles(TIMED, style="boxed-word"), 16, 31, 46)
    boxes = [span(where(frame, GREEN)) for frame in frames]
    assert boxes[0][0] < boxes[1][0] < boxes[2][0]
    for frame, box in zip(frames, boxes, strict=True):
        marked = span(where(frame, RED))
        assert box[0] < marked[0]
        assert marked[1] < box[1]
        assert where(frame, WHITE).any()


def test_a_boxed_word_leaves_its_neighbours_as_much_room_as_it_takes(studio: Studio) -> None:
    captions = "WEBVTT\n\n00:00.000 --> 00:02.000\nHH <00:00.500>HH <00:01.000>HH\n"
    given = subtitles(captions, style="boxed-word", font_size=160)
    (frame,) = shown(studio, given, 20)
    box, letters = span(where(frame, GREEN)), span(where(frame, RED))
    white = where(frame, WHITE).any(axis=0)
    before = int(np.flatnonzero(white[: box[0]]).max())
    after = box[1] + int(np.flatnonzero(white[box[1] :]).min())
    inside = letters[0] - box[0], box[1] - letters[1]
    outside = box[0] - before, after - box[1]
    assert min(inside) >= 5
    assert outside == pytest.approx(inside, abs=2)


@pytest.mark.parametrize(
    ("position", "x", "y"),
    [
        ("top-left", 0.2, 0.12), ("top-center", 0.5, 0.12), ("top-right", 0.8, 0.12),
        ("center-left", 0.2, 0.5), ("center-center", 0.5, 0.5), ("center-right", 0.8, 0.5),
        ("bottom-left", 0.2, 0.88), ("bottom-center", 0.5, 0.88), ("bottom-right", 0.8, 0.88),
        ("mid-top-center", 0.5, 0.3), ("mid-bottom-center", 0.5, 0.7),
    ],
)  # fmt: skip
def test_positions(studio: Studio, position: str, x: float, y: float) -> None:
    (frame,) = shown(studio, subtitles(position=position), 70)
    rows, columns = np.nonzero(where(frame, WHITE))
    assert columns.mean() / frame.shape[1] == pytest.approx(x, abs=0.07)
    assert rows.mean() / frame.shape[0] == pytest.approx(y, abs=0.04)
    assert columns.min() >= 0.045 * frame.shape[1]
    assert columns.max() <= 0.955 * frame.shape[1]


def test_a_custom_position_is_the_middle_and_never_leaves_the_picture(studio: Studio) -> None:
    for x, y, wanted in ((540, 600, (0.5, 0.31)), (2000, 9000, (0.8, 0.97)), (300, -50, (0.28, 0.03))):
        (frame,) = shown(studio, subtitles(position="custom", x=x, y=y), 70)
        rows, columns = np.nonzero(where(frame, WHITE))
        assert columns.mean() / 270 == pytest.approx(wanted[0], abs=0.06)
        assert rows.mean() / 480 == pytest.approx(wanted[1], abs=0.03)


def test_outline_shadow_capitals_and_other_settings(studio: Studio) -> None:
    plain, outlined = (
        shown(studio, subtitles(**more), 70)[0]
        for more in ({"outline-width": 0}, {"outline-width": 12, "outline-color": "#00ff00"})
    )
    ring = where(outlined, (0, 255, 0))
    assert ring.sum() > 100
    letters = where(plain, WHITE)
    assert span(ring)[0] < span(letters)[0]
    assert span(ring)[1] > span(letters)[1]
    (shaded,) = shown(studio, subtitles(shadow_offset=16, shadow_color="#00ff00"), 70)
    cast = where(shaded, (0, 255, 0))
    assert cast.any()
    assert np.nonzero(cast)[0].mean() > np.nonzero(letters)[0].mean()
    spec = layers(
        studio, subtitles("1\n00:00:00,000 --> 00:00:01,000\nHey joe", all_caps=True, replace={"joe": "you"})
    )[0].spec
    assert isinstance(spec, SubtitleSpec)
    assert [word.text for word in spec.words] == ["HEY", "YOU"]


def test_the_size_is_five_percent_of_the_width_unless_it_is_named(studio: Studio) -> None:
    default = {"type": "subtitles", "captions": SRT}
    sizes = []
    for element in (default, subtitles(font_size=80), subtitles(font_size="36px")):
        spec = layers(studio, element)[0].spec
        assert isinstance(spec, SubtitleSpec)
        sizes.append(spec.look.size)
    assert sizes == pytest.approx([0.05 * 270, 20.0, 9.0])


def test_subtitles_lie_on_top_of_everything(studio: Studio) -> None:
    cover = {
        "type": "text", "text": "█", "z-index": 99, "x": 0, "y": 0, "width": 1080, "height": 1920,
        "settings": {"background-color": "#0000a0", "color": "#0000a0", "font-size": "90vw",
                     "padding": "400px"},
    }  # fmt: skip
    document = movie(scene(3.0), elements=[subtitles(position="center-center"), cover])
    (frame,) = studio.frames(document, 70, profile=QUICK)
    assert where(frame, (0, 0, 160)).sum() > 20_000
    assert where(frame, WHITE).sum() > 50


def test_subtitles_of_a_scene_count_from_its_start_and_end_with_it(studio: Studio) -> None:
    document = movie(scene(1.0), scene(1.0, subtitles("1\n00:00:00,500 --> 00:00:09,000\nAAAA")), scene(1.0))
    frames = studio.frames(document, 20, 44, 45, 59, 60, profile=QUICK)
    assert [bool(where(frame, WHITE).any()) for frame in frames] == [False, False, True, True, False]


def test_the_text_of_voices_becomes_subtitles(studio: Studio) -> None:
    voice = {"type": "voice", "text": "AAAA BBBB. CCCC", "duration": 2, "start": 0.5}
    element = {**subtitles(""), "settings": {**COLOURS, "style": "classic-one-word"}}
    document = movie(scene(3.0, voice), elements=[element])
    frames = studio.frames(document, 14, 16, 74, 76, profile=QUICK)
    assert [bool(where(frame, RED).any()) for frame in frames] == [False, True, True, False]
    notes = studio.plan(document, QUICK).notes
    assert (
        "Movie element #1: the subtitles show the text of the voices; when each word is said is estimated."
        in notes
    )
    alone = studio.plan(movie(scene(3.0, voice)), QUICK)
    assert "Scene #1, element #1: what the voice says is shown as subtitles." in alone.notes
    assert [len(segment.over) for segment in alone.segments if segment.over]
    muted = studio.plan(movie(scene(3.0, {**voice, "muted": True})), QUICK)
    assert not any(segment.over for segment in muted.segments)


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ({"type": "subtitles"}, "without captions no subtitles are shown"),
        (subtitles("https://example.com/a.srt"), "captions are not fetched from an address"),
        (subtitles("some words"), "the captions are neither SRT nor WebVTT nor ASS. No subtitles are shown."),
        (subtitles(style="boxed-word"), "its captions do not say when each word is spoken"),
        (subtitles(font_family="Grape Nuts"), "the font 'Grape Nuts' is shown as Roboto."),
        (subtitles(font_url="https://example.com/a.ttf"), "a font is not fetched from an address."),
        (subtitles(position="custom", x=5, y=5), "the vendor does not say what x and y mean"),
        (subtitles(SRT.replace("CCCC", "陶")), "no installed font has 陶; left out."),
    ],
)  # fmt: skip
def test_what_is_shown_otherwise_is_said(studio: Studio, element: dict[str, Any], said: str) -> None:
    notes = studio.plan(over(element), QUICK).notes
    assert any(note.startswith(f"Movie element #1: {said}") for note in notes), notes


def test_captions_shown_as_they_are_need_no_word(studio: Studio) -> None:
    assert studio.plan(over(subtitles(TIMED, style="boxed-word", outline_width=2)), QUICK).notes == ()


@pytest.mark.parametrize("style", ["classic", "classic-progressive", "classic-one-word", "boxed-word"])
def test_letters_have_a_dark_edge_where_nothing_is_said_of_one(studio: Studio, style: str) -> None:
    """White letters on a nearly white picture can be told from it, and it is said."""

    def darkest(**settings: Any) -> tuple[float, tuple[str, ...]]:
        document = movie(
            scene(3.0, **{"background-color": "#f4f4f4"}),
            elements=[subtitles(TIMED, style=style, word_color="#ffffff", box_color="#ffffff", **settings)],
        )
        (frame,) = studio.frames(document, 31, profile=QUICK)
        return float(frame.min()), studio.plan(document, QUICK).notes

    least, notes = darkest()
    assert least < 130
    assert [note for note in notes if "a soft dark edge" in note]
    for settings in ({"outline_width": 0}, {"shadow_offset": 0}):
        least, notes = darkest(**settings)
        assert least > 230
        assert notes == ()


@pytest.mark.parametrize(
    "style", ["classic", "classic-progressive", "classic-one-word", "boxed-line", "boxed-word"]
)
def test_the_same_pixels_wherever_drawing_begins(studio: Studio, style: str) -> None:
    canvas = blank(270, 480)

    def drawn(source: Any, index: int) -> bytes:
        fill(canvas, (40, 140, 110))
        source.draw(index, canvas, OPAQUE)
        return b"".join(plane.tobytes() for plane in canvas.all())

    for layer in layers(studio, subtitles(TIMED, style=style)):
        whole = open_layer(layer, {}, 30, (270, 480))
        every = [drawn(whole, index) for index in range(layer.last - layer.first)]
        for start in range(0, len(every), 5):
            assert drawn(open_layer(layer, {}, 30, (270, 480)), start) == every[start]


def test_a_changed_caption_changes_only_its_segments(studio: Studio) -> None:
    def keys(text: str) -> list[str]:
        document = movie(scene(1.8), scene(1.2), elements=[subtitles(SRT.replace("CCCC", text))])
        return [segment.key({}, {}) for segment in studio.plan(document, QUICK).segments]

    before, after = keys("CCCC"), keys("DDDD")
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False]


def test_a_long_line_is_broken_and_a_long_word_too(studio: Studio) -> None:
    for text in ("Wonderful neighbourhoods everywhere tonight", "x" * 60):
        (frame,) = shown(studio, subtitles(SRT.replace("CCCC", text)), 70)
        left, right = span(where(frame, WHITE))
        assert left >= 0.04 * 270
        assert right <= 0.96 * 270
        rows = np.nonzero(where(frame, WHITE).any(axis=1))[0]
        assert rows.max() - rows.min() > 12
