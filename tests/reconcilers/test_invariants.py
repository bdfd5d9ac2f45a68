"""Whatever people, clocks, crashes and the service do, in whatever order: what must hold all the same.

At most one effect a draft, over all attempts; nothing is published without a valid approval of what is
published; every accepted vote is in the journal; when nothing is left to do the sheet says what the store
says. Bounded and derandomised: the same examples each time, unless INVARIANT_EXAMPLES asks for new ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.engine import Engine
from bot.operator import Operator
from bot.settings import load_settings
from bot.wiring import close_operator, open_operator
from services.errors import OperatorError
from services.google_access import read_key
from services.model.draft import State
from services.model.vote import Choice
from services.ports import ContainerStatus, Publication, Sheet
from services.publisher.outbox import Outbox
from services.sheet.csv_file import CsvSheet
from services.sheet.google_calls import Calls
from services.store import ballot, decisions, drafts, facts, guards, journal
from services.store.journal import Kind
from tests.doubles.google_keys import key_file
from tests.doubles.publisher import ShakyPublisher
from tests.doubles.renderer import QuickRenderer
from tests.doubles.sheets_server import SHEET_ID, SheetsServer
from tests.reconcilers import spreadsheet
from tests.reconcilers.conftest import Unhurried
from tests.reconcilers.helpers import drive, make_draft

SEARCH = int(os.environ.get("INVARIANT_EXAMPLES", "0"))  # so many new examples instead of the known ones
EXAMPLES = SEARCH or 40
MEMORY = Path("/dev/shm")
DRAFTS = (1, 2, 3, 4)
VOTERS = ("desk", "console", "ann")
CAPTIONS = ("Layer by layer.", "Grown overnight. #ceramics", "=SUM(clay) “quoted”, 🏺", "two\nlines")
WORDS = ("Approved", "Denied", "Draft", " approved ", "maybe", "Denied", "Approved", "Posted")
JUMPS = (timedelta(hours=-1), timedelta(minutes=1), timedelta(minutes=3), timedelta(hours=25))
PLANS = ("before", "lost", "late", "before", "ok", "crash", "before", "refused")

number = st.sampled_from(DRAFTS)
voter = st.sampled_from(VOTERS)
plans = st.lists(st.sampled_from(PLANS), min_size=1, max_size=4)


class Service(ShakyPublisher):
    """Keeps its promise: a late effect has landed by the time one has settled and looks."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox)
        self.asked: Callable[[str], Coroutine[Any, Any, None]] | None = None
        self.unclear = 0

    async def look(self, container: str) -> ContainerStatus:
        if self._late is not None:
            late, self._late = self._late, None
            await self.outbox.publish(late)
        return await super().look(container)

    async def publish(self, container: str) -> Publication:
        if self.asked is not None:
            await self.asked(container)
        self.unclear += 1
        publication = await super().publish(container)
        self.unclear -= 1
        return publication


