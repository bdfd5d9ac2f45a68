"""operator.db: read without being opened for writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from humanize import naturalsize

from bot.doctor.check import Check, fail, ok, warn
from services.errors import OperatorError
from services.store import backup
from services.store.migrations import migrations


def checks(data_dir: Path) -> list[Check]:
    path = data_dir / "operator.db"
    what = "operator.db"
    if not path.exists():
        return [ok(what, "It will be made at the first start.")]
    try:
        found = backup.check(path)
    except OperatorError as error:
        if path.with_name(f"{path.name}-journal").exists():
            message = "Something is being written to it, or was when the operator was killed."
            return [warn(what, message, "Ask again in a moment; the next start puts it right by itself.")]
        copies = [p.name for kind in ("operator.db.before-*", "backups/*.db") for p in data_dir.glob(kind)]
        remedy = f"`autopotter restore FILE` puts a copy in place; there are: {', '.join(copies) or 'none'}."
        return [fail(what, error.message, error.remedy if "newer" in error.message else remedy)]
    size = naturalsize(path.stat().st_size)
    newest = migrations._migrations[-1].name
    text = f"{found.drafts} drafts, {size}, intact, schema {found.schema}."
    if found.schema != newest:
        return [ok(what, f"{text} The next start brings it to {newest}, after a copy.")]
    return [ok(what, text)]


def newest_entry(path: Path) -> datetime | None:
    """When the newest entry of the journal was made; None if there is none, or it cannot be read."""
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=2.0)) as connection:
            row = connection.execute("SELECT max(at) FROM journal").fetchone()
        return datetime.fromisoformat(row[0]).astimezone(UTC) if row and row[0] else None
    except (sqlite3.Error, ValueError, OSError):
        return None
