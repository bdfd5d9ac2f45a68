"""The table of states: every transition there is, and every one there is not."""

from __future__ import annotations

import itertools

import pytest

from services.errors import Refused
from services.model.draft import WORDS, State, allowed, ensure_allowed, fingerprint

# Written out from the rules, not read from the code: "before: after after …".
TABLE = """
proposed: rendering denied
rendering: draft failed denied
draft: approved denied rendering posted
denied: draft approved proposed rendering posted
approved: draft denied finalising publishing rendering posted
finalising: approved draft denied failed
publishing: posted unknown failed draft approved denied
unknown: posted draft approved denied
failed: rendering posted draft approved denied
posted: draft approved denied
"""
EXPECTED = {
    (State(before), State(after))
    for before, _, rest in (line.partition(":") for line in TABLE.strip().splitlines())
    for after in rest.split()
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State, State)))
def test_transition(before: State, after: State) -> None:
    assert allowed(before, after) == ((before, after) in EXPECTED)
    if (before, after) in EXPECTED:
        ensure_allowed(before, after)
    else:
        with pytest.raises(Refused, match="cannot become"):
            ensure_allowed(before, after)


def test_nothing_reaches_publishing_but_an_approved_draft() -> None:
    assert {before for before in State if allowed(before, State.PUBLISHING)} == {State.APPROVED}


def test_words_of_the_sheet() -> None:
    assert set(WORDS.values()) == {"Draft", "Approved", "Denied", "Posted"}
    assert State.PROPOSED not in WORDS
    assert State.RENDERING not in WORDS


@pytest.mark.parametrize(
    "change",
    [
        {"caption": "other"},
        {"movie": {"scenes": [1]}},
        {"contents": ["b"]},
        {"shown": ["voice left out"]},
        {"target": "instagram"},
    ],
)
def test_every_part_changes_the_fingerprint(change: dict[str, object]) -> None:
    parts: dict[str, object] = {
        "caption": "c",
        "movie": {"scenes": []},
        "contents": ["a"],
        "shown": [],
        "target": "outbox",
    }
    assert fingerprint(**(parts | change)) != fingerprint(**parts)  # type: ignore[arg-type]


def test_fingerprint_ignores_the_order_of_keys_and_contents() -> None:
    one = fingerprint(caption="c", movie={"a": 1, "b": 2}, contents=["x", "y"], shown=[], target="o")
    two = fingerprint(caption="c", movie={"b": 2, "a": 1}, contents=["y", "x"], shown=[], target="o")
    assert one == two
