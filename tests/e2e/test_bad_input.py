"""Settings, folders, a database, a port and a sheet that are wrong: one clear sentence each, nothing lost."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from services.model.draft import State
from services.store import Store, drafts
from tests.e2e.bad_input import SECRET, asked, operator, told
from tests.e2e.operator_process import Autopotter
from tests.e2e.sheet_places import Place, place_of

Done = subprocess.CompletedProcess[str]
NOBODY = 65534
# As another user, or with the wait for another operator made short: the same product otherwise.
# Everything is imported before, as another user may be able to read neither the clone nor Python.
AS_NOBODY = f"""
import codecs, importlib, os, pkgutil, bot, services
for package in (bot, services):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
for name in ("utf-8-sig", "ascii", "cp1252", "idna"):
    codecs.lookup(name)
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
main()"""
IMPATIENT = "import bot.app; bot.app.OPERATOR_WAIT = 0.3; main()"
ROOT = os.geteuid() == 0


@pytest.fixture
def autopotter(tmp_path: Path, studio: Path) -> Iterator[Autopotter]:
    made = Autopotter(tmp_path / "data", studio, COLUMNS="500", DESK_TOKEN=SECRET, DRAFTS_PER_RUN="1")
    yield made
    if made.process is not None:
        made.kill()


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="autopotter-"))
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o700)
    shutil.rmtree(folder)


def variant(code: str, autopotter: Autopotter, *words: str) -> Done:
    """A command by a program of our own, which ends in main()."""
    program = f"import sys; from bot.__main__ import main; sys.argv[0] = 'autopotter'\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        env=autopotter.env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@contextlib.contextmanager
def not_writable(folder: Path) -> Iterator[None]:
    """A folder that even root cannot write into, as it lies on a disk that is read-only."""
    folder.mkdir()
    if not ROOT:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def contents(folder: Path) -> dict[str, str]:
    """Every file below and the hash of what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "operator.lock"
    }


def a_file(tmp_path: Path) -> str:
    (tmp_path / "a-file").write_text("mine")
    return str(tmp_path / "a-file")


WRONG: dict[str, tuple[Callable[[Path], dict[str, str]], list[str]]] = {
    "no MEDIA_DIR": (
        lambda tmp: {"MEDIA_DIR": str(tmp / "gone")},
        ["MEDIA_DIR must be an existing folder", "MEDIA_DIR=/home/me/pottery"],
    ),
    "MEDIA_DIR a file": (lambda tmp: {"MEDIA_DIR": a_file(tmp)}, ["MEDIA_DIR must be an existing folder"]),
    "DATA_DIR a file": (
        lambda tmp: {"DATA_DIR": a_file(tmp)},
        ["a-file is not a folder: a file is in its place", "Move that file away, or choose another DATA_DIR"],
    ),
    "DATA_DIR below a file": (
        lambda tmp: {"DATA_DIR": a_file(tmp) + "/data"},
        ["is not a folder: a file is in its place or above it"],
    ),
    "LOG_FILE a folder": (
        lambda tmp: {"LOG_FILE": str(tmp)},
        ["LOG_FILE: the log file", "cannot be opened", "leave it empty"],
    ),
}  # fmt: skip


