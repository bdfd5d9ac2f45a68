"""The sheet as a CSV file that any spreadsheet program opens: the local twin.

A person may have the file open, save it, sort it and extend it while the operator runs. It is written by
temporary file and rename, only when its cells change, and never over what somebody saved meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import stat
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from services.errors import OperatorError, Unavailable
from services.files import sync_to_disk
from services.log import get_logger
from services.ports import SheetRow
from services.sheet.csv_disk import (
    Glance,
    Seen,
    disk_errors,
    glance_of,
    seen_of,
    unwritable,
    wrong_kind,
)
from services.sheet.csv_format import MAX_BYTES, NEW_FILE, Spelling, parse, render
from services.sheet.rows import Table, drafts_in, empty_table, merge, table_of

log = get_logger(__name__)

_TRIES = 5
_STALE_TEMPORARY = 3600.0  # seconds after which a temporary file belongs to no one who is still writing


class CsvSheet:
    """The drafts in one CSV file at ``path``, made with the first row.

    ``settle`` (seconds): a file saved by others less than this ago is looked at again before it is used,
    as a program may still be writing it. ``notice`` is a sentence while another program has it open.
    """

    name = "csv_file"

    def __init__(self, path: Path, *, settle: float = 0.2) -> None:
        self.path = path
        self.notice: str | None = None
        self._settle = settle
        self._own: Seen | None = None  # what this instance wrote last
        self._known: Glance = None  # the file as read() last answered it, this instance's writes included
        self._lock = threading.Lock()  # of threads: a cancelled task leaves its thread working

    async def ping(self) -> str:
        """Where the sheet is and whether it is open elsewhere. Misconfigured if it cannot be used."""
        return await asyncio.to_thread(self._ping)

    async def changed(self) -> bool:
        """Whether the file is another than at the last read(); costs one look at its facts."""
        return await asyncio.to_thread(self._glance) != self._known

    async def read(self) -> list[SheetRow]:
        """The rows that carry a Draft id, in the file's order; none while there is no file."""
        return await asyncio.to_thread(self._read)

    async def write(self, rows: Sequence[SheetRow], *, over: Sequence[SheetRow] | None = None) -> set[str]:
        """Add or replace these rows. Unavailable if the file is full, kept busy or torn just now."""
        if not rows:
            return set()
        return await asyncio.to_thread(self._write, tuple(rows), None if over is None else tuple(over))

    async def link(self) -> str:
        return self.path.absolute().as_uri()

    # Below here everything blocks and runs in a thread, one at a time.

    def _read(self) -> list[SheetRow]:
        with self._lock:
            self._known = self._glance()  # before reading: what is saved meanwhile is another file
            table, spelling, seen = self._table()
            if seen is not None:
                self._known = seen.glance
        return list(drafts_in(table, spelling.encoding))

    def _glance(self) -> Glance:
        """Size, times and inode, or why there are none. Every save changes one of them."""
        try:
            return glance_of(self.path.stat())
        except OSError as error:
            return (error.errno or 0,)

    def _ping(self) -> str:
        with self._lock:
            table, _, seen = self._table()
        self._notice()
        if seen is None:
            with disk_errors(self.path, "made"):
                folder = next(p for p in self._target().parents if p.exists())
            if not os.access(folder, os.W_OK):
                raise unwritable(self.path)
            return f"The sheet {self.path.name} will be made with the first draft."
        # The folder must be writable too, as the file is replaced; root passes this on read-only disks,
        # where the first write says so.
        if not os.access(self._target().parent, os.W_OK) or not os.access(self.path, os.W_OK):
            raise unwritable(self.path)
        count = sum(1 for _ in drafts_in(table))
        sentence = f"The sheet {self.path.name} has {count} {'draft' if count == 1 else 'drafts'}."
        return f"{sentence} {self.notice}" if self.notice else sentence

    def _notice(self) -> None:
        """LibreOffice leaves ``.~lock.<name>#`` beside a file that it has open."""
        lock = self.path.with_name(f".~lock.{self.path.name}#")
        self.notice = (
            f"{self.path.name} is open in another program: reload it there to see what changed."
            if os.path.lexists(lock)
            else None
        )

    def _target(self) -> Path:
        """The file itself, when ``path`` is a link to it: the link must survive the rename."""
        return self.path.resolve()

    def _table(self) -> tuple[Table, Spelling, Seen | None]:
        """The file's cells, how it is spelt, and what was seen; an absent or empty file is a new table."""
        data, seen = self._settled()
        if not data.strip():
            self._refuse_if_fresh(seen)
            return empty_table(), NEW_FILE, seen
        try:
            rows, spelling = parse(data)
            return table_of(rows), spelling, seen
        except OperatorError:
            self._refuse_if_fresh(seen)
            raise

    def _refuse_if_fresh(self, seen: Seen | None) -> None:
        """An empty or torn file that was touched a moment ago is one that is being saved."""
        if seen is not None and seen != self._own and 0 <= time.time() - seen.changed / 1e9 < self._settle:
            raise Unavailable(
                f"The sheet {self.path.name} is being saved by another program.",
                remedy="It is tried again by itself.",
                retry_after=2.0,
            )

    def _settled(self) -> tuple[bytes, Seen | None]:
        """The file once it rests, or after a few looks what it is by then."""
        data, seen = self._load()
        for _ in range(_TRIES):
            if seen is None or seen == self._own:
                break
            age = time.time() - seen.changed / 1e9
            if not 0 <= age < self._settle:  # negative: the disk's clock is ahead, its age says nothing
                break
            time.sleep(self._settle - age)
            data, seen = self._load()
        return data, seen

    def _load(self) -> tuple[bytes, Seen | None]:
        with disk_errors(self.path, "read"):
            try:
                # O_NONBLOCK: a pipe put in the sheet's place must not stop the operator.
                fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except FileNotFoundError:
                return b"", None
            facts = os.fstat(fd)
            if not stat.S_ISREG(facts.st_mode):
                os.close(fd)
                raise wrong_kind(self.path)
            with os.fdopen(fd, "rb") as file:
                data = file.read(MAX_BYTES + 1)
            return data, seen_of(facts, data)

    def _write(self, rows: Sequence[SheetRow], over: Sequence[SheetRow] | None = None) -> set[str]:
        with self._lock:
            with disk_errors(self.path, "written"):
                self._target().parent.mkdir(parents=True, exist_ok=True)
                self._remove_stale()
            written = self._merge_in(rows, over)
            self._notice()
        return written

    def _merge_in(self, rows: Sequence[SheetRow], over: Sequence[SheetRow] | None) -> set[str]:
        for _ in range(_TRIES):
            table, spelling, seen = self._table()
            merged, written = merge(table, rows, over)
            if merged == table and (not written or (seen is not None and seen.size)):
                return written
            data = render(merged.all_rows(), spelling)
            if self._replaced(data, seen):
                log.info("The sheet %s has new cells for %s drafts", self.path.name, len(written))
                return written
        raise Unavailable(
            f"The sheet {self.path.name} was saved by others again and again while it was to be written.",
            remedy="It is tried again by itself; nothing in it was touched.",
            retry_after=5.0,
        )

    def _replaced(self, data: bytes, seen: Seen | None) -> bool:
        """Put ``data`` in the file's place, unless it is no longer what was ``seen``."""
        target = self._target()
        with disk_errors(self.path, "written"):
            temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
            try:
                self._fill(temporary, data, target if seen else None)
                if self._load()[1] != seen:
                    return False
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)
            sync_to_disk(target.parent)
            as_read = self._known == (seen.glance if seen else (errno.ENOENT,))
            self._own = seen_of(target.stat(), data)
            # What somebody saved between read() and this write is in the file, but was not read yet.
            self._known = self._own.glance if as_read else None
            return True

    def _fill(self, temporary: Path, data: bytes, like: Path | None) -> None:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with os.fdopen(fd, "wb") as file:
            if like is not None:
                facts = like.stat()
                if not os.access(like, os.W_OK):  # a rename would get around a write protection
                    raise unwritable(self.path)
                os.fchmod(fd, stat.S_IMODE(facts.st_mode))
                with contextlib.suppress(PermissionError):  # only root may give files away; then it is ours
                    os.fchown(fd, facts.st_uid, facts.st_gid)
            file.write(data)
            file.flush()
            os.fsync(fd)

    def _remove_stale(self) -> None:
        """Temporary files that a crash left beside the sheet."""
        target = self._target()
        prefix, end = f".{target.name}.", ".tmp"
        with os.scandir(target.parent) as entries:
            ours = [Path(e.path) for e in entries if e.name.startswith(prefix) and e.name.endswith(end)]
        for path in ours:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.lstat().st_mtime > _STALE_TEMPORARY:
                    path.unlink()
