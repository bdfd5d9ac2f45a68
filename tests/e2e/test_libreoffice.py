"""The sheet opened, edited and saved by LibreOffice itself: no edit but the person's."""

from __future__ import annotations

import asyncio
import html
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.sheet.csv_file import CsvSheet
from services.store import decisions, drafts, journal
from tests.reconcilers.helpers import drive, make_draft, state
from tests.reconcilers.spreadsheet import ballots, path, row, use

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here (Debian: libreoffice-calc)")

CAPTION = "Layer by layer 🏺✨ – “slow”, Größe; +1\n\n#ceramics\tend"
# Tokens of LibreOffice's CSV filter: delimiter, quote, encoding (76 UTF-8, 1 Windows-1252), first line, …,
# quote all text, detect numbers, save as shown.
FILTER = "Text - txt - csv (StarCalc)"
AS_WE_WRITE = f"{FILTER}:44,34,76,1,,0,false,true,true,false"


async def convert(source: Path, kind: str, *more: str) -> Path:
    """What soffice makes of a file; each run has the profile of the test."""
    folder = source.parent / "converted"
    assert SOFFICE is not None
    command = [
        SOFFICE, "--headless", f"-env:UserInstallation={(source.parent / 'profile').as_uri()}",
        *more, "--convert-to", kind, "--outdir", str(folder), str(source),
    ]  # fmt: skip
    environ = {**os.environ, "HOME": str(source.parent), "LC_ALL": "C.UTF-8"}
    done = await asyncio.to_thread(
        subprocess.run, command, check=False, capture_output=True, text=True, timeout=120, env=environ
    )
    made = folder / f"{source.stem}.{kind.partition(':')[0]}"
    assert made.exists(), done.stdout + done.stderr
    return made


async def save_as_libreoffice_does(op: Operator, tmp_path: Path, saved: str, **edits: str) -> None:
    """Open the CSV, change cells that hold exactly these texts, and save it with the filter ``saved``."""
    work = tmp_path / "office"
    work.mkdir(exist_ok=True)
    source = Path(shutil.copy(path(op), work / "drafts.csv"))
    document = await convert(source, "fods", f"--infilter={AS_WE_WRITE}")
    text = document.read_text(encoding="utf-8")
    for before, after in edits.items():
        cell = f"<text:p>{html.escape(before).replace('&#x27;', '&apos;')}</text:p>"
        assert text.count(cell) == 1
        text = text.replace(cell, f"<text:p>{after}</text:p>")
    changed = work / "drafts.fods"
    changed.write_text(text, encoding="utf-8")
    path(op).write_bytes((await convert(changed, f"csv:{saved}")).read_bytes())


@pytest.mark.parametrize(
    ("saved", "delimiter"),
    [
        pytest.param(f"{FILTER}:59,34,76,1,,0,false,true,false", ";", id="semicolons in UTF-8"),
        pytest.param(f"{FILTER}:44,34,1,1,,0,true,true,false", ",", id="everything quoted in cp1252"),
    ],
)
async def test_the_real_sheet_through_libreoffice(
    op: Operator, tmp_path: Path, saved: str, delimiter: str
) -> None:
    use(op, CsvSheet(path(op), settle=0))
    number = await make_draft(op)
    formula = await make_draft(op, "SV02 turns")
    for draft, caption in ((number, CAPTION), (formula, "=1+1")):
        await op.store.do(
            decisions.edit_caption, draft, caption, voter="desk", target=op.target, now=op.now()
        )
    await drive(op, "sheet")
    quiet = await op.store.do(journal.entries)

    await save_as_libreoffice_does(op, tmp_path, saved)
    written = path(op).read_bytes()
    await drive(op, "sheet")
    assert await op.store.do(journal.entries) == quiet, "an untouched file has no edit"
    assert path(op).read_bytes() == written, "and needs no writing"
    assert row(op, formula, delimiter)["Caption"] == "'=1+1"

    tag = row(op, formula, delimiter)["Draft id"]
    before = (await op.store.do(drafts.get, number)).caption
    path(op).unlink()
    await drive(op, "sheet")
    assert row(op, formula)["Draft id"] > tag
    await save_as_libreoffice_does(op, tmp_path, saved, **{"'=1+1": "Six pots"})
    await drive(op, "sheet")
    after = [(await op.store.do(drafts.get, n)).caption for n in (number, formula)]
    assert after == [before, "Six pots"]
    assert await ballots(op, formula) == []
    assert [await state(op, n) for n in (number, formula)] == [State.DRAFT, State.DRAFT]
    assert row(op, formula, delimiter)["Caption"] == "Six pots"
