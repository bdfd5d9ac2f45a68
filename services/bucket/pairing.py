"""Keeps in the store which files belong together, anew after each scan that changed something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from services.bucket.pairs import Named, belongings
from services.model.asset import Category
from services.model.footage import Mapped
from services.store import Store, footage


class Pairing:
    """``mapped`` reads, in a thread, which files the brand says show one and the same object."""

    def __init__(self, store: Store, mapped: Callable[[], Sequence[Mapped]]) -> None:
        self._store = store
        self._mapped = mapped
        self._made_from: object = None

    async def renew(self, changes: int) -> None:
        """``changes`` counts what scans of this process changed; the same again is no work."""
        mapped = await asyncio.to_thread(self._mapped)
        if (made_from := (changes, mapped)) == self._made_from:
            return
        files = [Named(i, Category(c), *where) for i, c, *where in await self._store.do(footage.shown)]
        found = await asyncio.to_thread(belongings, files, mapped)
        await self._store.do(footage.set_kin, {i: (b.piece, b.role, b.object) for i, b in found.items()})
        self._made_from = made_from
