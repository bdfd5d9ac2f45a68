"""What the sheet shows of each draft, and what was written under each write number of its row.

A number is committed here before the row that carries it is written, and is never used for other words: so
whatever a saved row says can be compared with what its number stood for, also after a crash in between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from services.model.draft import State, word_of

KEPT = 200  # numbers of a draft whose words are kept; an older one decides nothing any more


@dataclass(frozen=True, slots=True)
class Shown:
    """The row of a draft. ``number`` is the highest write number given out, ``written`` the highest that is
    known to have reached the sheet. ``digest`` is of what it shows, "" when it must be written (again).
    ``waiting`` is a Status a person wrote that cannot be taken before a publish is cleared up."""

    number: int = 0
    written: int = 0
    digest: str = ""
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """What was written under one write number. ``fingerprint`` is what an approval of it is bound to.

    ``seen_status`` and ``seen_caption``: what a person's save last said under this number and what was dealt
    with; the same again is no new edit. None: nothing yet.
    """

    draft: int
    number: int
    revision: int
    fingerprint: str
    status: str
    caption: str
    cells: Mapping[str, Any]  # the row's other cells by field of SheetRow
    digest: str
    seen_status: str | None = None
    seen_caption: str | None = None


def shown(db: Database) -> dict[int, Shown]:
    """draft number → its row."""
    found = db.execute("SELECT draft, write_number, written, shown, waiting FROM rows").fetchall()
    return {draft: Shown(*rest) for draft, *rest in found}


@dataclass(frozen=True, slots=True)
class Source:
    """What the row of a draft is made of. ``word`` is its Status, ``rendered`` the facts of its video as they
    are kept (JSON), "" without one; ``row`` is what is known of the row itself."""

    draft: int
    tag: str
    revision: int
    state: State
    word: str
    caption: str
    strategy: str
    created: datetime
    permalink: str
    rendered: str
    cleared: bool
    row: Shown


def sources(db: Database, drafts: Collection[int] | None = None) -> list[Source]:
    """Of these drafts, or of all, those that have a row or are to have one, the first number first.

    A row comes with the video: a proposal denied before has none.
    """
    wanted = None if drafts is None else json.dumps(sorted(drafts))
    found = db.query(
        "SELECT d.number, d.tag, d.revision, d.state, d.last_word, r.caption, r.strategy, d.created,"
        " d.permalink, r.rendered, d.cleared, s.write_number, s.written, s.shown, s.waiting"
        " FROM drafts d JOIN revisions r ON r.draft = d.number AND r.revision = d.revision"
        " LEFT JOIN rows s ON s.draft = d.number"
        " WHERE (:wanted IS NULL OR d.number IN (SELECT value FROM json_each(:wanted)))"
        " AND (typeof(r.rendered) <> 'null' OR d.cleared IS NOT NULL OR s.write_number > 0)"
        " ORDER BY d.number",
        {"wanted": wanted},
    )
    return [source for row in found if (source := _source(row)).word]


def cleared_up(db: Database) -> list[int]:
    """Drafts with a word that waited, whose publish is cleared up."""
    found = db.execute(
        "SELECT d.number FROM rows r JOIN drafts d ON d.number = r.draft"
        " WHERE r.waiting <> '' AND d.state <> 'publishing' ORDER BY d.number"
    )
    return [int(number) for (number,) in found.fetchall()]


def tags(db: Database) -> dict[str, int]:
    """tag → draft number, of every draft that has a row."""
    query = "SELECT d.tag, d.number FROM rows r JOIN drafts d ON d.number = r.draft"
    return dict(db.execute(query).fetchall())


def bases(db: Database, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Base]:
    """What stood under these (draft, write number); those never given out, or too old, are left out."""
    found: dict[tuple[int, int], Base] = {}
    for draft, number in set(wanted):
        row = db.execute(
            "SELECT revision, fingerprint, status, caption, cells, digest, seen_status, seen_caption"
            " FROM bases WHERE draft = ? AND write_number = ?",
            [draft, number],
        ).fetchone()
        if row is not None:
            revision, fingerprint, status, caption, cells, *rest = row
            base = Base(draft, number, revision, fingerprint, status, caption, json.loads(cells), *rest)
            found[draft, number] = base
    return found


def number_for(db: Database, draft: int, row: Shown, digest: str) -> int:
    """The write number the draft's row is to be written with: a new one.

    Only one that was given out for the very same row, and did not reach the sheet as far as anybody knows,
    is used again: a sheet that cannot be written for a day does not use the numbers up.
    """
    last = bases(db, [(draft, row.number)]).get((draft, row.number))
    unused = last is not None and row.number > row.written and last.digest == digest
    if last is not None and unused and last.seen_status is None and last.seen_caption is None:
        return row.number
    return row.number + 1


def intend(db: Database, base: Base) -> None:
    """Commit what is about to be written. The oldest numbers of the draft are forgotten."""
    db.execute(
        "INSERT INTO rows (draft, write_number, shown) VALUES (?, ?, '')"
        " ON CONFLICT (draft) DO UPDATE SET write_number = excluded.write_number",
        [base.draft, base.number],
    )
    db.execute(
        "INSERT OR IGNORE INTO bases"
        " (draft, write_number, revision, fingerprint, status, caption, cells, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            base.draft,
            base.number,
            base.revision,
            base.fingerprint,
            base.status,
            base.caption,
            json.dumps(dict(base.cells), ensure_ascii=True),
            base.digest,
        ],
    )
    db.execute(
        "DELETE FROM bases WHERE draft = :draft AND write_number < (SELECT min(write_number) FROM"
        " (SELECT write_number FROM bases WHERE draft = :draft ORDER BY write_number DESC LIMIT :kept))",
        {"draft": base.draft, "kept": KEPT},
    )


def record(db: Database, draft: int, number: int, digest: str) -> None:
    """The row reached the sheet with this number."""
    db.execute(
        "INSERT INTO rows (draft, write_number, written, shown) VALUES (:draft, :number, :number, :digest)"
        " ON CONFLICT (draft) DO UPDATE SET written = max(written, :number),"
        " shown = iif(write_number = :number, :digest, shown)",
        {"draft": draft, "number": number, "digest": digest},
    )


def see(db: Database, base: Base, *, status: str | None = None, caption: str | None = None) -> None:
    """A save said this under the base's number, and it was dealt with. None: nothing new of that."""
    db.execute(
        "UPDATE bases SET seen_status = coalesce(?, seen_status), seen_caption = coalesce(?, seen_caption)"
        " WHERE draft = ? AND write_number = ?",
        [status, caption, base.draft, base.number],
    )


def forget(db: Database, drafts: Collection[int]) -> None:
    """The sheet does not show these as they are: they will be written again."""
    for draft in drafts:
        db.execute("UPDATE rows SET shown = '' WHERE draft = ? AND shown <> ''", [draft])


def wait(db: Database, draft: int, word: str) -> None:
    """Remember a Status that cannot be taken yet; "" forgets it."""
    db.execute("UPDATE rows SET waiting = ? WHERE draft = ? AND waiting <> ?", [word, draft, word])


def _source(row: dict[str, Any]) -> Source:
    state = State(row["state"])
    known = row["write_number"] is not None
    return Source(
        draft=row["number"],
        tag=row["tag"],
        revision=row["revision"],
        state=state,
        word=word_of(state, row["last_word"]),
        caption=row["caption"],
        strategy=row["strategy"],
        created=datetime.fromisoformat(row["created"]),
        permalink=row["permalink"],
        rendered=row["rendered"] or "",
        cleared=row["cleared"] is not None,
        row=Shown(row["write_number"], row["written"], row["shown"], row["waiting"]) if known else Shown(),
    )
