"""Approved drafts to their final render, where what was reviewed is a preview (RENDER_PREVIEW=local).

Key: draft number. The final has the same movie. If the preview showed all of it the approval stands; if it
could not, the draft comes back for one more look (votes, rules 6 and 7). A render that was bought is fetched
and kept whatever the votes say meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers.attempts import Attempts
from bot.reconcilers.filing import file_result
from bot.reconcilers.render import MAX_FAILURES, PROGRESS_SECONDS
from bot.views import final_in
from services.errors import CreditUsedUp, Refused, Unavailable
from services.log import get_logger
from services.model.draft import Draft, Rendered, State
from services.ports import Renderer, RenderStatus
from services.store import ballot, drafts, facts, guards, journal
from services.store.guards import RenderGuard
from services.store.journal import Kind

log = get_logger(__name__)

ALIKE = 1.0  # seconds by which a final may differ from its preview without a word: coders round
_KEPT = (State.DRAFT, State.DENIED)  # not wanted now, but what was bought may be again


class Finalise:
    name = "finalise"

    def __init__(self, op: Operator) -> None:
        self._op = op
        self._attempts = Attempts(op)

    @property
    def limit(self) -> int:
        final = self._op.services.final
        return final.at_once if final else 1

    async def due(self) -> Mapping[str, float]:
        return await self._op.store.do(self._due)

    def _due(self, db: Database) -> dict[str, float]:
        due = {str(d.number): 0.0 for d in drafts.standings(db, states=[State.FINALISING])}
        due |= {str(number): 0.0 for number, _ in self._left_over(db)}
        final = self._op.services.final
        if final is None:
            return due
        due |= {str(number): 0.0 for number in guards.rendering_of(db, final.name, _KEPT)}
        if facts.get(db, facts.PAUSED) is None:
            waiting = drafts.previews(db, final.name)
            for draft in drafts.standings(db, states=[State.APPROVED]):
                if draft.number in waiting:
                    due[str(draft.number)] = final_in(self._op, draft)
        return due

    def _left_over(self, db: Database) -> list[tuple[int, str]]:
        services = self._op.services
        names = [renderer.name for renderer in (services.renderer, services.final) if renderer]
        return guards.left_over(db, names, services.final.name if services.final else "")

    def _leave(self, db: Database, number: int) -> None:
        """What was bought and is not waited for any more may be again: it is kept in mind, not followed."""
        for draft, key in self._left_over(db):
            if draft == number:
                guards.set_render(db, key, state="cancelled")

    async def step(self, key: str) -> None:
        op, number = self._op, int(key)
        await op.store.do(self._leave, number)
        draft = await op.store.do(drafts.get, number)
        final = op.services.final
        if draft.rendered is None:
            return
        if final is None or draft.rendered.renderer == final.name:
            await op.store.do(_let_go, number, op.target, op.now())
        elif draft.state in (State.FINALISING, *_KEPT) or await op.store.do(self._begins, number):
            await self._finalise(await op.store.do(drafts.get, number), final)

    def _begins(self, db: Database, number: int) -> bool:
        """The votes are asked once more: money is spent on what they want now."""
        draft = ballot.follow(db, number, target=self._op.target, now=self._op.now())
        due = self._due(db).get(str(number))
        if draft.state is not State.APPROVED or due is None or due > 0:
            return False
        return drafts.move(db, number, State.APPROVED, State.FINALISING, now=self._op.now())

    async def _finalise(self, draft: Draft, final: Renderer) -> None:
        op = self._op
        if draft.state in _KEPT:
            guard = await op.store.do(guards.open_render, draft.number, draft.revision, final.name)
            if guard is None:
                return
        try:
            guard = await self._attempts.begin(draft, final)
        except (Refused, CreditUsedUp) as error:
            await op.store.do(_fail, draft, str(error), op.now())
            return
        if guard is not None:
            await self._follow(draft, guard, final)

    async def _follow(self, draft: Draft, guard: RenderGuard, final: Renderer) -> None:
        op, store = self._op, self._op.store
        assert guard.handle is not None
        last, written = RenderStatus("gone"), 0.0
        async for last in final.follow(guard.handle):
            if time.monotonic() - written >= PROGRESS_SECONDS:
                written = time.monotonic()
                await store.do(guards.set_render, guard.key, progress=last.progress, message=last.message)
        if last.state == "done":
            await self._file(draft, guard, final)
            return
        ended = "failed" if last.state == "failed" else "gone"
        await store.do(guards.set_render, guard.key, state=ended, message=last.message)
        await final.cancel(guard.handle)
        if ended == "gone":
            raise Unavailable(last.message or "The final render left no trace; it is started again.")
        failures = await store.do(guards.failures, draft.number, draft.revision, final.name)
        if last.final or failures >= MAX_FAILURES:
            await store.do(_fail, draft, last.message, op.now())

    async def _file(self, draft: Draft, guard: RenderGuard, final: Renderer) -> None:
        op = self._op
        assert guard.handle is not None
        try:
            rendered, contents, note = await file_result(op, draft, final, guard.handle, final=True)
        except Refused as error:
            await op.store.do(guards.set_render, guard.key, state="failed", message=error.message)
            await op.store.do(_fail, draft, error.message, op.now())
        else:
            await op.store.do(_record, draft, guard.key, rendered, contents, note, op.target, op.now())
        await final.cancel(guard.handle)


def _record(
    db: Database, draft: Draft, key: str, rendered: Rendered, contents: dict[str, str], note: str,
    target: str, now: datetime,
) -> None:  # fmt: skip
    """The final takes the preview's place, and the votes decide on what is there now."""
    guards.set_render(db, key, state="done", progress=1.0, finished_at=now.isoformat())
    current = drafts.get(db, draft.number)
    if current.revision != draft.revision or current.rendered is None:
        return  # it was revised meanwhile: nobody waits for this one
    preview = current.rendered
    final = replace(rendered, reviewed=preview.reviewed or preview.sha256)
    drafts.set_rendered(db, draft.number, draft.revision, final, contents)
    length = _other_length(preview, final)
    told = [part for part in (note, length) if part]
    text = f"the final video is there{': ' if told else ''}{'; '.join(told)}"
    journal.about(db, current, Kind.STATE, now=now, text=text)
    before = current.state
    current = ballot.follow(db, draft.number, target=target, now=now, reopen=before is State.FINALISING)
    if before is State.FINALISING and current.state is State.DRAFT and preview.approximations:
        reason = "the final video shows what the preview could not: look at it, and approve it again"
        drafts.put(db, draft.number, reason=f"{reason} ({length})" if length else reason)
    elif length and current.state in (State.APPROVED, State.DRAFT):
        # Said on the card: the approval stands, as the movie is the same (votes, rule 7).
        drafts.put(db, draft.number, reason=length)


def _other_length(preview: Rendered, final: Rendered) -> str:
    """What a person should know who reviewed the preview; "" if it is as long."""
    if abs(final.duration - preview.duration) <= ALIKE:
        return ""
    return f"the final video lasts {final.duration:.1f} s, its preview {preview.duration:.1f} s"


def _fail(db: Database, draft: Draft, message: str, now: datetime) -> None:
    """No final can be had. Where the votes changed meanwhile, the draft stays what they made of it."""
    log.warning("draft %s: its final render failed: %s", draft.number, message)
    reason = f"The final video could not be made. {message}"
    if drafts.move(
        db,
        draft.number,
        State.FINALISING,
        State.FAILED,
        now=now,
        reason=reason,
        last_word=draft.word,
        post_now=0,
    ):
        journal.about(db, draft, Kind.STATE, now=now, text=f"final render failed: {message}", failed=True)


def _let_go(db: Database, number: int, target: str, now: datetime) -> None:
    """Nothing is to be finalised (any more): the votes decide."""
    if drafts.get(db, number).state is State.FINALISING:
        ballot.follow(db, number, target=target, now=now, reopen=True)
