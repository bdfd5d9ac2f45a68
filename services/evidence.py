"""Which labels did better than the account's own average, and how sure that is. Pure.

A label's mean is drawn towards the account's by as much as there are few posts of it (a shrunk estimate, as
if every label began with PRIOR average posts): two lucky posts prove nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.model.proposal import Labels

PRIOR = 5.0  # average posts each label begins with
FEWEST = 8  # posts with a known engagement before anything is said
FEWEST_OF_ONE = 3  # posts with a label
WORTH = 0.05  # of the account's average: less is no difference
NAMES = ("format", "intent", "hook", "length", "pace", "music")


@dataclass(frozen=True, slots=True)
class Result:
    """How one posted draft did: engagement as a share of reach (or of followers where that is unknown)."""

    labels: Labels
    rate: float


@dataclass(frozen=True, slots=True)
class Finding:
    """``mean`` of ``posts`` posts with a label, the ``estimate`` drawn towards the account's ``average``."""

    label: str
    value: str
    posts: int
    mean: float
    estimate: float
    average: float

    @property
    def better(self) -> bool:
        return self.estimate >= self.average * (1 + WORTH)

    @property
    def line(self) -> str:
        gain = 100 * (self.estimate - self.average)
        return (
            f"{self.label} “{self.value}” did better: {self.mean:.1%} against the account's "
            f"{self.average:.1%} (n = {self.posts}, estimated {gain:+.1f} points)"
        )


def findings(results: Sequence[Result]) -> list[Finding]:
    """Every label of at least FEWEST_OF_ONE posts, the best estimate first; empty with too few posts."""
    if len(results) < FEWEST:
        return []
    average = sum(result.rate for result in results) / len(results)
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    for result in results:
        for name in NAMES:
            if value := str(getattr(result.labels, name)):
                rates[name, value].append(result.rate)
    found = []
    for (name, value), known in rates.items():
        if FEWEST_OF_ONE <= len(known) < len(results):
            mean = sum(known) / len(known)
            estimate = average + len(known) / (len(known) + PRIOR) * (mean - average)
            found.append(Finding(name, value, len(known), mean, estimate, average))
    return sorted(found, key=lambda f: (-f.estimate, f.label, f.value))


def evidence_lines(results: Sequence[Result]) -> tuple[str, ...]:
    """What did better, a line each, for people and for planners; or that there is not enough data."""
    if len(results) < FEWEST:
        return (f"Not enough data: {len(results)} posted drafts with known results, {FEWEST} are needed.",)
    better = [finding.line for finding in findings(results) if finding.better]
    return tuple(better[:8]) or (f"No label did clearly better than the average of {len(results)} posts.",)


def leans_on(lines: Iterable[str], labels: Labels) -> str:
    """The line of evidence that speaks for a video with these labels; "" if none does."""
    for line in lines:
        for name in NAMES:
            value = str(getattr(labels, name))
            if value and line.startswith(f"{name} “{value}” did better"):
                return line
    return ""
