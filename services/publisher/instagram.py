"""The publisher port's remote twin: Reels on a professional Instagram account.

media_publish has no key that would make a second one harmless, and its errors are no proof: posts were live
although it refused them. So what it answers is sorted into certainly done, certainly not done (Held, Refused,
Misconfigured) and unclear (Unavailable); for the last the caller settles, looks at the container, and only
then decides (votes, rules 15 to 18).
"""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.errors import Held, Misconfigured, OperatorError, Refused, Unavailable
from services.graph.errors import GraphFault, Kind, fault_of
from services.graph.graph import Graph
from services.graph.own_account import own_account
from services.log import get_logger
from services.ports import ContainerStatus, Post, Publication, Quota
from services.publisher.caption_spec import caption_faults
from services.publisher.instagram_container import (
    ID,
    Choices,
    ContainerMaker,
    Share,
    may_work_anew,
    status_of,
)
from services.publisher.preflight import Preflight

log = get_logger(__name__)

GOES_ON = "Posting goes on by itself."
SETTLE = 60.0  # seconds: as long as one request may take; Meta asks to look once a minute
FIRST_LOOK, LAST_LOOK = 5.0, 60.0  # seconds between two looks at a container in progress
STUCK = 1800.0  # seconds after which a container in progress is given up
CONTAINERS = 3  # of one draft's video, before what goes wrong is its own fault
RECENT = 25  # posts among which ours is looked for
BLINKS = (5.0, 20.0)  # seconds before a container that was not shown is asked for again (100/33)
_POST = "id,caption,media_product_type,permalink,timestamp"


