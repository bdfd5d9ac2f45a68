"""Proposals to drafts: one attempt at a time (bot/reconcilers/attempts.py), followed to its end.

Key: draft number.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers.attempts import Attempts
from bot.reconcilers.filing import file_result
from services.errors import Refused, Unavailable
from services.log import get_logger
from services.model.draft import Draft, Rendered, State
from services.ports import RenderStatus
from services.store import drafts, guards, jobs, journal, revisions
from services.store.guards import RenderGuard
from services.store.journal import Kind

log = get_logger(__name__)

MAX_FAILURES = 2  # a render that fails twice by its own fault will fail again
PROGRESS_SECONDS = 0.5
_WORKING = (State.PROPOSED, State.RENDERING)


class Render:
    name = "render"

    def __init__(self, op: Operator) -> None:
        self._op = op
        self._attempts = Attempts(op)

    @property
    def limit(self) -> int:
        return self._op.services.renderer.at_once

    async def due(self) -> Mapping[str, float]:
        return dict.fromkeys(await self._op.store.do(_due), 0.0)

    async def step(self, key: str) -> None:
        store, number = self._op.store, int(key)
        draft = await store.do(drafts.get, number)
        if draft.state not in _WORKING:
            await self._cancel(draft)
            return
        if draft.state is State.PROPOSED:
            await store.do(drafts.move, number, State.PROPOSED, State.RENDERING, now=self._op.now())
        guard = None
        try:
            guard = await self._attempts.begin(draft, self._op.services.renderer)
        except Refused as error:
            await store.do(_fail, draft, error.message, self._op.now(), final=True)
        if guard is not None:
            await self._follow(draft, guard)

    async def _follow(self, draft: Draft, guard: RenderGuard) -> None:
        store, renderer = self._op.store, self._op.services.renderer
        assert guard.handle is not None
        last, written = RenderStatus("gone"), 0.0
        async for last in renderer.follow(guard.handle):
            if time.monotonic() - written >= PROGRESS_SECONDS:
                written = time.monotonic()
                if not await store.do(_note_progress, draft, guard.key, last):
                    await renderer.cancel(guard.handle)
                    await store.do(guards.set_render, guard.key, state="cancelled")
                    return
        if last.state == "done":
            await self._file(draft, guard)
        elif last.state == "failed":
            await store.do(_end, guard.key, last.message, self._op.now())
            await store.do(_fail, draft, last.message, self._op.now(), final=last.final)
            await renderer.cancel(guard.handle)
        else:  # gone: the operator died under it, which is not the movie's fault
            await store.do(guards.set_render, guard.key, state="gone", message=last.message)
            await renderer.cancel(guard.handle)  # what it left behind only takes room
            # Not counted, but not tried at once either: something may be killing every child.
            raise Unavailable(last.message or "The render left no trace; it is started again.")

    async def _file(self, draft: Draft, guard: RenderGuard) -> None:
        """Bring the result into the drafts folder, then record it and the new state together."""
        assert guard.handle is not None
        op, renderer = self._op, self._op.services.renderer
        try:
            rendered, contents, note = await file_result(op, draft, renderer, guard.handle)
        except Refused as error:
            await op.store.do(_end, guard.key, error.message, op.now())
            await op.store.do(_fail, draft, error.message, op.now(), final=True)
        else:
            await op.store.do(_record, draft, guard.key, rendered, contents, note, op.now())
        await renderer.cancel(guard.handle)

    async def _cancel(self, draft: Draft) -> None:
        """A proposal denied while it was rendered: stop, and keep nothing half-made."""
        renderer = self._op.services.renderer
        guard = await self._op.store.do(guards.open_render, draft.number, draft.revision, renderer.name)
        if guard is None:
            return
        if guard.handle is not None:
            await renderer.cancel(guard.handle)
        await self._op.store.do(guards.set_render, guard.key, state="cancelled")


def _due(db: Database) -> list[str]:
    working = [draft.number for draft in reversed(drafts.standings(db, states=_WORKING))]
    return [str(number) for number in (*guards.renders_to_stop(db), *working)]


def _note_progress(db: Database, draft: Draft, key: str, status: RenderStatus) -> bool:
    """Write how far it is to the guard and the job; False when the draft is no longer wanted."""
    if drafts.get(db, draft.number).state is not State.RENDERING:
        return False
    guards.set_render(db, key, progress=status.progress, message=status.message)
    _note_job(db, draft, status.progress)
    return True


def _note_job(db: Database, draft: Draft, fraction: float) -> None:
    if draft.job is None:
        return
    siblings = drafts.standings(db, job=draft.job)
    ready = sum(d.state not in _WORKING for d in siblings)
    jobs.progress(db, draft.job, "rendering", ready + fraction, len(siblings), draft.title)


def _record(
    db: Database, draft: Draft, key: str, rendered: Rendered, contents: dict[str, str], note: str,
    now: datetime,
) -> None:  # fmt: skip
    guards.set_render(db, key, state="done", progress=1.0, finished_at=now.isoformat())
    drafts.set_rendered(db, draft.number, draft.revision, rendered, contents)
    # Denied and taken back while it was rendered: this is the video that was waited for.
    drafts.move(db, draft.number, State.PROPOSED, State.RENDERING, now=now)
    if drafts.move(db, draft.number, State.RENDERING, State.DRAFT, now=now):
        text = f"rendered in {rendered.wall_seconds:.0f} s" + (f": {note}" if note else "")
        journal.about(db, draft, Kind.STATE, now=now, text=text)
    _note_job(db, draft, 0.0)


def _end(db: Database, key: str, message: str, now: datetime) -> None:
    guards.set_render(db, key, state="failed", message=message, finished_at=now.isoformat())


def _fail(db: Database, draft: Draft, message: str, now: datetime, final: bool = False) -> None:
    """An attempt has failed; the last one takes the draft along."""
    log.warning("draft %s: render failed: %s", draft.number, message)
    if final or guards.failures(db, draft.number, draft.revision) >= MAX_FAILURES:
        if not revisions.take_back(db, draft, message, now=now):
            drafts.move(db, draft.number, State.RENDERING, State.FAILED, now=now, reason=message)
            journal.about(db, draft, Kind.STATE, now=now, text=f"render failed: {message}", failed=True)
        _note_job(db, draft, 0.0)
