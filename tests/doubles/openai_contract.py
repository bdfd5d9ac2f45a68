"""Holds requests to OpenAI against the SDK's own types, the official specification and the strict rules."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.conversations.conversation_create_params import ConversationCreateParams
from openai.types.conversations.item_create_params import ItemCreateParams
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from pydantic import ConfigDict, TypeAdapter, with_config

_TYPES: dict[str, Any] = {
    "/responses": ResponseCreateParamsStreaming,
    "/chat/completions": CompletionCreateParamsStreaming,
    "/conversations": ConversationCreateParams,
    "/conversations/{conversation_id}/items": ItemCreateParams,
}
_NOT_STREAMED: dict[str, Any] = {
    "/responses": ResponseCreateParamsNonStreaming,
    "/chat/completions": CompletionCreateParamsNonStreaming,
}
_FORBIDDEN = ("temperature", "top_p", "prompt", "previous_response_id", "max_tokens")
_ADAPTERS: dict[tuple[str, bool], TypeAdapter[Any]] = {}


@functools.cache
def contract_in(folder: Path) -> Contract:
    """Reading and compiling it takes a second."""
    return Contract(folder)


class Contract:
    """``check(path, body)`` answers what is wrong; [] if nothing. ``folder`` None: the SDK's types only."""

    def __init__(self, folder: Path | None) -> None:
        self._specification: dict[str, Any] | None = None
        if folder is not None:
            text = (folder / "openai.openapi.json").read_text("utf-8")
            # Its oneOfs overlap: what is right is often right twice.
            self._specification = json.loads(text.replace('"oneOf"', '"anyOf"'))
        self._validators: dict[str, jsonschema.Draft202012Validator] = {}

    def check(self, path: str, body: dict[str, Any]) -> list[str]:
        problems = [f"{name} may not be sent" for name in _FORBIDDEN if name in body]
        if path in _TYPES:
            problems += _against_types(path, body)
        if self._specification is not None:
            problems += [_short(e) for e in self._validator(path).iter_errors(body)]
        if path == "/responses":
            schema = body.get("text", {}).get("format", {}).get("schema")
            problems += strict_problems(schema, "the answer")
            for tool in body.get("tools", ()):
                problems += strict_problems(tool["parameters"], tool["name"])
        return problems

    def _validator(self, path: str) -> jsonschema.Draft202012Validator:
        assert self._specification is not None
        if path not in self._validators:
            body = self._specification["paths"][path]["post"]["requestBody"]["content"]
            schema = {**next(iter(body.values()))["schema"], "components": self._specification["components"]}
            self._validators[path] = jsonschema.Draft202012Validator(schema)
        return self._validators[path]


def strict_problems(schema: Any, where: str) -> list[str]:
    """What the service's strict mode would refuse in a schema."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return [f"{where}: the schema is not an object"]
    found: list[str] = []
    _walk(schema, where, found.append, 0)
    if len(json.dumps(schema)) > 120_000:
        found.append(f"{where}: too long")
    return found


def _walk(part: Any, where: str, say: Callable[[str], None], depth: int) -> None:
    if isinstance(part, list):
        for one in part:
            _walk(one, where, say, depth)
        return
    if not isinstance(part, dict):
        return
    if depth > 40:
        say(f"{where}: nested too deeply")
        return
    for name in ("oneOf", "allOf", "not", "default", "minLength", "maxLength", "prefixItems", "uniqueItems"):
        if name in part:
            say(f"{where}: {name} is not permitted")
    if "$ref" in part and len(part) > 1:
        say(f"{where}: nothing may stand beside $ref")
    if part.get("type") == "object":
        if part.get("additionalProperties") is not False:
            say(f"{where}: an open object")
        if sorted(part.get("required", [])) != sorted(part.get("properties", {})):
            say(f"{where}: not every property is required")
    for key, value in part.items():
        if key in ("properties", "$defs"):
            for name, inner in value.items():
                _walk(inner, f"{where}.{name}", say, depth + 1)
        elif key not in ("enum", "const", "required"):
            _walk(value, where, say, depth + 1)


def _against_types(path: str, body: dict[str, Any]) -> list[str]:
    known = path, bool(body.get("stream"))
    if known not in _ADAPTERS:
        types = _TYPES if known[1] or path not in _NOT_STREAMED else _NOT_STREAMED
        _ADAPTERS[known] = TypeAdapter(with_config(ConfigDict(extra="forbid"))(types[path]))
    try:
        found = _ADAPTERS[known].validate_python(body)
        _exhaust(found)
    except ValueError as error:
        return [f"{path}: {str(error)[:600]}"]
    return []


def _exhaust(value: Any) -> None:
    """Iterables are checked as they are read."""
    if isinstance(value, dict):
        for inner in value.values():
            _exhaust(inner)
    elif hasattr(value, "__iter__") and not isinstance(value, str | bytes):
        for inner in value:
            _exhaust(inner)


def _short(error: jsonschema.ValidationError) -> str:
    return f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
