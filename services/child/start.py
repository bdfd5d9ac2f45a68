"""Starting a child process on one job, with nothing of the operator's own environment, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

_ROOT = Path(__file__).resolve().parents[2]  # where the package `services` lies
STOPPED_WITH_US = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


async def start(
    module: str, folder: Path, *, errors: int | BinaryIO, environment: Mapping[str, str] | None = None
) -> asyncio.subprocess.Process:
    """``python -m module`` in ``folder``, in a session of its own. Its stderr goes to ``errors``."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
        env={
            "PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder),
            "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
            **(environment or {}),
        },
        cwd=folder, start_new_session=True,
    )  # fmt: skip


async def give(process: asyncio.subprocess.Process, job: Mapping[str, Any]) -> bool:
    """Its job, a line on stdin, which stays open. False if the child ended before it had it."""
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(job).encode() + b"\n")
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def kill(process: asyncio.subprocess.Process) -> None:
    """It, and what it may have started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
