"""The arguments of a call, as they come in JSON, in forms and in queries."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.doubles.slack_error import SlackError

_TS = re.compile(r"\d{10}\.\d{6}")


async def arguments(request: web.Request) -> dict[str, Any]:
    """Raises invalid_json and invalid_form_data, as Slack does."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError as error:
            raise SlackError("invalid_json") from error
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return given | body
    return given | dict(await request.post())


def structured(args: Mapping[str, Any], name: str, error: str) -> Any:
    """A value that forms carry as JSON text. None when it is not given."""
    value = args.get(name)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError as failed:
        raise SlackError(error) from failed


def flag(args: Mapping[str, Any], name: str) -> bool:
    return str(args.get(name, "")).lower() in ("1", "true")


def number(args: Mapping[str, Any], name: str, default: int, most: int) -> int:
    try:
        value = int(args.get(name) or default)
    except ValueError as error:
        raise SlackError("invalid_limit") from error
    if not 1 <= value <= most:
        raise SlackError("invalid_limit")
    return value


def timestamp(args: Mapping[str, Any], name: str) -> str:
    value = str(args.get(name) or "")
    if not _TS.fullmatch(value):
        raise SlackError("bad_timestamp" if value else "no_item_specified")
    return value


def page(found: list[Any], args: Mapping[str, Any], default: int, most: int) -> tuple[list[Any], str]:
    """A part of what was found, and the cursor of the next ("" at the end)."""
    size = number(args, "limit", default, most)
    cursor = str(args.get("cursor") or "")
    if cursor and not re.fullmatch(r"next:\d+", cursor):
        raise SlackError("invalid_cursor")
    start = int(cursor.removeprefix("next:") or 0) if cursor else 0
    rest = f"next:{start + size}" if start + size < len(found) else ""
    return found[start : start + size], rest
