"""How much of the disk is used and free, and how things are removed so that a crash leaves nothing half."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

_REMOVED = ".removed"
_PART = re.compile(r"\..+\.[0-9a-f]{8}\.part", re.DOTALL)


def free(path: Path) -> int:
    """Bytes that are left for this user where ``path`` is, or would be."""
    return shutil.disk_usage(_existing(path)).free


def total(path: Path) -> int:
    return shutil.disk_usage(_existing(path)).total


def used(*paths: Path) -> int:
    """Bytes of these files and of all below these folders; a file of several names counts once."""
    seen: set[tuple[int, int]] = set()
    size = 0
    for path in paths:
        for found in _stats(path):
            if found.st_nlink > 1:
                if (found.st_dev, found.st_ino) in seen:
                    continue
                seen.add((found.st_dev, found.st_ino))
            size += found.st_size
    return size


def set_aside(path: Path) -> Path | None:
    """Take ``path`` out of sight by one rename; None if there is none. ``remove_aside`` removes it for good.

    What a crash leaves in between is out of sight, and ``sweep`` finds it.
    """
    aside = path.with_name(f".{path.name[:100]}.{uuid4().hex[:8]}{_REMOVED}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return None
    return aside


def remove_aside(aside: Path) -> None:
    """Remove what was set aside. OSError if it cannot be; a link is removed, not what it leads to."""
    if aside.is_dir() and not aside.is_symlink():
        shutil.rmtree(aside)
    else:
        aside.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what was set aside in ``folder`` before a crash."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for path in folder.iterdir():
            if path.name.startswith(".") and path.name.endswith(_REMOVED):
                remove_aside(path)


def remove_parts(folder: Path, before: float) -> None:
    """Remove the half-written files of services/files.py that a crash left below ``folder``: those not
    touched since ``before``, in seconds since 1970."""
    for path in folder.rglob(".*.part"):
        with contextlib.suppress(FileNotFoundError):
            ours = _PART.fullmatch(path.name) is not None
            if ours and path.is_file() and not path.is_symlink() and path.stat().st_mtime < before:
                path.unlink()


def _existing(path: Path) -> Path:
    return next(place for place in (path.absolute(), *path.absolute().parents) if os.path.exists(place))  # noqa: PTH110


def _stats(path: Path) -> Iterator[os.stat_result]:
    """Of every file; what vanishes or may not be read meanwhile is left out, links are not followed."""
    try:
        found = path.lstat()
        if not path.is_dir() or path.is_symlink():
            yield found
            return
        entries = list(os.scandir(path))
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _stats(Path(entry.path))
            else:
                yield entry.stat(follow_symlinks=False)
        except OSError:
            continue
