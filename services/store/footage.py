"""What the files of the catalogue show: looked at once for each content, found by words and likeness.

`looked` says which content a file had at which generation, `footage` what a content shows, `descriptions`
what a vision model said of it, `kin` which files are of one piece. Reading assets joins them (media.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from services.model.asset import Asset, Category
from services.model.footage import Description, Footage, Role, from_json, to_json
from services.store import names

VISUAL = (Category.IMAGE.value, Category.VIDEO.value)
LOOKED_AT = (*VISUAL, Category.AUDIO.value)

# What reading an asset adds to its row of the catalogue; the columns are those that read() takes.
JOIN = (
    "LEFT JOIN looked ON looked.file = media.key AND looked.as_of = media.generation"
    " LEFT JOIN footage ON footage.content = looked.content"
    " LEFT JOIN descriptions ON descriptions.content = looked.content"
    " LEFT JOIN kin ON kin.member = media.id"
)
COLUMNS = "footage.content, look, trouble, family, sentence, tags, model, piece, role, object"


@dataclass(frozen=True, slots=True)
class Looked:
    """One file that was looked at. ``footage`` None: its content was known. ``marks``: 64 bytes each."""

    asset: Asset
    content: str
    footage: Footage | None = None
    marks: bytes = b""


@dataclass(frozen=True, slots=True)
class Marked:
    """A content with what likeness is judged by; ``seconds`` 0 for photos."""

    content: str
    kind: str
    seconds: float
    marks: bytes
    family: str


def read(row: Sequence[Any]) -> dict[str, Any]:
    """The fields of an Asset that COLUMNS hold."""
    content, look, trouble, family, sentence, tags, model, piece, role, thing = row
    found: dict[str, Any] = {}
    if content is not None:
        found |= {"footage": from_json(content, json.loads(look), trouble), "family": family}
    if sentence is not None:
        found["description"] = Description(sentence, tuple(json.loads(tags)), model)
    if piece is not None:
        found |= {"piece": piece, "role": Role(role), "object": thing}
    return found


def unlooked(db: Database, version: int, limit: int, skipped: Sequence[str] = ()) -> list[str]:
    """Asset ids of usable files whose content was not looked at (by this ``version``), newest first."""
    marks = ",".join("?" * len(skipped))
    rows = db.execute(
        f"SELECT id {_UNLOOKED} AND id NOT IN ({marks}) ORDER BY updated DESC, key LIMIT ?",
        [version, *skipped, limit],
    )
    return [str(identity) for (identity,) in rows]


def count_unlooked(db: Database, version: int) -> int:
    return int(db.execute(f"SELECT count(*) {_UNLOOKED}", [version]).fetchone()[0])


def known(db: Database, content: str, version: int) -> bool:
    """Whether this content was looked at already, under whatever name."""
    row = db.execute("SELECT 1 FROM footage WHERE content = ? AND version = ?", [content, version])
    return row.fetchone() is not None


def put(db: Database, found: Iterable[Looked], version: int) -> None:
    """Keep what was seen, together."""
    for one in found:
        db.execute(
            "INSERT INTO looked (file, as_of, content) VALUES (?, ?, ?) ON CONFLICT (file) DO UPDATE"
            " SET as_of = excluded.as_of, content = excluded.content",
            [names.escape(one.asset.file.key), one.asset.file.generation, one.content],
        )
        if one.footage is not None:
            _put_footage(db, one, one.footage, version)


def prune(db: Database) -> None:
    """Forget files that left the catalogue, and contents that no file has; descriptions stay."""
    db.execute("DELETE FROM looked WHERE file NOT IN (SELECT key FROM media)")
    db.execute("DELETE FROM footage WHERE content NOT IN (SELECT content FROM looked)")


def marked(db: Database) -> list[Marked]:
    """Everything that likeness is judged by: photos and clips that could be looked at."""
    rows = db.execute(
        "SELECT content, kind, coalesce(seconds, 0), marks, family FROM footage"
        " WHERE length(marks) > 0 ORDER BY content"
    )
    return [Marked(*row) for row in rows]


def set_families(db: Database, families: Mapping[str, str]) -> None:
    db.conn.executemany(
        "UPDATE footage SET family = ? WHERE content = ?",
        [(family, content) for content, family in families.items()],
    )


def alike(db: Database, families: Iterable[str]) -> dict[str, int]:
    """How many files of the catalogue each family has; families of one are left out."""
    wanted = sorted({family for family in families if family})
    marks = ",".join("?" * len(wanted))
    rows = db.execute(
        f"SELECT family, count(*) {_FILES} WHERE family IN ({marks}) GROUP BY family HAVING count(*) > 1",
        wanted,
    )
    return {str(family): int(number) for family, number in rows}


def counts(db: Database, version: int) -> dict[str, int]:
    """``looked`` files of the catalogue, ``waiting`` ones, and ``alike``: those that look like another."""
    looked = int(db.execute(f"SELECT count(*) {_FILES}").fetchone()[0])
    twins = int(db.execute(f"SELECT count(*) {_FILES} WHERE {DUPLICATE}").fetchone()[0])
    return {"looked": looked, "waiting": count_unlooked(db, version), "alike": twins}


def shown(db: Database) -> list[tuple[str, str, str, str]]:
    """(id, category, folder, path) of every photo and clip, in the order of keys."""
    rows = db.execute(
        "SELECT id, category, folder, path FROM media WHERE category IN (?, ?) ORDER BY key", VISUAL
    )
    return [(i, category, names.restore(folder), names.restore(path)) for i, category, folder, path in rows]


def set_kin(db: Database, kin: Mapping[str, tuple[str, Role, str]]) -> bool:
    """Asset id → (piece, role, object), instead of what was known; False if that was the same."""
    wanted = {member: (piece, str(role), thing) for member, (piece, role, thing) in kin.items()}
    there = {row[0]: tuple(row[1:]) for row in db.execute("SELECT member, piece, role, object FROM kin")}
    if wanted == there:
        return False
    db.conn.executemany(
        "DELETE FROM kin WHERE member = ?", [(gone,) for gone in there.keys() - wanted.keys()]
    )
    db.conn.executemany(
        "INSERT INTO kin (member, piece, role, object) VALUES (?, ?, ?, ?) ON CONFLICT (member) DO UPDATE"
        " SET piece = excluded.piece, role = excluded.role, object = excluded.object",
        [(member, *values) for member, values in wanted.items() if there.get(member) != values],
    )
    return True


def undescribed(db: Database, limit: int) -> list[str]:
    """Ids of photos and clips without a description, one of each family, newest first."""
    rows = db.execute(
        f"SELECT id, max(updated) {_FILES} WHERE trouble IS NULL AND kind IN (?, ?)"  # noqa: S608
        " AND NOT EXISTS (SELECT 1 FROM descriptions d WHERE d.content = footage.content)"
        " AND NOT EXISTS (SELECT 1 FROM footage f JOIN descriptions d ON d.content = f.content"
        "  WHERE f.family = footage.family)"
        " GROUP BY family ORDER BY max(updated) DESC, id LIMIT ?",
        [*VISUAL, limit],
    )
    return [str(row[0]) for row in rows]


def describe(db: Database, content: str, description: Description, *, now: datetime) -> None:
    db.execute(
        "INSERT INTO descriptions (content, sentence, tags, model, described) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (content) DO UPDATE SET sentence = excluded.sentence, tags = excluded.tags,"
        " model = excluded.model, described = excluded.described",
        [
            content,
            description.sentence,
            json.dumps(list(description.tags)),
            description.model,
            now.isoformat(),
        ],
    )


def described_since(db: Database, since: datetime) -> int:
    """How many descriptions were made since then: what a budget counts."""
    row = db.execute("SELECT count(*) FROM descriptions WHERE described >= ?", [since.isoformat()])
    return int(row.fetchone()[0])


def _put_footage(db: Database, one: Looked, footage: Footage, version: int) -> None:
    words = sorted(footage.words)
    facts, sound = one.asset.facts, footage.sound
    db.execute(
        "INSERT OR REPLACE INTO footage (content, kind, version, look, trouble, words, tempo, seconds, marks,"
        " family) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            one.content,
            one.asset.category.value,
            version,
            json.dumps(to_json(footage), separators=(",", ":")),
            footage.problem,
            f" {' '.join(words)} " if words else "",
            sound.tempo if sound else None,
            facts.duration if facts else None,
            one.marks,
            one.content,  # alone, until it is compared with the others
        ],
    )


_UNLOOKED = (
    "FROM media LEFT JOIN looked ON looked.file = media.key AND looked.as_of = media.generation"
    " LEFT JOIN footage ON footage.content = looked.content AND footage.version = ?"
    " WHERE footage.content IS NULL AND category IN ('image', 'video', 'audio')"
    " AND problem IS NULL AND facts IS NOT NULL"
)
_FILES = (
    "FROM media JOIN looked ON looked.file = media.key AND looked.as_of = media.generation"
    " JOIN footage ON footage.content = looked.content"
)
# A condition on a joined asset: another file of the catalogue looks like it, or is the same.
DUPLICATE = f"family IN (SELECT family {_FILES} GROUP BY family HAVING count(*) > 1)"
