"""Facts of media files (size, duration, rotation …), read by child processes that are reused.

A file that hangs, crashes or starves the reader costs its child, never the operator: the child ends itself
after ``seconds``, the file is kept with the reason, and the next file gets a new child.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from services.bucket.categories import MEDIA
from services.log import get_logger
from services.model.asset import Category, MediaFacts

log = get_logger(__name__)
SECONDS = 20.0
LONGEST_READ = 8 << 20  # bytes a child may ask for at once
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file says of itself: facts, or the problem as a sentence (neither for files without facts)."""

    facts: MediaFacts | None = None
    problem: str | None = None


class FactsReader:
    """Reads facts with up to ``parallel`` children, started when first needed. End it with ``close()``."""

    def __init__(self, *, parallel: int = 2, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._closed = False
        self._children: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(parallel):
            self._children.put(None)

    async def read(self, file: BinaryIO, category: Category, name: str) -> Finding:
        """The facts of the seekable ``file``, read in a thread; OSError when the file itself fails."""
        if category not in MEDIA:
            return Finding()
        return await asyncio.to_thread(self._read, file, category, name)

    def rest(self) -> None:
        """End the idle children: they hold memory, and new ones start when they are needed."""
        waiting = []
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.append(self._children.get_nowait())
        for child in waiting:
            if child is not None:
                child.end()
            self._children.put(None)

    def close(self) -> None:
        """End the idle children now, and one that is at work when its file is done."""
        self._closed = True
        self.rest()

    def _read(self, file: BinaryIO, category: Category, name: str) -> Finding:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return Finding(problem="The file is empty.")
        child = self._children.get()
        try:
            child = child or _Child(self._seconds)
            finding = child.ask(file, {"category": category, "name": name, "size": size})
            if finding is None:
                finding = Finding(problem=child.obituary(self._seconds))
                log.warning("%r could not be read: %s", name, finding.problem)
                child = None
            return finding
        except BaseException:  # not handled: the child waits for bytes that will not come
            if child is not None:
                child.end()
                child = None
            raise
        finally:
            if child is not None and self._closed:
                child.end()
            self._children.put(None if self._closed else child)


class _Child:
    def __init__(self, seconds: float) -> None:
        environment = {k: v for k, v in os.environ.items() if k in {"PATH", "LD_LIBRARY_PATH", "LANG", "TZ"}}
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no text from outside
            [sys.executable, "-P", "-m", "services.bucket.facts_child", str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": str(_PACKAGE_ROOT), "OPENBLAS_NUM_THREADS": "1"},
        )
        self._orders = cast(IO[bytes], self.process.stdin)
        self._answers = cast(IO[bytes], self.process.stdout)

    def ask(self, file: BinaryIO, order: dict[str, object]) -> Finding | None:
        """None when the child died of it. Its words are checked: a hostile file may speak through it."""
        try:
            self._send(json.dumps(order).encode())
            while (message := self._receive()) is not None:
                if "read" not in message:
                    return _finding(message)
                offset, count = (int(number) for number in message["read"])
                file.seek(max(0, offset))
                self._send(file.read(min(max(0, count), LONGEST_READ)))
        except BrokenPipeError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            self.end()
            log.warning("A reader of media files spoke nonsense and was ended: %s", error)
        return None

    def obituary(self, seconds: float) -> str:
        """Why a dead child died, as a sentence about its file."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.end()
        if self.process.returncode == -signal.SIGALRM:
            return f"Reading the file took longer than {seconds:g} seconds; it may be damaged."
        return "The file made the reader stop; it is probably damaged."

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self._orders, self._answers):
            with contextlib.suppress(BrokenPipeError):  # what was still to be sent has nobody to go to
                pipe.close()

    def _send(self, data: bytes) -> None:
        self._orders.write(struct.pack(">I", len(data)) + data)
        self._orders.flush()

    def _receive(self) -> dict[str, Any] | None:
        header = self._answers.read(4)
        if len(header) < 4:
            return None
        length = struct.unpack(">I", header)[0]
        if length > 65536:
            raise ValueError("an answer longer than any")
        message = json.loads(self._answers.read(length))
        if not isinstance(message, dict):
            raise TypeError("an answer that is no object")
        return message


def _finding(message: dict[str, object]) -> Finding:
    if "problem" in message:
        return Finding(problem=str(message["problem"])[:300])
    facts = message["facts"]
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
