"""The decision as a pure function of the journal."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.model.draft import State
from services.model.vote import Choice, Vote, decide

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def votes(*lines: str) -> list[Vote]:
    """ "desk approve", "ann deny", … each the next in the journal."""
    found = []
    for sequence, line in enumerate(lines, 1):
        voter, choice, *rest = line.split()
        fingerprint = rest[0] if rest else "f"
        found.append(Vote(sequence, voter, Choice(choice), 1, fingerprint, NOW))
    return found


def state(*lines: str) -> State:
    return decide(votes(*lines), revision=1, fingerprint="f").state


def test_nobody_voted() -> None:
    assert state() is State.DRAFT


def test_the_last_valid_vote_decides() -> None:
    assert state("ann approve", "bob deny") is State.DENIED
    assert state("bob deny", "ann approve") is State.APPROVED


def test_withdrawing_returns_to_what_the_others_say() -> None:
    assert state("ann approve", "bob deny", "bob withdraw") is State.APPROVED
    assert state("ann approve", "ann withdraw") is State.DRAFT


def test_a_voter_has_one_current_vote() -> None:
    assert state("ann approve", "ann deny", "ann withdraw") is State.DRAFT


def test_a_hold_beats_every_earlier_vote_and_no_later_one() -> None:
    assert state("ann approve", "bob approve", "desk hold") is State.DRAFT
    assert state("ann approve", "desk hold", "bob approve") is State.APPROVED


def test_an_approval_is_bound_to_its_fingerprint_a_denial_is_not() -> None:
    assert state("ann approve old") is State.DRAFT
    assert state("ann deny old") is State.DENIED


def test_votes_on_an_earlier_revision_do_not_return() -> None:
    assert decide(votes("ann approve"), revision=2, fingerprint="f").state is State.DRAFT


def reason(*denials: tuple[str, Choice, str]) -> str:
    journal = [Vote(n, who, what, 1, "f", NOW, why) for n, (who, what, why) in enumerate(denials)]
    return decide(journal, revision=1, fingerprint="f").reason


def test_a_denial_said_again_without_a_word_keeps_its_reason() -> None:
    deny, approve = Choice.DENY, Choice.APPROVE
    assert reason(("desk", deny, "too dark"), ("desk", deny, "")) == "too dark"
    assert reason(("desk", deny, "too dark"), ("sheet", deny, "")) == "too dark"
    assert reason(("desk", deny, "too dark"), ("desk", deny, "too long")) == "too long"
    assert reason(("desk", deny, "too dark"), ("ann", deny, "too long")) == "too dark / too long"
    assert reason(("desk", deny, "too dark"), ("ann", deny, "too dark")) == "too dark"
    # Taken back is taken back.
    assert reason(("desk", deny, "too dark"), ("desk", approve, ""), ("desk", deny, "")) == ""
    assert reason(("desk", deny, "too dark"), ("ann", Choice.HOLD, ""), ("desk", deny, "")) == ""
    assert reason(("desk", deny, "too dark"), ("ann", approve, "")) == ""


_ENTRIES = st.lists(
    st.tuples(st.sampled_from(["ann", "bob", "desk"]), st.sampled_from(list(Choice)), st.sampled_from("fg")),
    max_size=12,
)


@given(_ENTRIES, st.randoms())
def test_order_of_arrival_does_not_matter(entries: list[tuple[str, Choice, str]], random: object) -> None:
    journal = [Vote(n, who, what, 1, print_, NOW) for n, (who, what, print_) in enumerate(entries)]
    shuffled = list(journal)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(shuffled, revision=1, fingerprint="f") == decide(journal, revision=1, fingerprint="f")


@given(_ENTRIES)
def test_approved_only_by_a_current_vote_for_this_very_thing(entries: list[tuple[str, Choice, str]]) -> None:
    journal = [Vote(n, who, what, 1, print_, NOW) for n, (who, what, print_) in enumerate(entries)]
    decision = decide(journal, revision=1, fingerprint="f")
    if decision.state is State.APPROVED:
        assert decision.by is not None
        later = journal[decision.by.sequence + 1 :]
        assert decision.by.choice is Choice.APPROVE
        assert decision.by.fingerprint == "f"
        assert all(vote.choice is not Choice.HOLD for vote in later)
        assert all(vote.voter != decision.by.voter for vote in later)
