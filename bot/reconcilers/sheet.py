"""The sheet shows the store, and what people write into it is taken: one read, then what it needs.

One key. Edits become votes, captions and notes (bot/reconcilers/sheet_edits.py); then every draft with a
word has its row, written only when the store changed, when a person's words were dealt with, or when the row
was lost, copied or an old one. Cells of ours that a program spelt anew are right again with the next write.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from bot.operator import Operator, draft_folder, filed_name
from bot.reconcilers import sheet_edits
from services.errors import OperatorError
from services.model.draft import State
from services.ports import SheetRow
from services.sheet import inbox
from services.sheet.inbox import Inbox
from services.store import Store, drafts, rows, touched
from services.store.rows import Base, Source

KEY = "rows"
GLANCE_SECONDS = 2.0  # how often a sheet that can tell is asked whether it was saved
# While the operator runs, so many writes come at once, and then one in so many seconds: the more there is
# to write, the more one of them holds. Google lets 60 reads a minute, and a write comes with three; a sheet
# that can tell whether it was saved is a file.
AT_ONCE, GAP, FILE_SECONDS, LINE_SECONDS = 6, 0.5, 1.0, 5.0


@dataclass(frozen=True, slots=True)
class _Write:
    """A row to be written, and what its number will stand for."""

    row: SheetRow
    base: Base


class Sheet:
    name = "sheet"
    limit = 1

    def __init__(self, op: Operator, clock: Callable[[], float] = time.monotonic) -> None:
        self._op, self._clock = op, clock
        self._looked: float | None = None  # when it was last read
        self._wrote = float("-inf")
        self._left = float(AT_ONCE)  # writes that may come at once
        self._each = LINE_SECONDS
        self._failed = False
        self._case = 0
        # What was compared with the rows: all of this store touched until then, bound to this target.
        self._compared: tuple[Store, str, int] | None = None
        self._unshown: frozenset[int] = frozenset()  # drafts of that whose rows are not as they should be

    async def due(self) -> Mapping[str, float]:
        """Now, if the store has something to write or the sheet something to read; else when to look."""
        changed = await self._op.services.sheet.changed()
        if self._failed and changed:
            # Saved since it could not be read or written: a new case, not one that waits for its turn.
            self._failed = False
            self._case += 1
        key = f"{KEY}-{self._case}" if self._case else KEY
        self._each = LINE_SECONDS if changed is None else FILE_SECONDS
        if changed or self._looked is None:
            return {key: 0.0}
        if await self._op.store.do(self._anything):
            return {key: self._pause() if self._op.live else 0.0}
        rest = max(0.0, self._looked + self._op.options.poll_interval.total_seconds() - self._clock())
        return {key: rest if changed is None else min(rest, GLANCE_SECONDS)}

    def _pause(self) -> float:
        """Seconds until the next write, so that those of a while are one."""
        return max(0.0, self._wrote + max(GAP, (1 - self._left) * self._each) - self._clock())

    async def step(self, key: str) -> None:
        try:
            await self._step()
        except OperatorError:
            self._failed = True
            raise

    async def _step(self) -> None:
        sheet, store = self._op.services.sheet, self._op.store
        read = await sheet.read()
        self._looked = self._clock()
        found = await store.do(_compare, read)
        for edit in found.edits:  # a transaction for each draft: caption first, then the Status bound to it
            await store.do(sheet_edits.take, edit, target=self._op.target, now=self._op.now())
        await store.do(sheet_edits.settle, found, now=self._op.now())
        writes = await store.do(self._intend)
        if writes:
            now = self._clock()
            self._left = max(0.0, min(AT_ONCE, self._left + (now - self._wrote) / self._each) - 1)
            self._wrote = now
            written = await sheet.write([write.row for write in writes], over=found.order)
            await store.do(_record, [write for write in writes if write.row.draft_id in written])

    def _anything(self, db: Database) -> bool:
        """Whether the store has anything for the sheet."""
        return bool(rows.cleared_up(db)) or bool(self._changed(db))

    def _intend(self, db: Database) -> list[_Write]:
        """Commit the numbers of all rows to be written, before they are."""
        writes = [self._write(db, source, row, digest) for source, row, digest in self._changed(db)]
        for write in writes:
            rows.intend(db, write.base)
        return writes

    def _changed(self, db: Database) -> list[tuple[Source, SheetRow, str]]:
        """Each draft the sheet does not show as it is, the row it should have, and that row's digest.

        Only drafts that were touched since the last time can have become such, but for the first time.
        """
        store, target, looked_at = self._op.store, self._op.target, self._unshown
        if self._compared is None or self._compared[:2] != (store, target):
            latest, found = touched.since(db, 0)[0], rows.sources(db)
        else:
            latest, lately = touched.since(db, self._compared[2])
            looked_at |= lately
            found = rows.sources(db, looked_at) if looked_at else []
        changed = []
        for source in found:
            if source.row.waiting:
                continue  # the person's word stands until a publish is cleared up
            row = self._row(source)
            digest = self._digest(source, row)
            if digest != source.row.digest:
                changed.append((source, row, digest))
        self._compared = store, target, latest
        self._unshown = frozenset(source.draft for source, _, _ in changed)
        return changed

    def _row(self, source: Source) -> SheetRow:
        folder = draft_folder(self._op.drafts_dir, source.draft, source.tag, source.revision)
        video = ""
        if source.rendered and not source.cleared and not source.permalink:
            video = (folder / json.loads(source.rendered)["video"]).as_uri()
            if self._op.options.drafts_at:
                name = filed_name(source.draft, source.tag, source.revision)
                video = f"{self._op.options.drafts_at}{name}"
        return SheetRow(
            draft_id=source.tag,
            status=source.word,
            number=source.draft,
            produced=source.created.astimezone(self._op.options.timezone).date().isoformat(),
            caption=source.caption,
            link=source.permalink or video,
            strategy=source.strategy,
        )

    def _digest(self, source: Source, row: SheetRow) -> str:
        """Of the row, and of what an approval of it is bound to: that belongs to what its number stands for.

        A movie never changes within a revision, and what it is made of only by rendering: so the facts of the
        video stand for them.
        """
        bound = "" if source.state is State.POSTED else [source.rendered, self._op.target]
        shown = [source.tag, source.revision, bound, _cells(row)]
        return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()

    def _write(self, db: Database, source: Source, row: SheetRow, digest: str) -> _Write:
        number = rows.number_for(db, source.draft, source.row, digest)
        draft = drafts.get(db, source.draft)
        cells = _cells(row)
        base = Base(
            draft=source.draft,
            number=number,
            revision=source.revision,
            fingerprint="" if draft.state is State.POSTED else drafts.print_of(db, draft, self._op.target),
            status=cells.pop("status"),
            caption=cells.pop("caption"),
            cells=cells,
            digest=digest,
        )
        return _Write(replace(row, draft_id=f"{source.tag}.{number}"), base)


def _compare(db: Database, read: Sequence[SheetRow]) -> Inbox:
    tags = rows.tags(db)
    return inbox.compare(
        read, tags=tags, shown=rows.shown(db), bases=rows.bases(db, inbox.wanted_bases(read, tags))
    )


def _record(db: Database, written: Sequence[_Write]) -> None:
    for write in written:
        rows.record(db, write.base.draft, write.base.number, write.base.digest)


def _cells(row: SheetRow) -> dict[str, Any]:
    """The cells by field of SheetRow, but for the Draft id."""
    return {
        "status": row.status,
        "number": row.number,
        "produced": row.produced,
        "caption": row.caption,
        "link": row.link,
        "strategy": row.strategy,
    }
