"""The Slack double's Web API: tokens, scopes, messages, reactions, rates and files as in Slack."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.slack_blocks import pings, words
from tests.doubles.slack_clients import Clock, client_of, refused
from tests.doubles.slack_server import Fault, SlackServer

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "*Pots* &amp; pans"}}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[SlackServer]:
    async with SlackServer(clock=clock).running() as running:
        yield running


async def test_says_who_the_token_is_and_what_it_may(server: SlackServer, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"]) == (server.space.bot.id, server.space.bot_id)
    assert set(answer.headers["X-OAuth-Scopes"].split(",")) == server.space.scopes
    assert (await refused(client.api_call("api.unknown")))[0] == "unknown_method"
    assert (await refused(client_of(server, "xoxb-nobody").auth_test()))[0] == "invalid_auth"
    app_token = client_of(server, server.space.app_token)
    assert (await refused(app_token.chat_postMessage(channel="C", text="x")))[0] == "not_allowed_token_type"
    with_bot_token = client.apps_connections_open(app_token=server.space.bot_token)
    assert (await refused(with_bot_token))[0] == "not_allowed_token_type"
    server.revoke("account_inactive")
    assert (await refused(client.auth_test()))[0] == "account_inactive"
    async with aiohttp.ClientSession() as line:
        answer = await (await line.post(f"{server.api_url}auth.test")).json()
        assert answer == {"ok": False, "error": "not_authed"}


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("chat:write", lambda c, s: c.chat_postMessage(channel=s.home.id, text="x")),
        ("reactions:read", lambda c, s: c.reactions_get(channel=s.home.id, timestamp="1795000000.000001")),
        ("reactions:write", lambda c, s: c.reactions_add(channel=s.home.id, timestamp="1", name="x")),
        ("channels:history", lambda c, s: c.conversations_history(channel=s.home.id)),
        ("channels:read", lambda c, s: c.conversations_info(channel=s.home.id)),
        ("im:write", lambda c, s: c.conversations_open(users=s.space.bot.id)),
        ("files:write", lambda c, s: c.files_upload_v2(content=b"x", filename="a.txt")),
        ("users:read", lambda c, s: c.users_info(user=s.space.bot.id)),
    ],
)
async def test_scopes_are_needed(server: SlackServer, client: AsyncWebClient, scope: str, call: Any) -> None:
    server.space.scopes.discard(scope)
    error, answer = await refused(call(client, server))
    assert (error, answer["needed"]) == ("missing_scope", scope)
    assert set(answer["provided"].split(",")) == server.space.scopes


async def test_private_channels_ask_for_scopes_of_their_own(
    server: SlackServer, client: AsyncWebClient
) -> None:
    secret = server.space.add_channel("secret", private=True)
    server.space.scopes -= {"groups:history", "groups:read"}
    assert (await refused(client.conversations_history(channel=secret.id)))[1]["needed"] == "groups:history"
    assert (await refused(client.conversations_info(channel=secret.id)))[1]["needed"] == "groups:read"


async def test_membership(server: SlackServer, client: AsyncWebClient) -> None:
    public = server.space.add_channel("public", bot=False)
    private = server.space.add_channel("private", private=True, bot=False)
    elsewhere = server.space.add_channel("elsewhere", team="T0OTHER")
    assert (await refused(client.chat_postMessage(channel=public.id, text="x")))[0] == "not_in_channel"
    assert (await client.conversations_info(channel=public.id))["channel"]["is_member"] is False
    for channel in (private.id, elsewhere.id, "C0NOTHING"):
        asked = client.chat_postMessage(channel=channel, text="x")
        assert (await refused(asked))[0] == "channel_not_found"
    server.space.scopes.add("chat:write.public")
    ts = (await client.chat_postMessage(channel="#public", text="x"))["ts"]
    reacting = client.reactions_add(channel=public.id, timestamp=ts, name="x")
    assert (await refused(reacting))[0] == "not_in_channel"
    await server.remove_bot(server.home)
    assert (await refused(client.conversations_history(channel=server.home.id)))[0] == "not_in_channel"


async def test_messages_are_posted_changed_and_deleted(server: SlackServer, client: AsyncWebClient) -> None:
    home = server.home.id
    metadata = {"event_type": "draft", "event_payload": {"number": 7}}
    ts = (await client.chat_postMessage(channel=home, text="a card", blocks=[SECTION], metadata=metadata))[
        "ts"
    ]
    (message,) = server.messages()
    assert words(message) == "*Pots* & pans"
    read = (await client.conversations_history(channel=home, include_all_metadata=True))["messages"][0]
    assert read["metadata"] == metadata
    assert read["blocks"][0]["block_id"]
    assert "metadata" not in (await client.conversations_history(channel=home))["messages"][0]
    await client.chat_update(channel=home, ts=ts, blocks=[{"type": "divider"}, SECTION], text="a card")
    assert (len(message.blocks), message.edits, message.metadata) == (2, 1, metadata)
    await client.chat_update(channel=home, ts=ts, text="only words", metadata={})  # takes the blocks away
    assert (message.blocks, words(message), message.metadata) == ([], "only words", {})
    link = (await client.chat_getPermalink(channel=home, message_ts=ts))["permalink"]
    assert link.endswith(f"/archives/{home}/p{ts.replace('.', '')}")
    await client.chat_delete(channel=home, ts=ts)
    assert (server.messages(), server.home.deleted) == ([], [message])
    for asked in (
        client.chat_update(channel=home, ts=ts, text="x"),
        client.chat_delete(channel=home, ts=ts),
        client.reactions_get(channel=home, timestamp=ts),
        client.chat_getPermalink(channel=home, message_ts=ts),
    ):
        assert (await refused(asked))[0] == "message_not_found"


async def test_only_its_own_messages_are_changed(server: SlackServer, client: AsyncWebClient) -> None:
    ana = server.person("ana")
    theirs = await server.people.write(ana, server.home, "hello")
    asked = client.chat_update(channel=server.home.id, ts=theirs.ts, text="x")
    assert (await refused(asked))[0] == "cant_update_message"
    asked = client.chat_delete(channel=server.home.id, ts=theirs.ts)
    assert (await refused(asked))[0] == "cant_delete_message"


async def test_texts_have_limits(server: SlackServer, client: AsyncWebClient) -> None:
    server.rates.enforced, home = False, server.home.id
    empty = client.api_call("chat.postMessage", json={"channel": home, "text": ""})
    assert (await refused(empty))[0] == "no_text"
    assert (await refused(client.chat_postMessage(channel=home, text="x" * 40_001)))[0] == "msg_too_long"
    ts = (await client.chat_postMessage(channel=home, text="x" * 40_000))["ts"]
    assert (await refused(client.chat_update(channel=home, ts=ts, text="x" * 4001)))[0] == "msg_too_long"
    await client.chat_update(channel=home, ts=ts, text="x" * 4000)
    for wrong in ({"event_type": "x"}, {"event_type": "", "event_payload": {}}, [1]):
        asked = client.chat_postMessage(channel=home, text="x", metadata=wrong)  # type: ignore[arg-type]
        assert (await refused(asked))[0] == "invalid_metadata_format"
    with pytest.warns(UserWarning, match="text"):
        await client.chat_postMessage(channel=home, blocks=[SECTION])
    assert "without a text" in server.problems[0]


async def test_who_is_called_is_seen(server: SlackServer, client: AsyncWebClient) -> None:
    async def called(**args: Any) -> list[str]:
        await client.chat_postMessage(channel=server.home.id, **args)
        return pings(server.messages()[-1])

    assert await called(text="<!channel> and <@U0123> and &lt;!here&gt; @here") == ["!channel", "@U0123"]
    assert await called(text="@here", link_names=True) == ["!here"]
    plain = {"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}}
    assert await called(text="x", blocks=[plain]) == []


async def test_threads(server: SlackServer, client: AsyncWebClient) -> None:
    home = server.home.id
    ts = (await client.chat_postMessage(channel=home, text="a card"))["ts"]
    for number in range(3):
        await client.chat_postMessage(channel=home, text=str(number), thread_ts=ts)
    assert [one["text"] for one in (await client.conversations_history(channel=home))["messages"]] == [
        "a card"
    ]
    first = await client.conversations_replies(channel=home, ts=ts, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.conversations_replies(channel=home, ts=ts, limit=3, cursor=cursor)
    assert [one["text"] for one in first["messages"] + rest["messages"]] == ["a card", "0", "1", "2"]
    assert [one.text for one in server.messages(thread=ts)] == ["0", "1", "2"]
    asked = client.conversations_replies(channel=home, ts="1.0")
    assert (await refused(asked))[0] == "thread_not_found"


async def test_reactions(server: SlackServer, client: AsyncWebClient) -> None:
    home = server.home.id
    server.rates.enforced = False
    ts = (await client.chat_postMessage(channel=home, text="a card"))["ts"]
    (message,) = server.messages()
    item = {"channel": home, "timestamp": ts}
    await client.reactions_add(**item, name="white_check_mark")
    assert (await refused(client.reactions_add(**item, name="white_check_mark")))[0] == "already_reacted"
    assert (await refused(client.reactions_add(**item, name=":x:")))[0] == "invalid_name"
    assert (await refused(client.reactions_remove(**item, name="x")))[0] == "no_reaction"
    people = [server.person(f"person {number}") for number in range(7)]
    for person in people:
        await server.people.react(person, message, "x")
    told = (await client.reactions_get(**item, full=True))["message"]["reactions"]
    assert [(one["name"], one["count"]) for one in told] == [("white_check_mark", 1), ("x", 7)]
    assert told[1]["users"] == [person.id for person in people]
    brief = (await client.reactions_get(**item))["message"]["reactions"][1]
    assert brief["count"] == 7 > len(brief["users"])  # without full, not all of them are named
    await server.people.unreact(people[0], message, "x")
    assert message.reactions["x"] == [person.id for person in people[1:]]
    assert (await refused(client.reactions_remove(**item, name="x")))[0] == "no_reaction"  # only one's own
    asked = client.reactions_add(channel=home, timestamp="17", name="x")
    assert (await refused(asked))[0] == "bad_timestamp"
    await client.reactions_add(**item, name="thumbsup")
    assert (await refused(client.reactions_add(**item, name="+1")))[0] == "already_reacted"  # the same


async def test_whispers_reach_one_person(server: SlackServer, client: AsyncWebClient) -> None:
    ana, eve = server.person("ana"), server.person("eve", server.space.add_channel("other"))
    await client.chat_postEphemeral(channel=server.home.id, user=ana.id, text="not you")
    assert ([one.text for one in server.whispers(ana)], server.messages()) == (["not you"], [])
    asked = client.chat_postEphemeral(channel=server.home.id, user=eve.id, text="x")
    assert (await refused(asked))[0] == "user_not_in_channel"
    direct = (await client.conversations_open(users=ana.id))["channel"]["id"]
    await client.chat_postMessage(channel=direct, text="hello")
    assert (await client.chat_postMessage(channel=ana.id, text="again"))["channel"] == direct


async def test_messages_come_one_a_second(server: SlackServer, client: AsyncWebClient, clock: Clock) -> None:
    home, other = server.home.id, server.space.add_channel("other").id
    for _ in range(5):
        await client.chat_postMessage(channel=home, text="x")
    error, answer = await refused(client.chat_postMessage(channel=home, text="x"))
    assert (error, answer.status_code, answer.headers["Retry-After"]) == ("ratelimited", 429, "1")
    await client.chat_postMessage(channel=other, text="x")  # every channel has its own
    clock.now += 1
    await client.chat_postMessage(channel=home, text="x")
    assert (await refused(client.chat_postMessage(channel=home, text="x")))[0] == "ratelimited"
    assert len(server.messages()) == 6


async def test_methods_have_tiers(server: SlackServer, client: AsyncWebClient, clock: Clock) -> None:
    ts = (await client.chat_postMessage(channel=server.home.id, text="x"))["ts"]
    for number in range(50):
        await client.chat_update(channel=server.home.id, ts=ts, text=str(number))
    error, answer = await refused(client.chat_update(channel=server.home.id, ts=ts, text="x"))
    assert (error, answer.headers["Retry-After"]) == ("ratelimited", "2")
    clock.now += 60
    await client.chat_update(channel=server.home.id, ts=ts, text="x")
    assert server.rates.refused == 1


async def test_slacks_own_handler_waits_and_comes_again(server: SlackServer, client: AsyncWebClient) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    server.fail("chat.postMessage", Fault.limited(1))
    await client.chat_postMessage(channel=server.home.id, text="x")
    assert [call.status for call in server.asked("chat.postMessage")] == [429, 200]


async def test_faults_come_when_they_are_ordered(server: SlackServer, client: AsyncWebClient) -> None:
    async def post(text: str) -> Any:
        return await client.chat_postMessage(channel=server.home.id, text=text)

    server.fail("chat.postMessage", Fault(drop="after"))
    with pytest.raises(aiohttp.ClientError):
        await post("its answer is lost")
    server.fail("chat.postMessage", Fault(drop="before"), *Fault.unavailable(2))
    with pytest.raises(aiohttp.ClientError):
        await post("it never comes")
    for _ in range(2):
        with pytest.raises(SlackApiError, match="503"):
            await post("nobody is there")
    server.fail(
        "*", Fault(malformed=True), Fault(error="ratelimited"), Fault(error="fatal_error", after=True)
    )
    with pytest.raises(SlackApiError):
        await post("half an answer")
    assert (await refused(post("x")))[0] == "ratelimited"
    assert (await refused(post("it happened all the same")))[0] == "fatal_error"
    server.fail("chat.postMessage", Fault(seconds=5.0))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(post("too slow"), 0.2)
    server.fail("chat.postMessage", Fault(late=0.3))
    with pytest.raises(aiohttp.ClientError):
        await post("later")
    there = ["its answer is lost", "half an answer", "it happened all the same", "too slow"]
    assert [one.text for one in server.messages()] == there
    await server.until(lambda: [one.text for one in server.messages()] == [*there, "later"])


async def test_forms_and_json_are_the_same(server: SlackServer) -> None:
    headers = {"Authorization": f"Bearer {server.space.bot_token}"}
    place = f"{server.api_url}chat.postMessage"
    async with aiohttp.ClientSession(headers=headers) as line:
        form = {"channel": server.home.id, "text": "x", "blocks": json.dumps([SECTION])}
        assert (await (await line.post(place, data=form)).json())["ok"]
        form["blocks"] = "[{"
        assert (await (await line.post(place, data=form)).json())["error"] == "invalid_blocks_format"
        bare = await (await line.post(place, json={"text": "x"})).json()
        assert bare["response_metadata"] == {"messages": ["[ERROR] missing required field: channel"]}
