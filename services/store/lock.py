"""One process at a time acts on a DATA_DIR: an advisory lock that the system frees when its holder dies."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from pathlib import Path

from services.errors import Unavailable
from services.files import sentence
from services.log import get_logger

log = get_logger(__name__)

FILE = "operator.lock"
OPERATOR_WAIT = 30.0  # an operator waits so long for a command that is just acting
_RETRY_SECONDS = 0.1


class DataLock:
    """``acquire()`` it, do the work, ``release()`` it. Holding it twice in one process is an error."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._file: int | None = None

    def try_acquire(self) -> bool:
        """Take it if it is free. Misconfigured when DATA_DIR cannot be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise sentence(error, self._path) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        with contextlib.suppress(OSError):  # a full disk: the lock holds without its holder's number
            os.ftruncate(file, 0)
            os.write(file, str(os.getpid()).encode())
        return True

    async def acquire(self, wait: float) -> None:
        """Take it within ``wait`` seconds, else Unavailable with the holder's process number."""
        deadline = time.monotonic() + wait
        told = False
        while not self.try_acquire():
            if not told and wait:
                told = True
                log.warning(
                    "Another Autopotter (%s) is using %s: waiting up to %.0f s for it to end.",
                    self._holder(),
                    self._path.parent,
                    wait,
                )
            if time.monotonic() >= deadline:
                raise self.in_use()
            await asyncio.sleep(_RETRY_SECONDS)

    def in_use(
        self, remedy: str = "Use that one, end it, or give this one a DATA_DIR of its own."
    ) -> Unavailable:
        return Unavailable(
            f"Another Autopotter ({self._holder()}) is using {self._path.parent}.", remedy=remedy
        )

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def holder(self) -> int | None:
        """The process that holds it, or held it last; None when that is not known."""
        try:
            return int(self._path.read_text())
        except (OSError, ValueError):
            return None

    def _holder(self) -> str:
        process = self.holder()
        return f"process {process}" if process else "another process"
