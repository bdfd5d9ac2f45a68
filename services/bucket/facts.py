"""Facts of media files (size, duration, rotation …), read by child processes that are reused."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any, BinaryIO

from services.bucket.categories import MEDIA
from services.bucket.child import Children, Died
from services.model.asset import Category, MediaFacts

SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file says of itself: facts, or the problem as a sentence (neither for files without facts)."""

    facts: MediaFacts | None = None
    problem: str | None = None


class FactsReader:
    """Reads facts with up to ``parallel`` children, started when first needed. End it with ``close()``."""

    def __init__(self, *, parallel: int = 2, seconds: float = SECONDS) -> None:
        self._children = Children("services.bucket.facts_child", parallel=parallel, seconds=seconds)

    async def read(self, file: BinaryIO, category: Category, name: str) -> Finding:
        """The facts of the seekable ``file``, read in a thread; OSError when the file itself fails."""
        if category not in MEDIA:
            return Finding()
        return await asyncio.to_thread(self._read, file, category, name)

    def rest(self) -> None:
        """End the idle children; new ones start when they are needed."""
        self._children.rest()

    def close(self) -> None:
        self._children.close()

    def _read(self, file: BinaryIO, category: Category, name: str) -> Finding:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return Finding(problem="The file is empty.")
        try:
            return self._children.ask(file, {"category": category, "name": name, "size": size}, _finding)
        except Died as end:
            return Finding(problem=str(end))


def _finding(message: dict[str, Any]) -> Finding:
    if "problem" in message:
        return Finding(problem=str(message["problem"])[:300])
    facts = message["answer"]
    if not isinstance(facts, dict):
        raise TypeError("facts that are no object")
    return Finding(
        MediaFacts(
            format=str(facts["format"]),
            duration=_number(facts.get("duration")),
            width=_whole(facts.get("width")),
            height=_whole(facts.get("height")),
            fps=_number(facts.get("fps")),
            has_audio=None if facts.get("has_audio") is None else bool(facts["has_audio"]),
        )
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
