"""Discord's double, asked directly: rate limits, faults, nonces, the clock of interactions, commands."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.doubles.discord_asking import Asking, button, row
from tests.doubles.discord_commands import CannotDo
from tests.doubles.discord_wire import BROKEN, GARBLED, LOST, error, malformed, refused, wait
from tests.doubles.discord_world import Right
from tests.doubles.http_double import Fault


async def test_a_nonce_makes_one_message_for_some_minutes(ask: Asking) -> None:
    first = await ask.post("a", nonce="card-3-1", enforce_nonce=True)
    assert await ask.post("b", nonce="card-3-1", enforce_nonce=True) is first
    ask.double.people.delete_message(ask.double.world.owner, first)
    again = {"content": "b", "nonce": "card-3-1", "enforce_nonce": True}
    status, answer = await ask("POST", ask.posts, again)
    assert (status, answer["code"]) == (404, 10008)  # as Discord does: a deleted one is not made anew
    assert await ask.post("c", nonce="card-3-1") is not first
    ask.double.world.later(301)
    assert await ask.post("d", nonce="card-3-1", enforce_nonce=True) is not first
    assert (len(ask.double.messages), ask.double.rest.deduplicated) == (2, 2)


async def test_buckets_run_out_and_fill_again(ask: Asking) -> None:
    ask.double.limits.each["create_message"] = (5, 5.0)
    for left in (4, 3, 2, 1, 0):
        await ask.post()
        assert ask.headers["X-RateLimit-Remaining"] == str(left)
    status, answer = await ask("POST", ask.posts, {"content": "x"})
    assert (status, answer["global"], ask.headers["X-RateLimit-Scope"]) == (429, False, "user")
    assert 4 < answer["retry_after"] <= 5
    other = ask.double.owner.channel("other")
    assert (await ask("POST", f"/channels/{other.id}/messages", {"content": "x"}))[0] == 200
    ask.double.world.later(answer["retry_after"])
    await ask.post()
    ask.double.limits.all = (2, 1.0)
    ask.double.world.later(5)
    statuses = [(await ask("GET", "/users/@me"))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert (ask.headers["X-RateLimit-Scope"], ask.headers["X-RateLimit-Global"]) == ("global", "true")
    assert ask.double.limits.hits == ["create_message", "get_my_user"]
    ask.double.limits.invalid_most = 2
    assert (await ask("GET", "/users/@me"))[1] == "error code: 1015"


async def test_faults_come_when_they_are_told(ask: Asking) -> None:
    double = ask.double
    double.fail(
        "create_message",
        error(502),
        wait(30, "shared"),
        malformed(),
        refused(403, 50013, "Missing Permissions"),
    )
    assert (await ask("POST", ask.posts, {"content": "a"}))[0] == 502
    assert (await ask("POST", ask.posts, {"content": "a"}))[1]["retry_after"] == 30
    with pytest.raises(json.JSONDecodeError):
        await ask("POST", ask.posts, {"content": "a"})
    assert (await ask("POST", ask.posts, {"content": "a"}))[1]["code"] == 50013
    assert double.messages == []
    double.fail("create_message", BROKEN, LOST, GARBLED)
    for count in (0, 1, 2):
        with pytest.raises(aiohttp.ClientError):
            await ask("POST", ask.posts, {"content": "a"})
        assert len(double.messages) == count
    double.fail("create_message", Fault(drop="late", seconds=0.05))
    with pytest.raises(aiohttp.ClientError):
        await ask("POST", ask.posts, {"content": "late"})
    assert len(double.messages) == 2
    await double.until(lambda: len(double.messages) == 3)
    double.fail("*", Fault(seconds=0.05))
    await ask.post()
    assert double.count("create_message") == 9


async def _answer(ask: Asking, interaction: Any, kind: int, data: Any = None) -> tuple[int, Any]:
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    return await ask("POST", path, {"type": kind, **({"data": data} if data else {})})


async def test_an_interaction_is_answered_once_and_in_time(ask: Asking) -> None:
    double, ann = ask.double, ask.double.people.person("Ann")
    await ask("POST", ask.posts, {"components": [row(button())]}, file=b"x")
    [card] = double.messages
    clicked = double.people.click(ann, card, "OK")
    webhook = f"/webhooks/{double.world.bot.id}/{clicked.token}"
    assert (await ask("POST", webhook, {"content": "x"}))[1]["code"] == 10015
    assert (await _answer(ask, clicked, 8, {"choices": []}))[1]["code"] == 50035
    assert (await _answer(ask, clicked, 7, {"content": "approved", "components": []}))[0] == 204
    assert (card.content, card.buttons, clicked.replies, card.files) == ("approved", [], [], [])
    status, answer = await _answer(ask, clicked, 6)
    assert (status, answer["code"]) == (400, 40060)
    assert (await ask("POST", webhook, {"content": "only you", "flags": 64}))[0] == 200
    assert clicked.private
    reply = clicked.replies[0]
    assert (await ask("GET", f"{ask.posts}/{reply.id}"))[1]["code"] == 10008
    assert (await ask("DELETE", f"{webhook}/messages/{reply.id}"))[0] == 204
    assert (await ask("PATCH", f"{webhook}/messages/{reply.id}", {"content": "x"}))[1]["code"] == 10008
    double.world.later(901)
    status, answer = await ask("POST", webhook, {"content": "x"})
    assert (status, answer["code"]) == (401, 50027)
    card = await ask.post(components=[row(button())])
    late = double.people.click(ann, card, "ok")
    double.world.later(3.1)
    assert double.interactions.failed(late)
    assert (await _answer(ask, late, 6))[1]["code"] == 10062
    assert double.problems == []


async def test_people_cannot_do_what_their_clients_do_not_offer(ask: Asking) -> None:
    double, ann = ask.double, ask.double.people.person("Ann")
    card = await ask.post(components=[row(button(disabled=True))])
    hidden = double.owner.channel("hidden")
    hidden.overwrites[double.guild.id] = (0, Right(0), Right.VIEW_CHANNEL)
    for act in (
        lambda: double.people.click(ann, card, "OK"),
        lambda: double.people.click(ann, card, "nothing"),
        lambda: double.people.write(ann, "x", hidden),
        lambda: double.people.delete_message(ann, card),
        lambda: double.people.unreact(ann, card, "✅"),
        lambda: double.people.slash(ann, "generate"),
        lambda: double.people.edit(ann, card, "x"),
    ):
        with pytest.raises(CannotDo):
            act()


async def test_commands_keep_their_ids_and_have_limits(ask: Asking) -> None:
    path = f"/applications/{ask.double.world.bot.id}/guilds/{ask.double.guild.id}/commands"
    command = {"name": "status", "description": "Says how it is", "type": 1}
    _, first = await ask("PUT", path, [command])
    _, second = await ask("PUT", path, [command, command | {"name": "post"}])
    assert first[0]["id"] == second[0]["id"]
    assert (await ask("GET", path))[1] == second
    for wrong in (
        [command, command],
        [command | {"name": "Status"}],
        [command | {"description": ""}],
        [
            command
            | {
                "options": [
                    {"type": 3, "name": "a", "description": "b"},
                    {"type": 3, "name": "c", "description": "d", "required": True},
                ]
            }
        ],
        [command | {"options": [{"type": 3, "name": f"o{n}", "description": "b"} for n in range(26)]}],
    ):
        assert (await ask("PUT", path, wrong))[1]["code"] == 50035
    ask.double.commands.daily = 2
    assert (await ask("PUT", path, [command | {"name": "new"}]))[1]["code"] == 30034
    other = ask.double.owner.guild("Elsewhere", commands=False)
    path = f"/applications/{ask.double.world.bot.id}/guilds/{other.id}/commands"
    assert (await ask("PUT", path, [command]))[1]["code"] == 50001
