"""Live changes: the store says that something changed, the hub tells every open page what."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

from aiohttp import web
from aiohttp_sse import EventSourceResponse

from bot.operator import Operator
from bot.surfaces.desk.groups import group_counts, headline
from bot.views import draft_cards, job_view
from services.errors import OperatorError
from services.log import get_logger
from services.store import drafts, jobs

log = get_logger(__name__)

PAUSE_SECONDS = 0.25  # at most four messages a second
HEARTBEAT_SECONDS = 15.0
FOLLOWED = 60  # the newest drafts; older ones change too rarely to be watched
BACKLOG = 50  # messages a slow page may be behind before it must connect again

# What moves all the time and is drawn without asking for the card again.
_MOVING = ("progress", "due_in")


def shape(view: dict[str, Any]) -> str:
    """A digest of what a card shows, apart from what moves all the time."""
    still = {name: value for name, value in view.items() if name not in _MOVING}
    return hashlib.sha256(json.dumps(still, sort_keys=True, default=str).encode()).hexdigest()[:16]


def seen(view: dict[str, Any]) -> str:
    """A digest of what a person judges when approving: another one means they have not seen this."""
    judged = [view["revision"], view["caption"], view["approximations"], view["size"]]
    return hashlib.sha256(json.dumps(judged).encode()).hexdigest()[:16]


class Hub:
    """Tells subscribers what changed. Looks at the store only while somebody listens."""

    def __init__(self, op: Operator) -> None:
        self._op = op
        self._changed = asyncio.Event()
        self._pages: set[asyncio.Queue[dict[str, Any] | None]] = set()
        self._shapes: dict[int, str] = {}
        self._last: dict[str, Any] = {}

    def touch(self) -> None:
        """The store changed; called on the event loop."""
        self._changed.set()

    async def run(self) -> None:
        """Send changes until cancelled, at most four times a second."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._pages:
                try:
                    await self._send()
                except OperatorError as error:
                    log.warning("the desk could not read the store: %s", error)
            await asyncio.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        """End every stream: the desk is going down."""
        for page in self._pages:
            _offer(page, None)

    async def snapshot(self) -> tuple[dict[int, dict[str, Any]], dict[str, Any]]:
        """The followed drafts by number, and what every page shows at its top."""
        found = await self._op.store.do(drafts.listed, limit=FOLLOWED)
        cards = await draft_cards(self._op, found)
        views = {int(card.data["number"]): card.data for card in cards}
        open_jobs = await self._op.store.do(jobs.listed, open_only=True)
        counts = group_counts(await self._op.store.do(drafts.counts))
        rest = {"jobs": [job_view(job) for job in open_jobs], "counts": counts, "headline": headline(counts)}
        return views, rest

    async def subscribe(self) -> tuple[asyncio.Queue[dict[str, Any] | None], dict[str, Any]]:
        """A queue of messages, and the first one: what is, so that a page can see what it missed."""
        page: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(BACKLOG)
        self._pages.add(page)
        views, rest = await self.snapshot()
        shapes = {str(number): shape(view) for number, view in views.items()}
        return page, {"started": self._op.started.isoformat(), "shapes": shapes, "drafts": [], **rest}

    def unsubscribe(self, page: asyncio.Queue[dict[str, Any] | None]) -> None:
        self._pages.discard(page)

    async def _send(self) -> None:
        views, rest = await self.snapshot()
        shapes = {number: shape(view) for number, view in views.items()}
        changed = [
            {**view, "shape": shapes[number]}
            for number, view in views.items()
            if self._shapes.get(number) != shapes[number] or view["progress"] is not None
        ]
        if changed or rest != self._last:
            message = {"drafts": changed, **rest}
            for page in list(self._pages):
                if not _offer(page, message):
                    self.unsubscribe(page)
        self._shapes, self._last = shapes, rest


def _offer(page: asyncio.Queue[dict[str, Any] | None], message: dict[str, Any] | None) -> bool:
    """False when the page is too far behind: its stream ends and the browser connects again."""
    if not page.full():
        page.put_nowait(message)
        return True
    while not page.empty():
        page.get_nowait()
    page.put_nowait(None)
    return False


def handler(hub: Hub) -> Any:
    async def events(request: web.Request) -> EventSourceResponse:
        """GET /events: one object a message: drafts, jobs, counts, headline; the first has all shapes."""
        page, first = await hub.subscribe()
        response = EventSourceResponse(ping_interval=HEARTBEAT_SECONDS)
        try:
            await response.prepare(request)
            await response.send(json.dumps(first, default=str), retry=2000)
            while response.is_connected():
                message = await _next(page)
                if message is None:
                    break
                if message:
                    await response.send(json.dumps(message, default=str))
        except ConnectionResetError:
            log.debug("a page stopped listening")
        finally:
            hub.unsubscribe(page)
            if response.prepared:
                response.stop_streaming()
                await response.wait()
        return response

    return events


async def _next(page: asyncio.Queue[dict[str, Any] | None]) -> dict[str, Any] | None:
    """The next message; an empty one from time to time, so that a closed connection is noticed."""
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            return await page.get()
    except TimeoutError:
        return {}