class Days(RuleBasedStateMachine):
    """Two drafts and everything that may happen to them."""

    media: ClassVar[Path]
    rendered: ClassVar[Path]
    seen: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        # In memory where that is offered: each of thousands of commits is synced.
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.data = Path(self.folder.name) / "data"
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.accepted: Counter[tuple[int, Kind, str]] = Counter()
        self.service = Service(Outbox(self.data / "outbox", clock=lambda: self.now))
        self.service.asked = self.is_approved
        self.renderer = QuickRenderer(self.rendered)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def work(self, *names: str) -> None:
        """Until nothing is left to do, or nothing of it can be done: what failed is tried a few times."""
        for _ in range(6):
            self.do(drive(self.op, *names))
            works = [self.op.engine._works[name] for name in names]
            if not any(work.troubles for work in works):
                return
            for work in works:
                work.troubles.clear()

    def decide(self, kind: Kind | None, n: int, by: str, work: Any, *more: Any, **named: Any) -> None:
        """A decision that may be refused; one that is accepted must be in the journal for good."""
        try:
            self.do(self.op.store.do(work, n, *more, voter=by, now=self.now, **named))
        except OperatorError:
            return
        if kind is not None:
            self.accepted[n, kind, by] += 1

    def open_sheet(self) -> Sheet:
        return CsvSheet(self.data / "drafts.csv", settle=0.0)

    async def open(self) -> Operator:
        environ = {"DATA_DIR": str(self.data), "MEDIA_DIR": str(self.media), "TIMEZONE": "Europe/Berlin"}
        op = await open_operator(load_settings([], environ), Engine(first_backoff=0.01))
        op.services = dataclasses.replace(
            op.services, publisher=self.service, renderer=self.renderer, sheet=self.open_sheet()
        )
        op.clock = lambda: self.now
        return op

    @initialize()
    def start(self) -> None:
        async def begin() -> Operator:
            op = await self.open()
            for n in DRAFTS:
                await make_draft(op, f"RV0{n} grows")
            await drive(op, "sheet")
            return op

        self.op = self.do(begin())
        self.target = self.op.target

    # What people do.

    @rule(n=number, by=voter, choice=st.sampled_from([Choice.APPROVE, Choice.APPROVE, *Choice]))
    def vote(self, n: int, by: str, choice: Choice) -> None:
        self.decide(Kind(choice), n, by, decisions.vote, choice, target=self.target)

    @rule(n=number, by=voter, caption=st.sampled_from(CAPTIONS))
    def edit(self, n: int, by: str, caption: str) -> None:
        self.decide(None, n, by, decisions.edit_caption, caption, target=self.target)

    @rule(n=number, by=voter)
    def undo(self, n: int, by: str) -> None:
        self.decide(Kind.UNDO, n, by, decisions.undo, target=self.target)

    @rule(n=number, by=voter)
    def post_now(self, n: int, by: str) -> None:
        self.decide(Kind.POST_NOW, n, by, decisions.post_now, target=self.target)

    @rule(n=number, by=voter, sure=st.sampled_from([False, False, False, True]))
    def posted_by_hand(self, n: int, by: str, sure: bool) -> None:
        draft = self.do(self.op.store.do(drafts.get, n))
        if sure or draft.state is State.UNKNOWN:
            self.decide(Kind.POSTED_BY_HAND, n, by, decisions.posted_by_hand, "")

    @rule(n=number, by=voter)
    def not_live(self, n: int, by: str) -> None:
        self.decide(Kind.NOT_LIVE, n, by, decisions.not_live, target=self.target)

    @rule(n=number, by=voter)
    def retry(self, n: int, by: str) -> None:
        self.decide(Kind.RETRY, n, by, decisions.retry, target=self.target)

    @rule(by=voter, caption=st.sampled_from((*CAPTIONS, None)), later=st.sampled_from(PLANS))
    def say_it_is_not_live_and_post(self, by: str, caption: str | None, later: str) -> None:
        """What is unclear or failed goes out again, perhaps changed: the person may be mistaken."""
        for n in DRAFTS:
            state = self.do(self.op.store.do(drafts.get, n)).state
            if state in (State.UNKNOWN, State.FAILED):
                self.not_live(n, by) if state is State.UNKNOWN else self.retry(n, by)
                if caption is not None:
                    self.edit(n, by, caption)
                self.post_on_a_shaky_line(n, by, [later], False)

    @rule(held=st.booleans())
    def pause(self, held: bool) -> None:
        if held:
            self.do(self.op.store.do(facts.put, facts.PAUSED, {"by": "ann"}))
        else:
            self.do(self.op.store.do(facts.forget, facts.PAUSED))

    @rule(n=number, word=st.sampled_from(WORDS), caption=st.sampled_from((None, *CAPTIONS)))
    def write_in_the_sheet(self, n: int, word: str, caption: str | None) -> None:
        cells = {"Status": word} if caption is None else {"Status": word, "Caption": caption}
        spreadsheet.edit(self.op, n, **cells)

    # What the world does.

    @rule(jump=st.sampled_from(JUMPS))
    def turn_the_clock(self, jump: timedelta) -> None:
        self.now += jump

    @rule(n=number, by=voter, plans=plans, blind=st.booleans())
    def post_on_a_shaky_line(self, n: int, by: str, plans: list[str], blind: bool) -> None:
        self.do(self.op.store.do(facts.forget, facts.PAUSED))
        self.post_now(n, by)
        self.service.plan, self.service.blind = list(plans), blind
        self.work("publish")

    @rule(
        n=number,
        by=voter,
        plan=st.sampled_from(PLANS),
        then=st.sampled_from([Choice.DENY, Choice.HOLD, Choice.APPROVE]),
        paused=st.booleans(),
    )
    def die_while_posting(self, n: int, by: str, plan: str, then: Choice, paused: bool) -> None:
        """One step of publishing, in or after which the operator dies; then somebody has second thoughts."""
        self.do(self.op.store.do(facts.forget, facts.PAUSED))
        self.post_now(n, by)
        self.service.plan = [plan]
        publish = self.op.engine._works["publish"].reconciler

        async def step() -> None:
            if str(n) in await publish.due():
                with contextlib.suppress(OperatorError):
                    await publish.step(str(n))

        task = self.loop.create_task(step())
        self.do(asyncio.wait([task]))
        if not task.cancelled():
            task.result()
        self.kill()
        self.vote(n, by, then)
        self.pause(paused)

    @rule()
    def kill(self) -> None:
        self.do(self.op.engine.stop())
        self.do(close_operator(self.op))
        self.op = self.do(self.open())

    @rule(first=st.sampled_from(["publish", "sheet"]))
    def some_work(self, first: str) -> None:
        self.work(first)

    @rule()
    def post_what_is_due(self) -> None:
        """The delay of every approval passes, on a line that holds."""
        self.service.plan, self.service.blind = [], False
        self.now += timedelta(minutes=3)
        self.work("sheet", "publish")

    @rule()
    def come_to_rest(self) -> None:
        """With nothing left to do the sheet is equal to the store."""
        self.work("publish", "render")
        for _ in range(2):  # reading an edit may leave something to write
            self.work("sheet")
        if self.op.engine.troubles():
            return  # an unclear publish is still looked into
        rows = {int(r["Video number"]): r for r in spreadsheet.table(self.op)}
        for n in DRAFTS:
            draft = self.do(self.op.store.do(drafts.get, n))
            if draft.state is not State.PUBLISHING:
                assert rows[n]["Status"] == draft.word, f"draft {n}: {rows[n]}"
                assert rows[n]["Caption"].lstrip("'") == draft.caption, f"draft {n}: {rows[n]}"

    # What must hold.

    async def is_approved(self, container: str) -> None:
        """At every publish request: the votes want this, its row was committed before, no pause holds."""
        assert await self.op.store.do(facts.get, facts.PAUSED) is None, "published while posting is paused"
        for n in DRAFTS:
            guard = await self.op.store.do(guards.publication, n)
            if guard is not None and guard.container == container:
                draft = await self.op.store.do(drafts.get, n)
                assert draft.state is State.PUBLISHING
                assert guard.acts >= 1
                decision = await self.op.store.do(ballot.decision_on, draft, self.target)
                assert decision.state is State.APPROVED, f"draft {n} is {decision.state} by the votes"
                assert await self.op.store.do(drafts.print_of, draft, self.target) == guard.fingerprint
                return
        raise AssertionError("a container nobody committed was published")

    @invariant()
    def one_effect_a_draft(self) -> None:
        posted = Counter(post["number"] for post in self.do(self.service.outbox.posted()))
        assert all(times == 1 for times in posted.values()), posted

    @invariant()
    def posted_is_true(self) -> None:
        """Posted: it is in the outbox, or a person said so. And what is out is posted or being cleared up."""
        if not hasattr(self, "op"):
            return
        out = {post["number"] for post in self.do(self.service.outbox.posted())}
        for n in DRAFTS:
            draft = self.do(self.op.store.do(drafts.get, n))
            entries = self.do(self.op.store.do(journal.entries, draft=n, limit=10_000))
            if draft.state is State.POSTED and n not in out:
                assert any(entry.kind is Kind.POSTED_BY_HAND for entry in entries), f"draft {n}"
            if n in out:
                guard = self.do(self.op.store.do(guards.publication, n))
                assert guard is not None, f"draft {n} is out, and its row was closed as unpublished"
                assert guard.acts >= 1

    @invariant()
    def accepted_votes_are_in_the_journal(self) -> None:
        if not hasattr(self, "op"):
            return
        for n in DRAFTS:
            entries = self.do(self.op.store.do(journal.entries, draft=n, limit=10_000))
            known = Counter((n, entry.kind, entry.voter) for entry in entries)
            for key, times in self.accepted.items():
                assert key[0] != n or known[key] >= times, f"{key}: {known[key]} of {times}"

    def teardown(self) -> None:
        if hasattr(self, "op"):
            self.seen["effects"] += self.service.effects
            self.seen["unclear"] += self.service.unclear
            self.seen["again"] += len(self.service.calls) - len(set(self.service.calls))
            self.do(close_operator(self.op))
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.folder.cleanup()


