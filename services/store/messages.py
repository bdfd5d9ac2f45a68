"""What each chat shows under which key: the row is committed before the message is sent.

A key names one thing for good: "draft:7" its card, "job:12" its progress, "notice:…" a word of the operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

DELETED = "-"  # in place of an id: a person deleted it, and it is not shown again
_PLACES = {
    "desk": "the desk",
    "console": "the command line",
    "sheet": "the sheet",
    "schedule": "the schedule",
    "operator": "the operator",
    "first run": "the first run",
}
_COLUMNS = "chat, key, draft, channel, message, shown, pictures, fingerprint, revision, since"


@dataclass(frozen=True, slots=True)
class Shown:
    """One row. ``message`` is the chat's id of it, "" while it is not known to be there; ``shown`` and
    ``pictures`` are digests of what it says and of its files; ``fingerprint`` and ``revision`` are the
    draft's as the card shows it. ``since``: a post was begun then, and nobody knows whether it arrived."""

    chat: str
    key: str
    draft: int | None = None
    channel: str = ""
    message: str = ""
    shown: str = ""
    pictures: str = ""
    fingerprint: str = ""
    revision: int = 0
    since: datetime | None = None


def unsent(db: Database, chat: str) -> set[int]:
    """The drafts whose card is not known to be in the chat: it was deleted, or its post was unclear."""
    query = "SELECT draft FROM messages WHERE chat = ? AND message = '' AND draft IS NOT NULL"
    return {int(number) for (number,) in db.execute(query, [chat]).fetchall()}


def open_cards(db: Database, chat: str, channel: str) -> list[str]:
    """The messages in this channel that are cards on which people still decide, oldest draft first."""
    found = db.execute(
        "SELECT m.message FROM messages m JOIN drafts d ON d.number = m.draft"
        " WHERE m.chat = ? AND m.channel = ? AND m.key = 'draft:' || m.draft AND m.message NOT IN ('', ?)"
        " AND d.state <> 'posted' ORDER BY m.draft",
        [chat, channel, DELETED],
    )
    return [str(message) for (message,) in found.fetchall()]


def get(db: Database, chat: str, key: str) -> Shown:
    """The row of a key; a blank one if there is none."""
    query = f"SELECT {_COLUMNS} FROM messages WHERE chat = ? AND key = ?"  # noqa: S608
    row = db.execute(query, [chat, key]).fetchone()
    return _shown(row) if row else Shown(chat, key)


def by_message(db: Database, chat: str, message: str) -> Shown | None:
    """The row a message of the chat belongs to; None for messages of other people."""
    query = f"SELECT {_COLUMNS} FROM messages WHERE chat = ? AND message = ?"  # noqa: S608
    row = db.execute(query, [chat, message]).fetchone() if message else None
    return _shown(row) if row else None


def intend(
    db: Database, chat: str, key: str, *, channel: str, draft: int | None, now: datetime
) -> datetime | None:
    """About to post: answers since when a post may already be there (None: certainly none is)."""
    before = get(db, chat, key).since
    db.execute(
        "INSERT INTO messages (chat, key, draft, channel, since) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (chat, key) DO UPDATE SET channel = excluded.channel, message = '', shown = '',"
        " pictures = '', since = coalesce(since, excluded.since)",
        [chat, key, draft, channel, now.isoformat()],
    )
    return before


def record(
    db: Database,
    chat: str,
    key: str,
    message: str,
    *,
    shown: str,
    pictures: str,
    fingerprint: str = "",
    revision: int = 0,
) -> None:
    """It is there and says this."""
    db.execute(
        "UPDATE messages SET message = ?, shown = ?, pictures = ?, fingerprint = ?, revision = ?,"
        " since = NULL WHERE chat = ? AND key = ?",
        [message, shown, pictures, fingerprint, revision, chat, key],
    )


def lost(db: Database, chat: str, message: str) -> Shown | None:
    """Somebody deleted it; answers the row it belonged to. What stood below it were votes and stay so.

    A draft's card comes back; a word of the operator was read and is not said again.
    """
    row = by_message(db, chat, message)
    if row is not None:
        db.execute(
            "UPDATE messages SET message = ?, shown = '', pictures = '', since = NULL"
            " WHERE chat = ? AND key = ?",
            ["" if row.draft is not None and row.key == f"draft:{row.draft}" else DELETED, chat, row.key],
        )
        db.execute("DELETE FROM reactions WHERE chat = ? AND message = ?", [chat, message])
    return row


def name_people(db: Database, people: Iterable[tuple[str, str]]) -> None:
    """Remember what voters are called, as the chat tells it."""
    known = names(db)
    for voter, name in people:
        if name and known.get(voter) != name:
            db.table("people").upsert({"voter": voter, "name": name[:80]}, pk="voter")


def names(db: Database) -> dict[str, str]:
    """voter → name, of everybody a chat has named."""
    return dict(db.execute("SELECT voter, name FROM people").fetchall())


def named(voter: str, names: Mapping[str, str]) -> str:
    """A voter as people say it: their name in the chat, else where they decided."""
    return names.get(voter) or _PLACES.get(voter) or voter.partition(":")[0].capitalize()


def _shown(row: tuple[Any, ...]) -> Shown:
    named = dict(zip(_COLUMNS.split(", "), row, strict=True))
    since = named.pop("since")
    return Shown(**named, since=datetime.fromisoformat(since) if since else None)
