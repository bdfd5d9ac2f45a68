"""What every twin of the sheet promises. A twin joins by a line in TWINS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.ports import Sheet, SheetRow
from services.sheet.csv_file import CsvSheet
from tests.doubles.google_twins import google_sheet
from tests.doubles.sheets_server import SheetsServer


@asynccontextmanager
async def csv_file(folder: Path) -> AsyncIterator[Sheet]:
    yield CsvSheet(folder / "drafts.csv", settle=0)


@asynccontextmanager
async def google(folder: Path) -> AsyncIterator[Sheet]:
    with SheetsServer().running() as server:
        sheet = google_sheet(server, folder)
        yield sheet
        await sheet.aclose()
    assert server.problems == []


TWINS: dict[str, Callable[[Path], AbstractAsyncContextManager[Sheet]]] = {
    "csv_file": csv_file,
    "google": google,
}

ROW = SheetRow(
    draft_id="k7f3.1",
    status="Draft",
    number=7,
    produced="2026-11-20",
    caption="Clay, layer by layer.\n\n#pottery #ceramics",
    link="file:///videos/7.mp4",
    strategy="Slow growth holds the eye; the glaze is the reward.",
)
OTHER = replace(ROW, draft_id="m2p9.1", number=8, caption="Six pots, one colour")


@pytest.fixture(params=sorted(TWINS))
async def sheet(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sheet]:
    async with TWINS[request.param](tmp_path) as twin:
        yield twin


async def test_a_new_sheet_is_empty_and_says_so(sheet: Sheet) -> None:
    assert await sheet.read() == []
    assert (await sheet.ping()).endswith(".")


async def test_what_is_written_is_read(sheet: Sheet) -> None:
    await sheet.write([ROW, OTHER])
    assert await sheet.read() == [ROW, OTHER]


async def test_a_row_is_replaced_by_its_tag_and_stays_where_it_is(sheet: Sheet) -> None:
    await sheet.write([ROW, OTHER])
    approved = replace(ROW, draft_id="k7f3.2", status="Approved", caption="Another")
    await sheet.write([approved])
    assert await sheet.read() == [approved, OTHER]


async def test_writing_twice_changes_nothing(sheet: Sheet) -> None:
    await sheet.write([ROW])
    await sheet.write([ROW])
    assert await sheet.read() == [ROW]


async def test_writing_nothing_is_no_error(sheet: Sheet) -> None:
    await sheet.write([])
    assert await sheet.read() == []


@pytest.mark.parametrize(
    "caption",
    [
        "=HYPERLINK('http://example.org')",
        "+49 123",
        "-- dashes",
        "@someone made this",
        "'=quoted",
        "''",
        'He said "pots", then; left\ttabs',
        "Zwei\n\nZeilen\r\nund drei",
        "🏺 glaze ✨",
        " spaces around ",
        "",
    ],
)
async def test_a_caption_comes_back_as_it_was(sheet: Sheet, caption: str) -> None:
    row = replace(ROW, caption=caption)
    await sheet.write([row])
    assert await sheet.read() == [row]


async def test_the_link_is_an_address(sheet: Sheet) -> None:
    assert "://" in await sheet.link()
