"""One render in a process of its own: `python -m services.renderer.local.child`.

Reads one job (a line of JSON) from stdin, tells progress as lines of JSON on stdout. It limits itself in
memory, processor time, file size and open files, and ends when its parent does: whatever a hostile file
makes a decoder do costs one render.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from services.child.inside import Bounds, begin, limit, tell
from services.errors import OperatorError
from services.renderer.local import limits

_FULL = {errno.ENOSPC, errno.EDQUOT}
_BOUNDS = Bounds(limits.ADDRESS_SPACE, limits.CPU_SECONDS, limits.FILE_SIZE, limits.OPEN_FILES)
OUT_OF_MEMORY = "The renderer ran out of memory on this movie."
REMEDY = "Use smaller photos and clips, or fewer of them at once."


def main() -> int:
    job = begin()
    limit(_BOUNDS)
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
    tell(**facts)
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