def at_once(*commands: Callable[[], Done]) -> list[Done]:
    """Commands that have nothing to do with each other, side by side."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return [waiting.result() for waiting in [pool.submit(command) for command in commands]]


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory, studio: Path) -> dict[str, tuple[Path, Done]]:
    places = {case: tmp_path_factory.mktemp("wrong") for case in WRONG}

    def refused(case: str) -> Done:
        place = places[case]
        autopotter = Autopotter(place / "data", studio, COLUMNS="500", DESK_TOKEN=SECRET)
        return autopotter.command("status", **WRONG[case][0](place))

    answers = at_once(*(partial(refused, case) for case in WRONG))
    return {case: (places[case], answer) for case, answer in zip(WRONG, answers, strict=True)}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_named_with_its_remedy(refusals: dict[str, tuple[Path, Done]], case: str) -> None:
    place, refused = refusals[case]
    assert refused.returncode == 1
    for word in WRONG[case][1]:
        assert word in told(refused)
    if (place / "a-file").exists():
        assert (place / "a-file").read_text() == "mine"


def test_a_broken_settings_file_names_line_and_variable(autopotter: Autopotter, tmp_path: Path) -> None:
    file = tmp_path / "bot.env"
    file.write_text(f"POST_DELAI=1s\nTOKEN={SECRET}\nLOG_FILE=${{TOKEN\nBRAND_DIR=${{NOWHERE}}/brand\n")
    typo = tmp_path / "typo.env"
    typo.write_text("POST_DELAI=1s\n")
    refused, fine = at_once(
        lambda: autopotter.command("status", "--env-file", str(file)),
        lambda: autopotter.command("status", "--env-file", str(typo)),
    )
    assert refused.returncode == 1
    said = told(refused)
    assert "LOG_FILE (bot.env line 3) has a ${ that is not closed" in said
    assert "BRAND_DIR (bot.env line 4) refers to ${NOWHERE}, which is set nowhere. Set NOWHERE" in said
    assert fine.returncode == 0
    hint = "typo.env line 1: POST_DELAI is not a setting and is ignored. Did you mean POST_DELAY?"
    assert hint in told(fine)


SPOILT: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "no database": (
        lambda path: path.write_bytes(b"not a database " * 300),
        ["operator.db is damaged or not an operator.db", "Put a backup in its place"],
    ),
    "cut off": (
        lambda path: path.write_bytes(path.read_bytes()[:6000]),
        ["operator.db is damaged", "Put a backup in its place"],
    ),
    "newer": (
        lambda path: _applied(path, "m999_from_the_future"),
        ["made by a newer version of Autopotter (m999_from_the_future)", "Update Autopotter"],
    ),
}


async def test_a_database_that_cannot_be_used_is_left_as_it_is(tmp_path: Path, studio: Path) -> None:
    products, before = [], []
    for case, (spoil, _) in SPOILT.items():
        path = tmp_path / case / "operator.db"
        await (await Store.open(path)).close()
        spoil(path)
        before.append(contents(path.parent))
        products.append(Autopotter(path.parent, studio, COLUMNS="500", DESK_TOKEN=SECRET))
    answers = at_once(*(partial(product.command, "run") for product in products))
    for product, refused, kept, (_, words) in zip(products, answers, before, SPOILT.values(), strict=True):
        assert refused.returncode == 1
        for word in words:
            assert word in told(refused)
        assert contents(product.data) == kept


def test_a_taken_port_is_named(autopotter: Autopotter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = autopotter.command("run", DESK_PORT=port)
    assert refused.returncode == 1
    assert f"Port {port} is taken" in told(refused)
    assert "set DESK_PORT to another port" in told(refused)
    assert not (autopotter.data / "operator.json").exists()


def test_two_operators_on_one_folder(autopotter: Autopotter, tmp_path: Path) -> None:
    autopotter.start()
    assert autopotter.process is not None
    holder = autopotter.process.pid
    second, running, other = at_once(
        lambda: variant(IMPATIENT, autopotter, "run"),
        lambda: autopotter.command("status", "--json"),
        lambda: autopotter.command("status", MEDIA_DIR=str(tmp_path)),
    )
    assert second.returncode == 1
    assert f"Another Autopotter (process {holder}) is using {autopotter.data}: waiting up to" in told(second)
    assert "Use that one, end it, or give this one a DATA_DIR of its own." in told(second)
    assert json.loads(running.stdout)["running"]  # the first goes on, and commands reach it
    assert other.returncode == 1
    assert "started with other media, brand or services than this command" in told(other)
    assert autopotter.stop() == 0
    assert SECRET not in autopotter.log()


def test_a_data_dir_that_may_not_be_written(autopotter: Autopotter, public: Path) -> None:
    (data := public / "data").mkdir()
    (public / "media").mkdir()
    user = AS_NOBODY if ROOT else "main()"
    if ROOT:
        refused = variant(user, autopotter, "status")  # pytest's folder is nobody else's business
        assert "MEDIA_DIR cannot be looked into (Permission denied). Allow this user to read" in told(refused)
    autopotter.env |= {"DATA_DIR": str(data), "MEDIA_DIR": str(public / "media")}
    data.chmod(0o555)
    commands = [partial(variant, user, autopotter, command) for command in ("status", "run")]
    for refused in at_once(*commands):
        assert refused.returncode == 1
        assert f"{data} cannot be written. Give this user write access to it" in told(refused)
    assert list(data.iterdir()) == []
    data.chmod(0o777)
    assert variant(user, autopotter, "drafts").returncode == 0


async def test_an_outbox_that_may_not_be_written(
    autopotter: Autopotter, public: Path, studio: Path, rendered_files: Path
) -> None:
    data = public / "data"
    async with operator(data, studio, rendered_files) as op:
        (number,) = (await asked(op, "generate", count=1)).data["drafts"]
    if ROOT:
        for path in (data, *data.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    (public / "media").mkdir(mode=0o700 if ROOT else 0)  # which is not needed for posting
    autopotter.env |= {"DATA_DIR": str(data), "MEDIA_DIR": str(public / "media")}
    unreadable = variant(AS_NOBODY if ROOT else "main()", autopotter, "inventory")
    with not_writable(data / "outbox"):
        refused = variant("main()", autopotter, "post", str(number))
    assert unreadable.returncode == 1
    assert "MEDIA_DIR: the folder" in told(unreadable)
    assert "cannot be read (Permission denied). Set MEDIA_DIR to a folder this user" in told(unreadable)
    assert refused.returncode == 1
    assert f"Draft {number} is not posted yet: The outbox {data / 'outbox'} cannot be filled" in told(refused)
    assert "Give the operator's user the right to write in this folder" in told(refused)
    assert f"Draft {number} is posted" in told(variant("main()", autopotter, "post", str(number)))


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place_of(request.param, tmp_path / "data") as found:
        yield found


OTHERS = b"name,age\r\nann,7\r\n"


@pytest.mark.parametrize(
    ("place", "content"),
    [
        ("csv_file", b"PK\x03\x04workbook"),
        ("csv_file", b"\x00\x01\x02" * 50),
        ("csv_file", OTHERS),
        ("google", OTHERS),
    ],
    indirect=["place"],
)
async def test_a_sheet_that_is_none_of_ours(
    tmp_path: Path, studio: Path, rendered_files: Path, place: Place, content: bytes
) -> None:
    place.save(content)
    async with operator(tmp_path / "data", studio, rendered_files, **place.settings) as op:
        made = await asked(op, "generate", count=1)
        assert made.ok
        assert "The sheet" in made.text
        (number,) = made.data["drafts"]
        approved = await asked(op, "approve", number=number)
        assert (approved.ok, approved.data["state"]) == (True, "approved")
        assert "a new one is then made" in approved.text or "columns" in approved.text
        assert not (await asked(op, "status")).ok
        assert place.kept() == content
    place.take_away()
    async with operator(tmp_path / "data", studio, rendered_files, **place.settings) as op:
        assert (await asked(op, "approve", number=number)).ok
        assert [row["Status"] for row in place.rows()] == ["Approved"]


async def test_a_sheet_open_in_another_program(tmp_path: Path, studio: Path, rendered_files: Path) -> None:
    sheet = tmp_path / "data" / "drafts.csv"
    async with operator(tmp_path / "data", studio, rendered_files) as op:
        (number,) = (await asked(op, "generate", count=1)).data["drafts"]
        head, row = csv.reader(io.StringIO(sheet.read_text(encoding="utf-8-sig"), newline=""))
        sheet.with_name(".~lock.drafts.csv#").write_text(",ann,laptop,21.11.2026 09:00,file:///x;")
        assert (await asked(op, "approve", number=number)).ok
        assert "Approved" in sheet.read_text()
        state = await asked(op, "status")
        notice = "drafts.csv is open in another program: reload it there to see what changed."
        assert notice in state.data["health"]["sheet"]["message"]
        # The program saves what it had, with a column of the person's own: theirs stays, ours comes back.
        with sheet.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([[*head, "My notes"], [*row, "shoot again"], ["mine alone"]])
        sheet.with_name(".~lock.drafts.csv#").unlink()
        os.utime(sheet, (1, 1))
        assert (await op.store.do(drafts.get, number)).state is State.APPROVED
        await asked(op, "edit", number=number, caption="new words")
        await asked(op, "approve", number=number)
        text = sheet.read_text(encoding="utf-8-sig")
        assert text.count("Approved") == 1
        assert "shoot again" in text
        assert "mine alone" in text


@pytest.mark.parametrize("place", ["csv_file", "google"], indirect=True)
async def test_a_stale_copy_saved_back_is_put_right_by_itself(
    tmp_path: Path, studio: Path, rendered_files: Path, place: Place
) -> None:
    async with operator(tmp_path / "data", studio, rendered_files, **place.settings) as op:
        (number,) = (await asked(op, "generate", count=1)).data["drafts"]
        old = place.kept()
        await asked(op, "approve", number=number)
        place.save(old)
        reconciler = op.engine._works["sheet"].reconciler
        await reconciler.step("rows")
        right = place.kept()
        assert [row["Status"] for row in place.rows()] == ["Approved"]
        assert (await op.store.do(drafts.get, number)).state is State.APPROVED
        await reconciler.step("rows")
        assert place.kept() == right


def test_a_full_disk() -> None:
    """Everything in full_disk.py, on a disk of 1 MB: mounted by root, else in a name space of our own."""
    may_mount = ROOT and _mounts()
    prefix = [] if may_mount else ["unshare", "-rm"]
    if prefix and subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        assert not os.environ.get("CI"), "CI must be able to mount a small disk, or to run unshare -rm"
        pytest.skip("neither mount nor unshare -rm is allowed here")
    script = Path(__file__).with_name("full_disk.py")
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(script)],
        capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout


def _mounts() -> bool:
    with tempfile.TemporaryDirectory() as place:
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", place]
        if not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode:
            return False
        subprocess.run(["umount", place], check=True)
    return True


def _applied(path: Path, name: str) -> None:
    db = sqlite3.connect(path)
    with db:
        columns = "migration_set, name, applied_at"
        db.execute(f"INSERT INTO _sqlite_migrations ({columns}) VALUES ('autopotter', ?, '')", [name])
    db.close()
