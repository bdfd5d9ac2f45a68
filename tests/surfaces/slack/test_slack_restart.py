"""Nothing twice and nothing lost: restarts, broken lines, lost answers, events told twice or never."""

from __future__ import annotations

import dataclasses

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.store import drafts, journal
from tests.doubles.slack_blocks import words
from tests.doubles.slack_error import Fault
from tests.doubles.slack_server import SlackServer
from tests.reconcilers.helpers import proposal, state
from tests.surfaces.slack.live import Live, living, title


async def test_buttons_and_modals_work_after_a_restart(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    form = await live.form(ann, card, "Deny…")
    await live.stop()
    await live.start()
    await live.send(ann, form, "too dark")
    await live.whispered(ann, "is denied. Reason: too dark")
    await live.says(number, "Denied by ann")
    await live.press(ann, card, "Approve")
    await live.whispered(ann, "is approved")
    await live.says(number, "Approved by ann")
    assert card in live.slack.messages()


async def test_reactions_made_while_the_operator_was_away_are_votes(live: Live) -> None:
    number, card = await live.draft()
    other, second = await live.draft("Handles")
    ann, bob, people = live.slack.person("ann"), live.slack.person("bob"), live.slack.people
    await people.react(ann, second, "white_check_mark")
    await live.says(other, "Approved by ann")
    await live.stop()
    await people.react(ann, card, "white_check_mark")
    await people.react(bob, card, "x")
    await people.unreact(ann, second, "white_check_mark")
    await live.start()
    await live.says(number, "Denied by bob")  # nobody knows which came first
    await live.says(other, "waits for")


async def test_everybody_who_reacted_while_it_was_away_counts(live: Live) -> None:
    number, card = await live.draft()
    await live.stop()
    crowd = [live.slack.person(f"person{n}") for n in range(12)]  # Slack names a few unless asked for all
    for person in crowd:
        await live.slack.people.react(person, card, "white_check_mark")
    await live.start()
    await live.says(number, "Approved by")
    votes = await live.op.store.do(journal.votes, number)
    assert {vote.voter for vote in votes} == {f"slack:{person.id}" for person in crowd}


async def test_a_card_deleted_while_the_operator_was_away_comes_back(live: Live) -> None:
    number, card = await live.draft()
    await live.stop()
    await _delete(live, card)
    await live.start()
    assert await live.carded(number) is not card


async def test_a_deleted_card_comes_back_at_once_and_its_votes_stay(live: Live) -> None:
    number, card = await live.draft()
    await live.slack.people.react(live.slack.person("ann"), card, "white_check_mark")
    await live.says(number, "Approved by ann")
    await _delete(live, card)
    again = await live.carded(number)
    assert again is not card
    await live.says(number, "Approved by ann")


async def test_a_deleted_card_with_a_thread_leaves_a_tombstone_and_comes_back(live: Live) -> None:
    number, card = await live.draft()
    await live.until(lambda: live.slack.messages(thread=card.ts))
    home = live.slack.home
    old = home.messages[card.ts] = dataclasses.replace(
        card, user=card.user, bot=False, text="This message was deleted.", subtype="tombstone", blocks=[],
        metadata={}, reactions={},
    )  # fmt: skip
    told = {"type": "message", "subtype": "tombstone", "ts": card.ts, "text": old.text, "user": "USLACKBOT"}
    changed = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": home.id}
    event = {**changed, "ts": live.slack.space.new_ts(), "message": told, "channel_type": "channel"}
    await live.slack.events.send("message.channels", home, event)
    again = await live.carded(number)
    assert again.ts != card.ts


async def test_a_tombstone_made_while_the_operator_was_away_is_noticed(live: Live) -> None:
    number, card = await live.draft()
    await live.stop()
    card.bot, card.text, card.subtype = False, "This message was deleted.", "tombstone"
    card.blocks, card.metadata, card.reactions = [], {}, {}
    live.slack.fail("reactions.get", Fault(status=503))
    await live.start()
    again = await live.carded(number)
    assert again is not card


async def _delete(live: Live, card: object) -> None:
    owner = live.slack.person("owner")
    owner.admin = True
    await live.slack.people.delete(owner, card)  # type: ignore[arg-type]


async def test_work_goes_on_after_a_restart_in_the_middle(op: Operator, slack: SlackServer) -> None:
    ann = slack.person("ann")
    async with living(op, slack) as live:
        await slack.people.slash(ann, slack.home, "/autopotter", "generate 2")
        await live.until(lambda: live.card(1))
        await live.stop()
        await live.start()
        await live.says(1, "waits for")
        await live.says(2, "waits for")
        progress = [one for one in slack.messages() if "Making videos" in title(one)]
        await live.until(lambda: "✓" in words(progress[0]))
        assert len(progress) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(drop="after"),
        Fault(drop="before"),
        Fault(late=0.3),
        Fault(status=503, text="<html>upstream</html>"),
        Fault(status=503, text="<html>upstream</html>", after=True),
        Fault(malformed=True),
        Fault(error="internal_error"),
        Fault(error="fatal_error", after=True),
    ],
    ids=["after", "before", "late", "503", "503-done", "cut", "internal", "fatal-done"],
)
async def test_a_lost_answer_to_a_post_makes_no_second_card(
    op: Operator, slack: SlackServer, fault: Fault
) -> None:
    async with living(op, slack) as live:
        live.settle = 1.0
        await live.stop()
        await live.start()
        slack.fail("chat.postMessage", fault, fault)
        number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
        await live.carded(number)  # which also looks for a second
        card = await live.says(number, "waits for")
        await live.until(lambda: slack.messages(thread=card.ts))
        assert len([one for one in slack.messages() if "RV06 grows" in title(one)]) == 1
        assert len(slack.messages(thread=card.ts)) == 1


