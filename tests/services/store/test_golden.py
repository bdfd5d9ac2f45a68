"""Databases made by earlier versions: upgraded by this one, nothing of them lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.errors import Misconfigured
from services.store import Store
from services.store.migrations import migrations
from tests.golden.make import HERE, expected, fill

GOLDEN = sorted(HERE.glob("operator-m*.db"))


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def golden(request: pytest.FixtureRequest) -> Path:
    return request.param  # type: ignore[no-any-return]


async def test_upgrades_and_every_draft_still_reads(golden: Path, tmp_path: Path) -> None:
    path = shutil.copy(golden, tmp_path / "operator.db")
    before = names(golden)
    store = await Store.open(path)
    told = await store.do(expected)
    await store.close()
    assert told == json.loads(golden.with_suffix(".json").read_text(encoding="utf-8"))
    assert names(path) == [migration.name for migration in migrations._migrations]
    pending = [name for name in names(path) if name not in before]
    copies = sorted(found.name for found in tmp_path.glob("operator.db.before-*"))
    assert copies == [f"operator.db.before-{name}" for name in pending[:1]]
    if copies:
        assert names(tmp_path / copies[0]) == before, "the copy is of what there was before"


async def test_an_upgraded_one_has_the_tables_of_a_new_one(golden: Path, tmp_path: Path) -> None:
    shutil.copy(golden, tmp_path / "old.db")
    shapes = []
    for name in ("old.db", "new.db"):
        store = await Store.open(tmp_path / name)
        shapes.append(
            await store.do(
                lambda db: {
                    table.name: {(column.name, column.type, column.notnull) for column in table.columns}
                    for table in db.tables
                }
            )
        )
        await store.close()
    assert shapes[0] == shapes[1]


async def test_an_upgraded_one_takes_new_work(golden: Path, tmp_path: Path) -> None:
    store = await Store.open(shutil.copy(golden, tmp_path / "operator.db"))
    known = len((await store.do(expected))["drafts"])
    await store.do(lambda db: db.execute("DELETE FROM slots"))  # it serves the same slot again
    await store.do(fill)
    assert len((await store.do(expected))["drafts"]) == 2 * known
    await store.close()


async def test_a_newer_one_is_refused_and_left_alone(golden: Path, tmp_path: Path) -> None:
    path = shutil.copy(golden, tmp_path / "operator.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('autopotter', 'm999_later', '2030-01-01')"
        )
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match=r"newer version of Autopotter \(m999_later\)"):
        await Store.open(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_there_is_one_of_the_first_release() -> None:
    assert "operator-m001" in [path.stem for path in GOLDEN]
