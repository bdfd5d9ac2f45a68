"""The tables of operator.db, in the order they came. A migration that was released is never edited."""

from __future__ import annotations

import contextlib
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from services.errors import Misconfigured
from services.store import chat_tables, tables

migrations = Migrations("autopotter")


def migrate(db: Database, path: Path) -> None:
    """Bring the database up to this version; a copy named after the migration is kept before each.

    Raises Misconfigured for a database that a newer version made.
    """
    pending = migrations.pending(db)
    applied = {migration.name for migration in migrations.applied(db)}
    newer = applied - {migration.name for migration in migrations._migrations}
    if newer:
        raise Misconfigured(
            f"{path} was made by a newer version of Autopotter ({', '.join(sorted(newer))}).",
            remedy="Update Autopotter, or set DATA_DIR to another folder.",
            variable="DATA_DIR",
        )
    if not pending:
        return
    if applied:
        copy = path.with_name(f"{path.name}.before-{pending[0].name}")
        with contextlib.suppress(FileNotFoundError):
            copy.unlink()
        db.execute("VACUUM INTO ?", [str(copy)])
    migrations.apply(db)


def is_current(db: Database) -> bool:
    """Whether the database is of this very version; only looks."""
    applied = [migration.name for migration in migrations.applied(db)]
    return applied == [migration.name for migration in migrations._migrations]


@migrations()
def m001_first(db: Database) -> None:
    for statement in tables.FIRST:
        db.execute(statement)


@migrations()
def m002_cleared(db: Database) -> None:
    """When housekeeping removed a draft's files; NULL while they are there."""
    db.execute("ALTER TABLE drafts ADD COLUMN cleared TEXT")


@migrations()
def m003_sheet_as_an_inbox(db: Database) -> None:
    """What stood under each write number of a row, and what of a row is known to have arrived."""
    for statement in tables.INBOX:
        db.execute(statement)


@migrations()
def m004_footage(db: Database) -> None:
    """What the files of the catalogue show, once for each content, and which files belong together."""
    for statement in tables.FOOTAGE:
        db.execute(statement)


@migrations()
def m005_planning(db: Database) -> None:
    """What planning with a paid service leaves behind: usage, conversations, uploaded files."""
    for statement in tables.PLANNING:
        db.execute(statement)


@migrations()
def m006_variety(db: Database) -> None:
    """How different each revision is, and how posted drafts did."""
    for statement in tables.VARIETY:
        db.execute(statement)


@migrations()
def m007_paid_renders(db: Database) -> None:
    """Whose render an attempt is, and what paid ones cost."""
    for statement in tables.PAID_RENDERS:
        db.execute(statement)


@migrations()
def m008_chats(db: Database) -> None:
    """What each chat shows, the reactions below it, and what the operator says by itself."""
    for statement in chat_tables.CHATS:
        db.execute(statement)
