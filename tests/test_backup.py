"""`autopotter backup` and `restore`: whole copies, put back where nothing is lost or posted twice."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.operator import Operator
from services.model.draft import State
from services.model.vote import Choice
from services.store import Store, drafts, facts
from services.store.lock import DataLock
from tests.golden.make import HERE
from tests.reconcilers.helpers import drive, make_draft, post_now, vote


def run(tmp_path: Path, *words: str, **more: str) -> Result:
    env = {"DATA_DIR": str(tmp_path / "data"), "TIMEZONE": "Europe/Berlin", "COLUMNS": "500", **more}
    return CliRunner().invoke(cli, list(words), env=env)


def said(result: Result) -> str:
    return " ".join(result.output.split())


def data(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def leftovers(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]


async def test_a_copy_while_the_operator_is_there_and_back(op: Operator, tmp_path: Path) -> None:
    first = await make_draft(op)
    await vote(op, first)
    made = data(run(tmp_path, "backup", "--json"))
    copy = Path(made["file"])
    assert copy.parent == tmp_path / "data" / "backups"
    assert made["drafts"] == 1
    assert made["size"] == copy.stat().st_size
    assert copy.stat().st_mode & 0o777 == 0o600

    await post_now(op, first)
    await drive(op, "publish", "sheet")
    second = await make_draft(op, "SV02 dries")
    assert (await op.store.do(drafts.get, first)).state is State.POSTED
    await op.store.close()

    back = data(run(tmp_path, "restore", str(copy), "--json"))
    assert back["drafts"] == 1
    assert back["posted_since"] == [first], "it is Approved in the copy, and would be posted again"
    with closing(sqlite3.connect(back["kept"])) as kept:
        assert [n for (n,) in kept.execute("SELECT number FROM drafts ORDER BY number")] == [first, second]
    await reopen(op)
    assert (await op.store.do(drafts.get, first)).state is State.APPROVED
    assert (await op.store.do(facts.get, facts.PAUSED))["by"] == "restore"
    await drive(op, "publish")
    assert op.services.publisher.effects == 1, "paused: nothing goes out a second time"
    assert leftovers(tmp_path) == []
    await drive(op, "sheet")
    (row,) = [row for row in await op.services.sheet.read() if row.number == first]
    assert row.status == "Approved", "the sheet's Posted was ours and is no edit"
    assert int(row.draft_id.partition(".")[2]) > 1000, "no number stands for two things"


async def reopen(op: Operator) -> None:
    op.store = await Store.open(op.options.data_dir / "operator.db")


def test_nothing_to_copy(tmp_path: Path) -> None:
    refused = run(tmp_path, "backup")
    assert refused.exit_code == 1
    assert "operator.db: nothing was made yet." in said(refused)
    assert not (tmp_path / "data" / "operator.db").exists()


def with_drafts(tmp_path: Path) -> Path:
    """A DATA_DIR with the first release's database."""
    path = tmp_path / "data" / "operator.db"
    path.parent.mkdir()
    path.write_bytes((HERE / "operator-m001.db").read_bytes())
    return path


def test_a_backup_is_never_overwritten_and_takes_folders(tmp_path: Path) -> None:
    with_drafts(tmp_path)
    target = tmp_path / "my.db"
    assert "9 drafts. It holds every draft" in said(run(tmp_path, "backup", str(target)))
    before = target.read_bytes()
    refused = run(tmp_path, "backup", str(target))
    assert refused.exit_code == 1
    assert "is there already" in said(refused)
    assert target.read_bytes() == before
    (tmp_path / "usb").mkdir()
    assert Path(data(run(tmp_path, "backup", str(tmp_path / "usb"), "--json"))["file"]).parent.name == "usb"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("place", ["file/copy.db", "x" * 300, "/proc/copy.db"])
def test_a_place_that_is_none_is_a_sentence(tmp_path: Path, place: str) -> None:
    run(tmp_path, "drafts")
    (tmp_path / "file").write_text("no folder")
    refused = run(tmp_path, "backup", place if place.startswith("/") else str(tmp_path / place))
    assert refused.exit_code == 1
    assert "cannot be written" in said(refused)
    assert "incident" not in said(refused)
    assert leftovers(tmp_path) == []


