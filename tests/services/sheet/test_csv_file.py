"""The sheet as a file: other programs' spellings, a person's own cells, crashes, locks and full disks."""

from __future__ import annotations

import asyncio
import csv
import errno
import io
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import Misconfigured, Unavailable
from services.ports import SheetRow
from services.sheet.csv_file import CsvSheet
from services.sheet.csv_format import Spelling, parse, render
from services.sheet.rows import HEADERS, drafts_in, empty_table, guarded, merge, table_of, unguarded

ROW = SheetRow("k7f3.1", "Draft", 7, "2026-11-20", "A pot", "outbox/7", "It grows")
LINE = "Draft,7,2026-11-20,A pot,outbox/7,It grows,k7f3.1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drafts.csv"


@pytest.fixture
def sheet(path: Path) -> CsvSheet:
    return CsvSheet(path, settle=0)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


async def test_a_new_file_has_the_exact_headers_and_the_mark_excel_wants(sheet: CsvSheet, path: Path) -> None:
    await sheet.write([ROW])
    header = "Status,Video number,Production date,Caption,Link,Strategy description,Draft id"
    assert path.read_bytes() == f"\ufeff{header}\r\n{LINE}\r\n".encode()
    assert names(path.parent) == ["drafts.csv"]


async def test_own_columns_rows_and_order_are_kept(sheet: CsvSheet, path: Path) -> None:
    path.write_text(
        "Plan of the studio\n"
        " caption ,Who,STATUS,Video Number,Production date,Link,Strategy  description,Draft id,Seen\n"
        "B,me,Draft,8,2026-11-19,l,s,bbbb.4,yes\n"
        "call the kiln people,,,,,,,,\n"
        "A,you,Draft,7,2026-11-20,l,s,k7f3.1,no,further\n"
        ",,,,,,,,\n"
    )
    await sheet.write([replace(ROW, status="Approved", draft_id="k7f3.2"), replace(ROW, draft_id="cccc.1")])
    assert path.read_text() == (
        "Plan of the studio\n"
        " caption ,Who,STATUS,Video Number,Production date,Link,Strategy  description,Draft id,Seen\n"
        "B,me,Draft,8,2026-11-19,l,s,bbbb.4,yes\n"
        "call the kiln people,,,,,,,,\n"
        "A pot,you,Approved,7,2026-11-20,outbox/7,It grows,k7f3.2,no,further\n"
        "A pot,,Draft,7,2026-11-20,outbox/7,It grows,cccc.1,\n"
        ",,,,,,,,\n"
    )
    assert [row.draft_id for row in await sheet.read()] == ["bbbb.4", "k7f3.2", "cccc.1"]


async def test_a_copied_row_loses_its_id_and_nothing_else(sheet: CsvSheet, path: Path) -> None:
    path.write_text(f"{','.join(HEADERS)}\n{LINE}\n{LINE.replace('A pot', 'My copy')}\n")
    await sheet.write([replace(ROW, draft_id="k7f3.2")])
    _, first, copy = path.read_text().splitlines()
    assert first.endswith("k7f3.2")
    assert copy == "Draft,7,2026-11-20,My copy,outbox/7,It grows,"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("quote_all", [True, False])
async def test_the_spelling_of_the_file_is_kept(
    path: Path, sheet: CsvSheet, delimiter: str, encoding: str, line_end: str, quote_all: bool
) -> None:
    spelling = Spelling(encoding, delimiter, line_end, quote_all)
    mine = merge(empty_table(), [replace(ROW, caption="Töpfe; mit, Tinte\tund\nZeilen")])[0]
    path.write_bytes(render(mine.all_rows(), spelling))
    await sheet.write([replace(ROW, draft_id="zzzz.1", caption="Größe")])
    rows, kept = parse(path.read_bytes())
    assert kept == spelling
    assert [r.caption for r in drafts_in(table_of(rows))] == ["Töpfe; mit, Tinte\tund\nZeilen", "Größe"]


async def test_excels_separator_line_is_kept(path: Path, sheet: CsvSheet) -> None:
    path.write_text("sep=;\n" + ";".join(HEADERS) + "\n")
    await sheet.write([ROW])
    assert path.read_text() == "sep=;\n" + ";".join(HEADERS) + "\n" + LINE.replace(",", ";") + "\n"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
async def test_an_encoding_that_cannot_hold_the_text_gives_way(
    path: Path, sheet: CsvSheet, encoding: str
) -> None:
    who = "who" if encoding == "ascii" else "für wen"
    path.write_bytes(f"{who};{';'.join(HEADERS)}\n".encode(encoding))
    await sheet.write([replace(ROW, caption="🏺 glaze")])
    text = path.read_bytes().decode("utf-8")
    assert text.startswith(f"\ufeff{who};Status")
    assert "🏺 glaze" in text


async def test_formulas_are_guarded_in_the_file(path: Path, sheet: CsvSheet) -> None:
    hostile = [replace(ROW, draft_id=f"a{i}.1", caption=f"{c}1+1") for i, c in enumerate("=+-@\t\r")]
    await sheet.write(hostile)
    cells = [r["Caption"] for r in csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))]
    assert len(cells) == len(hostile)
    assert all(cell.startswith("'") for cell in cells)


