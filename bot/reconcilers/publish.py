"""Approved drafts to posts: one at a time, each guarded by a row that is committed before the call.

Key: draft number. The order for every post: container, committed; intent, committed; one publish() — and
after a crash or an unclear answer: settle, look, and only then decide (votes, rules 14 to 18).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers import publish_outcomes as outcomes
from bot.reconcilers.posted_file import check_post, post_of
from bot.reconcilers.rehearsal import CONTAINER_LIFE, to_rehearse
from bot.views import due_in
from services.errors import Held, Misconfigured, QuotaUsedUp, Refused, Unavailable
from services.log import get_logger
from services.model.draft import Draft, Standing, State
from services.ports import Publication
from services.store import ballot, drafts, facts, guards
from services.store.guards import PublicationGuard

log = get_logger(__name__)

MAX_FAILURES = 3  # publish() calls without an answer, each proven to have had no effect, before it has failed
LOOK_AGAIN = 2.0  # seconds between looks at a container in progress, where the service names none
LOOK_FOR_UNKNOWN = 600.0  # seconds between two looks for a post nobody could tell of
DAY = timedelta(hours=24)


class Publish:
    name = "publish"
    limit = 1  # one publish at a time on an account (rule 15)

    def __init__(self, op: Operator) -> None:
        self._op = op
        # Of this process alone: a restart settles in full, and its own death counts as no failure (rule 18).
        self._left: dict[str, float] = {}  # container → when a publish() on it was given up, monotonic
        self._failures: dict[str, int] = {}  # container → publish() calls in a row without a clear answer
        self._waits: dict[int, float] = {}  # draft → when its container is worth another look, monotonic
        self._rehearsed = set[tuple[int, int, int | None]]()  # draft, revision, approval
        self._unclear: dict[int, float] = {}  # unknown draft → when it is looked for again, monotonic

    async def due(self) -> Mapping[str, float]:
        return await self._op.store.do(self._next)

    def _next(self, db: Database) -> dict[str, float]:
        """What is due, and with a dry run also what is brought there before its time.

        A container that is still being processed is left alone until it is worth another look. What is
        unknown is looked for now and then: it may turn up.
        """
        due = self._due(db)
        if self._op.options.dry_run and not self._is_held(db):
            for draft in to_rehearse(db, self._op, due, self._previews(db)):
                if _approval(draft) not in self._rehearsed:
                    due[str(draft.number)] = 0.0
        now = time.monotonic()
        due = {key: max(wait, self._waits.get(int(key), now) - now) for key, wait in due.items()}
        unknown = drafts.standings(db, states=[State.UNKNOWN])
        return due | {str(d.number): max(0.0, self._unclear.get(d.number, now) - now) for d in unknown}

    def _due(self, db: Database) -> dict[str, float]:
        """What is under way, and nothing beside it (rule 15); else approved drafts in their order."""
        if self._is_held(db):
            return {str(d.number): 0.0 for d in drafts.standings(db, states=[State.PUBLISHING])}
        due: dict[str, float] = {}
        approved = drafts.standings(db, states=[State.APPROVED])
        wait_for_cap = self._cap_wait(db)
        waiting = self._previews(db)
        for draft in sorted(approved, key=self._turn):
            wait = due_in(self._op, draft) if draft.number not in waiting else None
            if wait is not None:
                due[str(draft.number)] = max(wait, wait_for_cap)
        return due

    def _is_held(self, db: Database) -> bool:
        """Whether nothing new is begun: another publish is under way, or posting is paused."""
        publishing = drafts.standings(db, states=[State.PUBLISHING])
        return bool(publishing) or facts.get(db, facts.PAUSED) is not None

    def _previews(self, db: Database) -> frozenset[int]:
        """The approved drafts whose video is not the one that is posted."""
        final = self._op.services.final
        return drafts.previews(db, final.name) if final else frozenset()

    def _turn(self, draft: Standing) -> tuple[bool, int]:
        """What somebody asked for comes first, then the order of the approvals."""
        return not (draft.post_now or draft.number in self._op.taken), draft.decided_sequence or 0

    def _cap_wait(self, db: Database) -> float:
        """Seconds until POSTS_PER_DAY allows another post; 0 if it does now."""
        now = self._op.now()
        if guards.posted_since(db, now - DAY) < self._op.options.posts_per_day:
            return 0.0
        oldest = guards.oldest_post_since(db, now - DAY)
        return max(60.0, (oldest + DAY - now).total_seconds()) if oldest else 60.0

    async def step(self, key: str) -> None:
        draft = await self._op.store.do(drafts.get, int(key))
        guard = await self._op.store.do(guards.publication, draft.number)
        if draft.state is State.PUBLISHING:
            assert guard is not None, "publishing without a publication row"
            await self._settle_and_look(draft, guard)
        elif draft.state is State.UNKNOWN and guard is not None:
            await self._look_for(draft, guard)
        elif draft.state is State.APPROVED:
            await self._publish(draft, guard)

    async def _publish(self, draft: Draft, guard: PublicationGuard | None) -> None:
        """Check at the last moment, have the container ready, commit the intent, act once.

        Before its time (a dry run) it ends with the container: what is wrong with the video shows early.
        """
        op = self._op
        guard = await self._ready(draft, guard)
        if guard is None:
            return
        due = (await op.store.do(self._due)).get(str(draft.number))
        if due is None or due > 0:
            self._rehearsed.add(_approval(draft))
            return
        await self._ask_quota()
        if not await op.store.do(self._intend, draft, guard, op.now()):
            return
        if guard.acts:  # it was passed to publish() before: never act without looking again (rule 17)
            await self._settle_and_look(draft, guard)
        else:
            await self._act(draft, guard)

    async def _ready(self, draft: Draft, guard: PublicationGuard | None) -> PublicationGuard | None:
        """The row of a container that can be published; None if it cannot now, or the draft has failed."""
        op, publisher = self._op, self._op.services.publisher
        post = await post_of(op, draft)
        if guard is not None and self._stale(guard, post.fingerprint):
            await op.store.do(guards.set_publication, guard, state="abandoned")
            guard = None
        try:
            await check_post(op, draft, post)
            container = guard.container if guard else await publisher.prepare(post)
        except Refused as error:
            lost = not await asyncio.to_thread(post.video.exists)
            await op.store.do(outcomes.fail, draft, str(error), op.now(), lost=lost)
            return None
        if guard is None:
            guard = await op.store.do(
                guards.add_publication,
                draft.number,
                draft.revision,
                fingerprint=post.fingerprint,
                publisher=publisher.name,
                container=container,
                now=op.now(),
            )
        return guard if guard.acts or await self._is_ready(draft, guard) else None

    async def _ask_quota(self) -> None:
        """QuotaUsedUp when the service takes no more today: that holds the account, no draft (rule 14)."""
        quota = await self._op.services.publisher.quota()
        if quota.total is not None and quota.used >= quota.total:
            raise QuotaUsedUp(
                f"The service takes {quota.total} posts in 24 hours, and {quota.used} went out.",
                remedy="It is tried again by itself.",
            )

    async def _is_ready(self, draft: Draft, guard: PublicationGuard) -> bool:
        """Whether the container, never passed to publish(), can be. One that is lost is made anew."""
        status = await self._op.services.publisher.look(guard.container)
        if status.state == "in_progress":
            self._waits[draft.number] = time.monotonic() + (status.again or LOOK_AGAIN)
        elif status.state in ("expired", "missing"):
            await self._op.store.do(guards.set_publication, guard, state="abandoned", message=status.message)
            raise Unavailable(f"The container of draft {draft.number} is lost; a new one is made.")
        elif status.state == "error":
            await self._op.store.do(guards.set_publication, guard, state="refused", message=status.message)
            await self._op.store.do(outcomes.fail, draft, status.message, self._op.now())
        return status.state == "finished"

    def _intend(self, db: Database, draft: Draft, guard: PublicationGuard, now: datetime) -> bool:
        """Commit the intent, if it still is to be posted now, as it was checked. False: somebody was faster.

        The votes are asked once more: an approval for another publisher or account is none (rule 6).
        """
        current = ballot.follow(db, draft.number, target=self._op.target, now=now)
        due = self._due(db).get(str(draft.number))
        if current.state is not State.APPROVED or due is None or due > 0:
            return False
        if not guard.acts:
            if drafts.print_of(db, current, self._op.target) != guard.fingerprint:
                return False
            guards.set_publication(db, guard, state="intent", acts=1, intent_at=now.isoformat())
        return drafts.move(db, draft.number, State.APPROVED, State.PUBLISHING, now=now)

    async def _act(self, draft: Draft, guard: PublicationGuard) -> None:
        op = self._op
        try:
            publication = await op.services.publisher.publish(guard.container)
        except Refused as error:
            await op.store.do(outcomes.refuse, draft, guard, str(error), op.now())
        except (Held, Misconfigured):  # certainly not published; what holds it is not the draft's fault
            await op.store.do(outcomes.hold, draft, op.target, op.now())
            raise
        except Unavailable as error:
            self._failures[guard.container] = self._failures.get(guard.container, 0) + 1
            log.warning("draft %s: it is not clear whether it was published: %s", draft.number, error)
            raise
        else:
            await op.store.do(outcomes.posted, draft, guard, publication)
            log.info("draft %s is posted: %s", draft.number, publication.permalink)
        finally:
            self._left[guard.container] = time.monotonic()

    async def _settle_and_look(self, draft: Draft, guard: PublicationGuard) -> None:
        """Wait until an abandoned call can no longer take effect, then ask the service what is true."""
        op, publisher = self._op, self._op.services.publisher
        # From when it was given up, or from when this process first heard of it; wall clocks jump.
        left = self._left.setdefault(guard.container, time.monotonic())
        await asyncio.sleep(max(0.0, left + publisher.settle - time.monotonic()))
        status = await publisher.look(guard.container)
        found = None
        if status.state not in ("finished", "in_progress"):
            post = await post_of(self._op, draft, guard.fingerprint)
            found = await publisher.find(post, guard.prepared_at)
        if found is not None or status.state == "published":
            publication = found or Publication(guard.container, "", op.now())
            await op.store.do(outcomes.posted, draft, guard, publication)
        elif status.state == "finished" and self._failures.get(guard.container, 0) >= MAX_FAILURES:
            self._failures.pop(guard.container)
            message = f"the service took it {MAX_FAILURES} times and did not publish it"
            await op.store.do(outcomes.give_up, draft, message, op.now())
        elif status.state == "finished":
            if await op.store.do(outcomes.again, draft, guard, op.target, op.now()):
                await self._act(draft, guard)
        elif status.state == "in_progress":
            raise Unavailable(f"The container of draft {draft.number} is still being processed.")
        elif status.state in ("error", "expired"):
            await op.store.do(outcomes.refuse, draft, guard, status.message, op.now())
        else:
            self._unclear[draft.number] = time.monotonic() + LOOK_FOR_UNKNOWN
            await op.store.do(
                outcomes.unknown, draft, guard, status.message or "the container left no trace", op.now()
            )

    async def _look_for(self, draft: Draft, guard: PublicationGuard) -> None:
        """Whether what nobody could tell of is seen to be live by now. Nothing else is concluded from it."""
        self._unclear[draft.number] = time.monotonic() + LOOK_FOR_UNKNOWN
        post = await post_of(self._op, draft, guard.fingerprint)
        found = await self._op.services.publisher.find(post, guard.prepared_at)
        if found is not None:
            await self._op.store.do(outcomes.posted, draft, guard, found, State.UNKNOWN)

    def _stale(self, guard: PublicationGuard, fingerprint: str) -> bool:
        """Never passed to publish(), and made for something else or too old (rule 16)."""
        old = self._op.now() - guard.prepared_at > CONTAINER_LIFE
        return guard.acts == 0 and (guard.fingerprint != fingerprint or old)


def _approval(draft: Draft | Standing) -> tuple[int, int, int | None]:
    """What a dry run was for: another revision or approval may be of another caption."""
    return draft.number, draft.revision, draft.decided_sequence
