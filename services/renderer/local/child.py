"""One render in a process of its own: `python -m services.renderer.local.child`.

Reads one job (a line of JSON) from stdin, tells progress as lines of JSON on stdout. It limits itself in
memory, processor time, file size and open files, and ends when its parent does: whatever a hostile file
makes a decoder do costs one render.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import errno
import json
import os
import resource
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from services.errors import OperatorError
from services.renderer.local import limits

_PR_SET_PDEATHSIG = 1
_NICE = 5
_FULL = {errno.ENOSPC, errno.EDQUOT}
_MOST_JOB = 16 << 20  # bytes
OUT_OF_MEMORY = "The renderer ran out of memory on this movie."
REMEDY = "Use smaller photos and clips, or fewer of them at once."


def main() -> int:
    _die_with_parent()
    job = json.loads(_first_line())
    threading.Thread(target=_watch_parent, daemon=True).start()
    _limit()
    try:
        _work(job)
    except OperatorError as error:
        return _tell(failed=error.message, remedy=error.remedy)
    except MemoryError:
        return _tell(failed=OUT_OF_MEMORY, remedy=REMEDY)
    except Exception as error:  # libav's errors carry an errno without being OSErrors
        number = getattr(error, "errno", None)
        if number in _FULL:
            return _tell(full=True)
        if number == errno.EFBIG:
            return _tell(failed="The video became larger than a render may be.", remedy="Shorten the movie.")
        raise
    return 0


def _work(job: dict[str, Any]) -> None:
    # Late, so that the limits hold while the libraries load, and a broken one is told like any failure.
    from services.renderer.local import render
    from services.renderer.local.media import AssetFile
    from services.renderer.local.output.cache import Cache
    from services.renderer.local.profile import profile_from
    from services.renderer.local.sound.voice import Speaker

    assets = {
        name: AssetFile(name, Path(facts["path"]), facts["name"]) for name, facts in job["assets"].items()
    }
    profile = profile_from(job["profile"])
    kept = job.get("cache")
    cache = Cache(Path(kept["folder"]), kept["most"]) if kept else None
    program = Path(job["speaker"]) if job.get("speaker") else None
    speaker = Speaker(program, Path.cwd(), cache or Cache(None, 0))
    assets = dict(render.with_spoken(job["movie"], assets, speaker))
    if job["mode"] == "check":
        plan = render.planned(job["movie"], assets, profile)
        _tell(approximations=render.approximations(job["movie"], plan))
        return
    folder = Path(job["folder"])
    result = render.render(job["movie"], assets, folder, profile, lambda share: _tell_progress(share), cache)
    sizes = {kind: (folder / name).stat().st_size for kind, name in render.files_of(profile).items()}
    _write(folder / "result.json", {**dataclasses.asdict(result), "sizes": sizes})
    _tell(done=True)


def _tell(**facts: Any) -> int:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    return 0


def _tell_progress(share: float) -> None:
    _tell(progress=round(share, 4))


def _write(path: Path, value: Any) -> None:
    """Whole or not at all: what is named result.json is a finished render."""
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


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


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit() -> None:
    bounds = {
        resource.RLIMIT_CPU: limits.CPU_SECONDS,
        resource.RLIMIT_FSIZE: limits.FILE_SIZE,
        resource.RLIMIT_NOFILE: limits.OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":  # macOS knows the name but does not keep it
        bounds[resource.RLIMIT_AS] = limits.ADDRESS_SPACE
    for kind, value in bounds.items():
        hard = resource.getrlimit(kind)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (most, most))
    os.nice(_NICE)


if __name__ == "__main__":
    try:
        code = main()
    except Exception:  # process border: the parent tells a person, the log gets the reason
        with contextlib.suppress(OSError):  # the log may lie on a full disk
            traceback.print_exc()
        code = 1
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)
