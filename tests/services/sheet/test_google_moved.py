"""Rows of a Google sheet that move between the look for them and the write: nothing of a person's is lost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.ports import SheetRow
from services.sheet.google import GoogleSheet
from services.sheet.moved import misplaced
from services.sheet.rows import empty_table
from tests.doubles.sheets_server import SheetsServer

ROW = SheetRow("k7f3.1", "Draft", 7, "2026-11-20", "Clay, layer by layer.", "file:///7.mp4", "Slow growth.")
OTHER = replace(ROW, draft_id="m2p9.1", number=8, caption="Six pots")
AGAIN = replace(ROW, draft_id="k7f3.2", status="Approved")
STATUS, CAPTION, ID = 0, 3, 6


def standing(server: SheetsServer) -> list[tuple[str, str]]:
    return [(line[ID], line[STATUS]) for line in server.tab.texts()[1:]]


async def test_a_row_sorted_away_between_look_and_write_is_put_right(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    await sheet.write([ROW, OTHER])
    server.tab.fill([*server.tab.cells, ["mine", 1, "", "a note of my own", "", "", ""]])
    server.meddle["values.batchUpdate"] = lambda: server.tab.sort(CAPTION, descending=True)
    before = {tuple(line) for line in server.tab.texts()}
    assert await sheet.write([AGAIN]) == set(), "it hit another row"
    assert {tuple(line) for line in server.tab.texts()} == before, "which has its cells again"
    assert await sheet.write([AGAIN]) == {"k7f3.2"}
    assert sorted(standing(server)) == [("", "mine"), ("k7f3.2", "Approved"), ("m2p9.1", "Draft")]


async def test_a_row_inserted_above_between_look_and_write_is_put_right(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    await sheet.write([ROW, OTHER])
    server.meddle["values.batchUpdate"] = lambda: server.tab.cells.insert(1, ["mine", "", "", "my note"])
    both = [AGAIN, replace(OTHER, draft_id="m2p9.2", status="Denied")]
    assert await sheet.write(both) == set()
    assert standing(server) == [("", ""), ("k7f3.1", "Draft"), ("m2p9.1", "Draft")]
    assert await sheet.write(both) == {"k7f3.2", "m2p9.2"}
    # Typed in that very moment: the one cell of it that ours fell on cannot be known.
    assert standing(server) == [("", ""), ("k7f3.2", "Approved"), ("m2p9.2", "Denied")]
    assert server.tab.texts()[1][CAPTION] == "my note"


async def test_a_cell_edited_while_its_row_is_written_is_no_moved_row(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    await sheet.write([ROW, OTHER])
    server.meddle["values.batchUpdate"] = lambda: server.tab.type(1, CAPTION, "typed just now")
    assert await sheet.write([AGAIN]) == {"k7f3.2"}
    assert (standing(server)[0], server.tab.texts()[1][CAPTION]) == (("k7f3.2", "Approved"), "typed just now")


@given(data=st.data())
def test_whatever_is_sorted_no_row_of_a_persons_own_is_lost(data: st.DataObject) -> None:
    """Any order, any rows written: what is put back is the sheet as it was, in its new order."""
    kinds = st.sampled_from(["draft", "own"])
    rows = [
        ("Draft", str(index), "", f"caption {index}", "", "", f"t{index}.1")
        if data.draw(kinds) == "draft"
        else ("note", "", "", f"own {index}", "", "", "")
        for index in range(1, data.draw(st.integers(1, 6)) + 1)
    ]
    before = replace(empty_table(), rows=tuple(rows))
    chosen = [row for row in rows if row[ID] and data.draw(st.booleans())]
    wanted = replace(
        before, rows=tuple(("Approved", *r[1:ID], f"{r[ID][:-1]}2") if r in chosen else r for r in rows)
    )
    order = data.draw(st.permutations(rows))
    now = [
        tuple(new if new != old else cell for old, new, cell in zip(was, want, there, strict=True))
        for was, want, there in zip(rows, wanted.rows, order, strict=True)
    ]
    repairs = misplaced(before, wanted, replace(before, rows=tuple(now)))
    result = [repairs.get(index, row) for index, row in enumerate(now)]
    for index, row in enumerate(order):
        right = wanted.rows[index] if rows[index] == row else row
        assert result[index] == right
