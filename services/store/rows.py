"""What the sheet last showed of each draft, so that only what changed is written."""

from __future__ import annotations

from sqlite_utils import Database


def shown(db: Database) -> dict[int, tuple[int, str]]:
    """draft number → (write number, digest of the row as it was written)."""
    rows = db.execute("SELECT draft, write_number, shown FROM rows").fetchall()
    return {draft: (write, digest) for draft, write, digest in rows}


def record(db: Database, draft: int, write_number: int, digest: str) -> None:
    db.table("rows").upsert({"draft": draft, "write_number": write_number, "shown": digest}, pk="draft")


def forget(db: Database, drafts: list[int]) -> None:
    """The sheet lost these rows: they will be written again."""
    for draft in drafts:
        db.execute("UPDATE rows SET shown = '' WHERE draft = ?", [draft])
