"""docs/limits.md: what each remote service allows, as its adapter says it of itself (services/limits.py);
chats as their surfaces do."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import services
from bot import surfaces
from services.http.answer import LONGEST_WAIT
from services.http.repeating import FIRST_PAUSE, LONGEST_PAUSE
from services.limits import ServiceLimits, span

_COMMON = (
    f"What the HTTP client repeats waits for a time drawn at random: less than {span(FIRST_PAUSE)}, then "
    f"twice as much each time, up to {span(LONGEST_PAUSE)}, on top of the pause the service names. A named "
    f"pause is believed up to {span(LONGEST_WAIT)}; meanwhile that service is asked nothing else. Answers "
    "are read up to a size, packed ones too, and addresses that are not the service's own are never asked."
)
_MARK = re.compile(r"^LIMITS\b.*= ServiceLimits\(", re.MULTILINE)


def all_limits() -> list[ServiceLimits]:
    """Of every module of services and surfaces that has some, in the order of the services' names."""
    found = []
    for package in (services, surfaces):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            if _MARK.search(path.read_text(encoding="utf-8")):
                name = ".".join((package.__name__, *path.relative_to(root).with_suffix("").parts))
                found.append(importlib.import_module(name).LIMITS)
    return sorted(found, key=lambda limits: limits.service)


def services_markdown() -> str:
    """What holds for all that the common client asks, and a section for each service."""
    return "\n\n".join([_COMMON, *("\n".join(_section(limits)) for limits in all_limits())])


def _section(of: ServiceLimits) -> Iterator[str]:
    yield f"## {of.service}"
    yield ""
    yield f"For the {', '.join(of.twins)}. Source: {of.source}."
    yield ""
    yield "| What is limited | To | How it is noticed | What you see |"
    yield "|---|---|---|---|"
    for limit in of.limits:
        cells = (limit.what, limit.allowed, limit.noticed, limit.sees)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""
    yield "| What is waited for | How long |"
    yield "|---|---|"
    for what, long in of.waits:
        yield f"| {what} | {long} |"
    yield ""
    yield of.repeats
