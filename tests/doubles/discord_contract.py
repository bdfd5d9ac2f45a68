"""Holds one exchange with Discord's API against Discord's own OpenAPI document.

The document lies in tests/contracts/discord: only the operations that a bot of ours may need, without prose,
compressed; ``pruned`` made it. Unknown paths, query parameters and fields, wrong types, wrong words and
lengths are found in requests, and in the double's answers also missing fields. What the service refuses for
other reasons (rights, sums of lengths, time) is not found here: the double refuses that itself.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FILE = Path(__file__).parent.parent / "contracts" / "discord" / "openapi.json.gz"
_SERVED = """
    add_my_message_reaction bulk_set_application_commands bulk_set_guild_application_commands
    create_dm create_interaction_response create_message create_thread_from_message
    delete_all_message_reactions delete_all_message_reactions_by_emoji delete_message
    delete_my_message_reaction delete_original_webhook_message delete_user_message_reaction
    delete_webhook_message execute_webhook get_bot_gateway get_channel get_gateway get_guild
    get_guild_member get_message get_my_application get_my_oauth2_application get_my_user
    get_original_webhook_message get_user get_webhook_message join_thread list_application_commands
    list_guild_application_commands list_guild_channels list_guild_roles
    list_message_reactions_by_emoji list_messages list_my_guilds trigger_typing_indicator
    update_message update_original_webhook_message update_webhook_message
"""
SERVED = frozenset(_SERVED.split())
_VERBS = ("get", "put", "post", "patch", "delete")
_SCHEMAS = "/components/schemas/"
_SENT_ANYWAY = {"content": "tts", "default_member_permissions": "nsfw"}  # by discord.py, and taken
# What clients read and send back whole; Discord ignores what it does not take of it.
_OPEN = ("RichEmbed", "MessageAttachmentRequest")


def pruned(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of Discord's document is kept: the operations SERVED and every schema they lead to."""
    paths: dict[str, Any] = {}
    for path, item in document["paths"].items():
        kept = {verb: one for verb, one in item.items() if verb in _VERBS and one["operationId"] in SERVED}
        if kept:
            shared = {"parameters": item["parameters"]} if "parameters" in item else {}
            paths[path] = _without_prose({**shared, **kept})
    schemas: dict[str, Any] = {}
    wanted = {*_references(paths), "GuildResponse", "ErrorResponse", "RatelimitedResponse"}
    while wanted:
        name = wanted.pop()
        if name not in schemas and name in document["components"]["schemas"]:
            schemas[name] = _without_prose(document["components"]["schemas"][name])
            wanted |= set(_references(schemas[name]))
    return {"paths": paths, "components": {"schemas": schemas}}


