"""Attempts at a render by one renderer, each guarded by a row that is committed before it starts.

What a crash or an unclear answer leaves: a guard with a handle is followed again; one without is looked for
by its key, once the abandoned call can no longer take effect, and never submitted twice under it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from sqlite_utils import Database

from bot.operator import Operator
from services.errors import CreditUsedUp, Misconfigured, Refused
from services.model.draft import Draft
from services.ports import Renderer, RenderRequest
from services.store import guards, media
from services.store.guards import RenderGuard


class Attempts:
    def __init__(self, op: Operator) -> None:
        self._op = op
        # Of this process alone: a restart settles in full.
        self._left: dict[str, float] = {}  # key → when a submit() of it was given up, monotonic

    async def begin(self, draft: Draft, renderer: Renderer) -> RenderGuard | None:
        """The attempt under way, or a new one; None when the one there left no trace: the next step decides.

        Refused, CreditUsedUp and Misconfigured mean that this attempt is over and nothing was started.
        """
        store = self._op.store
        guard = await store.do(_under_way, draft, renderer)
        if guard is not None and guard.handle is None:
            return await self._looked_for(guard, renderer)
        if guard is not None:
            return guard
        keys = await store.do(keys_of, draft)
        guard = await store.do(
            guards.intend_render,
            draft.number,
            draft.tag,
            draft.revision,
            now=self._op.now(),
            renderer=renderer.name,
        )
        try:
            handle = await renderer.submit(RenderRequest(guard.key, draft.movie, keys))
        except Refused as error:
            await store.do(guards.set_render, guard.key, state="failed", message=error.message)
            raise
        except (CreditUsedUp, Misconfigured) as error:  # not the movie's fault, so not counted
            await store.do(guards.set_render, guard.key, state="gone", message=error.message)
            raise
        finally:
            self._left[guard.key] = time.monotonic()
        await store.do(guards.set_render, guard.key, state="running", handle=handle)
        del self._left[guard.key]
        return replace(guard, handle=handle)

    async def _looked_for(self, guard: RenderGuard, renderer: Renderer) -> RenderGuard | None:
        """Its answer was lost: settle, look, and only then say that there is none."""
        left = self._left.setdefault(guard.key, time.monotonic())
        await asyncio.sleep(max(0.0, left + renderer.settle - time.monotonic()))
        handle = await renderer.find(guard.key, guard.intent_at)
        self._left.pop(guard.key, None)
        if handle is None:
            await self._op.store.do(guards.set_render, guard.key, state="gone")
            return None
        await self._op.store.do(guards.set_render, guard.key, state="running", handle=handle)
        return replace(guard, handle=handle)


def keys_of(db: Database, draft: Draft) -> dict[str, str]:
    """asset id → bucket key, of what the draft uses."""
    return {asset: known.file.key for asset, known in media.by_ids(db, draft.assets).items()}


def _under_way(db: Database, draft: Draft, renderer: Renderer) -> RenderGuard | None:
    """Also one that was paid for and left alone when it was not wanted: it is wanted again."""
    guard = guards.open_render(db, draft.number, draft.revision, renderer.name)
    if guard is None and renderer.purse is not None:
        guard = guards.bought_render(db, draft.number, draft.revision, renderer.name)
        if guard is not None:
            guards.set_render(db, guard.key, state="running")
    return guard
