"""Discord and Slack at once: a decision in one is shown in the other, and the trouble of one is its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.app import supervise
from bot.operator import Operator
from services.model.draft import State
from services.store import journal
from tests.doubles.discord_server import DiscordServer
from tests.doubles.slack_blocks import words
from tests.doubles.slack_server import SlackServer
from tests.reconcilers.helpers import make_draft
from tests.surfaces.discord.live import Live as InDiscord
from tests.surfaces.slack.live import Live as InSlack


@pytest.fixture
async def both(
    op: Operator, discord: DiscordServer, slack: SlackServer
) -> AsyncIterator[tuple[InDiscord, InSlack]]:
    there, here = InDiscord(op, discord), InSlack(op, slack)
    await there.start()
    here.tasks = [asyncio.create_task(supervise(op, here.surface(), first_backoff=0.05), name="slack")]
    await here.until(lambda: "slack" in op.chats)
    yield there, here
    await here.stop()
    await there.stop()


async def test_a_decision_in_one_chat_is_shown_in_the_other(
    op: Operator, both: tuple[InDiscord, InSlack]
) -> None:
    there, here = both
    number = await make_draft(op)
    card, copy = await there.carded(number), await here.carded(number)
    await there.says(number, "waits for")
    await here.says(number, "waits for")
    ann = here.slack.person("ann")
    await here.slack.people.react(ann, copy, "white_check_mark")
    await there.says(number, "Approved by ann")
    await here.says(number, "Approved by ann")
    there.discord.people.react(there.person("Bob"), card, "❌")
    await here.says(number, "Denied by Bob")
    await there.says(number, "Denied by Bob")
    voters = {vote.voter.partition(":")[0] for vote in await op.store.do(journal.votes, number)}
    assert voters == {"discord", "slack"}


async def test_one_that_is_shut_out_leaves_the_other_running(
    op: Operator, both: tuple[InDiscord, InSlack]
) -> None:
    there, here = both
    here.slack.revoke("account_inactive")
    number = await make_draft(op)
    await here.until(lambda: op.surfaces["slack"].ends)
    await there.says(number, "waits for")
    card = await there.carded(number)
    there.discord.people.react(there.person("Bob"), card, "✅")
    await there.says(number, "Approved by Bob")
    await there.state(number, State.APPROVED)
    await there.until(lambda: there.discord.commands.of(there.discord.guild))
    asked = there.discord.people.slash(there.person("Bob"), "status")
    await there.answered(asked, "Slack refused the token")
    assert not any("Slack refused" in words(one) for one in here.slack.messages())
