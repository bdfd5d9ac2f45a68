"""What a person has to mend is said with the remedy; a log-in that is refused is not tried again."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.store import drafts
from tests.doubles.slack_error import Fault
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_socket import Connection
from tests.reconcilers.helpers import proposal
from tests.surfaces.slack.live import Live, living


@pytest.fixture
async def down(op: Operator, slack: SlackServer) -> Live:
    return Live(op, slack)


async def _ends(live: Live, *words: str) -> str:
    """The trouble with which the surface rests until the next start."""
    live.op.surfaces.clear()
    await live.start(wait=False)
    try:
        await live.until(lambda: (s := live.op.surfaces.get("slack")) is not None and s.ends)
        trouble = live.op.surfaces["slack"].trouble
        assert all(word in trouble for word in words), trouble
        assert not any(token in trouble for token in (*live.slack.space.tokens, *live.given.values()))
        assert "slack" not in live.op.chats
        return trouble
    finally:
        await live.stop()


async def test_a_wrong_bot_token_is_tried_once(down: Live) -> None:
    down.given["bot_token"] = "xoxb-0000-reset"
    await _ends(down, "refused the token (invalid_auth)", "SLACK_BOT_TOKEN")
    assert len(down.slack.asked("auth.test")) == 1


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "token_expired"])
async def test_a_token_that_was_taken_back(down: Live, code: str) -> None:
    down.slack.revoke(code)
    await _ends(down, f"refused the token ({code})", "OAuth & Permissions")


async def test_the_two_tokens_in_each_others_place(down: Live) -> None:
    space = down.slack.space
    down.given |= {"bot_token": space.app_token, "app_token": space.bot_token}
    await _ends(down, "SLACK_BOT_TOKEN")
    down.given["bot_token"] = space.bot_token
    await _ends(down, "not_allowed_token_type", "SLACK_APP_TOKEN", "connections:write")


async def test_a_wrong_app_token(down: Live) -> None:
    down.given["app_token"] = "xapp-1-wrong"
    await _ends(down, "refused the token (invalid_auth)", "SLACK_APP_TOKEN")
    assert len(down.slack.asked("apps.connections.open")) == 1


async def test_an_app_token_without_its_scope(down: Live) -> None:
    down.slack.space.app_scopes.clear()
    await _ends(down, "app-level token lacks the scope connections:write", "SLACK_APP_TOKEN")


async def test_socket_mode_is_switched_off(down: Live) -> None:
    down.slack.space.socket_mode = False
    await _ends(down, "Socket Mode is switched off")


async def test_a_channel_that_is_not_there(down: Live) -> None:
    down.given["channel"] = "C0000000000"
    await _ends(down, "is not there", "SLACK_CHANNEL")


async def test_a_channel_the_app_is_not_in(down: Live) -> None:
    down.slack.home.members.remove(down.slack.space.bot.id)
    await _ends(down, "is not in its channel", "/invite")


async def test_a_private_channel_the_app_is_not_in(down: Live) -> None:
    down.given["channel"] = down.slack.space.add_channel("secret", private=True, bot=False).id
    await _ends(down, "is not there, or the app is not in it", "/invite")


async def test_an_archived_channel(down: Live) -> None:
    down.slack.home.archived = True
    await _ends(down, "is archived", "SLACK_CHANNEL")


async def test_without_the_scope_to_write_it_does_not_begin(down: Live) -> None:
    down.slack.space.scopes -= {"chat:write", "reactions:write"}
    await _ends(down, "lacks the scopes chat:write, reactions:write", "slack_manifest.json")


async def test_a_lacking_scope_is_named_and_the_rest_works(op: Operator, slack: SlackServer) -> None:
    slack.space.scopes -= {"files:write", "users:read"}
    ann = slack.person("ann")
    async with living(op, slack, frozenset({ann.id})) as live:
        trouble = op.surfaces["slack"].trouble
        assert "lacks the scopes files:write, users:read" in trouble
        assert "install it to the workspace again" in trouble
        assert not op.surfaces["slack"].ends
        number, card = await live.draft()
        assert not [block for block in card.blocks if block["type"] == "image"]
        await live.says(number, "The Slack app lacks the scope files:write")
        await slack.people.react(ann, card, "white_check_mark")
        await live.says(number, "Approved by")


async def test_a_private_channel_is_a_home_too(op: Operator, slack: SlackServer) -> None:
    slack.home = slack.space.add_channel("backstage", private=True)
    ann = slack.person("ann", slack.home)
    async with living(op, slack) as live:
        number, card = await live.draft()
        await slack.people.react(ann, card, "+1")
        await live.says(number, "Approved by ann")


async def test_sent_away_meanwhile_and_invited_again(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    await live.slack.remove_bot(live.slack.home)
    await live.until(lambda: "is not in its channel" in live.op.surfaces["slack"].trouble)
    assert "slack" not in live.op.chats
    await live.slack.people.react(ann, card, "white_check_mark")  # nobody tells that
    other = await live.op.store.do(drafts.file, proposal("Two"), job=None, sample=False, now=live.op.now())
    await live.state(other, State.DRAFT)
    live.slack.socket.drop()
    await live.until(lambda: live.slack.socket.opened == 2)
    await live.until(lambda: "is not in its channel" in live.op.surfaces["slack"].trouble)
    assert "slack" not in live.op.chats
    await live.slack.add_bot(live.slack.home)
    await live.says(number, "Approved by ann")
    await live.carded(other)
    assert live.op.surfaces["slack"].trouble == ""


async def test_a_token_that_is_taken_back_while_it_runs_ends_the_surface(live: Live) -> None:
    _, card = await live.draft()
    live.slack.revoke("token_revoked")
    await live.slack.people.react(live.slack.person("ann"), card, "x")
    await live.until(lambda: live.op.surfaces["slack"].ends)
    assert "refused the token (token_revoked)" in live.op.surfaces["slack"].trouble
    assert "slack" not in live.op.chats
    other = await live.op.store.do(drafts.file, proposal("Two"), job=None, sample=False, now=live.op.now())
    await live.state(other, State.DRAFT)  # the rest goes on
    await live.until(lambda: not live.slack.socket.connections)


async def test_too_many_connections_are_tried_again(op: Operator, slack: SlackServer) -> None:
    slack.socket.connections += [Connection(None, None, leaving=True)] * 10  # type: ignore[arg-type]
    live = Live(op, slack)
    await live.start(wait=False)
    try:
        await live.until(lambda: len(slack.asked("apps.connections.open")) > 1)
        slack.socket.connections.clear()
        await live.until(lambda: "slack" in op.chats)
    finally:
        await live.stop()


async def test_a_video_that_slack_refuses_in_the_end_is_said_on_the_card(
    op: Operator, slack: SlackServer
) -> None:
    async with living(op, slack) as live:
        fine, no = Fault(), Fault(error="storage_limit_reached")
        slack.fail("files.completeUploadExternal", fine, no)
        number, card = await live.draft()
        await live.says(number, "storage_limit_reached")
        await live.stop()
        await live.start()
        await slack.people.react(slack.person("ann"), card, "x")
        await live.says(number, "Denied by ann", "storage_limit_reached")
        assert [block for block in card.blocks if block["type"] == "image"]


async def test_a_refused_post_says_why_and_nothing_is_posted_twice(live: Live) -> None:
    live.slack.fail("chat.postMessage", *[Fault(error="restricted_action")] * 3)
    number = await live.op.store.do(drafts.file, proposal(), job=None, sample=False, now=live.op.now())
    await live.until(
        lambda: any("restricted_action" in str(each["message"]) for each in live.op.engine.troubles())
    )
    await live.carded(number)


async def test_slack_takes_no_files_of_this_size(op: Operator, slack: SlackServer) -> None:
    slack.files.largest = 10
    async with living(op, slack) as live:
        number, card = await live.draft()
        await live.says(number, "file_upload_size_restricted")
        assert slack.messages(thread=card.ts) == []


async def test_slack_cannot_be_reached_at_the_start(down: Live) -> None:
    down.slack.fail("auth.test", Fault(drop="before"), Fault(status=502), Fault(malformed=True))
    down.slack.fail("conversations.info", Fault(drop="after"))
    await down.start()
    try:
        assert "slack" in down.op.chats
    finally:
        await down.stop()
    assert "slack" not in down.op.chats


async def test_a_line_that_cannot_be_made_at_the_start_is_said(down: Live) -> None:
    down.slack.fail("apps.connections.open", *Fault.unavailable(200))
    await down.start(wait=False)
    try:
        await down.until(lambda: "Slack failed when asked to open a connection" in _trouble(down))
        down.slack.faults.clear()
        await down.until(lambda: "slack" in down.op.chats and _trouble(down) == "")
    finally:
        await down.stop()


def _trouble(live: Live) -> str:
    return live.op.surfaces["slack"].trouble if "slack" in live.op.surfaces else ""


async def test_no_token_is_ever_said_or_logged(
    op: Operator, slack: SlackServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with living(op, slack) as live:
        slack.fail("chat.update", *[Fault(status=500, text=f"{slack.space.bot_token} is yours")] * 2)
        number, card = await live.draft()
        slack.socket.drop()
        slack.fail("link", Fault(status=403, text="no"))
        await slack.people.react(slack.person("ann"), card, "white_check_mark")
        await live.says(number, "Approved by ann")
    said: list[Any] = [caplog.text, slack.messages(), slack.space.ephemerals]
    said += [op.surfaces, op.engine.troubles()]
    for token in (slack.space.bot_token, slack.space.app_token):
        assert token not in str(said)


async def test_ping_names_the_channel(live: Live) -> None:
    assert await live.op.chats["slack"].ping() == "#reels in Studio"
