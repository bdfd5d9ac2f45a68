"""The catalogue of the bucket: a row for each file, its facts read once for each generation.

Assets are read with what is known of their content (footage.py) and found by it (media_search.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from services.model.asset import Asset, Category, MediaFacts, StoredFile
from services.store import footage
from services.store.media_search import conditions_of
from services.store.names import escape, restore

PAGE = 1000
# Written as the generation of a file that could not be opened: it is tried again at every scan.
UNOPENED = "?"
_COLUMNS = (
    "key, id, folder, path, size, generation, created, updated, content_type, storage_class, "
    "category, facts, problem"
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many files, and bytes, one folder has of one category."""

    folder: str
    category: Category
    files: int
    size: int


def changed(db: Database, files: Sequence[StoredFile]) -> list[StoredFile]:
    """Those of ``files`` (at most a page) that are new or have another generation than the catalogue's."""
    keys = [escape(file.key) for file in files]
    marks = ",".join("?" * len(keys))
    known = dict(db.execute(f"SELECT key, generation FROM media WHERE key IN ({marks})", keys))  # noqa: S608
    return [file for file, key in zip(files, keys, strict=True) if known.get(key) != file.generation]


def put(db: Database, assets: Iterable[Asset]) -> int:
    """Add or replace; the number of rows that differed. A row that says the same is not written."""
    names = [name.strip() for name in _COLUMNS.split(",")]
    updates = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    differs = " OR ".join(f"{name} IS NOT excluded.{name}" for name in names[1:])
    before = db.conn.total_changes
    db.conn.executemany(
        f"INSERT INTO media ({_COLUMNS}) VALUES ({','.join('?' * len(names))}) "  # noqa: S608
        f"ON CONFLICT (key) DO UPDATE SET {updates} WHERE {differs}",
        map(_row, assets),
    )
    return db.conn.total_changes - before


def keys(db: Database, folder: str, after: str = "", limit: int = PAGE) -> list[str]:
    """The keys below ``folder`` behind ``after``, in the catalogue's order, one page."""
    rows = db.execute(
        "SELECT key FROM media WHERE folder = ? AND key > ? ORDER BY key LIMIT ?",
        [escape(folder), escape(after), limit],
    )
    return [restore(key) for (key,) in rows]


def remove(db: Database, gone: Sequence[str]) -> None:
    db.conn.executemany("DELETE FROM media WHERE key = ?", [(escape(key),) for key in gone])


def keep_folders(db: Database, folders: Sequence[str]) -> int:
    """Forget the files of all other folders; the number forgotten."""
    marks = ",".join("?" * len(folders))
    cursor = db.execute(
        f"DELETE FROM media WHERE folder NOT IN ({marks})",  # noqa: S608
        [escape(folder) for folder in folders],
    )
    return int(cursor.rowcount)


def page(
    db: Database,
    *,
    folder: str = "",
    category: Category | None = None,
    unreadable: bool = False,
    after: str = "",
    limit: int = PAGE,
) -> list[Asset]:
    """One page in the order of keys, behind the key ``after``; "" and None mean all.

    With ``unreadable`` only files that have a problem.
    """
    conditions, values = ["key > ?"], [escape(after)]
    if folder:
        conditions.append("folder = ?")
        values.append(escape(folder))
    if category is not None:
        conditions.append("category = ?")
        values.append(category)
    if unreadable:
        conditions.append("problem IS NOT NULL")
    return _select(db, f"WHERE {' AND '.join(conditions)} ORDER BY key LIMIT ?", [*values, limit])


def latest(db: Database, limit: int, category: Category | None = None, text: str = "") -> list[Asset]:
    """Newest first, only of ``category`` and only what search() finds, where given."""
    conditions, values = conditions_of(text)
    if category is not None:
        conditions.append("category = ?")
        values.append(category)
    where = f"WHERE {' AND '.join(['1', *conditions])} ORDER BY updated DESC, key LIMIT ?"
    return _select(db, where, [*values, limit])


