"""Which drafts were written lately: so that whoever shows drafts need not look at all of them again.

The database notes it itself, by triggers in this connection's own memory: nothing that writes a draft can
forget to, what is rolled back was not noted, and operator.db holds nothing of it. Another process writes
only while this one does not run, so that the first look of a process is at everything.
"""

from __future__ import annotations

from sqlite_utils import Database

_TABLE = "CREATE TEMP TABLE touched (sequence INTEGER PRIMARY KEY AUTOINCREMENT, draft INTEGER UNIQUE)"
_COLUMNS = {"drafts": "number", "revisions": "draft", "rows": "draft"}  # where each names its draft


def watch(db: Database) -> None:
    """Begin to note; once for each connection."""
    db.execute(_TABLE)
    for table, column in _COLUMNS.items():
        for event in ("INSERT", "UPDATE"):
            # Not one INSERT OR REPLACE: inside a trigger the outer statement's way with conflicts counts.
            db.execute(
                f"CREATE TEMP TRIGGER touched_{table}_{event} AFTER {event} ON main.{table} BEGIN"  # noqa: S608
                f" DELETE FROM touched WHERE draft = new.{column};"
                f" INSERT INTO touched (draft) VALUES (new.{column});"
                " END"
            )


def since(db: Database, last: int) -> tuple[int, set[int]]:
    """The drafts written after ``last``, with the value to ask with the next time (0: since the start)."""
    found = db.execute("SELECT sequence, draft FROM touched WHERE sequence > ?", [last]).fetchall()
    return max([last, *(sequence for sequence, _ in found)]), {draft for _, draft in found}
