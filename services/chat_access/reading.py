"""Values out of answers: what is missing or of another form reads as empty, as it is data from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
_WORD = re.compile("[a-z][a-z0-9_.:]{0,59}")


def part(of: Json, name: str) -> Json:
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}


def items(of: Json, name: str) -> list[Json]:
    found = of.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def text(of: Json, *names: str) -> str:
    """The first of these that is a text or a number, in one line."""
    for name in names:
        if isinstance(value := of.get(name), str | int) and not isinstance(value, bool):
            return " ".join(str(value).split())
    return ""


def word(of: Json, name: str) -> str:
    """A name as programs write them ("missing_scope", "chat:write"); "" for anything else, which nobody is
    shown: it might be something that was sent."""
    value = of.get(name)
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def number(of: Json, name: str) -> int:
    """Of digits, too: Discord sends ids and bits so, to be exact in every language. 0 for anything else."""
    value = text(of, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 40 else 0
