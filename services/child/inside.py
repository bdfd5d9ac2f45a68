"""What a child process does to itself first: it ends with its parent, and limits what it may ask for.

Everything here is cheap to load, so that the limits hold while the libraries that read the file do.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import threading
from dataclasses import dataclass
from typing import Any

_PR_SET_PDEATHSIG = 1
_MOST_JOB = 16 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one process: bytes of address space, seconds of processor time, bytes of one file, open files."""

    memory: int
    cpu_seconds: int
    file_size: int
    open_files: int = 64
    nice: int = 5


def begin() -> Any:
    """The job: a line of JSON from stdin. From here on this process ends when its parent does."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    job = json.loads(_first_line())
    threading.Thread(target=_watch_parent, daemon=True).start()
    return job


def limit(bounds: Bounds) -> None:
    wanted = {
        resource.RLIMIT_CPU: bounds.cpu_seconds,
        resource.RLIMIT_FSIZE: bounds.file_size,
        resource.RLIMIT_NOFILE: bounds.open_files,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":  # macOS knows the name but does not keep it
        wanted[resource.RLIMIT_AS] = bounds.memory
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (most, most))
    os.nice(bounds.nice)


def tell(**facts: Any) -> None:
    """One line of JSON for the parent."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _first_line() -> bytes:
    """From the bare descriptor: a reader object could not be left waiting in a thread at the end."""
    text = b""
    while b"\n" not in text and len(text) < _MOST_JOB:
        part = os.read(0, 65_536)
        if not part:
            break
        text += part
    return text


def _watch_parent() -> None:
    """End when stdin does: the parent is gone or does not want the result."""
    while os.read(0, 4096):
        pass
    os._exit(3)