def test_an_older_schema_is_restored_and_upgraded_later(tmp_path: Path) -> None:
    path = with_drafts(tmp_path)
    done = data(run(tmp_path, "restore", str(HERE / "operator-m001.db"), "--json"))
    assert (done["schema"], done["drafts"], done["posted_since"]) == ("m001_first", 9, [])
    assert Path(done["kept"]).read_bytes() == (HERE / "operator-m001.db").read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        (paused,) = connection.execute("SELECT value FROM facts WHERE name = 'paused'").fetchone()
    assert '"restore"' in paused


def test_restored_into_an_empty_folder(tmp_path: Path) -> None:
    done = data(run(tmp_path, "restore", str(HERE / "operator-m001.db"), "--json"))
    assert done["kept"] is None
    assert (tmp_path / "data" / "operator.db").is_file()


def test_not_while_an_operator_has_the_folder(tmp_path: Path) -> None:
    path = with_drafts(tmp_path)
    before = path.read_bytes()
    lock = DataLock(tmp_path / "data")
    assert lock.try_acquire()
    try:
        refused = run(tmp_path, "restore", str(HERE / "operator-m001.db"))
        assert run(tmp_path, "backup").exit_code == 0, "a copy can be taken at any time"
    finally:
        lock.release()
    assert refused.exit_code == 1
    assert "Another Autopotter" in said(refused)
    assert "End it, restore, and start it again; nothing was changed." in said(refused)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not an operator.db"),
        (b"a text of a person " * 100, "is not an operator.db"),
        ("cut", "is damaged"),
        ("foreign", "is not an operator.db"),
        ("newer", "newer version of Autopotter (m999_later)"),
    ],
)
def test_what_is_no_backup_changes_nothing(tmp_path: Path, content: bytes | str, sentence: str) -> None:
    path = with_drafts(tmp_path)
    before = path.read_bytes()
    source = tmp_path / "given.db"
    if isinstance(content, bytes):
        source.write_bytes(content)
    else:
        make_wrong(source, content)
    refused = run(tmp_path, "restore", str(source))
    assert refused.exit_code == 1
    assert sentence in said(refused)
    assert path.read_bytes() == before
    assert leftovers(tmp_path) == []
    assert list(path.parent.glob("*before-restore*")) == []


def make_wrong(source: Path, how: str) -> None:
    golden = (HERE / "operator-m001.db").read_bytes()
    if how == "cut":
        source.write_bytes(golden[: len(golden) // 2])
    elif how == "foreign":
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("CREATE TABLE drafts (number, tag, state)")
    else:
        source.write_bytes(golden)
        with closing(sqlite3.connect(source)) as connection, connection:
            connection.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
                " VALUES ('autopotter', 'm999_later', '2030-01-01')"
            )


def test_the_database_in_use_is_no_backup_of_itself(tmp_path: Path) -> None:
    path = with_drafts(tmp_path)
    assert "is the database in use" in said(run(tmp_path, "restore", str(path)))


def test_a_damaged_database_is_replaced_and_kept(tmp_path: Path) -> None:
    path = with_drafts(tmp_path)
    path.write_bytes(b"ruined" * 1000)
    done = data(run(tmp_path, "restore", str(HERE / "operator-m001.db"), "--json"))
    assert Path(done["kept"]).read_bytes() == b"ruined" * 1000
    assert run(tmp_path, "backup").exit_code == 0


def test_a_journal_of_the_replaced_one_is_not_applied_to_the_copy(tmp_path: Path) -> None:
    path = with_drafts(tmp_path)
    path.write_bytes(b"ruined" * 1000)
    path.with_name("operator.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"x" * 600)
    done = data(run(tmp_path, "restore", str(HERE / "operator-m001.db"), "--json"))
    assert not path.with_name("operator.db-journal").exists()
    assert data(run(tmp_path, "backup", "--json"))["drafts"] == done["drafts"] == 9


async def test_votes_after_a_restore_go_on(op: Operator, tmp_path: Path) -> None:
    number = await make_draft(op)
    copy = data(run(tmp_path, "backup", "--json"))["file"]
    await op.store.close()
    assert run(tmp_path, "restore", copy).exit_code == 0
    await reopen(op)
    assert (await vote(op, number, Choice.DENY)).state is State.DENIED
