"""Reads Graph's ``fields`` parameter: "id,comments.limit(5){id,text},insights.metric(reach,views)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = re.compile(r"\w+")
_MODIFIER = re.compile(r"\.(\w+)\(([^()]*)\)")


class BadFields(ValueError):
    """The parameter does not parse; Graph answers (#2500) to it."""


@dataclass(frozen=True)
class Field:
    """One wanted field: ``modifiers`` are what stands behind dots, ``inner`` what stands in braces."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    inner: tuple[Field, ...] = ()

    def each(self) -> Iterator[Field]:
        yield self
        for one in self.inner:
            yield from one.each()


def fields_of(text: str) -> tuple[Field, ...]:
    """The fields of the whole parameter; () of an empty one."""
    found, rest = _some(text) if text else ((), "")
    if rest:
        raise BadFields(f"Syntax error near {rest[:20]!r}")
    return found


def _some(text: str) -> tuple[tuple[Field, ...], str]:
    found = []
    while True:
        one, text = _one(text)
        found.append(one)
        if not text.startswith(","):
            return tuple(found), text
        text = text[1:]


def _one(text: str) -> tuple[Field, str]:
    name = _NAME.match(text)
    if name is None:
        raise BadFields(f"Syntax error: a field was expected near {text[:20]!r}")
    text, modifiers, inner = text[name.end() :], {}, ()
    while found := _MODIFIER.match(text):
        modifiers[found[1]] = found[2]
        text = text[found.end() :]
    if text.startswith("{"):
        inner, text = _some(text[1:])
        if not text.startswith("}"):
            raise BadFields("Syntax error: a brace is not closed")
        text = text[1:]
    return Field(name.group(), modifiers, inner), text
