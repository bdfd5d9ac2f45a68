"""The operator in a process of its own: `autopotter run`, started, measured, killed."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.chatting.watching import DESK_TOKEN
from tests.doubles import media

ROOT = Path(__file__).resolve().parent.parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    def __init__(self, home: Path, module: str = "bot") -> None:
        self._home, self._module = home, module
        self._settings: dict[str, str] = {}
        self._running: asyncio.subprocess.Process | None = None
        self._cpu = 0.0  # of those that were ended

    async def start(self, settings: dict[str, str] | None = None) -> None:
        """With the settings of the last time if none are given."""
        if settings is not None:
            self._settings = settings
        if not (self._home / "media").is_dir():
            media.photo(self._home / "media" / "completed_works" / "rv06.jpg")
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "DATA_DIR": str(self._home / "data"),
            "MEDIA_DIR": str(self._home / "media"),
            "DESK_PORT": "0",
            "DESK_TOKEN": DESK_TOKEN,
            "TIMEZONE": "UTC",
            "POST_DELAY": "24h",
            "DISK_MIN_FREE": "1MB",
            "DISK_WARN_FREE": "1MB",
            **self._settings,
        }
        with (self._home / "run.log").open("a") as log:
            self._running = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self._module, "run", env=environ, cwd=ROOT, stdout=log, stderr=log
            )

    async def kill(self, killed: Callable[[], None]) -> float:
        """Ends it with -9; answers when (time.time())."""
        assert self._running is not None
        self._cpu += self._used()
        self._running.kill()
        killed()
        at = time.time()
        await self._running.wait()
        return at

    async def stop(self) -> int:
        """Ends it as one should; answers its exit code."""
        assert self._running is not None
        self._running.terminate()
        return await self._running.wait()

    async def end(self) -> None:
        if self._running is not None and self._running.returncode is None:
            self._running.kill()
            await self._running.wait()

    def ensure_alive(self) -> None:
        assert self._running is not None
        assert self._running.returncode is None, f"it ended by itself:\n{self.log()[-4000:]}"

    def usage(self) -> dict[str, float]:
        """CPU seconds of all runs, and the most memory of this one."""
        assert self._running is not None
        status = Path(f"/proc/{self._running.pid}/status").read_text()
        most = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
        return {"cpu": self._cpu + self._used(), "memory_mb": round(int(most) / 1024)}

    def _used(self) -> float:
        assert self._running is not None
        words = Path(f"/proc/{self._running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / _TICKS

    def log(self) -> str:
        return (self._home / "run.log").read_text()
