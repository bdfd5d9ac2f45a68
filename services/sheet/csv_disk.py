"""The sheet's file on the disk: how it was when it was seen, and what the disk refuses as sentences."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.errors import Misconfigured, Unavailable

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_WRONG_KIND = {errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}

Glance = tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the file was when it was read; any difference means that somebody saved it."""

    size: int
    changed: int  # mtime in nanoseconds
    inode: int
    sha256: str
    glance: Glance = field(compare=False)  # its change time too: also a copy that keeps the times is new


def seen_of(facts: os.stat_result, data: bytes) -> Seen:
    digest = hashlib.sha256(data).hexdigest()
    return Seen(facts.st_size, facts.st_mtime_ns, facts.st_ino, digest, glance_of(facts))


def glance_of(facts: os.stat_result) -> tuple[int, ...]:
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino


@contextlib.contextmanager
def disk_errors(path: Path, done: str) -> Iterator[None]:
    """Turn what the disk says while the sheet is ``done`` (read, written …) into a sentence.

    The old file is untouched in every case.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable(
                f"The disk is full: the sheet {path.name} could not be {done}.",
                remedy="Free some space; the old sheet is untouched and is written again by itself.",
            ) from error
        if error.errno in _FORBIDDEN:
            raise unwritable(path, done) from error
        if error.errno in _WRONG_KIND:
            raise wrong_kind(path) from error
        raise Unavailable(
            f"The sheet {path.name} could not be {done}: {error.strerror or 'the disk failed'}.",
            remedy="Check the disk; it is tried again by itself.",
        ) from error


def unwritable(path: Path, done: str = "written") -> Misconfigured:
    return Misconfigured(
        f"The sheet {path} may not be {done}: permission denied or a read-only disk.",
        remedy="Give the operator's user the right to read and write this file and its folder.",
    )


def wrong_kind(path: Path) -> Misconfigured:
    return Misconfigured(
        f"The sheet {path} is a folder or another thing, not a file.",
        remedy="Move it away: a new sheet is then made from the store.",
    )
