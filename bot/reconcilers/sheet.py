"""The sheet shows the store: a row for each draft that has a word, written only when it changed.

One key. Rows a person deleted, and rows of a stale copy saved back, are written again; everything else of
theirs stays.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from sqlite_utils import Database

from bot.operator import Operator, draft_folder
from services.model.draft import Draft
from services.ports import SheetRow
from services.store import drafts, rows

KEY = "rows"
LOOK_SECONDS = 30.0  # how often the sheet is read to see whether rows were lost


class Sheet:
    name = "sheet"
    limit = 1

    def __init__(self, op: Operator) -> None:
        self._op = op
        self._looked = -LOOK_SECONDS

    async def due(self) -> Mapping[str, float]:
        if await self._op.store.do(self._changed):
            return {KEY: 0.0}
        return {KEY: max(0.0, self._looked + LOOK_SECONDS - time.monotonic())}

    async def step(self, key: str) -> None:
        sheet, store = self._op.services.sheet, self._op.store
        present = {row.draft_id.strip().casefold() for row in await sheet.read()}
        self._looked = time.monotonic()
        await store.do(self._forget_lost, present)
        changed = await store.do(self._changed)
        if changed:
            await sheet.write([row for _, _, row in changed])
            await store.do(_record, [(number, write, digest(row)) for number, write, row in changed])

    def _changed(self, db: Database) -> list[tuple[int, int, SheetRow]]:
        """draft number, next write number and row of each draft the sheet does not show as it is."""
        shown = rows.shown(db)
        found = []
        for draft in reversed(drafts.listed(db)):
            write, known = shown.get(draft.number, (0, ""))
            if not draft.word or (draft.rendered is None and draft.cleared is None and not write):
                continue  # a row comes with the video: a proposal denied before has none
            row = self._row(draft)
            if digest(row) != known:
                found.append((draft.number, write + 1, replace(row, draft_id=f"{draft.tag}.{write + 1}")))
        return found

    def _row(self, draft: Draft) -> SheetRow:
        folder = draft_folder(self._op.drafts_dir, draft.number, draft.tag, draft.revision)
        video = (folder / draft.rendered.video).as_uri() if draft.rendered and not draft.cleared else ""
        return SheetRow(
            draft_id=draft.tag,
            status=draft.word,
            number=draft.number,
            produced=draft.created.astimezone(self._op.options.timezone).date().isoformat(),
            caption=draft.caption,
            link=draft.permalink or video,
            strategy=draft.strategy,
        )

    @staticmethod
    def _forget_lost(db: Database, present: set[str]) -> None:
        """Rows that are gone, and rows of a stale copy that was saved back: their write number is older."""
        shown = rows.shown(db)
        written = {d.number: f"{d.tag}.{shown[d.number][0]}" for d in drafts.listed(db) if d.number in shown}
        rows.forget(db, [number for number, draft_id in written.items() if draft_id not in present])


def digest(row: SheetRow) -> str:
    """Of what a person sees; the write number is not part of it."""
    plain = asdict(replace(row, draft_id=row.draft_id.partition(".")[0]))
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def _record(db: Database, written: Sequence[tuple[int, int, str]]) -> None:
    for number, write, shown in written:
        rows.record(db, number, write, shown)
