"""The ``fields`` parameter of Google's interfaces: an answer holds what was asked for and nothing else."""

from __future__ import annotations

from typing import Any


def only(value: Any, fields: str) -> Any:
    """``value`` reduced to "items(name,size),nextPageToken"; all of it for ""."""
    return _reduced(value, _tree(fields)) if fields else value


def _tree(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in _split(text):
        name, bracket, rest = part.partition("(")
        inner = _tree(rest.removesuffix(")")) if bracket else {}
        head, *path = name.strip().split("/")
        for step in reversed(path):
            inner = {step: inner}
        found[head] = {**found.get(head, {}), **inner}
    return found


def _split(text: str) -> list[str]:
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _reduced(value: Any, tree: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_reduced(one, tree) for one in value]
    if not tree or not isinstance(value, dict):
        return value
    return {name: _reduced(value[name], inner) for name, inner in tree.items() if name in value}