async def test_an_unchanged_sheet_is_not_written(path: Path, sheet: CsvSheet) -> None:
    await sheet.write([ROW])
    before = path.stat()
    await sheet.write([ROW])
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


class Meddling(CsvSheet):
    """A person saves in the moment between our reading and our rename, ``times`` times."""

    times = 1

    def _fill(self, temporary: Path, data: bytes, like: Path | None) -> None:
        super()._fill(temporary, data, like)
        if self.times:
            self.times -= 1
            old = self.path.read_text("utf-8-sig")
            self.path.write_text(old + f"note {self.times},,,,,,\n", encoding="utf-8-sig")


async def test_an_edit_made_meanwhile_is_merged_not_overwritten(path: Path) -> None:
    path.write_text(",".join(HEADERS) + "\n")
    await Meddling(path, settle=0).write([ROW])
    text = path.read_text("utf-8-sig")
    assert "note 0" in text
    assert LINE in text


async def test_endless_edits_end_with_a_sentence_and_lose_nothing(path: Path) -> None:
    path.write_text(",".join(HEADERS) + "\n")
    sheet = Meddling(path, settle=0)
    sheet.times = 100
    with pytest.raises(Unavailable, match="again and again"):
        await sheet.write([ROW])
    assert path.read_text("utf-8-sig").count("note") == 5
    assert names(path.parent) == ["drafts.csv"]


async def test_a_file_that_appears_meanwhile_is_not_overwritten(path: Path) -> None:
    class Appearing(CsvSheet):
        def _fill(self, temporary: Path, data: bytes, like: Path | None) -> None:
            super()._fill(temporary, data, like)
            if not self.path.exists():
                self.path.write_text(",".join(HEADERS) + "\nmine,,,,,,\n")

    await Appearing(path, settle=0).write([ROW])
    assert path.read_text().splitlines()[1:] == ["mine,,,,,,", LINE]


async def test_an_empty_file_just_touched_is_one_being_saved(path: Path) -> None:
    path.touch()
    sheet = CsvSheet(path, settle=60)
    sheet._settled = sheet._load  # type: ignore[method-assign]  # without waiting for it to rest
    with pytest.raises(Unavailable, match="being saved"):
        await sheet.write([ROW])
    assert path.read_bytes() == b""


async def test_an_old_empty_file_is_filled(path: Path, sheet: CsvSheet) -> None:
    path.touch()
    await sheet.write([ROW])
    assert await sheet.read() == [ROW]


