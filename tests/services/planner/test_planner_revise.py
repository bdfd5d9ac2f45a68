"""Revisions without a language model: the wish is followed, the rest stays, and nothing else is claimed."""

from __future__ import annotations

import dataclasses

import pytest
from planner_studio import brief, large_studio, remembered

from services.model.proposal import Proposal
from services.planner.check import check
from services.planner.offline import plan
from services.planner.variety import features
from services.planner.wishes import VOCABULARY, understood

ASSETS = large_studio(140)
BY_ID = {a.id: a for a in ASSETS}
FIRST = [p for seed in range(4) for p in plan(brief(ASSETS, seed=seed)).proposals]


def revised(proposal: Proposal, wish: str, seed: int = 5) -> tuple[Proposal | None, tuple[str, ...]]:
    order = dataclasses.replace(
        brief(ASSETS, count=1, seed=seed), revises=remembered(proposal, 7), wish=wish, run="1"
    )
    answer = plan(order)
    return (answer.proposals[0] if answer.proposals else None), answer.notes


@pytest.mark.parametrize("wish", VOCABULARY)
def test_every_word_of_the_vocabulary_gives_a_video_that_may_be_made(wish: str) -> None:
    for first in FIRST:
        new, notes = revised(first, wish)
        assert notes == ()
        assert new is not None
        assert check(new, BY_ID) == []
        assert "Revision of draft 7" in new.description


def test_the_wish_is_followed_and_the_rest_stays() -> None:
    for first in FIRST:
        old = features(first.movie, first.caption, {})
        new, _ = revised(first, "a bit shorter please, and other music")
        assert new is not None
        seen = features(new.movie, new.caption, {})
        assert seen.length < old.length or old.length <= 5.6
        assert seen.music
        assert not seen.music & old.music
        assert seen.assets <= old.assets
        fewer = len(new.movie["scenes"]) < len(first.movie["scenes"])
        if fewer or "second" in first.caption:  # what it counts would be wrong
            assert new.caption != first.caption
        else:
            assert (new.title, new.caption) == (first.title, first.caption)
        longer, _ = revised(first, "longer")
        assert longer is not None
        assert features(longer.movie, "", {}).length >= old.length
        bare, _ = revised(first, "no text; without music")
        assert bare is not None
        assert not features(bare.movie, "", {}).music
        assert all(e["type"] != "text" for s in bare.movie["scenes"] for e in s["elements"])
        words, _ = revised(first, "another caption")
        assert words is not None
        assert words.caption != first.caption
        assert words.movie == first.movie
        form, _ = revised(first, "another format")
        assert form is not None
        assert form.labels.format != first.labels.format


def test_the_same_wish_gives_the_same_revision() -> None:
    assert revised(FIRST[0], "faster, other opening") == revised(FIRST[0], "faster, other opening")


def test_what_is_not_understood_is_said() -> None:
    new, notes = revised(FIRST[0], "shorter and more mysterious")
    assert new is not None
    assert "“more mysterious”" in notes[0]
    assert "shorter, longer" in notes[0]
    nothing, notes = revised(FIRST[0], "make it pop")
    assert nothing is None
    assert "“make it pop”" in notes[0]
    assert revised(FIRST[0], "   ")[0] is None


def test_of_opposites_the_last_counts() -> None:
    assert understood("longer, no, shorter").known == {"shorter"}
    assert understood("Faster!").known == {"faster"}
    assert understood("x" * 5000).known == frozenset()


def test_a_video_of_another_planner_whose_scene_shows_nothing_can_be_revised() -> None:
    bare = {"resolution": "instagram-story", "scenes": [{"duration": 8}]}
    for wish in ("shorter", "longer", "no text", "other opening"):
        new, _ = revised(FIRST[0].model_copy(update={"movie": bare}), wish)
        assert new is not None