class DaysAtGoogle(Days):
    """The same with the sheet at Google, which is there for all operators one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.server = SheetsServer()
        self.server.per_minute = 10**6
        self.running = self.server.running()
        self.running.__enter__()

    def open_sheet(self) -> Sheet:
        key = read_key(
            key_file(Path(self.folder.name) / "key.json", self.server.url), "GOOGLE_CREDENTIALS_PATH"
        )
        calls = Calls(key, SHEET_ID, self.server.url, Unhurried(), first_pause=0.01)
        return spreadsheet.WatchedGoogleSheet(self.server, calls)

    def teardown(self) -> None:
        super().teardown()
        self.running.__exit__(None, None, None)
        assert self.server.problems == []
        assert self.server.executed == []


@pytest.mark.timeout(1800 if SEARCH else 300)
@pytest.mark.parametrize(("days", "part"), [(Days, 1.0), (DaysAtGoogle, 0.25)])
def test_nothing_twice_nothing_lost_nothing_untrue(
    studio: Path, rendered_files: Path, days: type[Days], part: float
) -> None:
    """``part``: a sheet on a socket takes its time."""
    days.media, days.rendered, days.seen = studio, rendered_files, Counter()
    run_state_machine_as_test(
        days,
        settings=settings(
            max_examples=max(1, int(EXAMPLES * part)),
            stateful_step_count=25,
            deadline=None,
            derandomize=not SEARCH,
            database=None,
            # Making an example shorter takes minutes: only for whoever searches.
            phases=[Phase.generate, Phase.shrink] if SEARCH else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    seen = days.seen
    assert seen["effects"] >= 30 * part, f"too little happened to show anything: {seen}"
    assert seen["again"] >= 2 * part, f"too little was tried again: {seen}"
    assert seen["unclear"] >= 20 * part, f"too little went wrong to show anything: {seen}"