class InstagramPublisher:
    """Waits and pauses are shorter in tests. ``clock`` answers an aware time."""

    name = "instagram"

    def __init__(
        self,
        graph: Graph,
        preflight: Preflight,
        choices: Choices | None = None,
        *,
        share: Share | None = None,
        settle: float = SETTLE,
        blinks: Sequence[float] = BLINKS,
        first_look: float = FIRST_LOOK,
        stuck: float = STUCK,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.settle = settle
        self._graph = graph
        self._preflight = preflight
        self._choices = choices or Choices()
        self._maker = ContainerMaker(graph, preflight, self._choices, share)
        self._blinks = tuple(blinks)
        self._first_look, self._stuck = first_look, stuck
        self._clock, self._sleep = clock, sleep
        self._one_at_a_time = asyncio.Lock()
        # Of this process alone; after a restart each is learnt anew.
        self._drafts: dict[str, str] = {}  # container → the fingerprint it was made for
        self._made = Counter[str]()  # fingerprint → containers
        self._looks = Counter[str]()  # container → looks that found it in progress
        self._since: dict[str, float] = {}  # container → first such look, monotonic
        self._published: dict[str, Publication] = {}
        self._rest_until = 0.0  # monotonic: no publishing before, as Instagram took it for spam

    async def ping(self) -> str:
        quota = await self.quota()
        limit = f" of {quota.total}" if quota.total is not None else ""
        if quota.total is not None and quota.used >= quota.total:
            told = f"Instagram takes no more posts for now: {quota.used}{limit} used in the last 24 hours."
            return f"{told} {GOES_ON}"
        return f"Instagram takes posts: {quota.used}{limit} used in the last 24 hours."

    async def check(self, post: Post) -> None:
        faults = caption_faults(post.caption, allow_many_hashtags=self._choices.allow_many_hashtags)
        try:
            faults += await self._preflight.faults(post.video)
        except OSError as error:
            faults.append(f"The draft's files cannot be read: {error.strerror or 'the disk failed'}.")
        if faults:
            raise Refused(" ".join(faults), remedy="Change the draft and approve it again.")

    async def prepare(self, post: Post) -> str:
        """A container with the video in it; Instagram then works on it. Prolongs the token first if due."""
        await self._graph.keeper.check_refresh_access_token()
        if not self._maker.has_begun(post):
            self._made[post.fingerprint] += 1
        try:
            container = await self._maker.make(post)
        except Unavailable as error:
            fault = fault_of(error)
            anew = fault is not None and fault.entry.kind is Kind.AGAIN
            if anew and self._made[post.fingerprint] >= CONTAINERS:
                self._made.pop(post.fingerprint)
                raise Refused(error.message, remedy="Retry tries it again.") from error
            raise
        self._drafts[container] = post.fingerprint
        return container

    async def look(self, container: str) -> ContainerStatus:
        """Its state; "expired" also where a new container is worth a try, "missing" if it is not shown."""
        if not ID.fullmatch(container):
            return ContainerStatus("missing", "Instagram never made such a container.")
        answer = await self._status(container)
        if answer is None:
            return ContainerStatus("missing", "Instagram does not show the container")
        status, entry = status_of(answer)
        if status.state == "in_progress":
            return self._in_progress(container)
        if status.state == "error" and may_work_anew(entry) and self._may_make_more(container):
            return ContainerStatus("expired", status.message)
        return status

    async def publish(self, container: str) -> Publication:
        async with self._one_at_a_time:
            if container in self._published:
                return self._published[container]
            if not ID.fullmatch(container):
                raise Refused("Instagram never made such a container.", remedy="Post the draft again.")
            rest = self._rest_until - time.monotonic()
            if rest > 0:
                raise Held(
                    "Posting rests, as Instagram restricted what the account may do.",
                    remedy="It goes on by itself.",
                    retry_after=rest,
                )
            await self._graph.keeper.check_refresh_access_token()  # the container may be hours old
            try:
                path = f"{self._graph.login.user_id}/media_publish"
                answer = await self._graph.post(path, {"creation_id": container})
            except Held:
                raise
            except OperatorError as error:
                raise await self._judged(container, error) from error
            media_id = str(answer.get("id") or "")
            if not ID.fullmatch(media_id):
                raise Unavailable("Instagram answered without the post's id.", remedy="It is looked up.")
            publication = await self._publication(media_id)
            self._published[container] = publication
            return publication

    async def find(self, post: Post, since: datetime) -> Publication | None:
        path = f"{self._graph.login.user_id}/media"
        page = await self._graph.get(path, fields=_POST, limit=str(RECENT))
        rows = [row for row in page.get("data") or () if isinstance(row, Mapping)]
        found = [one for row in rows if (one := _match(row, post, since)) is not None]
        return found[0] if len(found) == 1 else None

    async def quota(self) -> Quota:
        return await read_quota(self._graph)

    async def _status(self, container: str) -> dict[str, Any] | None:
        """None if Instagram does not show it: for a moment it sometimes does not, so it is asked again."""
        for blink in (*self._blinks, None):
            try:
                return await self._graph.get(container, fields="status_code,status")
            except Unavailable as error:
                fault = fault_of(error)
                if fault is None or fault.entry.kind is not Kind.ABSENT:
                    raise
                if blink is not None:
                    await self._sleep(blink)
        return None

    def _in_progress(self, container: str) -> ContainerStatus:
        now = time.monotonic()
        began = self._since.setdefault(container, now)
        wait = min(LAST_LOOK, self._first_look * 2.0 ** min(self._looks[container], 10))
        self._looks[container] += 1
        if now - began < self._stuck:
            return ContainerStatus("in_progress", "Instagram is processing the video.", wait)
        message = f"Instagram did not finish processing the video within {self._stuck / 60:.0f} minutes."
        return ContainerStatus("expired" if self._may_make_more(container) else "error", message)

    def _may_make_more(self, container: str) -> bool:
        fingerprint = self._drafts.get(container, "")
        if self._made[fingerprint] < CONTAINERS:
            return True
        self._made.pop(fingerprint, None)
        return False

    async def _judged(self, container: str, error: OperatorError) -> OperatorError:
        """What an answer to media_publish proves."""
        fault = fault_of(error)
        if fault is None or not fault.known:  # nobody knows how far the request came, or what it means
            return _unclear(error)
        match fault.entry.kind:
            case Kind.UNCLEAR:
                self._rest_until = time.monotonic() + (fault.entry.wait or 0.0)
                return _unclear(error)
            case Kind.AGAIN:
                return await self._lost(container, fault)
            case Kind.DEAD | Kind.PERSON | Kind.INPUT:
                return type(error)(error.message, remedy=error.remedy)
            case _:
                return _unclear(error)

    async def _lost(self, container: str, fault: GraphFault) -> OperatorError:
        """Instagram does not know the container: is it gone, or published already?"""
        entry = fault.entry
        try:
            status = await self.look(container)
        except Unavailable as error:
            return _unclear(error)
        except Misconfigured as error:
            return error
        if status.state in ("expired", "error", "missing"):
            return Refused(f"{entry.sentence} {status.message}", remedy="Retry makes a new one.")
        return Unavailable(entry.sentence, remedy=entry.remedy)

    async def _publication(self, media_id: str) -> Publication:
        """What is known of a new post; the link is a kindness that must not fail what is done."""
        try:
            row = await self._graph.get(media_id, fields="permalink,timestamp")
        except OperatorError as error:
            log.warning("The post %s is live, but its link could not be read: %s", media_id, error)
            row = {}
        at = _moment(row.get("timestamp")) or self._clock()
        return Publication(media_id, str(row.get("permalink") or ""), at)


async def read_quota(graph: Graph) -> Quota:
    """As Instagram counts, every time: its own pages name 25, 50 and 100 posts a day."""
    path = f"{graph.login.user_id}/content_publishing_limit"
    with own_account():
        rows = (await graph.get(path, fields="config,quota_usage")).get("data")
    row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) else {}
    config = row.get("config")
    total = config.get("quota_total") if isinstance(config, Mapping) else None
    used = row.get("quota_usage")
    return Quota(used if isinstance(used, int) else 0, total if isinstance(total, int) else None)


def _unclear(error: OperatorError) -> Unavailable:
    return Unavailable(error.message, remedy="Whether it is live is looked up.")


def _match(row: Mapping[str, Any], post: Post, since: datetime) -> Publication | None:
    """The row as our post, if it is a Reel with this very caption made since then."""
    at = _moment(row.get("timestamp"))
    # Instagram tells whole seconds.
    if at is None or at < since.replace(microsecond=0) or row.get("media_product_type") != "REELS":
        return None
    if _plain(str(row.get("caption") or "")) != _plain(post.caption):
        return None
    return Publication(str(row.get("id") or ""), str(row.get("permalink") or ""), at)


def _plain(caption: str) -> str:
    return unicodedata.normalize("NFC", "\n".join(caption.split("\r\n"))).strip()


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
