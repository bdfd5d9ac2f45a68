"""docs/limits.md: what each remote service allows, as its adapter says it of itself (services/limits.py)."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import services
from services.limits import ServiceLimits

_MARK = re.compile(r"^LIMITS\b.*= ServiceLimits\(", re.MULTILINE)


def all_limits() -> list[ServiceLimits]:
    """Of every module below services/ that has some, in the order of the services' names."""
    root = Path(services.__path__[0])
    found = []
    for path in sorted(root.rglob("*.py")):
        if _MARK.search(path.read_text(encoding="utf-8")):
            name = ".".join(("services", *path.relative_to(root).with_suffix("").parts))
            found.append(importlib.import_module(name).LIMITS)
    return sorted(found, key=lambda limits: limits.service)


def services_markdown() -> str:
    """A section for each service."""
    return "\n\n".join("\n".join(_section(limits)) for limits in all_limits())


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
