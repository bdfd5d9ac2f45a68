"""What renders at JSON2Video will cost, told before any is bought: every card that shows it asks here."""

from __future__ import annotations

from collections.abc import Mapping

from services.movie import parse_movie
from services.ports import Cap, RenderRequest
from services.renderer.json2video.credits import Ledger, estimate

_KEPT = 500  # estimates, of the drafts asked for last


class Purse:
    service = "JSON2Video"

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, int] = {}  # draft and revision → credits

    def estimate(self, request: RenderRequest, lengths: Mapping[str, float | None]) -> int:
        """Kept by draft and revision, which have one movie for good: cards are drawn often."""
        work = request.key.rpartition("-")[0]
        amount = self._known.pop(work, None)
        if amount is None:
            amount = estimate(parse_movie(request.movie), lengths)
        if all(name in lengths for name in request.assets):  # else they are known better later
            self._known[work] = amount
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return amount

    def caps(self) -> tuple[Cap, ...]:
        return self._ledger.caps()
