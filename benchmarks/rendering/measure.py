"""Running a process and what it and everything below it used."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.05  # seconds between looks at the memory


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of processor and wall, and the most memory of the whole tree at one time, in MiB."""

    cpu: float
    wall: float
    peak: float
    output: str


def run(
    command: Sequence[str], env: Mapping[str, str], given: bytes = b"", processors: set[int] | None = None,
    cwd: Path | None = None,
) -> Used:  # fmt: skip
    """Run to the end; RuntimeError if it fails. ``given`` is its first input, kept open until it ends."""

    def pinned() -> None:
        if processors:
            os.sched_setaffinity(0, processors)

    started = time.monotonic()
    process = subprocess.Popen(
        list(command),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=pinned,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(given)
    process.stdin.flush()
    watch = _Watch(process.pid)
    output = process.stdout.read().decode()
    status, usage = os.wait4(process.pid, 0)[1:]
    wall = time.monotonic() - started
    process.stdin.close()
    watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or '"failed"' in output:
        raise RuntimeError(f"{command} ended with {process.returncode}: {output[-500:]}")
    return Used(usage.ru_utime + usage.ru_stime, wall, max(watch.peak, usage.ru_maxrss / 1024), output)


class _Watch:
    """Looks at the memory of a process and its descendants until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid, self._over = pid, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            self.peak = max(self.peak, _resident(self._pid))


def _resident(pid: int) -> float:
    """MiB of the process and those it started, their own and shared pages."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        below = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return 0.0
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
    return own / 1024 + sum(_resident(int(child)) for child in below)
