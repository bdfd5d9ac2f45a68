"""Child processes that look into media files, reused, so that a hostile file costs its child only.

A file that hangs, crashes or starves a child is answered with the reason as a sentence, never with an error,
and the next file gets a new child. What they look for is no business of this module.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, TypeVar, cast

from services.log import get_logger

log = get_logger(__name__)
T = TypeVar("T")
LONGEST_READ = 8 << 20  # bytes a child may ask for at once
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]


class Died(Exception):
    """The child ended at this file; the text is a sentence about the file."""


class Children:
    """Up to ``parallel`` processes ``python -m module``, started when first needed. End them with close().

    A child ends itself after ``seconds`` with one file. An answer has at most ``longest_answer`` bytes.
    """

    def __init__(self, module: str, *, parallel: int, seconds: float, longest_answer: int = 64 << 10) -> None:
        self._module = module
        self._seconds = seconds
        self._longest = longest_answer
        self._closed = False
        self.waiting: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(parallel):
            self.waiting.put(None)

    def ask(self, file: BinaryIO, order: Mapping[str, Any], understand: Callable[[dict[str, Any]], T]) -> T:
        """What ``understand`` makes of the child's answer about the seekable ``file``; blocks.

        ``understand`` raises ValueError, TypeError or KeyError for nonsense: a hostile file may speak through
        the child. Raises Died, and OSError when the file itself fails.
        """
        child = self.waiting.get()
        try:
            child = child or Child(self._module, self._seconds, self._longest)
            try:
                return child.ask(file, order, understand)
            except Died as end:
                log.warning("%r could not be looked into: %s", order.get("name"), end)
                child = None
                raise
        except Died:
            raise
        except BaseException:  # not handled: the child waits for bytes that will not come
            if child is not None:
                child.end()
                child = None
            raise
        finally:
            if child is not None and self._closed:
                child.end()
            self.waiting.put(None if self._closed else child)

    def rest(self) -> None:
        """End the idle children: they hold memory, and new ones start when they are needed."""
        idle = []
        with contextlib.suppress(queue.Empty):
            while True:
                idle.append(self.waiting.get_nowait())
        for child in idle:
            if child is not None:
                child.end()
            self.waiting.put(None)

    def close(self) -> None:
        """End the idle children now, and one that is at work when its file is done."""
        self._closed = True
        self.rest()


class Child:
    """One process; the words it speaks are those of services/bucket/child_end.py."""

    def __init__(self, module: str, seconds: float, longest_answer: int) -> None:
        self._seconds, self._longest = seconds, longest_answer
        environment = {k: v for k, v in os.environ.items() if k in {"PATH", "LD_LIBRARY_PATH", "LANG", "TZ"}}
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no text from outside
            [sys.executable, "-P", "-m", module, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": str(_PACKAGE_ROOT), "OPENBLAS_NUM_THREADS": "1"},
        )
        self._orders = cast(IO[bytes], self.process.stdin)
        self._answers = cast(IO[bytes], self.process.stdout)

    def ask(self, file: BinaryIO, order: Mapping[str, Any], understand: Callable[[dict[str, Any]], T]) -> T:
        """See Children.ask(); the child has ended when this raises Died."""
        try:
            self._send(json.dumps(order).encode())
            while (message := self._receive()) is not None:
                if "read" not in message:
                    return understand(message)
                offset, count = (int(number) for number in message["read"])
                file.seek(max(0, offset))
                self._send(file.read(min(max(0, count), LONGEST_READ)))
        except (BrokenPipeError, ValueError, TypeError, KeyError) as error:
            if not isinstance(error, BrokenPipeError):
                self.end()
                log.warning("A process that looks into media files spoke nonsense and was ended: %s", error)
        raise Died(self._obituary())

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self._orders, self._answers):
            with contextlib.suppress(BrokenPipeError):  # what was still to be sent has nobody to go to
                pipe.close()

    def _obituary(self) -> str:
        """Why it died, as a sentence about its file."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.end()
        if self.process.returncode in (-signal.SIGALRM, -signal.SIGPROF):
            return f"Reading the file took longer than {self._seconds:g} seconds; it may be damaged."
        return "The file made the reader stop; it is probably damaged."

    def _send(self, data: bytes) -> None:
        self._orders.write(struct.pack(">I", len(data)) + data)
        self._orders.flush()

    def _receive(self) -> dict[str, Any] | None:
        header = self._answers.read(4)
        if len(header) < 4:
            return None
        length = struct.unpack(">I", header)[0]
        if length > self._longest:
            raise ValueError("an answer longer than any")
        message = json.loads(self._answers.read(length))
        if not isinstance(message, dict):
            raise TypeError("an answer that is no object")
        return message
