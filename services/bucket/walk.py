"""The files below one folder, one at a time, in an order that stays the same. Only looks, never writes.

Nothing outside ``root`` is reached: a link that leads out is left alone, and a folder is entered once, so
that links in a circle end. Memory grows with the names of the folders that are open, not with the files.
"""

# Plain strings, as a Path for each of 100,000 files costs more than looking at it.
# ruff: noqa: PTH114, PTH116, PTH118

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.bucket.categories import content_type, ignored
from services.log import get_logger
from services.model.asset import StoredFile

log = get_logger(__name__)
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Walk:
    """``start`` is walked as ``folder``; ``excluded`` are real paths of folders that are not entered.

    All paths are real ones: only what a link names has to be resolved and judged.
    """

    root: str  # real path
    start: str
    folder: str
    excluded: Collection[str]

    def files(self) -> Iterator[StoredFile]:
        start = os.path.realpath(self.start)
        if not self._allowed(start):
            return
        seen: set[tuple[int, int]] = set()
        # A stack of our own: folders can be deeper than Python's.
        open_folders = [(start, "", iter(self._names(start, seen)))]
        while open_folders:
            folder, inner, names = open_folders[-1]
            name = next(names, None)
            if name is None:
                open_folders.pop()
                continue
            path = os.path.join(folder, name.rstrip("/"))
            if os.path.islink(path) and not self._allowed(path := os.path.realpath(path)):
                continue
            if name.endswith("/"):
                if path not in self.excluded:
                    open_folders.append((path, inner + name, iter(self._names(path, seen))))
            elif (file := self._file(path, inner + name)) is not None:
                yield file

    def _names(self, path: str, seen: set[tuple[int, int]]) -> list[str]:
        """What the folder holds; with "/" after folders the whole names are sorted as object stores do."""
        try:
            facts = os.stat(path)
            if (identity := (facts.st_dev, facts.st_ino)) in seen:
                return []
            seen.add(identity)
            with os.scandir(path) as entries:
                names = [e.name + ("/" if e.is_dir() else "") for e in entries if not ignored(e.name)]
        except OSError as error:
            log.warning("The folder %r cannot be read and is left out: %s", path, error.strerror or error)
            return []
        return sorted(names, key=os.fsencode)

    def _allowed(self, path: str) -> bool:
        return inside(path, self.root) and not any(inside(path, other) for other in self.excluded)

    def _file(self, path: str, inner: str) -> StoredFile | None:
        try:
            facts = os.stat(path)
        except OSError as error:
            log.warning("The file %r cannot be read and is left out: %s", path, error.strerror or error)
            return None
        # A pipe or a device would block whoever opens it.
        return stored(self.folder, inner, facts) if stat.S_ISREG(facts.st_mode) else None


def stored(folder: str, path: str, facts: os.stat_result) -> StoredFile:
    """The file as the bucket lists it. Linux keeps no birth time: the modification time stands in."""
    return StoredFile(
        folder=folder,
        path=path,
        size=facts.st_size,
        generation=f"{facts.st_size}-{facts.st_mtime_ns}",
        created=_moment(getattr(facts, "st_birthtime", facts.st_mtime)),
        updated=_moment(facts.st_mtime),
        content_type=content_type(path),
        storage_class="local",
    )


def inside(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or below it; both are real paths."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def real(path: Path) -> str:
    return os.path.realpath(path)


def _moment(seconds: float) -> datetime:
    """A broken clock can leave times no calendar holds; such a file is simply very old."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return _EPOCH
