"""`autopotter doctor`: says what is wrong and what to do, and changes nothing."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot import session
from bot.__main__ import cli
from bot.doctor import of_clock, of_codecs, of_database, of_software
from bot.doctor.check import State
from bot.operator import Operator, SurfaceState
from bot.session import identity
from bot.settings import load_settings, settings_table
from bot.surfaces.desk.desk import Desk
from bot.wiring import close_operator, open_operator
from services.store.lock import DataLock
from tests.doubles.room import Room
from tests.golden.make import HERE

SECRET = "do-not-show-this-4711"


def run(tmp_path: Path, *words: str, **more: str) -> Result:
    env = {"DATA_DIR": str(tmp_path / "data"), "TIMEZONE": "Europe/Berlin", "DESK_PORT": "0", **more}
    return CliRunner().invoke(cli, ["doctor", *words], env={**env, "COLUMNS": "500"})


def told(result: Result) -> dict[str, dict[str, str]]:
    """what → its check; the exit code says the same as the checks."""
    document = json.loads(result.stdout)
    checks = {check["what"]: check for check in document["checks"]}
    assert result.exit_code == (0 if document["ok"] else 1)
    assert document["ok"] == all(check["state"] != "fail" for check in document["checks"])
    assert all(check["message"] for check in checks.values())
    assert all(check["remedy"] or check["what"] == "not looked at" for check in checks.values()
               if check["state"] == "fail")  # fmt: skip
    return checks


def everything_below(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in sorted(folder.rglob("*"))}


def with_drafts(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "operator.db"
    path.parent.mkdir()
    path.write_bytes((HERE / "operator-m001.db").read_bytes())
    return path


def test_all_well_before_the_first_start_and_nothing_is_made(tmp_path: Path, studio: Path) -> None:
    result = run(tmp_path, "--json", MEDIA_DIR=str(studio))
    checks = told(result)
    assert result.exit_code == 0, result.output
    assert {row["name"] for row in settings_table()} <= set(checks)
    assert checks["MEDIA_DIR"]["state"] == "ok"
    assert list(tmp_path.iterdir()) == []
    assert run(tmp_path, "--json").exit_code == 0, "the sample studio is not drawn yet"
    assert list(tmp_path.iterdir()) == []


def test_lines_for_people(tmp_path: Path, studio: Path) -> None:
    result = run(tmp_path, MEDIA_DIR=str(studio), GENERATE_CRON="0 9 * * mon-fri", DESK_TOKEN=SECRET)
    assert result.exit_code == 0, result.output
    assert "✓ GENERATE_CRON  0 9 * * mon-fri (environment)" in result.output
    assert "✓ GENERATE_CRON  0 9 * * mon-fri: next " in result.output
    assert "✓ DESK_TOKEN  set, not shown (environment)" in result.output
    assert "✓ CACHE_MAX_SIZE  5GB (default)" in result.output
    assert result.output.rstrip().endswith("ok.")
    assert SECRET not in result.output


def test_where_each_value_comes_from(tmp_path: Path, studio: Path) -> None:
    path = tmp_path / "my.env"
    path.write_text(f"# mine\nPOST_DELAY=5m\nDESK_TOKEN={SECRET}\nPOST_DELY=3m\n")
    path.chmod(0o644)
    checks = told(run(tmp_path, "--json", "--env-file", str(path), MEDIA_DIR=str(studio)))
    assert checks["POST_DELAY"]["message"] == "5m (my.env line 2)"
    assert checks["DATA_DIR"]["state"] == "ok"
    assert checks["POST_DELY"]["state"] == "warn"
    assert checks["my.env"]["remedy"] == f"chmod 600 {path}"
    path.chmod(0o600)
    assert "my.env" not in told(run(tmp_path, "--json", "--env-file", str(path), MEDIA_DIR=str(studio)))


def test_wrong_settings_are_each_a_line(tmp_path: Path) -> None:
    result = run(tmp_path, "--json", POST_DELAY="soon", GENERATE_CRON="often", DESK_TOKEN="short")
    checks = told(result)
    wrong = {what for what, check in checks.items() if check["state"] == "fail"}
    assert wrong == {"POST_DELAY", "GENERATE_CRON", "DESK_TOKEN", "not looked at"}
    assert checks["POST_DELAY"]["remedy"] == "Write for example POST_DELAY=2m."
    assert checks["H.264 video"]["state"] == "ok", "what needs no settings is looked at all the same"
    assert "short" not in result.output.replace("too short", "")
    shown = run(tmp_path, POST_DELAY="soon")
    assert "✗ POST_DELAY  POST_DELAY must be a duration" in shown.output
    assert "\n    Write for example POST_DELAY=2m." in shown.output


def test_a_settings_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "my.env"
    path.write_text("this is no setting")
    checks = told(run(tmp_path, "--json", "--env-file", str(path)))
    assert checks["file"]["message"] == "Line 1 of my.env is not of the form NAME=value."


def test_folders(tmp_path: Path, studio: Path) -> None:
    (tmp_path / "data").write_text("a file in its place")
    checks = told(run(tmp_path, "--json", MEDIA_DIR=str(studio), BRAND_DIR=str(tmp_path / "none"),
                      GCS_FOLDERS="video_uploads,not_there"))  # fmt: skip
    assert checks["DATA_DIR"]["message"].endswith("is not a folder that can be entered.")
    assert checks["MEDIA_DIR"]["message"].endswith("not there: not_there.")
    assert checks["brand"]["state"] == "warn"


def test_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    disk = told(run(tmp_path, "--json", DISK_WARN_FREE="900000GB"))["disk"]
    assert (disk["state"], "DISK_WARN_FREE" in disk["message"]) == ("warn", True)
    assert told(run(tmp_path, "--json", DISK_MIN_FREE="900000GB"))["disk"]["state"] == "fail"


def test_the_database_is_read_and_left_alone(tmp_path: Path) -> None:
    path = with_drafts(tmp_path)
    before = everything_below(tmp_path)
    checks = told(run(tmp_path, "--json"))
    assert checks["operator.db"]["message"].startswith("9 drafts, ")
    assert "The next start brings it to" in checks["operator.db"]["message"]
    path.write_bytes(path.read_bytes()[:9000])
    checks = told(run(tmp_path, "--json"))
    assert checks["operator.db"]["state"] == "fail"
    assert "autopotter restore" in checks["operator.db"]["remedy"]
    assert list(everything_below(tmp_path)) == list(before)


def test_a_newer_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(with_drafts(tmp_path))) as connection, connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('autopotter', 'm999_later', '2030-01-01')"
        )
    check = told(run(tmp_path, "--json"))["operator.db"]
    assert (check["state"], check["remedy"]) == ("fail", "Update Autopotter first.")


def test_one_that_is_just_written_to_is_no_fault(tmp_path: Path) -> None:
    path = with_drafts(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("UPDATE drafts SET reason = 'x'")
        path.with_name("operator.db-journal").touch()
        (check,) = of_database.checks(path.parent)
        connection.execute("ROLLBACK")
    assert check.state is State.WARN


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    path = with_drafts(tmp_path)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE journal SET at = ? WHERE sequence = 3", [ahead.isoformat()])
    check = told(run(tmp_path, "--json"))["clock"]
    assert check["state"] == "fail"
    assert "It was set back" in check["message"]


def test_a_clock_that_was_never_set(tmp_path: Path) -> None:
    settings = load_settings([], {"DATA_DIR": str(tmp_path), "TIMEZONE": "UTC"})
    assert of_clock._clock(settings, datetime(1970, 1, 2, tzinfo=UTC)).state is State.FAIL


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        check = told(run(tmp_path, "--json", DESK_PORT=port))["desk port"]
    assert check["message"] == f"{port} is taken by another program."


def test_a_command_that_is_acting(tmp_path: Path) -> None:
    lock = DataLock(tmp_path / "data")
    assert lock.try_acquire()
    try:
        check = told(run(tmp_path, "--json"))["operator"]
    finally:
        lock.release()
    assert check["state"] == "warn"
    assert told(run(tmp_path, "--json"))["operator"]["message"] == "None is running."


def test_a_log_file_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for log in (tmp_path, tmp_path / "file" / "log"):
        found = told(run(tmp_path, "--json", LOG_FILE=str(log)))["LOG_FILE"]
        assert (found["state"], "LOG_FILE" in found["remedy"]) == ("fail", True)
    assert told(run(tmp_path, "--json", LOG_FILE=str(tmp_path / "logs" / "log")))["LOG_FILE"]["state"] == "ok"


async def test_while_an_operator_runs(tmp_path: Path, studio: Path) -> None:
    env = {"DATA_DIR": str(tmp_path / "data"), "TIMEZONE": "Europe/Berlin", "MEDIA_DIR": str(studio)}
    settings = load_settings([], {**env, "DESK_PORT": "0"})
    lock = DataLock(settings.data_dir)
    assert lock.try_acquire()
    op = await open_operator(settings)
    desk = Desk(op, host="127.0.0.1", port=0, token=None, cli_token="t" * 32)
    url = await desk.start()
    try:
        session.announce(settings.data_dir, url=url, token="t" * 32, identity=identity(settings))
        port = url.rpartition(":")[2].strip("/")
        same = await asked(env | {"DESK_PORT": port})
        assert same["operator"]["message"].startswith("Running as process ")
        assert same["desk port"]["message"] == f"{port} is the running operator's."
        assert same["operator.db"]["state"] == "ok"
        await _told_of_chats(op, env | {"DESK_PORT": port})
        other = await asked(env | {"DESK_PORT": port, "GCS_DRAFT_FOLDER": "others"})
        assert "other media, brand or services" in other["operator"]["message"]
        await desk.close()
        gone = await asked(env | {"DESK_PORT": port})
        assert "does not answer" in gone["operator"]["message"]
        assert gone["operator"]["remedy"] == "Restart the operator."
    finally:
        await desk.close()
        await close_operator(op)
        lock.release()


async def _told_of_chats(op: Operator, env: dict[str, str]) -> None:
    """A running operator that is not where the settings say."""
    env = env | {
        "SLACK_BOT_TOKEN": "xoxb-0123456789", "SLACK_APP_TOKEN": "xapp-1-A0-0123456789",
        "SLACK_CHANNEL": "C0123ABCDEF", "SLACK_BASE_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    assert "started without this chat" in (await asked(env))["operator in Slack"]["message"]
    op.surfaces["slack"] = SurfaceState()
    assert (await asked(env))["operator in Slack"]["message"] == "It is being connected."
    op.chats["slack"] = Room()
    assert "another channel" in (await asked(env))["operator in Slack"]["message"]
    op.chats["slack"].channel = "C0123ABCDEF"
    assert (await asked(env))["operator in Slack"]["state"] == "ok"
    op.surfaces["slack"] = SurfaceState("The Slack app is not in its channel.", ends=True)
    assert (await asked(env))["operator in Slack"]["state"] == "fail"
    assert "operator in Slack" not in await asked({k: v for k, v in env.items() if "SLACK" not in k})


async def asked(env: dict[str, str]) -> dict[str, Any]:
    """By the real command, in a process of its own."""
    import asyncio

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "doctor", "--json",
        env={"PATH": os.environ["PATH"], **env}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    return {check["what"]: check for check in json.loads(out)["checks"]}


def test_a_package_out_of_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"av": "3.0", "click": "8.2"}
    monkeypatch.setattr(of_software, "version", lambda name: versions.get(name, "1.0"))
    needed = ["av<20,>=15", "click>=8.1", 'x; extra == "test"']
    monkeypatch.setattr(of_software, "requires", lambda name: needed)
    _, wrong = of_software.checks()
    assert (wrong.what, wrong.message) == ("av", "It is version 3.0; needed is <20,>=15.")


def test_codecs_work_here() -> None:
    checks = of_codecs.checks()
    assert [check.what for check in checks if check.state is not State.OK] == []
    assert {"H.264 video", "AAC sound", "MP3 sound", "WEBP photos", "fonts"} <= {c.what for c in checks}
