"""The real `autopotter` as processes: one that runs, and commands beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DEADLINE = 150.0
POLL = 0.2


class Autopotter:
    """Commands and a running operator on one DATA_DIR and MEDIA_DIR."""

    def __init__(self, data: Path, media: Path | None, **settings: str) -> None:
        self.data = data
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(data.parent),
            "DATA_DIR": str(data),
            "DESK_PORT": "0",
            "TIMEZONE": "Europe/Berlin",
            "PYTHONWARNINGS": "error::ResourceWarning",
            **({"MEDIA_DIR": str(media)} if media else {}),
            **settings,
        }
        self.process: subprocess.Popen[str] | None = None
        self.options: list[str] = []  # of every command

    def command(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *words, *self.options],
            env=self.env | settings,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    def ask(self, *words: str) -> Any:
        """What a command prints with --json; the command must succeed."""
        done = self.command(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def start(self) -> None:
        """Start the operator and return when its desk answers."""
        log = (self.data.parent / "run.log").open("a")
        (self.data / "operator.json").unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", *self.options],
            env=self.env, stdout=log, stderr=log, text=True,
        )  # fmt: skip
        log.close()
        self.until(lambda: (self.data / "operator.json").exists(), "the operator to start")

    def kill(self) -> None:
        """Pull the plug: no goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self) -> int:
        """Ask it to end; answers its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process = None
        return code

    def until(self, true: Callable[[], Any], what: str) -> Any:
        """The first true answer, looked for until the deadline."""
        deadline = time.monotonic() + DEADLINE
        while not (answer := true()):
            assert self.process is None or self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, f"waited too long for {what}\n{self.log()}"
            time.sleep(POLL)
        return answer

    def log(self) -> str:
        path = self.data.parent / "run.log"
        return path.read_text() if path.exists() else ""

    def drafts(self, state: str) -> list[dict[str, Any]]:
        return [draft for draft in self.ask("drafts") if draft["state"] == state]
