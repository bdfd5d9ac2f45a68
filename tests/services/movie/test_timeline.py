"""Seconds to frames: natural lengths, containers, transitions, and sums that never drift."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.errors import Refused
from services.movie import Span, Timeline, lay_out, parse_movie


def timeline(
    scenes: list[dict[str, Any]], elements: list[dict[str, Any]] | None = None, **lengths: float
) -> Timeline:
    document = {"resolution": "instagram-story", "fps": 30, "scenes": scenes, "elements": elements or []}
    return lay_out(parse_movie(document), lengths)


def clip(**more: Any) -> dict[str, Any]:
    return {"type": "video", "src": "clip", **more}


TEXT = {"type": "text", "text": "hello"}


def test_a_scene_lasts_as_long_as_its_longest_child_and_containers_follow() -> None:
    found = timeline([{"elements": [clip(start=1), TEXT]}], clip=4.0)
    scene = found.scenes[0]
    assert (scene.first, scene.last) == (0, 150)
    assert [(s.first, s.last) for s in scene.spans] == [(30, 150), (0, 150)]


def test_transitions_overlap_the_scene_before() -> None:
    scenes = [{"duration": 2}, {"duration": 3, "transition": {"style": "fade", "duration": 0.5}}]
    found = timeline(scenes)
    assert found.frames == 135
    assert [(s.first, s.last, s.transition) for s in found.scenes] == [(0, 60, 0), (45, 135, 15)]


def test_a_transition_is_no_longer_than_the_scenes_allow_and_that_is_said() -> None:
    fade = {"style": "fade", "duration": 1.5}
    scene = {"duration": 2, "transition": fade}
    found = timeline([{"duration": 2}, scene, scene])
    assert [s.transition for s in found.scenes] == [0, 45, 15]
    assert "Scene #3: its transition is shortened to 0.5 s" in found.notes[0]


def test_an_explicit_scene_duration_trims_its_children() -> None:
    found = timeline([{"duration": 2, "elements": [clip(), {**TEXT, "start": 5}]}], clip=9.0)
    assert [(s.first, s.last) for s in found.scenes[0].spans] == [(0, 60)]


def test_seek_and_loop_change_the_natural_length() -> None:
    assert timeline([{"elements": [clip(seek=1)]}], clip=4.0).frames == 90
    assert timeline([{"elements": [clip(seek=-1)]}], clip=4.0).frames == 30
    assert timeline([{"elements": [clip(loop=3)]}], clip=2.0).frames == 180
    assert timeline([{"elements": [clip(**{"extra-time": 1})]}], clip=2.0).frames == 90


def test_a_clip_that_ends_just_before_its_scene_is_held_to_its_end() -> None:
    assert timeline([{"duration": 4.3, "elements": [clip()]}], clip=4.0).scenes[0].spans[0].last == 129
    assert timeline([{"duration": 5, "elements": [clip()]}], clip=4.0).scenes[0].spans[0].last == 120


def test_a_clip_is_not_held_where_another_picture_follows() -> None:
    found = timeline([{"elements": [clip(), clip(start=-1, duration=0.3)]}], clip=4.0)
    assert [(s.first, s.last) for s in found.scenes[0].spans] == [(0, 120), (120, 129)]


def test_start_minus_one_appends() -> None:
    found = timeline([{"elements": [clip(), clip(start=-1)]}], clip=2.0)
    assert [(s.first, s.last) for s in found.scenes[0].spans] == [(0, 60), (60, 120)]


def test_movie_elements_span_all_scenes_or_make_it_longer() -> None:
    music = {"type": "audio", "src": "music"}
    found = timeline([{"duration": 2}, {"duration": 2}], [{**music, "duration": -2}], music=60.0)
    assert (found.frames, found.spans[0].first, found.spans[0].last) == (120, 0, 120)
    found = timeline([{"duration": 2}], [music], music=3.0)
    assert found.frames == 90
    assert "goes on for 1.0 s" in found.notes[0]
    found = timeline([{"duration": 2}], [{**music, "loop": -1}], music=3.0)
    assert (found.frames, found.spans[0].last) == (60, 60)
    found = timeline([{"elements": []}], [clip()], clip=3.0)
    assert (found.frames, found.scenes[0].last, found.notes) == (90, 0, ())


def test_an_endless_clip_lasts_as_long_as_the_sound_beside_it() -> None:
    found = timeline(
        [{"elements": [clip(loop=-1, duration=-2), {"type": "audio", "src": "m"}]}], clip=2.0, m=7.0
    )
    assert [(s.first, s.last) for s in found.scenes[0].spans] == [(0, 210), (0, 210)]


def test_what_is_drawn_later_stands_later() -> None:
    over, under = {**TEXT, "z-index": 3}, {**TEXT, "z-index": "-2"}
    scene = {"duration": 1, "background-color": "transparent", "elements": [over, TEXT, clip(), under]}
    found = timeline([scene], [over, {**TEXT, "duration": -2}, under], clip=4.0)
    assert [s.order for s in found.scenes[0].spans] == [4, 2, 3, 1]
    assert [s.order for s in found.spans] == [3, 2, 1]
    assert [s.element.z_index < 0 for s in found.spans] == [
        True,
        False,
        False,
    ]  # that one is behind the scenes


def test_a_scene_of_texts_alone_lasts_five_seconds_and_that_is_said() -> None:
    found = timeline([{"elements": [TEXT, {**TEXT, "start": 3}]}])
    assert found.frames == 150
    assert "Scene #1: nothing in it says how long it lasts, so it is shown for 5 s." in found.notes


def test_what_is_never_seen_is_said() -> None:
    found = timeline([{"duration": 1, "elements": [{**TEXT, "start": 2}, {**TEXT, "duration": 0.001}]}])
    assert found.scenes[0].spans == ()
    assert found.notes == (
        "Scene #1, element #1: it starts too late and is not seen in its scene.",
        "Scene #1, element #2: it lasts less than a frame and is not seen in its scene.",
    )


def test_subtitles_are_for_the_movie_or_for_their_scene() -> None:
    scenes = [{"duration": 1}, {"duration": 2, "elements": [{"type": "subtitles"}]}]
    found = timeline(scenes, [{"type": "subtitles"}])
    assert [(s.where, s.first, s.last) for s in found.subtitles] == [
        ("Movie element #1", 0, 90),
        ("Scene #2, element #1", 30, 90),
    ]


def test_a_condition_of_false_leaves_out() -> None:
    hidden = {**TEXT, "condition": False}
    found = timeline([{"duration": 1, "elements": [hidden]}, {"duration": 9, "condition": ""}])
    assert found.frames == 30
    assert found.scenes[0].spans == ()


@pytest.mark.parametrize(
    ("scenes", "said"),
    [
        ([], "Movie duration cannot be zero"),
        ([{"elements": [{"type": "image", "src": "photo"}]}], "Scene #1: Movie duration cannot be zero"),
        ([{"elements": [clip(seek=9)]}], "Scene #1, element #1: it would start at 9 s"),
    ],
)
def test_no_duration_is_refused(scenes: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        timeline(scenes, clip=4.0)


def test_an_unknown_length_is_refused() -> None:
    with pytest.raises(Refused, match="needs a duration"):
        timeline([{"elements": [clip()]}])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.1, 6), st.none() | st.floats(0, 4)),
        min_size=1,
        max_size=12,
    )
)
def test_no_frame_is_lost_and_never_more_than_two_scenes_meet(
    drawn: list[tuple[float, float | None]],
) -> None:
    scenes = []
    for duration, fade in drawn:
        transition = {} if fade is None else {"transition": {"style": "fade", "duration": fade}}
        scenes.append({"duration": duration, **transition})
    found = timeline(scenes)
    assert found.scenes[0].first == 0
    assert found.scenes[-1].last == found.frames
    for number in range(found.frames):
        on = [s for s in found.scenes if s.first <= number < s.last]
        assert 1 <= len(on) <= 2
    for before, after in zip(found.scenes, found.scenes[1:], strict=False):
        assert after.first == before.last - after.transition
    total = sum(d for d, _ in drawn) - sum(s.transition for s in found.scenes) / 30
    assert abs(found.frames / 30 - total) <= len(drawn) / 30


SECONDS = st.floats(0.01, 8) | st.sampled_from([1 / 30, 0.05, 1.0, 2.5])
_TIMES = {
    "start": st.just(-1) | st.floats(0, 6),
    "extra-time": st.floats(0, 2),
    "z-index": st.integers(-3, 3),
    "fade-in": st.floats(0, 5),
}
_LENGTHS = {"duration": st.sampled_from([-1, -2]) | SECONDS}
_ELEMENTS = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": st.just("x")}, optional=_TIMES | _LENGTHS),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["video", "audio"]), "src": st.sampled_from(["short", "long"])},
        optional=_TIMES
        | _LENGTHS
        | {"loop": st.sampled_from([-1, 1, 3]), "seek": st.sampled_from([0, 0.2, -0.3])},
    ),
    st.fixed_dictionaries({"type": st.just("voice"), "text": st.text(max_size=60)}, optional=_TIMES),
)
_SCENES = st.fixed_dictionaries(
    {"elements": st.lists(_ELEMENTS, max_size=4)},
    optional={
        "duration": st.just(-1) | SECONDS,
        "transition": st.fixed_dictionaries({"style": st.just("fade"), "duration": st.floats(0, 5)}),
    },
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(_SCENES, min_size=1, max_size=6),
    st.lists(_ELEMENTS, max_size=3),
    st.sampled_from([24, 25, 30, 60]),
)
def test_every_timeline_adds_up(
    scenes: list[dict[str, Any]], elements: list[dict[str, Any]], fps: int
) -> None:
    document = {"fps": fps, "scenes": scenes, "elements": elements}
    try:
        found = lay_out(parse_movie(document), {"short": 0.5, "long": 5.0})
    except Refused as refused:
        assume("duration cannot be zero" not in refused.message)
        raise
    assert found.scenes[0].first == 0
    assert found.frames >= found.scenes[-1].last
    for before, after in pairwise(found.scenes):
        assert after.first == before.last - after.transition <= before.last <= after.last
        assert before.first <= after.first
    for before, after in zip(found.scenes, found.scenes[2:], strict=False):
        assert before.last <= after.first  # never three at once
    for scene, written in zip(found.scenes, scenes, strict=True):
        _adds_up(scene.spans, written["elements"], scene.first, scene.last, fps)
        if written.get("duration", -1) > 0:
            assert abs((scene.last - scene.first) / fps - written["duration"]) <= 2 / fps
    _adds_up(found.spans, elements, 0, found.frames, fps)
    last = max((s.last for s in found.spans), default=0)
    assert found.frames == max(last, found.scenes[-1].last)
    assert found == lay_out(parse_movie(document), {"short": 0.5, "long": 5.0})


def _adds_up(spans: tuple[Span, ...], written: list[dict[str, Any]], first: int, last: int, fps: int) -> None:
    """Inside the container, in the order of drawing, as long as asked for or cut where it ends."""
    assert [(s.element.z_index, s.order) for s in spans] == sorted(
        (s.element.z_index, s.order) for s in spans
    )
    for span in spans:
        assert first <= span.first < span.last <= last
        asked = written[span.order - 1]
        duration = asked.get("duration", -2 if asked["type"] == "text" else -1)
        if duration == -2 or (duration == -1 and (asked["type"] == "text" or asked.get("loop") == -1)):
            assert span.last == last
        if duration > 0 and span.last < last:
            length = duration + asked.get("extra-time", 0)
            assert abs((span.last - span.first) / fps - length) <= 2 / fps
        if asked.get("start", 0) >= 0:
            assert abs((span.first - first) / fps - asked.get("start", 0)) <= 2 / fps
        before = [s for s in spans if s.order < span.order]
        if asked.get("start") == -1 and len(before) == span.order - 1:
            ends = [s.last for s in before if _ends_itself(written[s.order - 1])]
            if asked["type"] in ("audio", "voice"):  # what is only heard does not end a clip that is held
                continue
            assert abs(span.first - max(ends, default=first)) <= 1


def _ends_itself(asked: dict[str, Any]) -> bool:
    duration = asked.get("duration", -2 if asked["type"] == "text" else -1)
    return duration > 0 or (duration == -1 and asked["type"] != "text" and asked.get("loop") != -1)
