"""A person saves the sheet in another spelling: encodings that lose letters, delimiters, own columns.

A Google sheet knows no encodings and delimiters; what else is done in these scenarios is done to it, too."""

from __future__ import annotations

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.store import journal
from tests.reconcilers.helpers import drive, make_draft, state, vote
from tests.reconcilers.spreadsheet import caption, edit, edit_on_desk, one, row, save, shown, table

EMOJI = "Layer by layer 🏺✨ – “slow” #ceramics"


@pytest.mark.usefixtures("any_sheet")
async def test_saving_without_an_edit_is_none(op: Operator) -> None:
    number = await one(op)
    before = await op.store.do(journal.entries)
    for encoding, delimiter in (("utf-16", "\t"), ("cp1252", ";"), ("utf-8", ";"), ("utf-8-sig", ",")):
        save(op, [{**row(op, number), "Production date": "20.11.26"}], encoding, delimiter)
        await drive(op, "sheet")
        assert row(op, number, delimiter)["Draft id"].endswith(".1"), "nothing to write"
        save(op, table(op, delimiter))
    assert await op.store.do(journal.entries) == before


@pytest.mark.usefixtures("read_at_once")
async def test_cp1252_that_cannot_hold_an_emoji(op: Operator) -> None:
    number = await make_draft(op)
    await edit_on_desk(op, number, EMOJI)
    await drive(op, "sheet")
    await vote(op, number)
    await drive(op, "sheet")
    save(op, table(op), "cp1252", ";")
    worn = row(op, number, ";")["Caption"]
    assert worn == "Layer by layer ?? – “slow” #ceramics"
    await drive(op, "sheet")
    assert (await state(op, number), await caption(op, number)) == (State.APPROVED, EMOJI)
    # The worn file is then saved as UTF-8: still nobody's edit.
    save(op, table(op, ";"), "utf-8-sig")
    await drive(op, "sheet")
    assert (await state(op, number), await caption(op, number)) == (State.APPROVED, EMOJI)
    # A real edit in it keeps the emoji, as nobody took them away.
    edit(op, number, Caption=worn.replace("slow", "very slow"))
    await drive(op, "sheet")
    assert await caption(op, number) == EMOJI.replace("slow", "very slow")
    assert (await state(op, number), row(op, number)["Caption"]) == (State.DRAFT, await caption(op, number))


@pytest.mark.usefixtures("any_sheet")
@pytest.mark.parametrize(
    ("any_sheet", "encoding", "delimiter"),
    [
        ("csv_file", "utf-8-sig", ","),
        ("csv_file", "utf-8", ";"),
        ("csv_file", "utf-16", "\t"),
        ("csv_file", "cp1252", ";"),
        ("csv_file", "utf-8-sig", ";"),
        ("google", "", ""),
    ],
    indirect=["any_sheet"],
)
async def test_sorted_extended_and_saved_anew_an_edit_is_found(
    op: Operator, encoding: str, delimiter: str
) -> None:
    numbers = await shown(op, "RV06 grows", "SV02 turns", "TM01 rests")
    found = [{"Who": "me", **r, "Production date": "20.11.2026"} for r in reversed(table(op))]
    found.insert(1, dict.fromkeys(found[0], "") | {"Who": "mine", "Caption": "call the kiln people"})
    found[2]["Status"] = "Approved"  # of draft 2
    save(op, found, encoding, delimiter)
    await drive(op, "sheet")
    assert [await state(op, n) for n in numbers] == [State.DRAFT, State.APPROVED, State.DRAFT]
    after = table(op, delimiter)
    assert [r["Video number"] for r in after] == ["3", "", "2", "1"]
    assert (after[1]["Who"], after[1]["Caption"], after[2]["Who"]) == ("mine", "call the kiln people", "me")
    assert after[2]["Draft id"].endswith(".2")
    assert after[2]["Production date"].startswith("2026-11"), "right again, as it was written anyway"
    assert after[0]["Production date"] == "20.11.2026", "left alone, as it was not"
