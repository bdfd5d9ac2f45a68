"""Which intent a video serves: by quota, not by chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from services.model.brief import Brief, Intent
from services.model.draft import State
from services.planner.quoted import plain
from services.planner.words import harmless, listed, shortened


def next_intent(intents: Sequence[Intent], past: Iterable[str]) -> Intent | None:
    """The intent whose turn it is after ``past`` (names; unknown ones do not count). None if there is none.

    Largest remainders alone can take a place back when the total grows, so this is the quota method of
    Balinski and Young: among those that stay within their upper quota, the one with the largest weight
    per place. From an empty past every intent stays within one of its exact share at every length.
    """
    weighed = [i for i in intents if math.isfinite(i.weight) and i.weight > 0] or list(intents)
    if not weighed:
        return None
    weights = [i.weight if math.isfinite(i.weight) and i.weight > 0 else 1.0 for i in weighed]
    total = math.fsum(weights)
    counts = Counter(past)
    places = sum(counts[i.name] for i in weighed) + 1
    best: tuple[float, int] | None = None
    for index, (intent, weight) in enumerate(zip(weighed, weights, strict=True)):
        have = counts[intent.name]
        if have + 1 > math.ceil(weight / total * places - 1e-9):
            continue
        rank = (weight / (have + 1), -index)
        if best is None or rank > best:
            best = rank
    return weighed[-best[1]] if best else weighed[0]


def served(brief: Brief) -> list[str]:
    """The intents of the videos there are; one that failed has served nothing."""
    made = [draft.intent for draft in brief.past if draft.state != State.FAILED]
    return made + [proposal.labels.intent for proposal in brief.kept]


def intents_in_turn(brief: Brief) -> list[str]:
    """The intent of each video to be made; "" where the brand has none. A revision keeps its draft's."""
    if brief.revises is not None:
        return [brief.revises.intent]
    if brief.intent:
        return [brief.intent] * brief.count
    turn = list(brief.turns[: brief.count])
    past = served(brief) + turn
    while len(turn) < brief.count:
        intent = next_intent(brief.brand.intents, past)
        turn.append(intent.name if intent else "")
        past.append(turn[-1])
    return turn


class Places:
    """The places of one run that nothing serves yet, each with its intent.

    A planner that labels its own work is held to them, or all its videos would be for the same.
    """

    def __init__(self, brief: Brief) -> None:
        self._open = intents_in_turn(brief)
        self._revision = brief.revises is not None
        names = [*(intent.name for intent in brief.brand.intents), *self._open]
        self._names = {_shown(name): name for name in names if name}

    @property
    def left(self) -> tuple[str, ...]:
        return tuple(self._open)

    def name(self, label: str) -> str:
        """The brand's own spelling of an intent; a revision that names none of them keeps its draft's."""
        known = self._names.get(_shown(label))
        if known is None and self._revision:
            return self._open[0]
        return known if known is not None else label

    def reason(self, intent: str) -> str:
        """Why there is no place for a video of ``intent``, for whoever planned it; "" if there is one."""
        wanted = [name for name in dict.fromkeys(self._open) if name]
        if self._revision or not wanted or intent in wanted:
            return ""
        named = shortened(harmless(intent, 80), 60)
        said = f"It serves the intent “{named}”" if named else "It names no intent"
        many = "the place that is left is" if len(self._open) == 1 else "the places that are left are"
        ours = listed([f"“{shortened(harmless(name, 80), 60)}”" for name in wanted], 12)
        return f"{said}, but {many} for {ours}: make a video that really serves that, not another label."

    def take(self, intent: str) -> None:
        """A video of ``intent`` stands: its place is gone, or the last one if it had none."""
        if intent in self._open:
            self._open.remove(intent)
        elif self._open:
            self._open.pop()


def _shown(name: str) -> str:
    """As a model reads it and may write it."""
    return plain(name, 60).casefold()
