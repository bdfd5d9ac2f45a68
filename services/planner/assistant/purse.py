"""What a paid service may cost a day, and what it did cost: every call is written down at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo

from sqlite_utils import Database

from services.errors import Misconfigured, Refused
from services.planner.assistant.prices import KNOWN, Price
from services.planner.assistant.talk import Tokens
from services.store import Store, facts, planning
from services.store.planning import Spent, Usage

_ANSWER = 4_000  # tokens an answer is taken to have before it is known


class Purse:
    """``budget`` in dollars a day of ``zone`` (0: none). ``free``: a server of one's own, at no cost."""

    def __init__(
        self,
        store: Store,
        *,
        budget: float = 0.0,
        prices: Mapping[str, Price] | None = None,
        free: bool = False,
        zone: tzinfo,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._budget = budget
        self._own = prices or {}
        self._free = free
        self._zone = zone
        self._clock = clock

    def now(self) -> datetime:
        return self._clock()

    async def allow(self, model: str, tokens: int) -> None:
        """Refused when a call with so many input tokens would go over the day's budget."""
        if not self._budget:
            return
        price = self._price(model)
        if price is None:
            raise Misconfigured(
                f"OPENAI_DAILY_BUDGET is set, but what {model} costs is not known: nothing was asked.",
                remedy=f"Write its price into OPENAI_PRICES, for example {model}=2/10 (dollars per million).",
                variable="OPENAI_PRICES",
            )
        spent = (await self.today()).cost
        if spent + price.of(Tokens(tokens, 0, _ANSWER, 0)) > self._budget:
            error = Refused(
                f"Today's budget for the planner is used up: ${spent:.2f} of ${self._budget:.2f} are "
                "spent, and another call would go over it.",
                remedy="Try again tomorrow, or raise OPENAI_DAILY_BUDGET.",
            )
            until = self._midnight() + timedelta(days=1)
            said = {"text": error.message, "until": until.isoformat(), "of": self._budget}
            await self._store.do(facts.put, facts.BUDGET_SPENT, said)
            raise error
        await self._store.do(_forget_other, self._budget)

    async def pay(self, run: str, purpose: str, model: str, tokens: Tokens | None, sent: int) -> None:
        """Write a call down. ``tokens`` None: its answer never came; ``sent`` input tokens are assumed."""
        known = tokens or Tokens(sent, 0, _ANSWER, 0)
        price = self._price(model)
        usage = Usage(
            run,
            purpose,
            model,
            known.input,
            known.cached,
            known.output,
            known.reasoning,
            price.of(known) if price else None,
            self._clock(),
            estimated=tokens is None,
        )
        await self._store.do(planning.add_usage, usage)

    async def today(self) -> Spent:
        return await self._store.do(planning.spent, since=self._midnight())

    def _midnight(self) -> datetime:
        return self._clock().astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)

    async def told(self) -> str:
        """What today cost, in a sentence, and that no more may be spent where that is so."""
        spent = await self.today()
        of = f" of ${self._budget:.2f}" if self._budget else ""
        text = f"Today: {spent.calls} calls, ${spent.cost:.3f}{of}."
        if self._budget and spent.cost >= self._budget:
            text += (
                " That is all of OPENAI_DAILY_BUDGET: until tomorrow nothing is asked, unless you raise it."
            )
        return text

    def _price(self, model: str) -> Price | None:
        if model in self._own:
            return self._own[model]
        if self._free:
            return Price(0, 0, 0)
        return KNOWN.get(model)


def spent_words(spent: Spent) -> str:
    """ "3 calls, 12,400 tokens read (8,000 from cache), 2,100 written, $0.05"; "" for none."""
    if not spent.calls:
        return ""
    calls = f"{spent.calls} call{'' if spent.calls == 1 else 's'}"
    cached = f" ({spent.cached:,} from cache)" if spent.cached else ""
    unpriced = " and what calls without a known price cost" if spent.unpriced else ""
    about = "about " if spent.estimated else ""
    read = f"{spent.input:,} tokens read{cached}, {spent.output:,} written"
    return f"{calls}, {read}, {about}${spent.cost:.3f}{unpriced}"


def _forget_other(db: Database, budget: float) -> None:
    """What was said of another budget is over."""
    said = facts.get(db, facts.BUDGET_SPENT)
    if said is not None and said["of"] != budget:
        facts.forget(db, facts.BUDGET_SPENT)
