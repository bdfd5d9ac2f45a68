"""Seconds to frames: natural lengths, containers, transitions, and sums that never drift."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import Refused
from services.movie import Timeline, lay_out, parse_movie


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
