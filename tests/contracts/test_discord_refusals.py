"""What Discord's double refuses, asked directly: limits and rights, with Discord's own errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.doubles.discord_asking import Asking, button, row
from tests.doubles.discord_world import MIB, Right

FIELDS = [{"name": "n", "value": "v"}]
WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"title": "x" * 257}]}, "embeds/0/title", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"description": "x" * 4097}]}, "embeds/0/description", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds/0/footer/text", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"author": {"name": "x" * 257}}]}, "embeds/0/author/name", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"fields": FIELDS * 26}]}, "embeds/0/fields", "BASE_TYPE_MAX_LENGTH"),
    (
        {"embeds": [{"fields": [{"name": "x" * 257, "value": "v"}]}]},
        "embeds/0/fields/0/name",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"embeds": [{"fields": [{"name": "n", "value": "v" * 1025}]}]},
        "embeds/0/fields/0/value",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ({"embeds": [{"fields": [{"name": "n", "value": ""}]}]}, "embeds/0/fields/0/value", "BASE_TYPE_REQUIRED"),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"title": "x", "url": "javascript:1"}]}, "embeds/0/url", "URL_TYPE_INVALID_SCHEME"),
    ({"embeds": [{}]}, "embeds/0/description", "BASE_TYPE_REQUIRED"),
    (
        {"components": [row(button(custom_id=f"{n}")) for n in range(6)]},
        "components",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(*(button(custom_id=f"{n}") for n in range(6)))]},
        "components/0/components",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(button(custom_id="x" * 101))]},
        "components/0/components/0/custom_id",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        {"components": [row(button(label="x" * 81))]},
        "components/0/components/0/label",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ({"components": [row(button(), button())]}, "components", "COMPONENT_CUSTOM_ID_DUPLICATED"),
    ({"components": [button()]}, "components/0/type", "UNION_TYPE_CHOICES"),
    ({"content": "x", "nonce": "x" * 26}, "nonce", "BASE_TYPE_MAX_LENGTH"),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    (
        {"content": "x", "message_reference": {"message_id": "1"}},
        "message_reference",
        "REPLIES_UNKNOWN_MESSAGE",
    ),
)


@pytest.mark.parametrize(("body", "path", "code"), WRONG, ids=lambda one: one if isinstance(one, str) else "")
async def test_a_message_beyond_a_limit_is_a_bad_form(
    ask: Asking, body: dict[str, Any], path: str, code: str
) -> None:
    status, answer = await ask("POST", ask.posts, body)
    assert (status, answer["code"], answer["message"]) == (400, 50035, "Invalid Form Body")
    place = answer["errors"]
    for step in path.split("/"):
        place = place[step]
    assert place["_errors"][0]["code"] == code
    assert ask.double.messages == []
    if "message_reference" not in body:
        card = await ask.post()
        assert (await ask("PATCH", f"{ask.posts}/{card.id}", body))[0] == 400
        assert card.edits == 0


async def test_what_is_just_within_the_limits_is_taken(ask: Asking) -> None:
    embeds = [{"description": "x" * 4096}, {"description": "y" * 1904}]
    wide = range(5)
    rows = [row(*(button(custom_id=f"{one}{n}".rjust(100, "x")) for n in wide)) for one in wide]
    card = await ask.post("x" * 2000, embeds=embeds, components=rows, nonce="n" * 25)
    assert len(card.buttons) == 25
    assert ask.double.problems == []


async def test_nothing_is_no_message(ask: Asking) -> None:
    for body in ({}, {"content": "  "}, {"content": "", "embeds": []}):
        status, answer = await ask("POST", ask.posts, body)
        assert (status, answer) == (400, {"message": "Cannot send an empty message", "code": 50006})


async def test_files_have_a_limit_for_each_and_one_for_all(ask: Asking) -> None:
    status, answer = await ask("POST", ask.posts, {"content": "x"}, a=bytes(10 * MIB + 1))
    assert (status, answer["code"]) == (413, 40005)
    assert (await ask("POST", ask.posts, {"content": "x"}, a=bytes(10 * MIB), b=bytes(10 * MIB)))[0] == 200
    assert (await ask("POST", ask.posts, {}, a=bytes(10 * MIB), b=bytes(10 * MIB), c=bytes(5 * MIB)))[
        0
    ] == 413
    ask.double.owner.boost(2)
    assert (await ask("POST", ask.posts, {}, a=bytes(20 * MIB)))[0] == 200
    assert len(ask.double.messages) == 2


async def test_binary_files_arrive_as_they_were(ask: Asking) -> None:
    content = bytes(range(256)) * 9 + b"\r\n--x\r\n\r\n"
    _, answer = await ask(
        "POST", ask.posts, {"attachments": [{"id": 0, "filename": "a b.bin", "description": "d"}]}, x=content
    )
    assert answer["attachments"][0]["filename"] == "a_b.bin"
    [file] = ask.double.messages[0].files
    assert (file.content, file.description) == (content, "d")


RIGHTS = (
    (Right.VIEW_CHANNEL, "POST", "", {"content": "x"}, 50001),
    (Right.VIEW_CHANNEL, "GET", "/{card}", None, 50001),
    (Right.SEND_MESSAGES, "POST", "", {"content": "x"}, 50013),
    (Right.EMBED_LINKS, "POST", "", {"embeds": [{"title": "x"}]}, 50013),
    (Right.READ_MESSAGE_HISTORY, "GET", "/{card}", None, 50013),
    (Right.READ_MESSAGE_HISTORY, "PUT", "/{card}/reactions/%E2%9C%85/@me", None, 50013),
    (
        Right.READ_MESSAGE_HISTORY,
        "POST",
        "",
        {"content": "x", "message_reference": {"message_id": "{card}"}},
        160002,
    ),
    (Right.ADD_REACTIONS, "PUT", "/{card}/reactions/%E2%9C%85/@me", None, 50013),
    (Right.MANAGE_MESSAGES, "DELETE", "/{card}/reactions", None, 50013),
    (Right.MANAGE_MESSAGES, "DELETE", "/{card}/reactions/%E2%9C%85/1", None, 50013),
    (Right.CREATE_PUBLIC_THREADS, "POST", "/{card}/threads", {"name": "x"}, 50013),
)


@pytest.mark.parametrize(("right", "verb", "path", "body", "code"), RIGHTS)
async def test_a_missing_right_is_named(
    ask: Asking, right: Right, verb: str, path: str, body: Any, code: int
) -> None:
    card = await ask.post()
    filled = json.loads(json.dumps(body).replace("{card}", str(card.id)))
    ask.double.owner.take(right)
    status, answer = await ask(verb, ask.posts + path.replace("{card}", str(card.id)), filled)
    assert (status, answer["code"]) == (403, code)
    assert ask.double.problems == []


async def test_what_is_not_there_is_unknown(ask: Asking) -> None:
    card, ann = await ask.post(), ask.double.people.person("Ann")
    theirs = ask.double.people.write(ann, "mine")
    guild = ask.double.guild.id
    for verb, path, body, expected in (
        ("GET", "/channels/1", None, (404, 10003)),
        ("GET", "/guilds/1", None, (404, 10004)),
        ("GET", f"/guilds/{guild}/members/1", None, (404, 10007)),
        ("GET", f"{ask.posts}/1", None, (404, 10008)),
        ("PUT", f"{ask.posts}/{card.id}/reactions/ok/@me", None, (400, 10014)),
        ("PATCH", f"{ask.posts}/{theirs.id}", {"content": "x"}, (403, 50005)),
        ("DELETE", f"{ask.posts}/{theirs.id}", None, (403, 50013)),
        ("POST", "/webhooks/1/abc", {"content": "x"}, (404, 10015)),
        ("POST", "/interactions/1/abc/callback", {"type": 6}, (404, 10062)),
        ("POST", "/users/@me/channels", {"recipient_id": "1"}, (400, 50033)),
    ):
        status, answer = await ask(verb, path, body)
        assert (status, answer["code"]) == expected, path
    assert ask.double.problems == []
    ann.takes_dms = False
    _, dm = await ask("POST", "/users/@me/channels", {"recipient_id": str(ann.id)})
    assert (await ask("POST", f"/channels/{dm['id']}/messages", {"content": "x"}))[1]["code"] == 50007


async def test_what_the_document_does_not_know_is_a_problem(ask: Asking) -> None:
    for verb, path, body in (
        ("POST", ask.posts, {"content": 5}),
        ("POST", ask.posts, {"content": "x", "embed": {}}),
        ("GET", f"{ask.posts}?limits=1", None),
        ("GET", "/channels", None),
    ):
        before = len(ask.double.problems)
        await ask(verb, path, body)
        assert len(ask.double.problems) > before, path
