"""People at the Slack double: clicks, modals, commands, and the answers that come back to them."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from tests.doubles.slack_blocks import words
from tests.doubles.slack_clients import CARD, Clock, client_of, listening, post_card, refused
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_state import Person

WHY: dict[str, Any] = {
    "type": "modal", "callback_id": "why", "private_metadata": "7:1",
    "title": {"type": "plain_text", "text": "Deny"}, "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [{
        "type": "input", "block_id": "why", "label": {"type": "plain_text", "text": "Why?"},
        "element": {"type": "plain_text_input", "action_id": "reason", "max_length": 50},
    }],
}  # fmt: skip


async def test_clicks_open_modals_and_their_answers_come_back(
    server: SlackServer, app: AsyncApp, ana: Person
) -> None:
    denied: list[Any] = []

    @app.action("deny")
    async def deny(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=WHY)

    @app.view("why")
    async def why(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        reason = view["state"]["values"]["why"]["reason"]["value"]
        if reason == "no":
            await ack(response_action="errors", errors={"why": "Say more."})
            return
        await ack()
        denied.append((body["user"]["id"], view["private_metadata"], reason))

    message = await post_card(server)
    async with listening(server, app):
        await server.people.click(ana, message, "deny")
        (view,) = await server.until(lambda: list(server.space.views.values()))
        with pytest.raises(AssertionError, match="must be filled in"):
            await server.people.submit(ana, view, {})
        await server.people.submit(ana, view, {"reason": "no"})
        assert await server.until(lambda: view.errors) == {"why": "Say more."}
        await server.people.submit(ana, view, {"reason": "too long"})
        await server.until(lambda: view.state == "submitted")
    assert denied == [(ana.id, "7:1", "too long")]


async def test_triggers_are_short_lived(server: SlackServer, ana: Person) -> None:
    clock = Clock()
    async with SlackServer(clock=clock).running() as slow:
        bea = slow.person("bea")
        client, message = client_of(slow), await post_card(slow)
        trigger = (await slow.people.click(bea, message, "deny")).trigger_id
        view = (await client.views_open(trigger_id=trigger, view=WHY))["view"]
        asked = client.views_open(trigger_id=trigger, view=WHY)
        assert (await refused(asked))[0] == "exchanged_trigger_id"
        trigger = (await slow.people.click(bea, message, "deny")).trigger_id
        clock.now += 3.5
        asked = client.views_open(trigger_id=trigger, view=WHY)
        assert (await refused(asked))[0] == "expired_trigger_id"
        asked = client.views_open(trigger_id="1.2.x", view=WHY)
        assert (await refused(asked))[0] == "invalid_trigger_id"
        updated = await client.views_update(view_id=view["id"], hash=view["hash"], view=WHY)
        asked = client.views_update(view_id=view["id"], hash=view["hash"], view=WHY)
        assert (await refused(asked))[0] == "hash_conflict"
        assert updated["view"]["id"] == view["id"]
        asked = client.views_update(view_id="V0", view=WHY)
        assert (await refused(asked))[0] == "not_found"
        for wrong in ({"title": {"type": "plain_text", "text": "x" * 25}}, {"private_metadata": "x" * 3001}):
            error, answer = await refused(client.views_update(view_id=view["id"], view={**WHY, **wrong}))
            assert (error, len(answer["response_metadata"]["messages"])) == ("invalid_arguments", 1)
        nowhere = {name: value for name, value in WHY.items() if name != "submit"}
        error, answer = await refused(client.views_update(view_id=view["id"], view=nowhere))
        assert answer["errors"] == ["missing required field: submit [json-pointer:/view]"]


async def test_commands_are_answered_now_and_later(server: SlackServer, app: AsyncApp, ana: Person) -> None:
    @app.command("/autopotter")
    async def autopotter(ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack("one moment")
        await respond(f"{command['user_id']} said {command['text']}")
        await respond("everybody", response_type="in_channel")

    async with listening(server, app):
        sent = await server.people.slash(ana, server.home, "/autopotter", "generate 3")
        assert await sent.settled() == "acknowledged"
        await server.until(lambda: len(server.whispers(ana)) == 2 and server.messages())
    told = [words(one) for one in server.whispers(ana)]
    assert sorted(told) == sorted(["one moment", f"{ana.id} said generate 3"])
    assert words(server.messages()[0]) == "everybody"
    with pytest.raises(AssertionError, match="not a command"):
        await server.people.slash(ana, server.home, "/other")


async def test_response_addresses_are_used_up(ana: Person) -> None:
    clock = Clock()
    async with SlackServer(clock=clock).running() as slow, aiohttp.ClientSession() as line:
        bea, message = slow.person("bea"), await post_card(slow)

        async def respond(url: str, **body: Any) -> Any:
            answer = await line.post(url, json=body)
            return answer.status, (await answer.json()).get("error")

        url = (await slow.people.click(bea, message, "deny")).response_url
        assert await respond(url, text="x", replace_original=True) == (200, None)
        assert (words(message), message.edits) == ("x", 1)
        assert await respond(url, blocks=[{"type": "carousel"}], text="x") == (404, "invalid_blocks")
        for _ in range(4):
            assert await respond(url, text="x") == (200, None)
        assert await respond(url, text="x") == (404, "used_url")
        assert len(slow.whispers(bea)) == 4
        url = (await slow.people.slash(bea, slow.home, "/autopotter")).response_url
        clock.now += 1801
        assert await respond(url, text="x") == (404, "expired_url")


async def test_people_do_only_what_their_slack_lets_them(server: SlackServer, ana: Person) -> None:
    message, bea = await post_card(server), server.person("bea", server.space.add_channel("other"))
    with pytest.raises(AssertionError, match="nothing called approve"):
        await server.people.click(ana, message, "approve")
    with pytest.raises(AssertionError, match="may not delete"):
        await server.people.delete(ana, message)
    with pytest.raises(AssertionError, match="is not in"):
        await server.people.write(bea, server.home, "hello")
    await client_of(server).chat_postEphemeral(channel=server.home.id, user=ana.id, text="yours", blocks=CARD)
    with pytest.raises(AssertionError, match="does not see"):
        await server.people.click(bea, server.whispers(ana)[0], "deny")
    clicked = await server.people.click(ana, server.whispers(ana)[0], "deny")
    assert await clicked.settled() == "lost"  # nobody is connected: the person sees an error
