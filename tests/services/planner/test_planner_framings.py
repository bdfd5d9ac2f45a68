"""How wide pictures stand in the tall frame."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planner_studio import BRAND, brief, large_studio, small_studio

from services.planner.frame import FRAME, SAFE_BOTTOM, SAFE_TOP
from services.planner.framings import FRAMINGS, Framing, choose_framing
from services.planner.looks import Slot, choose_look
from services.planner.material import Ledger, Material, dice
from services.planner.offline import plan
from services.planner.shots import Shot, Visual, compose

LOOK = choose_look(dice(1), ("",), ("even",))


@pytest.mark.parametrize("framing", FRAMINGS, ids=lambda framing: framing.name)
@given(aspect=st.floats(0.3, 4.0))
def test_a_picture_stays_in_the_frame_and_keeps_most_of_itself(framing: Framing, aspect: float) -> None:
    x, y, width, height = framing.box(aspect)
    assert x >= 0
    assert x + width <= FRAME[0]
    assert y >= SAFE_TOP
    assert y + height <= FRAME[1]
    assert min(1.0, (width / height) / aspect) >= 0.59  # of its width; the rest is cut away
    words = framing.words_at((x, y, width, height))
    assert words is None or y + height < words < SAFE_BOTTOM


@pytest.mark.parametrize("framing", FRAMINGS, ids=lambda framing: framing.name)
def test_the_movie_shows_it_so(framing: Framing) -> None:
    material = Material(small_studio(), BRAND.context, Ledger())
    wide = replace(next(i for i in material.photos if not i.group), aspect=1.5, width=1500, height=1000)
    shot = Shot(4.0, (Visual(wide, "lead", "It is wide."),), (("A word", Slot.TITLE),))
    elements = compose((shot,), replace(LOOK, framing=framing), None)["scenes"][0]["elements"]
    *behind, picture, word = elements
    assert [e["resize"] for e in behind] == ["cover"] * framing.echo
    assert all(e["src"] == wide.id and e["correction"]["brightness"] < 0 for e in behind)
    assert (picture["x"], picture["y"], picture["width"], picture["height"]) == framing.box(
        1.5, widest=1.0 if wide.label == wide.piece.upper() else 9.0
    )
    below = word["y"] >= picture["y"] + picture["height"]
    above = word["y"] + word["height"] <= picture["y"]
    assert below if framing.words == "below" else above


def test_without_words_pictures_stand_in_the_middle() -> None:
    material = Material(small_studio(), BRAND.context, Ledger())
    wide = replace(next(i for i in material.photos if not i.group), aspect=1.5, width=1500, height=1000)
    shots = (Shot(4.0, (Visual(wide, "lead", "It is wide."),)),) * 2
    for scene in compose(shots, LOOK, None)["scenes"]:
        picture = scene["elements"][-1]
        assert abs(picture["y"] + picture["height"] / 2 - FRAME[1] / 2) <= 1


def test_one_seen_a_moment_ago_is_avoided() -> None:
    names = [f.name for f in FRAMINGS]
    chosen = {choose_framing(dice(seed), names[:-1]).name for seed in range(20)}
    assert chosen == {names[-1]}
    assert choose_framing(dice(1), names) in FRAMINGS


def test_what_is_planned_of_wide_photos_passes_the_check(caplog: pytest.LogCaptureFixture) -> None:
    assets = [
        replace(a, facts=replace(a.facts, width=1500, height=1000)) if a.facts and a.facts.width else a
        for a in large_studio(140)
    ]
    echoes = 0
    for seed in range(4):
        for proposal in plan(brief(assets, seed=seed)).proposals:
            echoes += "correction" in str(proposal.movie)
    assert echoes
    assert "cannot be used" not in caplog.text
