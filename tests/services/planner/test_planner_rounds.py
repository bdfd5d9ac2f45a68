"""Rounds: what is wrong or too near goes back with reasons, twice at most; then places are filled offline."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import pytest
from planner_studio import INTENTS, brief, remembered, small_studio

from services.errors import Refused, Unavailable
from services.model.brief import Brief, PastDraft
from services.model.proposal import Proposal
from services.planner.offline import OfflinePlanner, plan
from services.planner.quota import intents_in_turn
from services.planner.rounds import REPAIRS, plan_rounds
from services.planner.variety import GATE, distance, features
from services.ports import PlannerAnswer, Tell


class Scripted:
    """A planner that answers what a function says, and remembers what it was asked."""

    name = "scripted"

    def __init__(self, answer: Callable[[Brief, int], list[Proposal]]) -> None:
        self.answer = answer
        self.asked: list[Brief] = []

    async def ping(self) -> str:
        return "ready."

    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        self.asked.append(brief)
        made = self.answer(brief, len(self.asked))
        return PlannerAnswer(tuple(p.model_copy(update={"planner": self.name}) for p in made))


async def renders(_: Proposal) -> list[str]:
    return []


ORDER = dataclasses.replace(brief(small_studio(), count=3), seed=3)
GOOD = plan(dataclasses.replace(ORDER, count=8)).proposals


async def test_what_is_right_is_kept_and_says_how_it_differs() -> None:
    planner = Scripted(lambda order, turn: list(GOOD[: order.count]))
    answer = await plan_rounds(ORDER, planner, OfflinePlanner(), renders)
    assert [p.title for p in answer.proposals] == [p.title for p in GOOD[:3]]
    assert (len(planner.asked), answer.notes) == (1, ())
    assert all("Nearest" in p.description or "It is the first" in p.description for p in answer.proposals)


async def test_near_duplicates_go_back_with_what_is_the_same() -> None:
    planner = Scripted(lambda order, turn: [GOOD[0]] * 3 if turn == 1 else list(GOOD[1:3]))
    answer = await plan_rounds(ORDER, planner, OfflinePlanner(), renders)
    assert [p.title for p in answer.proposals] == [p.title for p in GOOD[:3]]
    again = planner.asked[1]
    assert (again.count, len(again.rejected), again.kept[0].title) == (2, 2, GOOD[0].title)
    reason, misplaced, resting = again.rejected[0].reasons
    assert "too much like" in reason
    assert "It serves the intent “show the piece”" in misplaced
    assert "which rest" in resting
    assert "a distance of 0.00, and 0.35 is needed" in reason
    assert "the files" in reason


async def test_past_drafts_count_and_the_gate_is_never_loosened() -> None:
    past = [remembered(proposal, n) for n, proposal in enumerate(GOOD[:5], 1)]
    planner = Scripted(lambda order, turn: list(GOOD[:5]))
    answer = await plan_rounds(dataclasses.replace(ORDER, past=past), planner, OfflinePlanner(), renders)
    assert len(planner.asked) == 1 + REPAIRS
    assert all(p.planner == "offline" for p in answer.proposals)
    assert any("came from the offline planner" in note for note in answer.notes)
    seen = [features(p.movie, p.caption, {}) for p in [*GOOD[:5], *answer.proposals]]
    for one, other in itertools.combinations(seen, 2):
        assert distance(one, other) >= GATE


async def test_the_check_and_the_renderer_have_their_say() -> None:
    bad = GOOD[0].model_copy(update={"caption": "see www.example.org"})

    async def dry(proposal: Proposal) -> list[str]:
        if proposal.title == GOOD[1].title:
            raise Refused("Scene #1: that cannot be drawn.")
        return []

    planner = Scripted(lambda order, turn: [bad, GOOD[1], GOOD[2]])
    answer = await plan_rounds(ORDER, planner, OfflinePlanner(), dry)
    reasons = [reason for r in planner.asked[1].rejected for reason in r.reasons]
    assert reasons == ["The caption carries an internet address.", "Scene #1: that cannot be drawn."]
    assert [p.planner for p in answer.proposals] == ["scripted", "offline", "offline"]
    assert sum("was not accepted" in note for note in answer.notes) >= 1


async def test_a_planner_that_breaks_off_later_is_filled_up_for() -> None:
    def breaks(order: Brief, turn: int) -> list[Proposal]:
        if turn > 1:
            raise Unavailable("The line is down.")
        return [GOOD[0]]

    answer = await plan_rounds(ORDER, Scripted(breaks), OfflinePlanner(), renders)
    assert [p.planner for p in answer.proposals] == ["scripted", "offline", "offline"]
    assert "The line is down." in answer.notes


async def test_one_that_breaks_at_once_is_an_error() -> None:
    def breaks(order: Brief, turn: int) -> list[Proposal]:
        raise Unavailable("The line is down.")

    with pytest.raises(Unavailable):
        await plan_rounds(ORDER, Scripted(breaks), OfflinePlanner(), renders)


async def test_too_many_are_not_taken_and_a_short_answer_is_asked_for_the_rest() -> None:
    planner = Scripted(lambda order, turn: list(GOOD) if turn == 2 else [GOOD[0]])
    answer = await plan_rounds(ORDER, planner, OfflinePlanner(), renders)
    assert [p.title for p in answer.proposals] == [p.title for p in GOOD[:3]] or len(answer.proposals) == 3
    assert planner.asked[1].count == 2


async def test_the_offline_planner_needs_no_second_asking() -> None:
    answer = await plan_rounds(ORDER, OfflinePlanner(), OfflinePlanner(), renders)
    assert list(answer.proposals) == list(plan(ORDER).proposals)


async def test_offline_what_the_renderer_refuses_is_replaced() -> None:
    first = plan(ORDER).proposals[0].title

    async def dry(proposal: Proposal) -> list[str]:
        if proposal.title == first:
            raise Refused("Scene #1: that cannot be drawn.")
        return ["Scene #2: its picture is animated."]

    answer = await plan_rounds(ORDER, OfflinePlanner(), OfflinePlanner(), dry)
    assert len(answer.proposals) == 3
    assert first not in [p.title for p in answer.proposals]
    assert {p.approximations for p in answer.proposals} == {("Scene #2: its picture is animated.",)}


# intents


def relabelled(proposal: Proposal, intent: str) -> Proposal:
    labels = proposal.labels.model_copy(update={"intent": intent})
    return proposal.model_copy(update={"labels": labels})


async def test_an_intent_without_a_place_goes_back_with_those_that_are_left() -> None:
    planner = Scripted(
        lambda order, turn: [relabelled(p, "show the piece") for p in GOOD[:3]] if turn == 1 else GOOD[1:3]
    )
    answer = await plan_rounds(ORDER, planner, OfflinePlanner(), renders)
    assert [p.labels.intent for p in answer.proposals] == [p.labels.intent for p in GOOD[:3]]
    assert planner.asked[1].turns == ("teach", "ask")
    assert [r.reasons for r in planner.asked[1].rejected] == [
        (
            "It serves the intent “show the piece”, but the places that are left are for “teach” and “ask”: "
            "make a video that really serves that, not another label.",
        )
    ] * 2


async def test_an_intent_in_other_letters_is_the_same_one() -> None:
    planner = Scripted(lambda order, turn: [relabelled(p, f" {p.labels.intent.upper()} ") for p in GOOD[:3]])
    answer = await plan_rounds(ORDER, planner, OfflinePlanner(), renders)
    assert [p.labels.intent for p in answer.proposals] == [p.labels.intent for p in GOOD[:3]]


async def test_an_ordered_intent_holds_for_every_place() -> None:
    planner = Scripted(lambda order, turn: list(GOOD[:3]))
    answer = await plan_rounds(
        dataclasses.replace(ORDER, intent="failures"), planner, OfflinePlanner(), renders
    )
    assert {p.labels.intent for p in answer.proposals} == {"failures"}
    assert all(p.planner == "offline" for p in answer.proposals)


async def test_a_revision_keeps_its_intent_unless_it_names_another_one() -> None:
    old = remembered(GOOD[4], 5)
    for said, kept in (("?", old.intent), ("failures", "failures")):
        order = dataclasses.replace(ORDER, count=1, revises=old, wish="shorter")
        planner = Scripted(lambda order, turn, said=said: [relabelled(GOOD[0], said)])  # type: ignore[misc]
        (made,) = (await plan_rounds(order, planner, OfflinePlanner(), renders)).proposals
        assert (made.planner, made.labels.intent) == ("scripted", kept)


async def test_a_planner_of_one_intent_does_not_move_the_quota() -> None:
    past: list[PastDraft] = []
    for number in range(4):
        order = dataclasses.replace(ORDER, past=past, seed=number)
        planner = Scripted(lambda o, turn: [relabelled(p, "failures") for p in plan(o).proposals])
        for made in (await plan_rounds(order, planner, OfflinePlanner(), renders)).proposals:
            past = [remembered(made, len(past) + 1), *past]
    assert len(past) == 12
    total = sum(intent.weight for intent in INTENTS)
    for intent in INTENTS:
        share = len(past) * intent.weight / total
        assert abs(sum(d.intent == intent.name for d in past) - share) <= 1


def test_what_failed_has_served_nothing() -> None:
    failed = dataclasses.replace(remembered(GOOD[0], 1), state="failed")
    assert intents_in_turn(dataclasses.replace(ORDER, past=[failed])) == intents_in_turn(ORDER)


# files that rest


def used_again(proposal: Proposal, before: Proposal) -> Proposal:
    """The proposal with the music of another one."""
    (track,) = [r for r in before.resources if r.role == "music"]
    (own,) = [r for r in proposal.resources if r.role == "music"]
    text = proposal.model_dump_json().replace(own.asset, track.asset)
    return Proposal.model_validate_json(text)


async def test_what_rests_goes_back_while_there_are_unused_files_of_its_kind() -> None:
    past = [remembered(GOOD[0], 1)]
    order = dataclasses.replace(ORDER, past=past)
    made = plan(dataclasses.replace(order, count=3)).proposals
    bad = used_again(made[0], GOOD[0])
    planner = Scripted(lambda o, turn: [bad, *made[1:]] if turn == 1 else [made[0]])
    answer = await plan_rounds(order, planner, OfflinePlanner(), renders)
    (rejection,) = planner.asked[1].rejected
    (track,) = [r.asset for r in GOOD[0].resources if r.role == "music"]
    assert rejection.reasons == (
        f"It uses {track}, which rests: files are left alone for ten drafts after their use, and there are "
        "two unused tracks.",
    )
    assert len(answer.proposals) == 3
    freely = Scripted(lambda o, turn: [bad, *made[1:]])
    await plan_rounds(order, freely, OfflinePlanner(), renders, cool_down=0)
    assert len(freely.asked) == 1


async def test_a_revision_may_keep_its_files() -> None:
    old = remembered(GOOD[0], 1)
    order = dataclasses.replace(ORDER, count=1, past=[remembered(GOOD[1], 2)], revises=old, wish="shorter")
    planner = Scripted(lambda o, turn: [used_again(GOOD[0], GOOD[1])])
    (made,) = (await plan_rounds(order, planner, OfflinePlanner(), renders)).proposals
    assert made.planner == "scripted"
