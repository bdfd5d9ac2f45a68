"""The sheet shows the store, and what people write into it is taken: one read, then what it needs.

One key. Edits become votes, captions and notes (bot/reconcilers/sheet_edits.py); then every draft with a
word has its row, written only when the store changed, when a person's words were dealt with, or when the row
was lost, copied or an old one. Cells of ours that a program spelt anew are right again with the next write.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlite_utils import Database

from bot.operator import Operator, draft_folder
from bot.reconcilers import sheet_edits
from services.errors import OperatorError
from services.model.draft import Draft, State
from services.ports import SheetRow
from services.sheet import inbox
from services.sheet.inbox import Inbox
from services.store import drafts, rows
from services.store.rows import Base, Shown

KEY = "rows"
PRINTS_KEPT = 5000
GLANCE_SECONDS = 2.0  # how often a sheet that can tell is asked whether it was saved


@dataclass(frozen=True, slots=True)
class _Write:
    """A row to be written, and what its number will stand for."""

    row: SheetRow
    base: Base


class Sheet:
    name = "sheet"
    limit = 1

    def __init__(self, op: Operator) -> None:
        self._op = op
        self._looked: float | None = None  # when it was last read, monotonic
        self._failed = False
        self._case = 0
        self._known: tuple[asyncio.Event, str, bool] | None = None
        self._prints: dict[tuple[object, ...], str] = {}

    async def due(self) -> Mapping[str, float]:
        """Now, if the store has something to write or the sheet something to read; else when to look."""
        changed = await self._op.services.sheet.changed()
        if self._failed and changed:
            # Saved since it could not be read or written: a new case, not one that waits for its turn.
            self._failed = False
            self._case += 1
        key = f"{KEY}-{self._case}" if self._case else KEY
        if changed or self._looked is None or await self._to_do():
            return {key: 0.0}
        rest = max(0.0, self._looked + self._op.options.poll_interval.total_seconds() - time.monotonic())
        return {key: rest if changed is None else min(rest, GLANCE_SECONDS)}

    async def step(self, key: str) -> None:
        try:
            await self._step()
        except OperatorError:
            self._failed = True
            raise

    async def _step(self) -> None:
        sheet, store = self._op.services.sheet, self._op.store
        read = await sheet.read()
        self._looked = time.monotonic()
        found = await store.do(_compare, read)
        for edit in found.edits:  # a transaction for each draft: caption first, then the Status bound to it
            await store.do(sheet_edits.take, edit, target=self._op.target, now=self._op.now())
        await store.do(sheet_edits.settle, found, now=self._op.now())
        writes = await store.do(self._intend)
        if writes:
            written = await sheet.write([write.row for write in writes], over=found.order)
            await store.do(_record, [write for write in writes if write.row.draft_id in written])

    async def _to_do(self) -> bool:
        """Whether the store has anything for the sheet. Asked every few seconds, computed after changes."""
        event, target = self._op.store.next_change(), self._op.target
        if self._known is None or self._known[0] is not event or self._known[1] != target:
            self._known = event, target, await self._op.store.do(self._anything)
        return self._known[2]

    def _anything(self, db: Database) -> bool:
        return bool(sheet_edits.ready(db)) or bool(self._changed(db))

    def _intend(self, db: Database) -> list[_Write]:
        """Commit the numbers of all rows to be written, before they are."""
        writes = self._changed(db)
        for write in writes:
            rows.intend(db, write.base)
        return writes

    def _changed(self, db: Database) -> list[_Write]:
        """The row of each draft the sheet does not show as it is."""
        shown = rows.shown(db)
        found = []
        for draft in reversed(drafts.listed(db)):
            row = shown.get(draft.number, Shown())
            if not draft.word or (draft.rendered is None and draft.cleared is None and not row.number):
                continue  # a row comes with the video: a proposal denied before has none
            if row.waiting:
                continue  # the person's word stands until a publish is cleared up
            write = self._write(db, draft, row)
            if write.base.digest != row.digest:
                found.append(write)
        return found

    def _print(self, db: Database, draft: Draft) -> str:
        """Its fingerprint, hashed once for what it is made of: a movie and its media change by rendering."""
        key = draft.number, draft.revision, draft.caption, draft.rendered, self._op.target
        if key not in self._prints:
            if len(self._prints) >= PRINTS_KEPT:
                self._prints.clear()
            self._prints[key] = drafts.print_of(db, draft, self._op.target)
        return self._prints[key]

    def _write(self, db: Database, draft: Draft, shown: Shown) -> _Write:
        folder = draft_folder(self._op.drafts_dir, draft.number, draft.tag, draft.revision)
        video = (folder / draft.rendered.video).as_uri() if draft.rendered and not draft.cleared else ""
        row = SheetRow(
            draft_id=draft.tag,
            status=draft.word,
            number=draft.number,
            produced=draft.created.astimezone(self._op.options.timezone).date().isoformat(),
            caption=draft.caption,
            link=draft.permalink or video,
            strategy=draft.strategy,
        )
        cells = {key: value for key, value in asdict(row).items() if key not in ("draft_id", "encoding")}
        # What an approval of the row is bound to belongs to what its number stands for.
        bound = "" if draft.state is State.POSTED else self._print(db, draft)
        digest = _digest([draft.tag, draft.revision, bound, cells])
        number = rows.number_for(db, draft.number, shown, digest) if digest != shown.digest else shown.number
        base = Base(
            draft=draft.number,
            number=number,
            revision=draft.revision,
            fingerprint=bound,
            status=cells.pop("status"),
            caption=cells.pop("caption"),
            cells=cells,
            digest=digest,
        )
        return _Write(SheetRow(**{**asdict(row), "draft_id": f"{draft.tag}.{number}"}), base)


def _compare(db: Database, read: Sequence[SheetRow]) -> Inbox:
    tags = rows.tags(db)
    return inbox.compare(
        read, tags=tags, shown=rows.shown(db), bases=rows.bases(db, inbox.wanted_bases(read, tags))
    )


def _record(db: Database, written: Sequence[_Write]) -> None:
    for write in written:
        rows.record(db, write.base.draft, write.base.number, write.base.digest)


def _digest(shown: object) -> str:
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()
