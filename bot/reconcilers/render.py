"""Proposals to drafts: one attempt at a time, each guarded by a row that is committed before it starts.

Key: draft number. What a crash leaves: a guard with a handle is followed again; a guard without one is
looked for by its key and never submitted twice under it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.operator import Operator, draft_folder, filed_name
from services import files
from services.errors import Refused, Unavailable
from services.log import get_logger
from services.model.draft import Draft, Rendered, State
from services.ports import RenderFiles, RenderRequest, RenderStatus
from services.store import drafts, guards, jobs, journal, media, revisions
from services.store.guards import RenderGuard
from services.store.journal import Kind

log = get_logger(__name__)

MAX_FAILURES = 2  # a render that fails twice by its own fault will fail again
PROGRESS_SECONDS = 0.5
SHORTEST = 2.0  # seconds; what is shorter is no video anybody meant to make
_WORKING = (State.PROPOSED, State.RENDERING)


class Render:
    name = "render"
    limit = 1  # one render uses every core

    def __init__(self, op: Operator) -> None:
        self._op = op

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
        guard = await self._begin(draft)
        if guard is not None:
            await self._follow(draft, guard)

    async def _begin(self, draft: Draft) -> RenderGuard | None:
        """The attempt under way, or a new one; None when this one left no trace and the next step decides."""
        store, renderer = self._op.store, self._op.services.renderer
        guard = await store.do(guards.open_render, draft.number, draft.revision)
        if guard is not None and guard.handle is None:
            handle = await renderer.find(guard.key)
            if handle is None:
                await store.do(guards.set_render, guard.key, state="gone")
                return None
            await store.do(guards.set_render, guard.key, state="running", handle=handle)
            return replace(guard, handle=handle)
        if guard is not None:
            return guard
        keys = await store.do(_keys, draft)
        guard = await store.do(
            guards.intend_render, draft.number, draft.tag, draft.revision, now=self._op.now()
        )
        try:
            handle = await renderer.submit(RenderRequest(guard.key, draft.movie, keys))
        except Refused as error:
            await store.do(_fail, draft, guard.key, error.message, self._op.now(), final=True)
            return None
        await store.do(guards.set_render, guard.key, state="running", handle=handle)
        return replace(guard, handle=handle)

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
            await store.do(_fail, draft, guard.key, last.message, self._op.now())
            await renderer.cancel(guard.handle)
        else:  # gone: the operator died under it, which is not the movie's fault
            await store.do(guards.set_render, guard.key, state="gone", message=last.message)
            await renderer.cancel(guard.handle)  # what it left behind only takes room
            # Not counted, but not tried at once either: something may be killing every child.
            raise Unavailable(last.message or "The render left no trace; it is started again.")

    async def _file(self, draft: Draft, guard: RenderGuard) -> None:
        """Bring the result into the drafts folder, then record it and the new state together."""
        assert guard.handle is not None
        op, services = self._op, self._op.services
        result = await services.renderer.collect(guard.handle)
        if result.duration < SHORTEST:
            words = f"The video lasts only {result.duration:.1f} s."
            await op.store.do(_fail, draft, guard.key, words, op.now(), final=True)
            await services.renderer.cancel(guard.handle)
            return
        folder = draft_folder(op.drafts_dir, draft.number, draft.tag, draft.revision)
        digest = await asyncio.to_thread(_install, result, folder)
        await services.bucket.put(
            folder / "video.mp4", filed_name(draft.number, draft.tag, draft.revision), "video/mp4"
        )
        contents = await self._contents(draft)
        rendered = Rendered(
            video="video.mp4",
            preview="preview.mp4",
            cover="cover.jpg",
            storyboard="storyboard.jpg",
            duration=result.duration,
            size=(folder / "video.mp4").stat().st_size,
            sha256=digest,
            renderer=services.renderer.name,
            approximations=result.approximations,
            cpu_seconds=result.cpu_seconds,
            wall_seconds=result.wall_seconds,
            thumbnails="thumbnails.jpg" if result.thumbnails else "",
            segments=result.segments,
            cached=result.cached,
        )
        await op.store.do(_record, draft, guard.key, rendered, contents, op.now())
        await services.renderer.cancel(guard.handle)

    async def _contents(self, draft: Draft) -> dict[str, str]:
        """asset id → sha256 of what it is made of; "" for what a person removed while it was rendered."""
        contents: dict[str, str] = {}
        for asset, key in (await self._op.store.do(_keys, draft)).items():
            try:
                path = await self._op.services.bucket.fetch(key)
                contents[asset] = await asyncio.to_thread(files.sha256, path)
            except (Refused, OSError) as error:
                log.warning("draft %s: %r is gone since it was rendered: %s", draft.number, key, error)
                contents[asset] = ""
        return contents

    async def _cancel(self, draft: Draft) -> None:
        """A proposal denied while it was rendered: stop, and keep nothing half-made."""
        guard = await self._op.store.do(guards.open_render, draft.number, draft.revision)
        if guard is None:
            return
        if guard.handle is not None:
            await self._op.services.renderer.cancel(guard.handle)
        await self._op.store.do(guards.set_render, guard.key, state="cancelled")


def _due(db: Database) -> list[str]:
    working = [draft.number for draft in reversed(drafts.standings(db, states=_WORKING))]
    return [str(number) for number in (*guards.renders_to_stop(db), *working)]


def _keys(db: Database, draft: Draft) -> dict[str, str]:
    """asset id → bucket key, of what the draft uses."""
    return {asset: known.file.key for asset, known in media.by_ids(db, draft.assets).items()}


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
    db: Database, draft: Draft, key: str, rendered: Rendered, contents: dict[str, str], now: datetime
) -> None:
    guards.set_render(db, key, state="done", progress=1.0, finished_at=now.isoformat())
    drafts.set_rendered(db, draft.number, draft.revision, rendered, contents)
    # Denied and taken back while it was rendered: this is the video that was waited for.
    drafts.move(db, draft.number, State.PROPOSED, State.RENDERING, now=now)
    if drafts.move(db, draft.number, State.RENDERING, State.DRAFT, now=now):
        text = f"rendered in {rendered.wall_seconds:.0f} s"
        journal.about(db, draft, Kind.STATE, now=now, text=text)
    _note_job(db, draft, 0.0)


def _fail(db: Database, draft: Draft, key: str, message: str, now: datetime, final: bool = False) -> None:
    guards.set_render(db, key, state="failed", message=message, finished_at=now.isoformat())
    log.warning("draft %s: render failed: %s", draft.number, message)
    if final or guards.failures(db, draft.number, draft.revision) >= MAX_FAILURES:
        if not revisions.take_back(db, draft, message, now=now):
            drafts.move(db, draft.number, State.RENDERING, State.FAILED, now=now, reason=message)
            journal.about(db, draft, Kind.STATE, now=now, text=f"render failed: {message}")
        _note_job(db, draft, 0.0)


def _install(result: RenderFiles, folder: Path) -> str:
    """Copy the files under their fixed names; answers the video's sha256."""
    for source, name in (
        (result.video, "video.mp4"),
        (result.preview, "preview.mp4"),
        (result.cover, "cover.jpg"),
        (result.storyboard, "storyboard.jpg"),
    ):
        files.copy(source, folder / name)
    if result.thumbnails is not None:
        files.copy(result.thumbnails, folder / "thumbnails.jpg")
    return files.sha256(folder / "video.mp4")
