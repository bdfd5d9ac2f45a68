"""Stored files on this disk: each content is downloaded once, goes on where it broke off, and is checked."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from services.bucket.gcs_calls import crc32c_of
from services.errors import Unavailable
from services.files import sentence, sync_to_disk

PIECE = 8 << 20  # bytes that are fetched, and kept, at once
_TRIES = 2  # of a file that arrives damaged
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")


class Originals:
    """The files in ``folder``, named after their content. Blocks; may be used from several threads."""

    def __init__(self, folder: Path, read: Callable[[str, int, int, int], bytes]) -> None:
        """``read(name, generation, start, end)`` brings a part of an object."""
        self._folder, self._read = folder, read
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
        self._guard = threading.Lock()

    def path_of(self, blob: Any) -> Path:
        """The file with the object's content, downloaded if it is not there yet."""
        path = self._folder / content_name(blob)
        with self._guard:
            lock = self._locks.setdefault(path.name, _Lock())
        with lock.held:
            try:
                if not (path.is_file() and path.stat().st_size == blob.size):
                    self._download(blob, path)
                os.utime(path)  # it was wanted just now: others are removed before it
            except OSError as error:
                raise sentence(error, path) from error
        return path

    def _download(self, blob: Any, path: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{blob.generation}.part")
        for _ in range(_TRIES):
            self._fill(blob, part)
            if crc32c_of(part) == blob.crc32c:
                part.replace(path)
                sync_to_disk(self._folder)
                return
            part.unlink()
        raise Unavailable(
            "A file arrived damaged from the bucket, twice.", remedy="It is tried again by itself."
        )

    def _fill(self, blob: Any, part: Path) -> None:
        with part.open("ab") as file:
            if file.tell() > blob.size:
                file.truncate(0)
            while (have := file.tell()) < blob.size:
                file.write(self._read(blob.name, blob.generation, have, min(have + PIECE, blob.size)))
                file.flush()
            os.fsync(file.fileno())


class _Lock:
    """A lock that is forgotten when nobody holds it."""

    def __init__(self) -> None:
        self.held = threading.Lock()


def content_name(blob: Any) -> str:
    """The same for the same content, whatever it is called; objects made of several tell no MD5."""
    said = f"{blob.md5_hash or (blob.name, blob.generation)} {blob.crc32c} {blob.size}"
    suffix = _SUFFIX.search(blob.name)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32] + (
        suffix[0].lower() if suffix else ""
    )
