"""The files of the outbox: post.json, and copies that survive a power cut."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from services.errors import Misconfigured, Refused, Unavailable
from services.files import sync_to_disk
from services.ports import Post

POST = "post.json"
_CHUNK = 1024 * 1024
_MAX_RECEIPT = 1_000_000  # bytes; larger is not ours
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="ignore"))
class Receipt:
    """What post.json holds. ``published_at`` counts only where the rename has happened."""

    container: str
    number: int
    title: str
    caption: str
    fingerprint: str
    # Names inside the folder: never a path.
    video: Annotated[str, Field(pattern=r"^video\.(mp4|mov)$")]
    cover: Annotated[str, Field(pattern=r"^cover\.(jpg|jpeg)$")]
    sha256: str
    size: int
    prepared_at: AwareDatetime
    published_at: AwareDatetime | None = None
    expired: bool = False

    def to_json(self) -> str:
        return _RECEIPT.dump_json(self, indent=2).decode() + "\n"


_RECEIPT = TypeAdapter(Receipt)


def read_receipt(path: Path) -> Receipt | None:
    """The receipt in a file; None if there is none, or it is not one of ours."""
    try:
        with open_regular(path) as file:
            return _RECEIPT.validate_json(file.read(_MAX_RECEIPT))
    except (FileNotFoundError, NotADirectoryError, Refused, ValidationError):
        return None


def fill(folder: Path, container: str, post: Post, now: datetime) -> Receipt:
    """Copy a post's files into a new, empty folder."""
    video = f"video{_suffix(post.video, '.mp4', '.mov')}"
    cover = f"cover{_suffix(post.cover, '.jpg', '.jpeg')}"
    sha256, size = copy_durably(post.video, folder / video)
    copy_durably(post.cover, folder / cover)
    write_durably(folder / "caption.txt", post.caption)
    receipt = Receipt(
        container=container,
        number=post.number,
        title=_writable(post.title),
        caption=_writable(post.caption),
        fingerprint=post.fingerprint,
        video=video,
        cover=cover,
        sha256=sha256,
        size=size,
        prepared_at=now,
    )
    write_durably(folder / POST, receipt.to_json())
    return receipt


def _suffix(path: Path, *known: str) -> str:
    return path.suffix.lower() if path.suffix.lower() in known else known[0]


def _writable(text: str) -> str:
    """Without halves of surrogate pairs, which no file can hold."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading. Refused if it is a folder or a pipe, on which reading would wait for ever."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return os.fdopen(fd, "rb")
    os.close(fd)
    raise Refused(f"{path.name} is not a file.")


def copy_durably(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file and wait for the disk; the answer is its sha256 and size.

    Refused if there is no such file, Unavailable if it changed while it was read.
    """
    try:
        reader = open_regular(source)
    except FileNotFoundError:
        raise Refused(
            f"The draft's file {source.name} is not there any more.", remedy="Render the draft again."
        ) from None
    digest = hashlib.sha256()
    with reader, target.open("xb") as writer:
        before = os.fstat(reader.fileno())
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            writer.write(chunk)
        size = writer.tell()
        after = os.fstat(reader.fileno())
        if (before.st_mtime_ns, before.st_size, size) != (after.st_mtime_ns, after.st_size, after.st_size):
            raise Unavailable(f"The draft's file {source.name} changed while it was copied.")
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest(), size


def hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def is_there(path: Path) -> bool:
    """Whether it exists; unlike Path.exists() it raises when the disk will not say."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def is_whole(folder: Path, receipt: Receipt) -> bool:
    """Whether the video is still there in its length; its content is compared before it is published."""
    video = folder / receipt.video
    return is_there(video) and video.lstat().st_size == receipt.size


def write_durably(path: Path, text: str) -> None:
    """Put a small text in the file's place, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(_writable(text).encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_to_disk(path.parent)


@contextlib.contextmanager
def disk_errors(folder: Path, done: str) -> Iterator[None]:
    """Turns what the disk says about the outbox into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable(
                "The disk is full: the outbox could not be filled.",
                remedy="Free some space; the post is then made by itself.",
            ) from error
        if error.errno in _FORBIDDEN:
            raise Misconfigured(
                f"The outbox {folder} cannot be {done}: {error.strerror}.",
                remedy="Give the operator's user the right to write in this folder, on a writable disk.",
            ) from error
        raise Unavailable(
            f"The outbox could not be {done}: {error.strerror or 'the disk failed'}.",
            remedy="Check the disk; it is tried again by itself.",
        ) from error
