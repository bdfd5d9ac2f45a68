"""Copies of operator.db: taken while an operator runs or not, and put back when none does.

A copy holds all that the store does (drafts, votes, journal, publications, jobs, the catalogue of media) and
nothing else: videos, the outbox, collected documents, media and settings are files of their own.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from sqlite_utils import Database

from services import files
from services.errors import Misconfigured, OperatorError, Refused
from services.store import facts, journal
from services.store.journal import Kind
from services.store.lock import DataLock
from services.store.migrations import migrations
from services.store.store import BUSY_SECONDS, sentences

SKIPPED = 1000  # write numbers of a row: more than were given out between a backup and its restore
LARGEST_ANSWER = 20  # problems of one integrity check that are looked at


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made. ``schema`` is the newest migration in it."""

    file: Path
    size: int  # bytes
    drafts: int
    schema: str


@dataclass(frozen=True, slots=True)
class Restored:
    """``kept`` is what was replaced, None if there was nothing. ``posted_since`` are drafts that the replaced
    database knew as posted, or could not tell, and the restored one does not."""

    file: Path
    drafts: int
    schema: str
    kept: Path | None
    posted_since: tuple[int, ...]


def back_up(database: Path, target: Path) -> Backup:
    """A consistent copy of ``database`` as ``target``, whole or not there; checked before it gets its name.

    Refused when there is no database or ``target`` is there already.
    """
    if not database.is_file():
        raise Refused(f"There is no {database}: nothing was made yet.")
    if os.path.lexists(target):
        raise Refused(f"{target} is there already.", remedy="Name another file; no backup is overwritten.")
    part = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
    try:
        with _written(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # captions are private
        with sentences(database), _opened(database, "rw") as connection:
            connection.execute("VACUUM INTO ?", [str(part)])
        found = check(part)
        with _written(target):
            files.sync_to_disk(part)
            _name(part, target)
            files.sync_to_disk(target.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size, found.drafts, found.schema)


def restore(source: Path, database: Path, *, now: datetime) -> Restored:
    """Put a copy in the place of ``database``, which is kept beside it. No operator may run meanwhile.

    Posting is paused in it: what was posted after the copy was made is not known to it, and must not be
    posted twice. Refused when ``source`` is no operator.db of a known schema, Unavailable when the
    folder is in use.
    """
    lock = DataLock(database.parent)
    if not lock.try_acquire():
        raise lock.in_use("End it, restore, and start it again; nothing was changed.")
    try:
        return _restore(source, database, now)
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class Contents:
    drafts: int
    schema: str
    posted: frozenset[str]  # tags of drafts that are posted, or may be


def check(path: Path) -> Contents:
    """What an operator.db holds. Refused, with the reason, if it is none, is damaged, or is a newer one."""
    if not path.is_file():
        raise Refused(f"There is no file {path}.", remedy="Name a file that `autopotter backup` made.")
    known = [migration.name for migration in migrations._migrations]
    try:
        with _opened(path, "ro") as connection:
            faults = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({LARGEST_ANSWER})")]
            if faults != ["ok"]:
                raise _damaged(path)
            names = _names(connection)
            newer = [name for name in names if name not in known]
            if newer:
                raise Misconfigured(
                    f"{path} was made by a newer version of Autopotter ({', '.join(sorted(newer))}).",
                    remedy="Update Autopotter first.",
                )
            if names != known[: len(names)] or not names:
                raise sqlite3.DatabaseError("no migration of ours")
            rows = connection.execute("SELECT tag, state FROM drafts").fetchall()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "unable to open" in str(error):
            raise Refused(f"{path} cannot be read: {error}.", remedy="Check its permissions.") from error
        raise _foreign(path) from error
    except sqlite3.DatabaseError as error:
        raise _foreign(path) from error
    posted = frozenset(tag for tag, state in rows if state in ("posted", "publishing", "unknown"))
    return Contents(len(rows), names[-1], posted)


def _restore(source: Path, database: Path, now: datetime) -> Restored:
    found = check(source)
    if database.exists() and source.samefile(database):
        raise Refused(f"{source} is the database in use.", remedy="Name a backup.")
    part = database.with_name(f".{database.name}.{uuid4().hex[:8]}.part")
    try:
        try:
            files.copy(source, part)
        except OSError as error:
            raise Refused(f"{source} cannot be read: {error.strerror}.") from error
        part.chmod(0o600)
        with sentences(part), _opened(part, "rw") as connection, connection:
            _prepare(Database(connection), now)
        posted_since = _posted_since(found, database)
        kept = _put_aside(database, now) if database.exists() else None
        with sentences(database):
            part.replace(database)
            files.sync_to_disk(database.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return Restored(database, found.drafts, found.schema, kept, posted_since)


def _prepare(db: Database, now: datetime) -> None:
    """Pause posting, and leave out the write numbers of rows that were given out since the copy was made."""
    db.execute(
        "INSERT OR IGNORE INTO rows (draft, write_number, shown)"  # its row may have been written since
        " SELECT DISTINCT draft, 0, '' FROM revisions WHERE rendered IS NOT NULL"
    )
    db.execute("UPDATE rows SET write_number = write_number + ?, shown = ''", [SKIPPED])
    facts.put(db, facts.PAUSED, {"by": "restore", "at": now.isoformat()})
    journal.add(db, Kind.PAUSE, voter="restore", now=now, text="a backup was restored: look before posting")


def _posted_since(found: Contents, database: Path) -> tuple[int, ...]:
    """Drafts that the database to be replaced posted, or may have, and that are not posted in the copy."""
    try:
        since = check(database).posted - found.posted
        with _opened(database, "ro") as connection:
            rows = connection.execute("SELECT number, tag FROM drafts ORDER BY number").fetchall()
    except (OperatorError, sqlite3.Error):
        return ()  # damaged: that is why it is being replaced
    return tuple(number for number, tag in rows if tag in since)


def _put_aside(database: Path, now: datetime) -> Path:
    """The database under another name as well; its own name stays taken, so that a crash leaves one there."""
    kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%d-%H%M%S}")
    with sentences(database):
        # What a crash left half-written is undone first: its journal must not be applied to the copy.
        with contextlib.suppress(sqlite3.Error), _opened(database, "rw") as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        left = database.with_name(f"{database.name}-journal")
        if left.exists():
            left.rename(kept.with_name(f"{kept.name}-journal"))
        try:
            os.link(database, kept)
        except FileExistsError:
            raise Refused(f"{kept} is there already.", remedy="Try again in a second.") from None
        except OSError:  # a file system without links
            files.copy(database, kept)
    return kept


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
        yield connection


def _names(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id",
                              [migrations.name])  # fmt: skip
    return [str(name) for (name,) in rows]


@contextlib.contextmanager
def _written(target: Path) -> Iterator[None]:
    """Where a person wanted a copy may be no place for one at all."""
    try:
        with sentences(target):
            yield
    except Misconfigured as error:
        raise Refused(str(error), remedy="Name a file in a folder that this user may write.") from error
    except OSError as error:
        raise Refused(
            f"{target} cannot be written: {error.strerror or error}.", remedy="Name another file."
        ) from error


def _damaged(path: Path) -> Refused:
    return Refused(f"{path} is damaged.", remedy="Use another backup; nothing was changed.")


def _foreign(path: Path) -> Refused:
    return Refused(
        f"{path} is not an operator.db, or is damaged.", remedy="Name a file that `autopotter backup` made."
    )


def _name(part: Path, target: Path) -> None:
    """Linking refuses a name that was taken meanwhile; not every file system can."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise Refused(f"{target} is there already.", remedy="Name another file.") from None
    except OSError:
        part.rename(target)