def search(db: Database, text: str, limit: int = PAGE) -> list[Asset]:
    """Files that ``text`` finds by name, by what they show or by tempo (see media_search.py), by key."""
    conditions, values = conditions_of(text)
    where = f"WHERE {' AND '.join(['1', *conditions])} ORDER BY key LIMIT ?"
    return _select(db, where, [*values, limit])


def like_it(db: Database, asset: Asset, limit: int) -> list[Asset]:
    """Other files that look like it, or have its very content; newest first."""
    where = "WHERE family = ? AND id <> ? ORDER BY updated DESC, key LIMIT ?"
    return _select(db, where, [asset.family, asset.id, limit]) if asset.family else []


def of_piece(db: Database, asset: Asset, limit: int) -> list[Asset]:
    """Other files of its piece: those of the same object first."""
    where = "WHERE piece = ? AND id <> ? ORDER BY object <> ?, key LIMIT ?"
    return _select(db, where, [asset.piece, asset.id, asset.object, limit]) if asset.piece else []


def by_ids(db: Database, ids: Sequence[str]) -> dict[str, Asset]:
    """The files with these ids; ids without a file are absent."""
    found: dict[str, Asset] = {}
    for start in range(0, len(ids), PAGE):
        some = list(ids[start : start + PAGE])
        for asset in _select(db, f"WHERE id IN ({','.join('?' * len(some))})", some):
            found[asset.id] = asset
    return found


def counts(db: Database) -> list[Count]:
    rows = db.execute(
        "SELECT folder, category, count(*), sum(size) FROM media GROUP BY folder, category ORDER BY 1, 2"
    )
    return [Count(restore(folder), Category(category), n, size) for folder, category, n, size in rows]


def unreadable(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM media WHERE problem IS NOT NULL").fetchone()[0])


def subfolders(db: Database, folder: str) -> dict[str, tuple[int, int]]:
    """Files and bytes that lie directly in each subfolder of ``folder``; "" is the folder itself."""
    # What is left of a path when all characters but "/" are trimmed from its end is its folder.
    rows = db.execute(
        "SELECT rtrim(rtrim(path, replace(path, '/', '')), '/') AS sub, count(*), sum(size) "
        "FROM media WHERE folder = ? GROUP BY sub ORDER BY sub",
        [escape(folder)],
    )
    return {restore(sub): (count, size) for sub, count, size in rows}


def _select(db: Database, rest: str, values: Sequence[Any]) -> list[Asset]:
    query = f"SELECT {_COLUMNS}, {footage.COLUMNS} FROM media {footage.JOIN} {rest}"  # noqa: S608
    return [_asset(row) for row in db.execute(query, list(values))]


def _row(asset: Asset) -> tuple[Any, ...]:
    file = asset.file
    return (
        escape(file.key),
        asset.id,
        escape(file.folder),
        escape(file.path),
        file.size,
        file.generation,
        _moment(file.created),
        _moment(file.updated),
        file.content_type,
        file.storage_class,
        asset.category.value,
        json.dumps(asdict(asset.facts)) if asset.facts else None,
        escape(asset.problem) if asset.problem is not None else None,
    )


def _asset(row: Sequence[Any]) -> Asset:
    _, _, folder, path, size, generation, created, updated, content_type, storage_class, *rest = row
    category, facts, problem, *seen = rest
    return Asset(
        file=StoredFile(
            folder=restore(folder),
            path=restore(path),
            size=size,
            generation=generation,
            created=datetime.fromisoformat(created),
            updated=datetime.fromisoformat(updated),
            content_type=content_type,
            storage_class=storage_class,
        ),
        category=Category(category),
        facts=MediaFacts(**json.loads(facts)) if facts else None,
        problem=restore(problem) if problem is not None else None,
        **footage.read(seen),
    )


def _moment(moment: datetime) -> str:
    """One width in one zone, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
