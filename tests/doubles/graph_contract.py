"""Holds exchanges with Instagram's Graph API against Meta's own specification of its nodes.

graph_spec.json is an extract of Meta's published API specifications (the v25 era, April 2026): the nodes and
edges we use, with their parameters, types and enumerations. What Meta has announced since stands in ADDED and
WITHDRAWN, each with its date. It cannot tell whether a flow is right: that is what the server's state is for.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.doubles.graph_fields import BadFields, Field, fields_of

_ANYWHERE = {"limit", "after", "before", "since", "until", "fields", "access_token"}
# Names that the specification of the Instagram-login flavour gives its results.
_ALIASES = {
    "Media": "IGMediaForIGOnlyAPI",
    "User": "IGUserForIGOnlyAPI",
    "Comment": "IGComment",
    "InsightsResult": "InstagramInsightsResult",
    "IGGraphMedia": "IGMediaForIGOnlyAPI",
    "AccessToken": "IGAccessTokenForIGOnlyAPI",
    "RefreshAccessToken": "IGRefreshAccessTokenForIGOnlyAPI",
}
# The specification of the Instagram-login flavour mis-spells one edge; its documentation has the other name.
_MISSPELT = {"media_publish": "mediapublish"}
ADDED = {("media", "is_ai_generated"): "bool"}  # changelog of 2026-06-22, both flavours
WITHDRAWN = {  # changelogs of v21 and v22: gone from every version since 2025-04-21
    "video_views", "plays", "clips_replays_count", "ig_reels_aggregated_all_plays_count",
}  # fmt: skip


@functools.cache
def _specification() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("graph_spec.json").read_text("utf-8"))  # type: ignore[no-any-return]


def metrics(node: str) -> list[str]:
    """The media metrics a node's insights edge knows today."""
    call = _call("GET", node, "insights")
    assert call is not None
    kind = call["params"]["metric"]["type"].removeprefix("list<").removesuffix(">")
    return [name for name in _specification()["enums"][kind] if name not in WITHDRAWN]


def problems_of(
    verb: str, node: str, edge: str | None, params: Mapping[str, str], answer: Any = None
) -> list[str]:
    """What the specification refuses in one exchange; [] if nothing."""
    call = _call(verb, node, edge)
    if call is None:
        return [f"{node} has no {verb} /{edge or ''}"]
    known = dict(call["params"])
    known |= {name: {"type": kind, "required": False} for (at, name), kind in ADDED.items() if at == edge}
    found = [f"unknown parameter {name}" for name in params if name not in known and name not in _ANYWHERE]
    found += [f"{name} is required" for name, one in known.items() if one["required"] and name not in params]
    found += [
        f"{name}={value!r} is no {known[name]['type']}"
        for name, value in params.items()
        if name in known and not _fits(value, known[name]["type"])
    ]
    returned = _ALIASES.get(call["return"], call["return"])
    try:
        wanted = fields_of(params.get("fields", ""))
    except BadFields as error:
        return [*found, str(error)]
    found += _unreadable(wanted, returned)
    if verb == "GET" and isinstance(answer, dict) and "error" not in answer:
        rows = answer["data"] if isinstance(answer.get("data"), list) else [answer]
        for row in rows:
            found += _strange(row, returned, wanted)
    return found


def _unreadable(wanted: Iterable[Field], node: str) -> list[str]:
    """Fields that the node has not, and what is wrong inside their braces."""
    found = []
    for one in wanted:
        edge = _call("GET", node, one.name)
        if edge is None and one.name not in _fields(node):
            found.append(f"{node} has no field {one.name}")
            continue
        inner = _ALIASES.get(edge["return"], edge["return"]) if edge else _kind(_fields(node)[one.name])
        for name, value in one.modifiers.items():
            if name not in _ANYWHERE and (edge is None or name not in edge["params"]):
                found.append(f"{one.name} takes no .{name}()")
            elif edge and name in edge["params"] and not _fits(value, edge["params"][name]["type"]):
                found.append(f"{one.name}.{name}({value}) is no {edge['params'][name]['type']}")
        if inner in _specification()["nodes"]:
            found += _unreadable(one.inner, inner)
    return found


def _strange(row: Mapping[str, Any], node: str, wanted: Iterable[Field]) -> list[str]:
    """What our double answered and the specification does not know, or what nobody asked for."""
    readable = {*_fields(node), *(call["edge"] for call in _specification()["nodes"][node]["calls"])}
    found = [f"the answer has {key}, which {node} has not" for key in row if key not in readable | {"id"}]
    asked = {one.name for one in wanted}
    if asked:
        found += [f"the answer has {key}, which nobody asked for" for key in row if key not in asked | {"id"}]
    return found


def _call(verb: str, node: str, edge: str | None) -> dict[str, Any] | None:
    calls = _specification()["nodes"][node]["calls"]
    for name in (edge, _MISSPELT.get(edge or "", edge)):
        for call in calls:
            if (call["verb"], call["edge"]) == (verb, name):
                return call  # type: ignore[no-any-return]
    return None


def _fields(node: str) -> dict[str, str]:
    return _specification()["nodes"][node]["fields"]  # type: ignore[no-any-return]


def _kind(text: str) -> str:
    plain = text.removeprefix("list<").removesuffix(">")
    return _ALIASES.get(plain, plain)


def _fits(value: str, kind: str) -> bool:
    enums = _specification()["enums"]
    inner = kind.removeprefix("list<").removesuffix(">")
    if inner in enums:
        values = value.split(",") if kind.startswith("list<") else [value]
        return all(one in enums[inner] and one not in WITHDRAWN for one in values)
    if kind in ("int", "unsigned int"):
        return re.fullmatch(r"\d+" if kind.startswith("u") else r"-?\d+", value) is not None
    if kind == "bool":
        return value in ("true", "false")
    if kind == "list<string>":
        listed = json.loads(value) if value.startswith("[") else value.split(",")
        return isinstance(listed, list) and all(isinstance(one, str) for one in listed)
    return True