def _without_prose(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_prose(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "properties" in node and isinstance(node["properties"], dict):
        properties = {name: _without_prose(one) for name, one in node["properties"].items()}
        return {
            **_without_prose({k: v for k, v in node.items() if k != "properties"}),
            "properties": properties,
        }
    dropped = {"headers", "security"} | {
        key for key in ("description", "title") if isinstance(node.get(key), str)
    }
    return {key: _without_prose(one) for key, one in node.items() if key not in dropped}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for one in node.values():
            yield from _references(one)
    elif isinstance(node, list):
        for one in node:
            yield from _references(one)


@functools.cache
def contract() -> Contract:
    """Reading it takes a moment."""
    return Contract(json.loads(gzip.decompress(FILE.read_bytes())))


class Contract:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._said = _registry(document, asked=False)
        self._asked = _registry(document, asked=True)
        self._routes = sorted(_routes(document), key=lambda route: -route[0])
        self._validators: dict[tuple[str, bool], jsonschema.Draft202012Validator] = {}

    def operation(self, verb: str, path: str) -> tuple[str, str, dict[str, str]]:
        """The operation's id, its path's template and the path's variables; ("", "", {}) if there is none.
        ``path`` is what follows /api/v10, as it stands in the request line."""
        for _, method, pattern, template, about in self._routes:
            if method == verb.lower() and (found := pattern.match(path)):
                return about["operationId"], template, found.groupdict()
        return "", "", {}

    def request(
        self, verb: str, path: str, query: Mapping[str, list[str]], body: Any, kind: str
    ) -> list[str]:
        """What is wrong with a request. ``body`` is None without one, else its JSON value (of a form: its
        payload_json); ``kind`` its content type."""
        name, template, _ = self.operation(verb, path)
        if not name:
            return [f"no such operation: {verb} {path}"]
        about = self._document["paths"][template]
        method = about[verb.lower()]
        problems = list(self._of_query([*about.get("parameters", []), *method.get("parameters", [])], query))
        expected = method.get("requestBody")
        if body is None:
            problems += ["a body is required"] if expected and expected.get("required") else []
        elif not expected:
            problems.append("the operation takes no body")
        elif kind not in expected["content"]:
            problems.append(f"content type {kind} is not taken")
        else:
            where = _pointer("paths", template, verb.lower(), "requestBody", "content", kind, "schema")
            problems += self._of(where, body, asked=True)
        return [f"{name}: {problem}" for problem in problems]

    def answer(self, verb: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer of the double; ``body`` is None without one."""
        name, template, _ = self.operation(verb, path)
        if not name:
            return []
        if status == 429:
            return [f"{name} 429: {p}" for p in self.value("RatelimitedResponse", body)]
        if status >= 400:
            return (
                [] if isinstance(body, dict) and {"code", "message"} <= body.keys() else [f"{name}: no error"]
            )
        responses = self._document["paths"][template][verb.lower()]["responses"]
        if str(status) not in responses:
            return [f"{name} never answers {status}"]
        content = responses[str(status)].get("content", {})
        if not content or body is None:
            return [] if bool(content) == (body is not None) else [f"{name} {status}: body or none?"]
        steps = ("responses", str(status), "content", "application/json", "schema")
        where = _pointer("paths", template, verb.lower(), *steps)
        return [f"answer to {name}: {problem}" for problem in self._of(where, body, asked=False)]

    def value(self, schema: str, value: Any) -> list[str]:
        """What is wrong with a value of a named schema that the double sends."""
        return [f"{schema} {p}" for p in self._of(f"{_SCHEMAS}{schema}", value, asked=False)]

    def _of(self, pointer: str, value: Any, *, asked: bool) -> list[str]:
        found = self._validators.get((pointer, asked))
        if found is None:
            registry = self._asked if asked else self._said
            found = jsonschema.Draft202012Validator({"$ref": f"discord:#{pointer}"}, registry=registry)
            self._validators[pointer, asked] = found
        return [text for error in found.iter_errors(value) for text in _explained(error)]

    def _of_query(self, parameters: list[dict[str, Any]], query: Mapping[str, list[str]]) -> Iterator[str]:
        known = {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}
        for name, values in query.items():
            if name not in known:
                yield f"unknown parameter {name}"
                continue
            schema = known[name]
            if schema.get("type") == "integer" and not re.fullmatch(r"-?\d+", values[-1]):
                yield f"{name}={values[-1]} is no whole number"
            elif schema.get("type") == "integer":
                number, most = int(values[-1]), schema.get("maximum", float("inf"))
                if not schema.get("minimum", 0) <= number <= most:
                    yield f"{name}={number} is out of range"
            elif schema.get("type") == "boolean" and values[-1].lower() not in ("true", "false", "0", "1"):
                yield f"{name}={values[-1]} is neither true nor false"


def _routes(document: Mapping[str, Any]) -> Iterator[tuple[int, str, re.Pattern[str], str, dict[str, Any]]]:
    for template, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + r"\Z")
        literal = sum("{" not in part for part in template.split("/"))
        for verb in _VERBS:
            if verb in item:
                yield literal, verb, pattern, template, item[verb]


def _pointer(*steps: str) -> str:
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _registry(document: Mapping[str, Any], *, asked: bool) -> Any:
    """In requests ids may be numbers, which Discord takes, and unknown fields are mistakes."""
    contents: Any = document
    if asked:
        contents = _closed(document)
        ids = contents["components"]["schemas"]["SnowflakeType"]
        contents["components"]["schemas"]["SnowflakeType"] = {
            "anyOf": [ids, {"type": "integer", "minimum": 0}]
        }
    return Registry().with_resource("discord:", DRAFT202012.create_resource(contents))


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "allOf" in node and "type" not in node:
        return node  # its parts are objects that complete each other
    closed = {key: _closed(one) for key, one in node.items()}
    if node.get("type") == "object" and "properties" in node and "additionalProperties" not in node:
        closed["additionalProperties"] = False
        for known, more in _SENT_ANYWAY.items():
            if known in node["properties"]:
                closed["properties"].setdefault(more, {})
    return {k: node[k] if k.startswith(_OPEN) else v for k, v in closed.items()}


def _explained(error: Any) -> Iterator[str]:
    """Of several alternatives the one that came closest."""
    if not error.context:
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:160]}"
        return
    alternatives: dict[Any, list[Any]] = {}
    for child in error.context:
        alternatives.setdefault(child.schema_path[0], []).append(child)

    def distance(group: list[Any]) -> tuple[bool, int]:
        return any(one.validator in ("type", "enum", "const") for one in group), len(group)

    for child in min(alternatives.values(), key=distance):
        yield from _explained(child)
