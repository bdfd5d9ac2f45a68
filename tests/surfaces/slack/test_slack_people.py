"""Who may what: approvers by person and group, strangers, other channels and workspaces, private messages."""

from __future__ import annotations

import json

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.store import journal
from tests.doubles.slack_blocks import words
from tests.doubles.slack_server import SlackServer
from tests.reconcilers.helpers import state
from tests.surfaces.slack.live import Live, living


async def test_a_strangers_reaction_does_not_count(op: Operator, slack: SlackServer) -> None:
    ann, eve = slack.person("ann"), slack.person("eve")
    async with living(op, slack, frozenset({ann.id})) as live:
        number, card = await live.draft()
        await slack.people.react(eve, card, "white_check_mark")
        await live.whispered(eve, "Only approvers decide here: your reaction does not count.")
        await slack.people.react(ann, card, "white_check_mark")
        await live.says(number, "Approved by ann")
        await slack.people.unreact(eve, card, "white_check_mark")
        await slack.people.react(eve, card, "x")
        await live.until(lambda: len(slack.whispers(eve)) == 2)
        assert {vote.voter for vote in await op.store.do(journal.votes, number)} == {f"slack:{ann.id}"}
        assert await state(op, number) is State.APPROVED
        assert slack.whispers(ann) == []


async def test_a_strangers_commands_buttons_and_modals_do_nothing(op: Operator, slack: SlackServer) -> None:
    ann, eve = slack.person("ann"), slack.person("eve")
    async with living(op, slack, frozenset({ann.id})) as live:
        number, card = await live.draft()
        form = await live.form(ann, card, "Deny…")
        form.user = eve.id  # a modal that was opened while she was an approver
        for told, label in enumerate(("Approve", "Deny…", "Post now")):
            await live.press(eve, card, label)
            await live.until(lambda told=told: len(slack.whispers(eve)) == told + 1)  # type: ignore[misc]
        for line in (f"approve {number}", f"edit {number}", f"edit {number} mine", f"undo {number}"):
            before = len(slack.whispers(eve))
            await live.slash(eve, line, "Only approvers decide here")
            await live.until(lambda before=before: len(slack.whispers(eve)) == before + 1)  # type: ignore[misc]
        before = len(slack.whispers(eve))
        await live.send(eve, form, "no")
        await live.until(lambda: len(slack.whispers(eve)) == before + 1)
        assert all("Only approvers decide here" in words(one) for one in slack.whispers(eve))
        assert [view for view in slack.space.views.values() if view is not form] == []
        assert await state(op, number) is State.DRAFT
        assert await op.store.do(journal.votes, number) == []
        await live.slash(eve, f"show {number}", "RV06 grows")


async def test_groups_decide_also_for_what_is_read_back(op: Operator, slack: SlackServer) -> None:
    cat, eve = slack.person("cat"), slack.person("eve")
    slack.space.groups["S0EDITORS01"] = [cat.id]
    async with living(op, slack, frozenset({"S0EDITORS01"})) as live:
        number, card = await live.draft()
        await slack.people.react(eve, card, "x")
        await slack.people.react(cat, card, "white_check_mark")
        await live.says(number, "Approved by cat")
        await live.stop()
        await slack.people.unreact(cat, card, "white_check_mark")
        await slack.people.react(cat, card, "-1")
        await slack.people.react(eve, card, "+1")
        await live.start()
        await live.says(number, "Denied by cat")
        assert {vote.voter for vote in await op.store.do(journal.votes, number)} == {f"slack:{cat.id}"}


async def test_a_group_that_is_not_there_decides_nothing(op: Operator, slack: SlackServer) -> None:
    ann, eve = slack.person("ann"), slack.person("eve")
    async with living(op, slack, frozenset({"S0NOWHERE00", ann.id})) as live:
        number, card = await live.draft()
        await slack.people.react(eve, card, "x")
        await live.whispered(eve, "Only approvers")
        await slack.people.react(ann, card, "x")
        await live.says(number, "Denied by ann")


