"""Looks for secrets in whatever an operator leaves behind: files of every kind, cells of its databases."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote


def left_in(folder: Path, secrets: Collection[str], *, but: Collection[Path] = ()) -> list[str]:
    """Where one of the secrets stands: "FILE" or "FILE TABLE.COLUMN". ``but``: files that may."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in but:
            for place, content in _contents(path):
                found += [f"{place}: {secret[:8]}…" for secret in secrets if _stands(secret, content)]
    return found


def _stands(secret: str, content: bytes) -> bool:
    return any(spelling.encode() in content for spelling in {secret, quote(secret, safe="")})


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    content = path.read_bytes()
    yield str(path), content
    if path.suffix == ".gz":
        yield f"{path} (unpacked)", gzip.decompress(content)
    if content.startswith(b"SQLite format 3"):
        yield from _cells(path)


def _cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """A long cell lies in pieces in its file."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = db.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                for name, cell in zip(names, row, strict=True):
                    text = cell if isinstance(cell, bytes) else str(cell).encode()
                    yield f"{path} {table}.{name}", text
