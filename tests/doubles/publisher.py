"""The outbox behind a line that can break: it counts effects, loses answers and is late with effects."""

from __future__ import annotations

import asyncio
from datetime import datetime

from services.errors import Refused, Unavailable
from services.ports import ContainerStatus, Post, Publication, Quota
from services.publisher.outbox import Outbox


class ShakyPublisher:
    """Publisher port over a real outbox. ``plan`` says how the next publish() calls go ("ok" when used up).

    Plans: ok; lost (it happens, the answer is lost); before (the line breaks before it happens);
    late (it happens only when the container is next looked at); refused; crash (happens, then the
    caller dies). ``effects`` counts what became public. ``blind``: it shows no container that was
    passed to publish(), and no posts.
    """

    name = "outbox"
    settle = 0.0

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.plan: list[str] = []
        self.prepared: list[str] = []
        self.calls: list[str] = []
        self.blind = False
        self._late: str | None = None

    @property
    def effects(self) -> int:
        found = self.outbox.folder.glob("[!.]*")
        return sum(path.is_dir() for path in found)

    async def ping(self) -> str:
        return await self.outbox.ping()

    async def check(self, post: Post) -> None:
        await self.outbox.check(post)

    async def prepare(self, post: Post) -> str:
        container = await self.outbox.prepare(post)
        self.prepared.append(container)
        return container

    async def look(self, container: str) -> ContainerStatus:
        if self.blind and container in self.calls:
            return ContainerStatus("missing", "the service cannot read the container")
        status = await self.outbox.look(container)
        if self._late is not None:
            late, self._late = self._late, None
            await self.outbox.publish(late)
        return status

    async def publish(self, container: str) -> Publication:
        self.calls.append(container)
        plan = self.plan.pop(0) if self.plan else "ok"
        match plan:
            case "before":
                raise Unavailable("The line broke.")
            case "refused":
                raise Refused("The service does not take it.")
            case "late":
                self._late = container
                raise Unavailable("No answer in time.")
        publication = await self.outbox.publish(container)
        if plan == "lost":
            raise Unavailable("The answer was lost.")
        if plan == "crash":
            raise asyncio.CancelledError
        return publication

    async def find(self, post: Post, since: datetime) -> Publication | None:
        return None if self.blind else await self.outbox.find(post, since)

    async def quota(self) -> Quota:
        return await self.outbox.quota()