@pytest.mark.parametrize("who", ["bot", "guest", "left"])
async def test_bots_guests_and_those_who_left_decide_nothing(
    op: Operator, slack: SlackServer, who: str
) -> None:
    ann = slack.person("ann")
    other = slack.person("other", team="T0ELSEWHERE" if who == "guest" else "")
    other.is_bot, other.deleted = who == "bot", who == "left"
    async with living(op, slack) as live:
        number, card = await live.draft()
        await slack.people.react(other, card, "white_check_mark")
        await live.whispered(other, "does not count")
        await slack.people.react(ann, card, "x")
        await live.says(number, "Denied by ann")
        assert {vote.voter for vote in await op.store.do(journal.votes, number)} == {f"slack:{ann.id}"}


async def test_people_of_other_workspaces_are_refused(live: Live) -> None:
    number, card = await live.draft()
    guest = live.slack.person("guest", team="T0ELSEWHERE")
    await live.slash(guest, f"approve {number}", "only from people of my own workspace")
    await live.press(guest, card, "Approve")
    await live.until(lambda: len(live.slack.whispers(guest)) == 2)
    assert "only from people of my own workspace" in words(live.slack.whispers(guest)[-1])
    await live.slack.people.write(guest, live.slack.home, "shorter", thread_ts=card.ts, mention=True)
    ann = live.slack.person("ann")
    await live.slack.people.react(ann, card, "x")
    await live.says(number, "Denied by ann")
    assert {vote.voter for vote in await live.op.store.do(journal.votes, number)} == {f"slack:{ann.id}"}


async def test_elsewhere_it_does_nothing_and_says_where_it_works(live: Live) -> None:
    number, card = await live.draft()
    ann, people = live.slack.person("ann"), live.slack.people
    lobby = live.slack.space.add_channel("lobby")
    lobby.members.append(ann.id)
    await people.slash(ann, lobby, "/autopotter", f"approve {number}")
    await live.whispered(ann, f"I only work in <#{live.slack.home.id}>")
    there = await people.write(ann, lobby, "anything", mention=True)
    await people.react(ann, there, "white_check_mark")
    await people.slash(ann, live.slack.space.direct(ann.id), "/autopotter", f"approve {number}")
    await live.until(lambda: len(live.slack.whispers(ann)) == 2)
    await people.react(ann, card, "x")
    await live.says(number, "Denied by ann")
    assert [one for one in live.slack.messages(lobby) if one.bot] == []


async def test_strangers_in_private_hear_once_where_it_works(live: Live) -> None:
    eve = live.slack.person("eve")
    private = live.slack.space.direct(eve.id)
    for text in ("hello", "approve 1", "please"):
        await live.slack.people.write(eve, private, text)
    (answer,) = await live.until(lambda: [one for one in live.slack.messages(private) if one.bot])
    assert answer.text.startswith("I make videos for the people of one channel")
    await live.slack.socket.quiet()
    assert len([one for one in live.slack.messages(private) if one.bot]) == 1


async def test_a_mention_in_the_thread_of_a_card_is_a_wish(live: Live) -> None:
    number, card = await live.draft()
    ann, people = live.slack.person("ann"), live.slack.people
    await people.write(ann, live.slack.home, "nice one!", thread_ts=card.ts)  # nothing to the operator
    wish = await people.write(
        ann, live.slack.home, "shorter & <b>other</b> music", thread_ts=card.ts, mention=True
    )
    await live.until(lambda: wish.reactions.get("eyes"))

    async def asked() -> bool:
        return bool(await live.op.store.do(_wishes, number))

    await live.stored(asked)
    assert await live.op.store.do(_wishes, number) == ["shorter & <b>other</b> music"]
    await people.write(ann, live.slack.home, "hello there", mention=True)
    await live.whispered(ann, "reply in the thread of its card")


def _wishes(db: object, number: int) -> list[str]:
    rows = db.execute("SELECT params FROM jobs WHERE kind = 'revise'").fetchall()  # type: ignore[attr-defined]
    return [json.loads(params)["wish"] for (params,) in rows if json.loads(params)["draft"] == number]


async def test_a_strangers_wish_is_refused_quietly(op: Operator, slack: SlackServer) -> None:
    ann, eve = slack.person("ann"), slack.person("eve")
    async with living(op, slack, frozenset({ann.id})) as live:
        number, card = await live.draft()
        wish = await slack.people.write(eve, slack.home, "shorter", thread_ts=card.ts, mention=True)
        await live.whispered(eve, "Only approvers decide here")
        assert wish.reactions == {}
        assert await op.store.do(_wishes, number) == []
