"""What the parts of the surface share while it runs: operator, channel, people, the work begun."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.operator import Operator
from bot.reply import for_error
from bot.surfaces.discord_app.channel import DiscordChat
from bot.surfaces.discord_app.home import Home
from bot.surfaces.discord_app.people import People
from bot.surfaces.discord_app.telling import Telling
from services.log import get_logger

log = get_logger(__name__)

_REMEMBERED = 2000  # events that are not taken twice


@dataclass(slots=True)
class Context:
    op: Operator
    home: Home
    people: People
    telling: Telling
    chat: DiscordChat
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _taken: OrderedDict[int, None] = field(default_factory=OrderedDict)

    def first(self, id_: int) -> bool:
        """Whether this message or interaction was not told before: a resumed line tells some things twice."""
        if id_ in self._taken:
            return False
        self._taken[id_] = None
        if len(self._taken) > _REMEMBERED:
            self._taken.popitem(last=False)
        return True

    def begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do it beside everything else; it ends with the surface."""
        task = asyncio.create_task(_guarded(work), name=f"discord {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
