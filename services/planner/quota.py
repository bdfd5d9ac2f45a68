"""Which intent a video serves: by quota, not by chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from services.model.brief import Intent


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