async def test_killed_before_the_rename_the_old_file_stays(path: Path, sheet: CsvSheet) -> None:
    await sheet.write([ROW])
    before = path.read_bytes()
    script = f"""
        import asyncio, os, signal
        from dataclasses import replace
        from pathlib import Path
        from services.ports import SheetRow
        from services.sheet.csv_file import CsvSheet
        class Dying(CsvSheet):
            def _fill(self, *args):
                super()._fill(*args)
                os.kill(os.getpid(), signal.SIGKILL)
        row = SheetRow("zzzz.1", "Draft", 9, "", "new", "", "")
        asyncio.run(Dying(Path({str(path)!r}), settle=0).write([row]))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = await asyncio.to_thread(subprocess.run, command, check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    left = [p for p in path.parent.iterdir() if p.name.endswith(".tmp")]
    assert len(left) == 1
    os.utime(left[0], (time.time() - 7200,) * 2)
    await sheet.write([replace(ROW, status="Denied")])
    assert names(path.parent) == ["drafts.csv"]


async def test_a_link_stays_a_link_and_the_mode_stays(tmp_path: Path, path: Path) -> None:
    real = tmp_path / "real.csv"
    real.write_text(",".join(HEADERS) + "\n")
    real.chmod(0o640)
    path.symlink_to(real)
    await CsvSheet(path, settle=0).write([ROW])
    assert path.is_symlink()
    assert LINE in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


async def test_open_in_libreoffice_is_told_and_written_all_the_same(path: Path, sheet: CsvSheet) -> None:
    await sheet.write([ROW])
    assert sheet.notice is None
    lock = path.with_name(".~lock.drafts.csv#")
    lock.write_text(",someone,laptop,,;")
    await sheet.write([replace(ROW, status="Approved")])
    assert sheet.notice is not None
    assert "reload" in sheet.notice
    assert sheet.notice in await sheet.ping()
    lock.unlink()
    assert await sheet.ping() == "The sheet drafts.csv has 1 draft."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest of a workbook", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe", "not text"),
        (b"Name,Price\nkiln,900\n", "none of the operator's columns"),
        (",".join(HEADERS[:-1]).encode(), "no column “Draft id”"),
        (b"Status,Status," + ",".join(HEADERS[1:]).encode(), "more than one column “Status”"),
        (",".join(HEADERS).encode() + b'\nDraft,7,d,"torn in a quote', "quotation mark"),
        (b"sep=|\n" + "|".join(HEADERS).encode(), "separates cells"),
    ],
)
async def test_what_is_no_sheet_is_refused_and_untouched(
    path: Path, sheet: CsvSheet, content: bytes, words: str
) -> None:
    path.write_bytes(content)
    for call in (sheet.write([ROW]), sheet.read(), sheet.ping()):
        with pytest.raises(Misconfigured, match=words) as caught:
            await call
        assert caught.value.remedy
    assert path.read_bytes() == content


async def test_a_folder_or_a_pipe_in_its_place(path: Path, sheet: CsvSheet) -> None:
    path.mkdir()
    with pytest.raises(Misconfigured, match="not a file"):
        await sheet.write([ROW])
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(Misconfigured, match="not a file"):
        await sheet.read()


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.ENOSPC, Unavailable, "disk is full"),
        (errno.EROFS, Misconfigured, "read-only disk"),
        (errno.EIO, Unavailable, "could not be written"),
    ],
)
async def test_what_the_disk_refuses_is_a_sentence_and_the_old_file_stays(
    path: Path, code: int, kind: type[Exception], words: str
) -> None:
    class Failing(CsvSheet):
        def _fill(self, temporary: Path, data: bytes, like: Path | None) -> None:
            temporary.write_bytes(data[: len(data) // 2])
            raise OSError(code, os.strerror(code))

    await CsvSheet(path, settle=0).write([ROW])
    before = path.read_bytes()
    with pytest.raises(kind, match=words):
        await Failing(path, settle=0).write([replace(ROW, status="Denied")])
    assert path.read_bytes() == before
    assert names(path.parent) == ["drafts.csv"]


async def test_a_full_and_a_read_only_disk(small_disk: Path) -> None:
    path = small_disk / "drafts.csv"
    sheet = CsvSheet(path, settle=0)
    await sheet.write([ROW])
    before = path.read_bytes()
    large = replace(ROW, draft_id="zzzz.1", strategy="x" * 1_100_000)
    with pytest.raises(Unavailable, match="disk is full"):
        await sheet.write([large])
    assert path.read_bytes() == before
    assert names(small_disk) == ["drafts.csv"]
    await asyncio.to_thread(subprocess.run, ["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(Misconfigured, match="read-only"):
        await sheet.write([replace(ROW, status="Denied")])
    assert await sheet.read() == [ROW]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
@pytest.mark.parametrize("protect", ["file", "folder"])
def test_a_protected_sheet_is_misconfigured_for_an_ordinary_user(tmp_path: Path, protect: str) -> None:
    path = tmp_path / "drafts.csv"
    path.write_text(f"{','.join(HEADERS)}\n")
    path.chmod(0o444 if protect == "file" else 0o666)
    tmp_path.chmod(0o777 if protect == "file" else 0o755)
    answer, ask = os.pipe()
    child = os.fork()
    if child == 0:  # nobody may not reach pytest's own folders by name: it works from inside
        os.chdir(tmp_path)
        os.setuid(65534)
        sheet = CsvSheet(Path("drafts.csv"), settle=0)
        try:
            sheet._write([ROW])
        except Misconfigured as error:
            os.write(ask, str(error).encode())
        finally:
            os._exit(0)
    os.close(ask)
    os.waitpid(child, 0)
    with os.fdopen(answer) as said:
        assert "permission denied" in said.read()
    assert path.read_text() == f"{','.join(HEADERS)}\n"


HOSTILE = st.text(st.sampled_from("=+-@\t\r\n'\";,\\ aé€🏺\u2028\x0b\x85\ufeff")) | st.text()


@given(HOSTILE)
def test_the_guard_is_undone_exactly(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(cell) == text.replace("\x00", "\ufffd")


@settings(deadline=None, max_examples=60)
@given(
    captions=st.lists(HOSTILE, max_size=5),
    own=st.lists(st.lists(HOSTILE.filter(lambda t: "\x00" not in t), min_size=8, max_size=9), max_size=3),
    spelling=st.builds(
        Spelling,
        st.sampled_from(["utf-8-sig", "utf-8", "ascii", "utf-16-le", "utf-16-be", "cp1252"]),
        st.sampled_from([",", ";", "\t"]),
        st.sampled_from(["\r\n", "\n", "\r"]),
        st.booleans(),
        st.booleans(),
    ),
)
def test_any_caption_survives_any_spelling(
    captions: list[str], own: list[list[str]], spelling: Spelling
) -> None:
    mine = [[*row[:6], "", *row[7:]] for row in own]  # without an id: a person's
    table = table_of([[*HEADERS, "Mine"], *mine])
    drafts = [replace(ROW, draft_id=f"t{i}.1", caption=caption) for i, caption in enumerate(captions)]
    written, _ = merge(table, drafts)
    rows, found = parse(render(written.all_rows(), spelling))
    again = table_of(rows)
    assert again == written
    assert found.delimiter == spelling.delimiter
    assert [r.caption for r in drafts_in(again)] == [c.replace("\x00", "\ufffd") for c in captions]
    assert [r for r in again.rows if r[6] == ""] == [tuple(r) for r in mine]
    assert merge(again, drafts)[0] == again
