"""Only drafts that were touched are compared with their rows, and none is ever overlooked by that."""

from __future__ import annotations

import contextlib
import dataclasses
import random

import pytest
from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers.sheet import Sheet
from services.errors import Refused, Unavailable
from services.model.draft import Rendered, State
from services.model.vote import Choice
from services.store import decisions, drafts, rows
from tests.doubles.publisher import ShakyPublisher
from tests.reconcilers.helpers import drive, make_draft, proposal
from tests.reconcilers.spreadsheet import row, table

RENDERED = Rendered("video.mp4", "p.mp4", "c.jpg", "s.jpg", 9.0, 10, "0" * 64, "local")


def revise(db: Database, number: int, revision: int, caption: str) -> None:
    drafts.add_revision(db, number, revision, proposal(caption))
    drafts.put(db, number, revision=revision)


def act(db: Database, chance: random.Random, op: Operator) -> None:
    """Something that may happen to a draft, whoever does it; much of it is refused."""
    numbers = [standing.number for standing in drafts.standings(db)]
    number, voted = chance.choice(numbers), {"voter": "desk", "target": op.target, "now": op.now()}
    revision, state = drafts.get(db, number).revision, drafts.get(db, number).state
    word = chance.choice(["one", "another"])
    actions = [
        lambda: drafts.file(db, proposal(word), job=None, sample=False, now=op.now()),
        lambda: drafts.move(db, number, state, chance.choice(list(State)), now=op.now(), last_word="Draft"),
        lambda: drafts.set_rendered(db, number, revision, RENDERED, {"m1": word}),
        lambda: drafts.set_rendered(db, number, revision, dataclasses.replace(RENDERED, sha256=word), {}),
        lambda: drafts.lose_video(db, number, revision),
        lambda: drafts.put(db, number, cleared=op.now().isoformat()),
        lambda: drafts.put(db, number, permalink=f"https://example.com/{word}"),
        lambda: revise(db, number, revision + 1, word),
        lambda: decisions.edit_caption(db, number, word, **voted),
        lambda: decisions.vote(db, number, chance.choice(list(Choice)), **voted),
        lambda: decisions.undo(db, number, **voted),
        lambda: decisions.retry(db, number, **voted),
        lambda: decisions.posted_by_hand(db, number, "", voter="desk", now=op.now()),
        lambda: rows.forget(db, [number]),
        lambda: rows.wait(db, number, chance.choice(["Posted", ""])),
    ]
    chance.choice(actions)()


@pytest.mark.usefixtures("any_sheet")
@pytest.mark.parametrize(
    ("any_sheet", "seed"),
    [*(("csv_file", seed) for seed in range(12)), *(("google", seed) for seed in range(12, 15))],
    indirect=["any_sheet"],
)
async def test_touched_drafts_are_all_that_can_differ(op: Operator, seed: int) -> None:
    chance = random.Random(seed)
    for title in ("RV06 grows", "SV02 turns"):
        await make_draft(op, title)
    sheet = Sheet(op)
    for turn in range(80):
        with contextlib.suppress(Refused):
            await op.store.do(act, chance, op)
        if chance.random() < 0.3:
            continue  # several commits between two looks
        due = await op.store.do(sheet._changed)
        assert due == await op.store.do(Sheet(op)._changed), turn
        if chance.random() < 0.4:
            await sheet.step("rows")
            assert await op.store.do(sheet._changed) == []
            shown = {cells["Video number"]: cells["Status"] for cells in table(op)}
            for source in await op.store.do(rows.sources):  # without a word: made anew, and shown as it was
                if not source.row.waiting:
                    assert shown[str(source.draft)] == source.word


@pytest.mark.usefixtures("any_sheet")
async def test_another_target_is_another_approval_so_every_open_row_is_written_anew(op: Operator) -> None:
    number = await make_draft(op)
    await drive(op, "sheet")
    tag = (await op.store.do(drafts.get, number)).tag
    assert row(op, number)["Draft id"] == f"{tag}.1"
    publisher = op.services.publisher
    assert isinstance(publisher, ShakyPublisher)
    publisher.name = "another account"
    await drive(op, "sheet")
    assert row(op, number)["Draft id"] == f"{tag}.2"


@pytest.mark.usefixtures("any_sheet")
async def test_a_row_that_could_not_be_written_stays_due(
    op: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await make_draft(op)

    async def held(*_: object, **more: object) -> set[str]:
        raise Unavailable("The sheet is open elsewhere.")

    sheet = Sheet(op)
    with monkeypatch.context() as holding:
        holding.setattr(op.services.sheet, "write", held)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await sheet.step("rows")
        assert await op.store.do(sheet._anything)
    await sheet.step("rows")
    assert not await op.store.do(sheet._anything)
    assert row(op, number)["Status"] == "Draft"
