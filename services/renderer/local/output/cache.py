"""What was encoded before, kept by key in one folder: DATA_DIR/cache/segments.

Whole files only: each is written elsewhere and gets its name here by one step. A render holds what it uses
under names of its own, so whoever tidies up here, or renders at the same time, takes nothing from it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from services.log import get_logger

_log = get_logger(__name__)

_LEAVE = 0.9  # of the limit is left after tidying, so that not every render has to


class Cache:
    """``folder`` None: nothing is kept. ``most``: bytes it may hold after trim()."""

    def __init__(self, folder: Path | None, most: int) -> None:
        self._folder, self._most = folder, most

    def take(self, name: str, place: Path) -> bool:
        """Put what is known as ``name`` to ``place``; False if there is no such file."""
        if self._folder is None:
            return False
        source = self._folder / name
        try:
            _same(source, place)
        except OSError:
            return False
        with contextlib.suppress(OSError):  # used just now: it is kept longest
            os.utime(source)
        return True

    def give(self, name: str, source: Path) -> None:
        """Keep ``source``, a whole file, as ``name``. That it cannot be kept is no failure of a render."""
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _same(source, self._folder / name)
        except FileExistsError:
            pass  # another render was first
        except OSError as error:
            _log.info("%s is not kept for the next render: %s", name, error.strerror)

    def drop(self, name: str) -> None:
        """Forget a damaged file."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / name).unlink()

    def trim(self) -> None:
        """Remove what was not used for longest until the rest fits."""
        if self._folder is None:
            return
        found = sorted(_entries(self._folder))
        held = sum(size for _, _, size in found)
        if held <= self._most:
            return
        for _, name, size in found:
            if held <= self._most * _LEAVE:
                break
            self.drop(name)
            held -= size


def _same(source: Path, place: Path) -> None:
    """``place`` becomes another name of the file; where that cannot be, a copy, never half of one."""
    try:
        place.hardlink_to(source)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # another disk, or one without links
        part = place.with_name(f".{place.name}.{os.urandom(4).hex()}.part")
        try:
            shutil.copyfile(source, part)
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)


def _entries(folder: Path) -> list[tuple[float, str, int]]:
    """When each was used last, its name and its bytes."""
    found = []
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            with contextlib.suppress(OSError):
                facts = entry.stat(follow_symlinks=False)
                found.append((facts.st_mtime, entry.name, facts.st_size))
    return found
