"""How long videos may be is set; every planner, revision and check keeps to it."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planner_studio import brief, clip, large_studio, photo, remembered, small_studio

from services.model.brief import LENGTHS, Lengths
from services.planner.assistant.configuration import Configuration
from services.planner.brief import write_brief
from services.planner.check import check
from services.planner.fitting import fitted
from services.planner.looks import Slot, choose_look
from services.planner.material import dice
from services.planner.offline import plan
from services.planner.pieces import read_items
from services.planner.reworking import total_of
from services.planner.shots import Shot, Visual, overlap_of, total_length

PHOTO, CLIP = read_items([photo("p/a.jpg"), clip("v/b.mp4", 6.0)], {})
LOOK = choose_look(dice("look"), ("fade",), ("even",), [])


@pytest.mark.parametrize("lengths", [(3, 10), (5, 60), (20, 30), (30, 60)])
def test_offline_videos_are_as_long_as_they_may_be(lengths: Lengths) -> None:
    order = dataclasses.replace(brief(large_studio(), count=6), lengths=lengths, seed=4)
    made = plan(order).proposals
    assert len(made) == 6
    assets = {asset.id: asset for asset in order.assets}
    for proposal in made:
        assert lengths[0] <= total_of(proposal.movie["scenes"]) <= lengths[1] + 0.01
        assert check(proposal, assets, None, lengths) == []
        last = proposal.description.splitlines()
        shots = [line for line in last if line[:1].isdigit()]
        assert len(shots) == len(proposal.movie["scenes"])


def test_too_little_for_long_videos_is_said() -> None:
    order = dataclasses.replace(brief([clip("v/a.mp4", 8.0)], count=1), lengths=(50.0, 60.0))
    answer = plan(order)
    assert answer.proposals == ()
    (note,) = answer.notes
    assert "or would not last 50 to 60 s. Add " in note
    fits = plan(dataclasses.replace(order, lengths=LENGTHS))
    assert len(fits.proposals) == 1


def test_a_video_of_another_length_is_refused() -> None:
    order = brief(small_studio(), count=1)
    (proposal,) = plan(order).proposals
    assets = {asset.id: asset for asset in order.assets}
    length = total_of(proposal.movie["scenes"])
    assert check(proposal, assets) == []
    (reason,) = check(proposal, assets, None, (length + 1, 60))
    assert reason == f"The video lasts {length:.1f} s; {length + 1:g} to 60 are allowed."


def test_a_revision_keeps_to_it() -> None:
    order = dataclasses.replace(brief(large_studio(), count=1), lengths=(14.0, 20.0))
    (old,) = plan(order).proposals
    for wish in ("longer", "shorter, faster"):
        (new,) = plan(dataclasses.replace(order, revises=remembered(old, 1), wish=wish)).proposals
        assert 14 <= total_of(new.movie["scenes"]) <= 20.01


def test_a_model_is_told() -> None:
    written = write_brief(brief(small_studio()))
    assert "\n- 8 to 15 seconds in all." in Configuration(written, 60, (8, 15)).instructions
    assert "\n- 5 to 60 seconds in all." in Configuration(written, 60).instructions


@given(
    st.lists(st.tuples(st.floats(0.6, 8), st.booleans(), st.integers(0, 6)), min_size=1, max_size=12),
    st.sampled_from([(3.0, 10.0), LENGTHS, (20.0, 30.0)]),
)
@settings(deadline=None, max_examples=60)
def test_stretched_shots_stay_in_their_clips_and_can_be_read(
    given: list[tuple[float, bool, int]], lengths: Lengths
) -> None:
    shots = [
        Shot(
            min(round(length, 1), 5.5) if moving else round(length, 1),
            (Visual(CLIP if moving else PHOTO, "", ""),),
            ((("word " * words), Slot.NOTE),) if words else (),
        )
        for length, moving, words in given
    ]
    made = fitted(shots, LOOK, lengths)
    before = total_length(shots, overlap_of(shots, LOOK))
    if lengths[0] <= before <= lengths[1]:
        assert list(made) == shots
    for shot in made:
        if shot.visuals[0].item is CLIP:
            assert shot.length <= 5.9
        assert 0.5 <= shot.length <= 12
    after = total_length(made, overlap_of(made, LOOK))
    gone = max(0.0, lengths[0] - after) + max(0.0, after - lengths[1])
    assert gone <= max(0.0, lengths[0] - before) + max(0.0, before - lengths[1]) + 0.5