@pytest.mark.parametrize(
    "method",
    ["files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info", "chat.update",
     "reactions.add", "conversations.replies"],
)  # fmt: skip
async def test_whatever_fails_for_a_moment_the_card_gets_its_pictures_once(
    op: Operator, slack: SlackServer, method: str
) -> None:
    async with living(op, slack) as live:
        faults = [Fault(status=503), Fault(drop="before")] if method != "upload" else [Fault(status=503)]
        slack.fail(method, *faults)
        number, card = await live.draft()
        await live.until(lambda: [block for block in card.blocks if block["type"] == "image"])
        await live.until(lambda: slack.messages(thread=card.ts))
        await live.says(number, "waits for")
        assert len(slack.messages(thread=card.ts)) == 1


async def test_a_message_far_back_is_read_alone(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    for n in range(201):
        await live.slack.people.write(ann, live.slack.home, f"talk {n}")
    await live.stop()
    await live.start()
    await live.slack.people.react(ann, card, "x")
    await live.says(number, "Denied by ann")
    assert [block for block in card.blocks if block["type"] == "image"]


async def test_a_picture_whose_file_was_deleted_is_sent_again(live: Live) -> None:
    number, card = await live.draft()
    (image,) = [block for block in card.blocks if block["type"] == "image"]
    live.slack.space.files[image["slack_file"]["id"]].deleted = True
    await live.slack.people.react(live.slack.person("ann"), card, "white_check_mark")
    await live.says(number, "Approved by ann")
    (fresh,) = [block for block in card.blocks if block["type"] == "image"]
    assert fresh["slack_file"]["id"] != image["slack_file"]["id"]


async def test_after_a_restart_an_edit_sends_no_picture_again(live: Live) -> None:
    number, card = await live.draft()
    other, second = await live.draft("Handles")
    (image,) = [block["slack_file"] for block in card.blocks if block["type"] == "image"]
    await live.stop()
    await live.start()
    before = len(live.slack.asked("files.getUploadURLExternal"))
    looked = len(live.slack.asked("conversations.history"))
    await live.slack.people.react(live.slack.person("ann"), card, "white_check_mark")
    await live.says(number, "Approved by ann")
    assert [block["slack_file"] for block in card.blocks if block["type"] == "image"] == [image]
    await live.slack.people.react(live.slack.person("bob"), second, "x")
    await live.says(other, "Denied by bob")
    assert len(live.slack.asked("files.getUploadURLExternal")) == before
    assert len(live.slack.asked("conversations.history")) == looked + 1


async def test_a_line_that_breaks_is_made_anew_and_what_was_missed_is_read_back(live: Live) -> None:
    number, card = await live.draft()
    epoch, opened = live.op.chats["slack"].epoch, live.slack.socket.opened
    live.slack.socket.drop()
    await live.slack.people.react(live.slack.person("ann"), card, "white_check_mark")
    await live.says(number, "Approved by ann")
    await live.until(lambda: live.op.chats["slack"].epoch > epoch)
    assert live.slack.socket.opened == opened + 1
    await live.until(lambda: live.op.surfaces["slack"].trouble == "")


async def test_a_line_that_fails_once_more_is_made_at_another_address(live: Live) -> None:
    live.slack.fail("link", Fault(status=503), Fault(drop="before"))
    live.slack.fail("apps.connections.open", Fault(status=502))
    live.slack.socket.drop()
    await live.until(lambda: live.slack.socket.opened == 2)
    assert len(live.slack.asked("apps.connections.open")) >= 4


async def test_slack_asks_for_a_new_line_and_nothing_is_missed(live: Live) -> None:
    number, card = await live.draft()
    epoch = live.op.chats["slack"].epoch
    await live.slack.socket.disconnect("refresh_requested", grace=5)
    await live.slack.people.react(live.slack.person("ann"), card, "white_check_mark")  # nobody hears of it
    await live.until(lambda: live.slack.socket.opened == 2)
    await live.says(number, "Approved by ann")
    assert live.op.chats["slack"].epoch > epoch
    await live.slack.people.react(live.slack.person("bob"), card, "x")
    await live.says(number, "Denied by bob")
    assert live.op.surfaces["slack"].trouble == ""


async def test_slack_is_away_for_a_while(live: Live) -> None:
    number, card = await live.draft()
    live.slack.fail("apps.connections.open", *Fault.unavailable(20))
    live.slack.socket.drop()
    await live.until(lambda: "Slack failed" in live.op.surfaces["slack"].trouble)
    await live.slack.people.react(live.slack.person("ann"), card, "white_check_mark")
    live.slack.faults.clear()
    await live.says(number, "Approved by ann")
    await live.until(lambda: live.op.surfaces["slack"].trouble == "")


async def test_what_is_told_twice_is_one_vote(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    live.slack.socket.copies = 2
    await live.slack.people.react(ann, card, "white_check_mark")
    await live.says(number, "Approved by ann")
    (delivery,) = [one for one in live.slack.socket.of("reaction_added") if _by(one, ann.id)]
    await live.slack.people.unreact(ann, card, "white_check_mark")
    await live.says(number, "waits for")
    await live.slack.socket.redeliver(delivery)
    await live.slack.socket.quiet()
    assert await state(live.op, number) is State.DRAFT
    assert len(await live.op.store.do(journal.votes, number)) == 2


async def test_what_comes_late_again_counts_only_if_it_is_still_so(live: Live) -> None:
    """The operator before this one was killed before it could acknowledge; meanwhile people went on."""
    number, card = await live.draft()
    ann, people = live.slack.person("ann"), live.slack.people
    await people.react(ann, card, "white_check_mark")
    await live.says(number, "Approved by ann")
    (put,) = [one for one in live.slack.socket.of("reaction_added") if _by(one, ann.id)]
    await people.unreact(ann, card, "white_check_mark")
    await live.says(number, "waits for")
    (taken,) = [one for one in live.slack.socket.of("reaction_removed") if _by(one, ann.id)]
    await live.stop()
    await people.react(ann, card, "x")
    await people.react(ann, card, "white_check_mark")
    await people.unreact(ann, card, "white_check_mark")
    await live.start()
    await live.says(number, "Denied by ann")
    for late in (put, taken):
        await live.slack.socket.redeliver(late)
    await live.slack.socket.quiet()
    bob = live.slack.person("bob")
    await people.react(bob, card, "x")
    await live.says(number, "Denied by bob")
    assert [vote.choice for vote in await live.op.store.do(journal.votes, number)] == [
        "approve", "withdraw", "deny", "deny",
    ]  # fmt: skip


async def test_what_is_told_again_after_a_restart_does_nothing_twice(live: Live) -> None:
    number, card = await live.draft()
    ann, slack = live.slack.person("ann"), live.slack
    await slack.people.react(ann, card, "white_check_mark")
    await live.says(number, "Approved by ann")
    await slack.people.unreact(ann, card, "white_check_mark")
    await live.says(number, "waits for")
    wish = await slack.people.write(ann, slack.home, "shorter", thread_ts=card.ts, mention=True)
    await live.until(lambda: "eyes" in wish.reactions)
    (mention,) = slack.socket.of("app_mention")
    (added,) = [one for one in slack.socket.of("reaction_added") if _by(one, ann.id)]
    await live.stop()
    await live.start()
    asked = len(slack.asked("reactions.get"))
    await slack.socket.redeliver(added)
    await slack.socket.redeliver(mention)
    await live.until(lambda: len(slack.asked("reactions.get")) >= asked + 2)
    await slack.people.react(ann, card, "tada")
    await slack.socket.quiet()
    jobs = await live.op.store.do(lambda db: list(db.query("SELECT id FROM jobs WHERE kind = 'revise'")))
    assert len(jobs) == 1
    assert len(await live.op.store.do(journal.votes, number)) == 2


def _by(delivery: object, user: str) -> bool:
    return bool(delivery.payload["event"]["user"] == user)  # type: ignore[attr-defined]


async def test_a_reaction_taken_back_at_once_withdraws_also_of_somebody_unknown(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    live.slack.fail("users.info", Fault(seconds=0.3))  # looking them up takes longer than they need
    await live.slack.people.react(ann, card, "x")
    await live.slack.people.unreact(ann, card, "x")

    async def both() -> bool:
        return len(await live.op.store.do(journal.votes, number)) == 2

    await live.stored(both)
    assert await state(live.op, number) is State.DRAFT


async def test_rate_limits_are_kept_and_everything_is_shown_in_the_end(
    op: Operator, slack: SlackServer
) -> None:
    slack.rates.enforced = True
    slack.rates.per_minute |= {"chat.update": 120.0, "chat.postMessage": 120.0}
    slack.rates.burst |= {"chat.update": 2.0, "chat.postMessage": 1.0}
    ann = slack.person("ann")
    async with living(op, slack) as live:
        cards = [await live.draft(f"Take {n}") for n in range(2)]
        for _ in range(3):
            for _, card in cards:
                await slack.people.react(ann, card, "white_check_mark")
                await slack.people.unreact(ann, card, "white_check_mark")
                await slack.people.react(ann, card, "x")
                await slack.people.unreact(ann, card, "x")
        for number, card in cards:
            await slack.people.react(ann, card, "+1")
            await live.says(number, "Approved by ann")
        assert all(card.edits < 20 for _, card in cards)  # what changes faster than that is drawn once
        for number, _ in cards:
            assert len(await op.store.do(journal.votes, number)) == 13


async def test_nothing_is_repeated_where_a_limit_lasts(op: Operator, slack: SlackServer) -> None:
    ann = slack.person("ann")
    async with living(op, slack) as live:
        _, card = await live.draft()
        slack.fail("chat.update", Fault.limited(3600))
        before = len(slack.asked("chat.update"))
        await slack.people.react(ann, card, "white_check_mark")
        await live.until(lambda: [one for one in op.engine.troubles() if one["reconciler"] == "cards"])
        (trouble,) = [one for one in op.engine.troubles() if one["reconciler"] == "cards"]
        assert "Slack limits" in str(trouble["message"])
        assert float(str(trouble["retry_in"])) > 3000
        assert len(slack.asked("chat.update")) == before + 1
