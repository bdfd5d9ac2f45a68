"""Files that are whole or not there: written to a temporary name, synced, renamed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from services.errors import Misconfigured, OperatorError, Unavailable

_FULL = {28, 122}  # ENOSPC, EDQUOT
_DENIED = {1, 13, 30}  # EPERM, EACCES, EROFS
_NO_FOLDER = {17, 20}  # EEXIST, ENOTDIR


@contextlib.contextmanager
def written(path: Path, *, mode: int | None = None) -> Iterator[BinaryIO]:
    """A file that appears under ``path`` only when the block ends well, with the permissions ``mode``.

    Raises Unavailable for a full disk and Misconfigured where writing is not allowed.
    """
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as stream:
            if mode is not None:
                os.fchmod(stream.fileno(), mode)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise sentence(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def sync_to_disk(path: Path) -> None:
    """Make a file's content, or the renames in a folder, survive a power cut. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_json(path: Path, data: Any) -> None:
    """``data`` as readable JSON, with characters as they are; lone surrogates of odd names are escaped."""
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    with written(path) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


def copy(source: Path, target: Path) -> None:
    """``source`` under another name, by content."""
    with source.open("rb") as reader, written(target) as writer:
        shutil.copyfileobj(reader, writer, 1 << 20)


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sentence(error: OSError, path: Path) -> OperatorError:
    """What an error of the file system means for the person who reads it."""
    if error.errno in _FULL:
        return Unavailable(
            f"The disk with {path.parent} is full: {path.name} was not saved.",
            remedy="Free some space; the operator goes on by itself.",
        )
    if error.errno in _DENIED:
        return Misconfigured(
            f"{path.parent} cannot be written.",
            remedy="Give this user write access to it, or choose another DATA_DIR.",
            variable="DATA_DIR",
        )
    if error.errno in _NO_FOLDER:
        return Misconfigured(
            f"{path.parent} is not a folder: a file is in its place or above it.",
            remedy="Move that file away, or choose another DATA_DIR.",
            variable="DATA_DIR",
        )
    return Unavailable(
        f"{path} could not be used: {error.strerror or error}.",
        remedy="Check the disk and the name of the folder, then try again.",
    )
