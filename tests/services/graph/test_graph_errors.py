"""The table of Graph's errors: every row a sentence, and the right class of error for people."""

from __future__ import annotations

import pytest

from services.errors import Held, Misconfigured, Refused, Unavailable
from services.graph.errors import TABLE, GraphFault, Kind, fault_in, problem, status_entry

# reference/error-codes and error-handling, as (code, subcode): written down apart from the table.
DOCUMENTED = [
    (-2, 2207003), (-2, 2207020), (-1, 2207001), (-1, 2207032), (-1, 2207053), (1, 2207057), (4, 2207051),
    (9, 2207042), (24, 2207006), (24, 2207008), (25, 2207050), (100, 2207023), (100, 2207028), (100, 2207035),
    (100, 2207036), (100, 2207037), (100, 2207040), (352, 2207026), (9004, 2207052), (9007, 2207027),
    (36000, 2207004), (36001, 2207005), (36003, 2207009), (36004, 2207010), (1, None), (2, None), (4, None),
    (17, None), (32, None), (613, None), (80002, None), (10, None), (100, None), (190, None), (341, None),
    (368, None), (506, None), (190, 458), (190, 459), (190, 460), (190, 463), (190, 464), (190, 467),
    (190, 492),
]  # fmt: skip


@pytest.mark.parametrize("key", DOCUMENTED)
def test_every_documented_error_has_a_row(key: tuple[int, int | None]) -> None:
    entry = TABLE[key]
    assert entry.sentence.endswith(".")
    assert entry.remedy
    assert GraphFault(*key, "").entry is entry


def test_kinds_become_classes() -> None:
    classes = {
        Kind.DEAD: Misconfigured, Kind.PERSON: Misconfigured, Kind.INPUT: Refused, Kind.HELD: Held,
        Kind.THROTTLED: Unavailable, Kind.PASSING: Unavailable, Kind.UNCLEAR: Unavailable,
        Kind.AGAIN: Unavailable, Kind.ABSENT: Unavailable,
    }  # fmt: skip
    for (code, subcode), entry in TABLE.items():
        assert type(problem(GraphFault(code, subcode, ""))) is classes[entry.kind]
        assert entry.retriable is (classes[entry.kind] not in (Misconfigured, Refused))


@pytest.mark.parametrize("code", [200, 203, 299])
def test_codes_of_permission_lie_in_a_range(code: int) -> None:
    assert GraphFault(code, None, "").entry is TABLE[10, None]


def test_few_viewers_are_no_lack_of_permission() -> None:
    fault = GraphFault(10, None, "(#10) Not enough viewers for the media to show insights")
    assert fault.few_viewers
    assert fault.entry.kind is not Kind.PERSON


def test_transient_is_believed_but_dead_tokens_too() -> None:
    assert GraphFault(999, None, "x", transient=True).entry.retriable
    assert GraphFault(4, 2207051, "x", transient=True).entry.kind is Kind.UNCLEAR


def test_an_unknown_error_tells_what_was_said_without_secrets() -> None:
    entry = GraphFault(7777, None, "no\n\nway access_token=EAAB1234567890abcdef1234567 " + "x" * 900).entry
    assert "7777" in entry.sentence
    assert "EAAB" not in entry.sentence
    assert len(entry.sentence) < 400


@pytest.mark.parametrize("body", [{}, {"error": 5}, {"error": []}])
def test_bodies_without_an_error(body: dict[str, object]) -> None:
    assert fault_in(body) is None


def test_a_strange_error_is_still_one() -> None:
    fault = fault_in({"error": {"code": "x", "message": None}})
    assert fault is not None
    assert problem(fault).message


@pytest.mark.parametrize(
    ("status", "key"),
    [("Error: Unsupported video format. 2207026", (352, 2207026)), ("Error: 2207003", (-2, 2207003))],
)
def test_the_status_of_a_container_holds_a_subcode(status: str, key: tuple[int, int]) -> None:
    assert status_entry(status) is TABLE[key]


def test_a_status_without_a_known_subcode() -> None:
    assert status_entry("Error: something").kind is Kind.INPUT
