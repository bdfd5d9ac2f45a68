"""The Google sheet: what it is set up as, how rows are found and written, and what people may do to it."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.errors import Misconfigured
from services.ports import SheetRow
from services.sheet.google import GoogleSheet
from services.sheet.rows import HEADERS
from tests.doubles.google_keys import EMAIL
from tests.doubles.google_twins import google_sheet
from tests.doubles.sheets_grid import Formula, Tab
from tests.doubles.sheets_server import SHEET_ID, SheetsServer

ROW = SheetRow("k7f3.1", "Draft", 7, "2026-11-20", "Clay, layer by layer.", "file:///7.mp4", "Slow growth.")
OTHER = replace(ROW, draft_id="m2p9.1", number=8, caption="Six pots")
THIRD = replace(ROW, draft_id="a1a1.1", number=10, caption="Glaze")
STATUS, NUMBER, CAPTION, ID = 0, 1, 3, 6


@pytest.fixture
def server() -> Iterator[SheetsServer]:
    with SheetsServer().running() as running:
        yield running
    assert running.problems == []
    assert running.executed == []


@pytest.fixture
async def sheet(server: SheetsServer, tmp_path: Path) -> AsyncIterator[GoogleSheet]:
    made = google_sheet(server, tmp_path)
    yield made
    await made.aclose()


def ids(server: SheetsServer) -> list[str]:
    return [line[ID] for line in server.tab.texts()[1:]]


async def test_an_empty_sheet_is_set_up_once(
    server: SheetsServer, sheet: GoogleSheet, tmp_path: Path
) -> None:
    await sheet.write([ROW])
    tab = server.tab
    assert tuple(tab.texts()[0]) == HEADERS
    assert (tab.frozen, tab.hidden_columns) == (1, {ID})
    (protected,) = tab.protections
    assert protected["range"] == {"sheetId": 0, "startColumnIndex": ID, "endColumnIndex": ID + 1}
    assert protected["warningOnly"], "who may not edit the ids could not sort either"
    rule = tab.validations[-1]
    words = [value["userEnteredValue"] for value in rule["rule"]["condition"]["values"]]
    assert (words, rule["rule"]["strict"], rule["rule"]["showCustomUi"]) == (
        ["Draft", "Denied", "Approved", "Posted"], True, True,
    )  # fmt: skip
    assert rule["range"] == {
        "sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1, "startRowIndex": 1,
    }  # fmt: skip
    coloured = {r["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for r in tab.colours}
    assert coloured == set(words)
    assert [tab.is_text(column) for column in range(7)] == [True, False, True, True, True, True, True]
    later = google_sheet(server, tmp_path)
    await later.write([OTHER])
    await later.aclose()
    assert (len(tab.protections), len(server.tab.colours), len(server.tab.marks)) == (1, 4, 1)


async def test_a_sheet_with_our_header_and_no_look_is_dressed_but_not_filled_anew(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    server.tab.fill(
        [["My drafts"], [], ["Note", *HEADERS], ["mine", "Draft", "7", "", "x", "", "", "k7f3.1"]]
    )
    await sheet.write([replace(ROW, draft_id="k7f3.2")])
    assert server.tab.texts()[3][:2] == ["mine", "Draft"]
    assert (server.tab.frozen, server.tab.hidden_columns, len(server.tab.cells)) == (3, {7}, 4)


async def test_the_number_sorts_as_a_number_and_text_stays_text(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    odd = ["007", "1e5", "1-2", "TRUE", "=IMPORTXML(A1)", "+49 1", "@you", "2026-11-20"]
    rows = [replace(ROW, draft_id=f"t{i}.1", number=i, caption=text) for i, text in enumerate(odd)]
    await sheet.write(rows)
    assert await sheet.read() == rows
    assert all(isinstance(line[NUMBER], int) for line in server.tab.cells[1:])
    assert not any(isinstance(cell, Formula) for line in server.tab.cells for cell in line)
    for index, text in enumerate(odd, 1):  # and as a person types it over
        server.tab.type(index, CAPTION, text)
    assert [row.caption for row in await sheet.read()] == odd


async def test_a_poll_is_one_read_and_a_change_of_many_rows_one_batch(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    rows = [replace(ROW, draft_id=f"t{i}.1", number=i) for i in range(40)]
    await sheet.write(rows)
    assert (server.count("values.append"), server.count("values.batchUpdate")) == (1, 1), "rows, header"
    server.asked.clear()
    for _ in range(3):
        await sheet.read()
    assert [name for name, _, _ in server.asked] == ["values.get"] * 3
    server.asked.clear()
    await sheet.write([replace(row, draft_id=f"{row.draft_id[:-1]}2", status="Approved") for row in rows])
    names = [name for name, _, _ in server.asked]
    assert names == ["values.get", "values.batchUpdate", "values.get"]
    (sent,) = [asked.json for name, asked, _ in server.asked if name == "values.batchUpdate"]
    assert (sent["valueInputOption"], len(sent["data"])) == ("RAW", 40)
    assert sent["data"][0]["values"] == [["Approved", None, None, None, None, None, "t0.2"]], (
        "only what differs"
    )
    server.asked.clear()
    assert await sheet.write([]) == set()
    assert server.asked == []


async def test_rows_sorted_and_columns_added_meanwhile_are_found(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    await sheet.write([ROW, OTHER, THIRD])
    server.tab.sort(CAPTION)
    for line in server.tab.cells:
        line.insert(0, "own")
    await sheet.write([replace(OTHER, draft_id="m2p9.2", status="Denied")])
    assert [line[:2] for line in server.tab.texts()[1:]] == [
        ["own", "Draft"],
        ["own", "Draft"],
        ["own", "Denied"],
    ]
    assert {row.draft_id for row in await sheet.read()} == {"k7f3.1", "m2p9.2", "a1a1.1"}


async def test_what_is_a_persons_own_stays(server: SheetsServer, sheet: GoogleSheet) -> None:
    await sheet.write([ROW])
    tab = server.tab
    tab.put(0, 8, "Sum")
    tab.put(1, 8, Formula("=B2*2"))
    tab.fill([*tab.cells, [], ["", "", "", "call the kiln people"]])
    await sheet.write([replace(ROW, draft_id="k7f3.2", status="Approved"), OTHER])
    assert tab.cells[1][8] == Formula("=B2*2")
    assert isinstance(server.tab.cells[1][8], Formula), "not replaced by what it shows"
    assert [line[CAPTION] for line in server.tab.texts()[1:]] == [
        ROW.caption, OTHER.caption, "", "call the kiln people",
    ]  # fmt: skip


async def test_a_column_without_a_header_does_not_lead_new_rows_astray(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    server.tab.fill([["Note", "", *HEADERS]])
    await sheet.write([ROW])
    await sheet.write([OTHER])
    assert await sheet.read() == [ROW, OTHER]
    assert len(server.tab.cells) == 3
    server.tab.fill([[*HEADERS[:3], "", *HEADERS[3:]]])
    await sheet.write([ROW])
    await sheet.write([OTHER])
    assert await sheet.read() == [ROW, OTHER]
    assert [len([c for c in line if c != ""]) for line in server.tab.cells] == [7, 7, 7]


async def test_new_rows_have_the_dropdown(server: SheetsServer, sheet: GoogleSheet) -> None:
    await sheet.write([ROW])
    before = len(server.tab.validations)
    await sheet.write([OTHER])
    assert len(server.tab.validations) == before + 1
    await sheet.write([replace(OTHER, draft_id="m2p9.2", status="Denied")])
    assert len(server.tab.validations) == before + 1


async def test_the_tab_is_known_again_by_any_name_at_any_place(
    server: SheetsServer, sheet: GoogleSheet, tmp_path: Path
) -> None:
    await sheet.write([ROW])
    assert await sheet.link() == f"https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit#gid=0"
    server.tab.title = "Ann's Reels!A1"
    server.tabs.insert(0, Tab(7, "Sheet1", cells=[["something", "else"]]))
    later = google_sheet(server, tmp_path)
    assert await later.read() == [ROW]
    await later.aclose()
    server.tabs[0].title = "Costs"  # the running one asks by the old name, which nobody has any more
    assert await sheet.read() == [ROW]
    assert await sheet.ping() == "The Google sheet “Drafts”, tab “Ann's Reels!A1”, has 1 draft."


async def test_hidden_tabs_are_passed_over_unless_one_is_ours(
    server: SheetsServer, sheet: GoogleSheet, tmp_path: Path
) -> None:
    server.tabs.insert(0, Tab(5, "Secret", hidden=True))
    await sheet.write([ROW])
    assert server.tabs[0].cells == []
    server.tabs[1].hidden = True
    server.tabs.append(Tab(6, "Seen"))
    later = google_sheet(server, tmp_path)
    assert await later.read() == [ROW]
    await later.aclose()
    server.tabs[:] = [Tab(5, "Secret", hidden=True)]
    with pytest.raises(Misconfigured, match="no tab with cells that can be seen"):
        await sheet.ping()


async def test_a_deleted_tab_or_emptied_one_is_filled_anew(server: SheetsServer, sheet: GoogleSheet) -> None:
    await sheet.write([ROW])
    server.tabs[:] = [Tab(9, "Fresh")]
    assert await sheet.read() == []
    await sheet.write([ROW])
    assert (await sheet.read(), server.tab.frozen) == ([ROW], 1)
    server.tab.cells.clear()
    await sheet.write([ROW, OTHER])
    assert await sheet.read() == [ROW, OTHER]


async def test_another_table_is_left_alone(server: SheetsServer, sheet: GoogleSheet) -> None:
    server.tab.fill([["Name", "Price"], ["kiln", 900]])
    with pytest.raises(Misconfigured, match="none of the operator's columns"):
        await sheet.read()
    with pytest.raises(Misconfigured, match="none of the operator's columns"):
        await sheet.write([ROW])
    assert server.tab.cells == [["Name", "Price"], ["kiln", 900]]


async def test_one_call_at_a_time(server: SheetsServer, sheet: GoogleSheet) -> None:
    await asyncio.gather(sheet.write([ROW]), *(sheet.read() for _ in range(4)), sheet.write([OTHER]))
    assert server.most_at_once == 1
    assert await sheet.read() in ([ROW, OTHER], [OTHER, ROW])


async def test_the_answer_names_what_stands_there(server: SheetsServer, sheet: GoogleSheet) -> None:
    assert await sheet.write([ROW, OTHER]) == {"k7f3.1", "m2p9.1"}
    read = await sheet.read()
    server.tab.type(1, CAPTION, "typed just now")
    changed = [replace(row, draft_id=f"{row.draft_id[:-1]}2", status="Approved") for row in read]
    assert await sheet.write(changed, over=read) == {"m2p9.2"}
    assert ids(server) == ["k7f3.1", "m2p9.2"]
    assert EMAIL not in str(server.tab.cells)


async def test_a_running_operator_follows_the_tab_when_another_takes_its_name(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    await sheet.write([ROW])
    server.tab.title = "Reels"
    fresh = Tab(8, "Sheet1")
    server.tabs.insert(0, fresh)
    assert await sheet.read() == [ROW]
    fresh.fill([["Name", "Price"], ["kiln", 900]])
    server.tabs[1].title, fresh.title = "Plan", "Reels"
    assert await sheet.read() == [ROW]
    await sheet.write([OTHER])
    assert fresh.cells == [["Name", "Price"], ["kiln", 900]]
    assert await sheet.read() == [ROW, OTHER]


@pytest.mark.parametrize("place", [0, 1])
async def test_of_a_tab_and_its_copy_the_first_made_is_the_sheet(
    server: SheetsServer, sheet: GoogleSheet, tmp_path: Path, place: int
) -> None:
    await sheet.write([ROW])
    ours = server.tab
    server.tabs.insert(place, replace(copy.deepcopy(ours), id=4, title="Copy of Sheet1"))
    later = google_sheet(server, tmp_path)
    await later.write([replace(ROW, draft_id="k7f3.2", status="Approved")])
    assert [tab.cells[1][STATUS] for tab in server.tabs if tab.id == 4] == ["Draft"]
    assert await sheet.read() == await later.read()
    server.tabs.remove(ours)  # then the copy is what is left
    assert await later.read() == [ROW]
    await later.write([OTHER])
    assert (len(server.tab.cells), len(server.tab.colours)) == (3, 4), "it has its look already"
    await later.aclose()


async def test_an_empty_tab_put_before_another_table_is_found_by_a_running_operator(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    server.tab.fill([["Name", "Price"], ["kiln", 900]])
    with pytest.raises(Misconfigured) as error:
        await sheet.write([ROW])
    assert "put an empty tab before it" in error.value.remedy
    server.tabs.insert(0, Tab(8, "Reels"))
    await sheet.write([ROW])
    assert await sheet.read() == [ROW]
    assert server.tabs[1].cells == [["Name", "Price"], ["kiln", 900]]
