"""The Slack double with Slack's own framework: Socket Mode, events that come twice, again, or never."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
import httpx
import pytest
from slack_bolt.async_app import AsyncApp

from tests.doubles.slack_clients import client_of, listening, post_card
from tests.doubles.slack_server import Fault, SlackServer
from tests.doubles.slack_state import Person
from tests.doubles.slack_thread import slack_in_a_thread


async def test_reactions_arrive_and_are_acknowledged(server: SlackServer, app: AsyncApp, ana: Person) -> None:
    heard: list[Any] = []

    @app.event("reaction_added")
    async def added(event: dict[str, Any]) -> None:
        heard.append((event["user"], event["reaction"], event["item"]["ts"]))

    @app.event("reaction_removed")
    async def removed(event: dict[str, Any]) -> None:
        heard.append((event["user"], f"no {event['reaction']}", event["item"]["ts"]))

    message = await post_card(server)
    async with listening(server, app):
        await server.people.react(ana, message, "white_check_mark")
        await server.until(lambda: heard)
        await server.people.unreact(ana, message, "white_check_mark")
        await server.until(lambda: len(heard) == 2)
        await server.socket.quiet()
    assert heard == [(ana.id, "white_check_mark", message.ts), (ana.id, "no white_check_mark", message.ts)]
    assert [one.outcome for one in server.socket.deliveries] == ["acknowledged"] * 2


async def test_events_come_twice_and_again_and_get_lost(
    server: SlackServer, app: AsyncApp, ana: Person
) -> None:
    heard: list[str] = []

    @app.event("reaction_added")
    async def added(body: dict[str, Any]) -> None:
        heard.append(body["event_id"])

    message = await post_card(server)
    await server.people.react(ana, message, "one")  # nobody is connected
    async with listening(server, app):
        server.socket.copies = 2
        await server.people.react(ana, message, "two")
        await server.until(lambda: len(heard) == 2)
        await server.socket.redeliver(server.socket.of("reaction_added")[1])
        await server.until(lambda: len(heard) == 3)
    lost, twice = server.socket.of("reaction_added")
    assert (lost.outcome, lost.envelopes) == ("lost", [])
    assert heard == [twice.payload["event_id"]] * 3
    assert len(set(twice.envelopes)) == 3


async def test_what_is_not_acknowledged_comes_again(server: SlackServer, ana: Person) -> None:
    server.socket.ack_within, message = 0.5, await post_card(server)
    opened = await client_of(server).apps_connections_open(app_token=server.space.app_token)
    async with aiohttp.ClientSession() as line, line.ws_connect(opened["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        await server.people.react(ana, message, "x")
        first, second = await socket.receive_json(), await socket.receive_json()
        assert first["envelope_id"] != second["envelope_id"]
        assert first["payload"] == second["payload"]
        assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
        await socket.send_json({"envelope_id": second["envelope_id"]})
        assert await server.socket.deliveries[0].settled() == "acknowledged"
        clicked = await server.people.click(ana, message, "deny")
        assert (await socket.receive_json())["type"] == "interactive"
        assert await clicked.settled() == "timeout"  # its person sees an error; it does not come again
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.5)
        with pytest.raises(aiohttp.WSServerHandshakeError):  # an address lets one connection in
            await line.ws_connect(opened["url"])


async def test_connections_share_the_work_and_are_renewed(
    server: SlackServer, app: AsyncApp, ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[str] = []

    @app.event("reaction_added")
    async def added(event: dict[str, Any]) -> None:
        heard.append(event["reaction"])

    message = await post_card(server)
    async with listening(server, app), listening(server, app):
        await server.until(lambda: len(server.socket.connections) == 2)
        await server.socket.disconnect("refresh_requested")
        await server.until(lambda: server.socket.opened == 4 and len(server.socket.connections) == 2)
        await server.people.react(ana, message, "after")
        await server.until(lambda: heard == ["after"])
        with caplog.at_level(logging.CRITICAL):
            server.fail("link", Fault(status=503))
            server.socket.drop()
            await server.until(lambda: len(server.socket.connections) == 2)
        await server.people.react(ana, message, "later")
        await server.until(lambda: heard == ["after", "later"])


async def test_mentions_arrive_from_threads_and_other_talk_does_not(
    server: SlackServer, app: AsyncApp, ana: Person
) -> None:
    heard: list[Any] = []

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any]) -> None:
        heard.append((event["user"], event["thread_ts"], event["text"]))

    message = await post_card(server)
    async with listening(server, app):
        await server.people.write(ana, server.home, "shorter", thread_ts=message.ts)
        await server.people.write(ana, server.home, "<shorter>", thread_ts=message.ts, mention=True)
        await server.until(lambda: heard)
        await server.remove_bot(server.home)
        await server.people.write(ana, server.home, "anybody?", thread_ts=message.ts, mention=True)
        await server.socket.quiet()
    assert heard == [(ana.id, message.ts, f"<@{server.space.bot.id}> &lt;shorter&gt;")]
    assert len(server.socket.deliveries) == 1


async def test_an_app_has_what_its_manifest_asks_for(server: SlackServer, app: AsyncApp, ana: Person) -> None:
    manifest: dict[str, Any] = {
        "display_information": {"name": "Autopotter"},
        "features": {"bot_user": {"display_name": "autopotter"}},
        "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history"]}},
        "settings": {
            "event_subscriptions": {"bot_events": ["message.channels"]}, "socket_mode_enabled": True,
            "interactivity": {"is_enabled": False},
        },
    }  # fmt: skip
    server.install(manifest)
    message = await post_card(server)
    heard: list[Any] = []

    @app.event("message")
    async def changed(event: dict[str, Any]) -> None:
        heard.append(event.get("subtype"))

    async with listening(server, app):
        await server.people.react(ana, message, "x")  # not subscribed
        ana.admin = True
        await server.people.delete(ana, message)  # the app's own: Bolt takes it for its own doing
        await server.people.delete(ana, await server.people.write(ana, server.home, "oh"))
        await server.until(lambda: len(heard) == 2)
    assert heard == [None, "message_deleted"]
    with pytest.raises(AssertionError, match="interactivity"):
        await server.people.click(ana, await post_card(server), "deny")
    manifest["settings"]["event_subscriptions"]["bot_events"].append("reaction_added")
    with pytest.raises(AssertionError, match="reactions:read"):
        server.install(manifest)


async def test_a_crowd_reacts_at_once(server: SlackServer, app: AsyncApp) -> None:
    """Nothing is lost, and nothing comes twice."""
    heard: list[str] = []

    @app.event("reaction_added")
    async def added(body: dict[str, Any]) -> None:
        heard.append(body["event_id"])

    people = [server.person(f"person {number}") for number in range(20)]
    message = await post_card(server)
    async with listening(server, app):
        names = ("x", "+1", "-1", "eyes", "a")
        await asyncio.gather(
            *(server.people.react(person, message, name) for person in people for name in names)
        )
        await server.until(lambda: len(heard) == 100)
        await server.socket.quiet()
    assert {one.acknowledgements for one in server.socket.deliveries} == {1}
    assert len(set(heard)) == 100


async def test_too_many_connections_are_sent_away(server: SlackServer) -> None:
    client, kept = client_of(server), []

    async def told(line: aiohttp.ClientSession) -> Any:
        opened = await client.apps_connections_open(app_token=server.space.app_token)
        kept.append(await line.ws_connect(opened["url"]))
        return await kept[-1].receive_json()

    async with aiohttp.ClientSession() as line:
        assert [(await told(line))["num_connections"] for _ in range(10)] == list(range(1, 11))
        assert (await told(line))["reason"] == "too_many_websockets"
    await server.until(lambda: not server.socket.connections)
    server.space.socket_mode = False
    async with aiohttp.ClientSession() as line:
        assert (await told(line))["reason"] == "link_disabled"


def test_it_works_for_tests_that_block() -> None:
    with slack_in_a_thread() as slack:
        ana, home = slack.server.person("ana"), slack.server.home
        message = slack.do(slack.server.people.write(ana, home, "hello"))
        place = f"{slack.server.api_url}conversations.history"
        headers = {"Authorization": f"Bearer {slack.server.space.bot_token}"}
        answer = httpx.get(place, params={"channel": home.id}, headers=headers, trust_env=False).json()
        assert [one["ts"] for one in answer["messages"]] == [message.ts]
        with pytest.raises(AssertionError, match="nothing called"):
            slack.do(slack.server.people.click(ana, message, "approve"))
    with pytest.raises(httpx.ConnectError):
        httpx.get(place, trust_env=False)
