"""Files that rest after their use, for planners that are told so and may forget it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from services.model.asset import Category
from services.model.brief import PastDraft
from services.model.proposal import Proposal
from services.planner.material import Ledger
from services.planner.pieces import Item
from services.planner.words import counted, listed

_NAMES = {Category.IMAGE: "photo", Category.VIDEO: "clip", Category.AUDIO: "track"}


class Resting:
    """The ledger of one run: a used file rests while an unused one of its kind can take its place."""

    def __init__(self, items: Iterable[Item], past: Sequence[PastDraft], cool_down: int) -> None:
        self._kinds = {item.id: item.category for item in items}
        self._ledger = Ledger.of(past, [], cool_down)
        self._unused = Counter(kind for asset, kind in self._kinds.items() if not self._ledger.uses[asset])

    def reason(self, proposal: Proposal) -> str:
        """Why it may not use what it uses, for whoever planned it; "" if it may."""
        used = dict.fromkeys(r.asset for r in proposal.resources)
        cooling = [a for a in used if a in self._kinds and self._ledger.cooling(a)]
        counts = Counter(self._kinds[asset] for asset in cooling)
        # Where too few are unused to take their places, the rest of a library would never be seen again.
        kinds = [kind for kind, count in counts.items() if self._unused[kind] >= count]
        resting = [asset for asset in cooling if self._kinds[asset] in kinds]
        if not resting:
            return ""
        fresh = listed([counted(self._unused[kind], f"unused {_NAMES[kind]}") for kind in kinds])
        return (
            f"It uses {listed(resting, 6)}, which {'rests' if len(resting) == 1 else 'rest'}: files are left "
            f"alone for {counted(self._ledger.cool_down, 'draft')} after their use, and there "
            f"{'is' if fresh.startswith('one ') else 'are'} {fresh}."
        )

    def take(self, proposal: Proposal) -> None:
        """A video of this run: what it uses rests from now on."""
        used = dict.fromkeys(r.asset for r in proposal.resources)
        for asset in used:
            if asset in self._kinds and not self._ledger.uses[asset]:
                self._unused[self._kinds[asset]] -= 1
        self._ledger.add(used, next(iter(used), ""), proposal.movie)
