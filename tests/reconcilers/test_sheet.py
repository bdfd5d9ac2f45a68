"""The sheet as a view: written once, restored when lost, untouched when nothing changed, never in the way."""

from __future__ import annotations

import pytest

from bot.operator import Operator
from bot.reconcilers.sheet import AT_ONCE, FILE_SECONDS, GAP, LINE_SECONDS, Sheet
from services.errors import Unavailable
from services.model.draft import State
from services.model.vote import Choice
from services.ports import SheetRow
from services.store import decisions, drafts
from tests.reconcilers.helpers import drive, make_draft, proposal, state, vote
from tests.reconcilers.spreadsheet import save, table, writes

pytestmark = pytest.mark.usefixtures("any_sheet")


async def test_a_draft_is_one_row_that_follows_its_status(op: Operator) -> None:
    number = await make_draft(op)
    await drive(op, "sheet")
    (row,) = table(op)
    assert list(row) == [
        "Status", "Video number", "Production date", "Caption", "Link", "Strategy description", "Draft id",
    ]  # fmt: skip
    draft = await op.store.do(drafts.get, number)
    assert (row["Status"], row["Video number"], row["Draft id"]) == ("Draft", "1", f"{draft.tag}.1")
    assert row["Link"].startswith("file://")
    await vote(op, number)
    await drive(op, "sheet")
    (row,) = table(op)
    assert (row["Status"], row["Draft id"]) == ("Approved", f"{draft.tag}.2")


async def test_nothing_is_written_when_nothing_changed(op: Operator) -> None:
    await make_draft(op)
    await drive(op, "sheet")
    before = writes(op)
    changes = op.store.next_change()
    await Sheet(op).step("rows")
    await Sheet(op).step("rows")
    assert writes(op) == before
    assert not changes.is_set()


async def test_under_load_writes_hold_more_and_a_single_one_comes_at_once(op: Operator) -> None:
    now = 1000.0
    sheet = Sheet(op, clock=lambda: now)
    op.live = True
    number = await make_draft(op)
    await sheet.step("rows")
    each = LINE_SECONDS if await op.services.sheet.changed() is None else FILE_SECONDS
    waits = []
    while now < 1030:
        await vote(op, number, Choice.DENY if len(waits) % 2 else Choice.APPROVE)
        (wait,) = (await sheet.due()).values()
        waits.append(wait)
        now += wait
        assert list((await sheet.due()).values()) == [0.0]
        await sheet.step("rows")
    assert waits[:4] == [GAP] * 4
    assert max(waits) <= each
    assert len(waits) <= AT_ONCE + 30 / each + 1
    now += AT_ONCE * each
    await vote(op, number, Choice.HOLD)
    assert list((await sheet.due()).values()) == [0.0]
    await sheet.step("rows")
    op.live = False  # a command that drives it does not leave before all is written
    await vote(op, number)
    assert list((await sheet.due()).values()) == [0.0]


async def test_lost_rows_are_restored_and_a_persons_own_are_kept(op: Operator) -> None:
    for title in ("RV06 grows", "SV02 turns"):
        await make_draft(op, title)
    await drive(op, "sheet")
    _, second = table(op)
    save(op, [second, dict.fromkeys(second, "") | {"Status": "my own", "Caption": "a note"}])
    await Sheet(op).step("rows")
    found = table(op)
    assert sorted(row["Video number"] for row in found) == ["", "1", "2"]
    assert [row["Caption"] for row in found if row["Status"] == "my own"] == ["a note"]


async def test_a_crash_between_writing_and_noting_it_leaves_one_row(
    op: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_draft(op)
    sheet = op.services.sheet
    write = sheet.write

    async def write_and_die(found: list[SheetRow], **more: object) -> None:
        await write(found, **more)  # type: ignore[arg-type]
        raise RuntimeError("the plug was pulled")

    monkeypatch.setattr(sheet, "write", write_and_die)
    with pytest.raises(RuntimeError):
        await Sheet(op).step("rows")
    monkeypatch.setattr(sheet, "write", write)
    await Sheet(op).step("rows")
    assert len(table(op)) == 1


async def test_a_failing_sheet_stops_nothing_and_is_written_later(
    op: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await make_draft(op)
    sheet = op.services.sheet
    read = sheet.read

    async def broken() -> list[SheetRow]:
        raise Unavailable("The sheet is open elsewhere.")

    monkeypatch.setattr(sheet, "read", broken)
    await op.store.do(decisions.post_now, number, voter="desk", target=op.target, now=op.now())

    async def posted() -> bool:
        return await state(op, number) is State.POSTED

    await op.engine.drive(posted, only={"sheet": None, "publish": None})
    assert [t["message"] for t in op.engine.troubles()] == ["The sheet is open elsewhere."]
    monkeypatch.setattr(sheet, "read", read)

    async def shown() -> bool:
        return [row["Status"] for row in table(op)] == ["Posted"]

    await op.engine.drive(shown, only={"sheet": None})


async def test_a_proposal_has_no_row_also_when_it_is_denied(op: Operator) -> None:
    number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
    await vote(op, number, Choice.DENY)
    await drive(op, "sheet")
    assert table(op) == []
