"""The checker of exchanges with Discord finds what is wrong, and nothing else."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.discord_contract import FILE, SERVED, contract, pruned
from tests.doubles.discord_server import DiscordServer

POSTS = "/channels/12/messages"
ROW = {"type": 1, "components": [{"type": 2, "style": 3, "label": "OK", "custom_id": "ok:1"}]}
RIGHT: tuple[tuple[str, str, dict[str, list[str]], Any], ...] = (
    ("POST", POSTS, {}, {"content": "x", "nonce": "a", "enforce_nonce": True, "components": [ROW]}),
    ("POST", POSTS, {}, {"content": "x", "message_reference": {"message_id": 12}}),
    ("POST", POSTS, {}, {"embeds": [{"title": "x", "flags": 0, "image": {"url": "https://example.com"}}]}),
    ("GET", POSTS, {"limit": ["100"], "after": ["0"]}, None),
    ("PUT", f"{POSTS}/34/reactions/%E2%9C%85/@me", {}, None),
    ("POST", "/interactions/1/abc/callback", {"with_response": ["1"]}, {"type": 5, "data": {"flags": 64}}),
    ("PATCH", "/webhooks/1/abc/messages/@original", {}, {"content": "x", "attachments": [{"id": "0"}]}),
)
WRONG: tuple[tuple[str, str, dict[str, list[str]], Any], ...] = (
    ("POST", "/channels/12/message", {}, {"content": "x"}),
    ("PUT", POSTS, {}, None),
    ("POST", POSTS, {}, None),
    ("POST", POSTS, {}, {"content": 1}),
    ("POST", POSTS, {}, {"contents": "x"}),
    ("POST", POSTS, {}, {"content": "x", "message_reference": {}}),
    ("POST", POSTS, {}, {"content": "x", "components": [{"type": 1, "buttons": []}]}),
    ("POST", POSTS, {}, {"content": "x", "nonce": "x" * 26}),
    ("GET", POSTS, {"limit": ["101"]}, None),
    ("GET", POSTS, {"newest": ["1"]}, None),
    ("GET", "/users/@me", {}, {}),
    ("POST", "/interactions/1/abc/callback", {}, {"type": 99}),
    ("PUT", "/applications/1/guilds/2/commands", {}, [{"description": "no name"}]),
)


@pytest.mark.parametrize(("verb", "path", "query", "body"), RIGHT)
def test_what_is_right_is_accepted(verb: str, path: str, query: dict[str, list[str]], body: Any) -> None:
    assert contract().request(verb, path, query, body, "application/json") == []


@pytest.mark.parametrize(("verb", "path", "query", "body"), WRONG)
def test_what_is_wrong_is_found(verb: str, path: str, query: dict[str, list[str]], body: Any) -> None:
    assert contract().request(verb, path, query, body, "application/json")


def test_an_answer_that_lacks_or_twists_something_is_found() -> None:
    double = DiscordServer()
    message = double.acts.drafted(double.channel, double.world.bot)
    whole = double.shapes.message(message)
    path = f"{POSTS}/{message.id}"
    assert contract().answer("GET", path, 200, whole) == []
    for broken in (
        whole | {"id": 12},
        whole | {"embeds": None},
        {k: whole[k] for k in whole if k != "author"},
    ):
        assert contract().answer("GET", path, 200, broken)
    assert contract().answer("GET", path, 201, whole)
    assert contract().answer("GET", path, 404, {"oops": 1})


def test_every_operation_that_is_kept_is_served() -> None:
    double = DiscordServer()
    parts = (double.rest, double.interactions, double.commands)
    assert [name for name in sorted(SERVED) if not any(hasattr(part, name) for part in parts)] == []


def test_the_kept_document_is_discords(contracts_dir: Path) -> None:
    whole = json.loads((contracts_dir / "discord.openapi.json").read_text())
    assert json.loads(gzip.decompress(FILE.read_bytes())) == pruned(whole)


def test_an_independent_checker_agrees(contracts_dir: Path) -> None:
    """But for unknown fields, which it lets pass, and queries, which it does not see."""
    spec = importlib.util.spec_from_file_location("theirs", contracts_dir / "discord_contract.py")
    assert spec is not None
    assert spec.loader is not None
    theirs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(theirs)
    for verb, path, query, body in (*RIGHT, *WRONG):
        found = theirs.check(verb, path, body)[1]
        ours = contract().request(verb, path, {}, body, "application/json")
        unknown = [one for one in ours if "Additional properties" in one]
        assert bool(found) == bool(ours) or unknown or query, (verb, path, body, found, ours)
