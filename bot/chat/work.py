"""What a chat's surface began and has not ended, and what it was told already."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Hashable
from typing import Any
from weakref import WeakValueDictionary

from bot.reply import for_error
from services.log import get_logger

log = get_logger(__name__)

_REMEMBERED = 2000  # things told that are not taken twice


class Work:
    """``name`` is the chat's, for the log."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[None]] = set()
        self._taken: OrderedDict[Hashable, None] = OrderedDict()
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def first(self, id_: Hashable) -> bool:
        """Whether this was not told before: chats tell some things twice."""
        if id_ in self._taken:
            return False
        self._taken[id_] = None
        if len(self._taken) > _REMEMBERED:
            self._taken.popitem(last=False)
        return True

    def begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do it beside everything else; it ends with the surface."""
        task = asyncio.create_task(_guarded(work), name=f"{self._name} {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def turn(self, whose: Hashable) -> asyncio.Lock:
        """What is done under the same one's turn happens in the order in which it was begun."""
        return self._turns.setdefault(whose, asyncio.Lock())

    async def end(self) -> None:
        """Cancel what was begun and wait for it. What operations began goes on by itself."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as error:  # the task's border: the surface goes on without it
        log.warning("%s", for_error(error).text)
