"""The vendor's easings (names as in anime.js): how far a motion is when ``share`` of its time has passed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

_NAME = re.compile(r"(?:ease)?(inout|in|out)?(quad|cubic|quart|quint|sine|expo|circ|back|elastic|bounce)")
_OVERSHOOT = 1.70158  # of "back": a tenth further than the way
_PERIOD = 0.5  # of "elastic", in shares of the time

# Each as its "in" form; "out" is the same backwards.
_IN: dict[str, Callable[[float], float]] = {
    "quad": lambda t: t**2,
    "cubic": lambda t: t**3,
    "quart": lambda t: t**4,
    "quint": lambda t: t**5,
    "sine": lambda t: 1 - math.cos(t * math.pi / 2),
    "expo": lambda t: 0.0 if t <= 0 else 2 ** (10 * t - 10),
    "circ": lambda t: 1 - math.sqrt(max(0.0, 1 - t * t)),
    "back": lambda t: t * t * ((_OVERSHOOT + 1) * t - _OVERSHOOT),
    "elastic": lambda t: (
        t if t in (0.0, 1.0) else -(2 ** (10 * t - 10)) * math.sin((t - 1 - _PERIOD / 4) * math.tau / _PERIOD)
    ),
    "bounce": lambda t: 1 - _bounced(1 - t),
}


def eased(name: str, share: float) -> float:
    """0 … 1 on the way (elastic and back go beyond). Unknown names are linear."""
    t = min(1.0, max(0.0, share))
    match = _NAME.fullmatch(re.sub(r"\(.*\)|[^a-z]", "", name.lower()))
    if match is None:
        return t
    way, form = match[1] or "in", _IN[match[2]]
    if way == "in":
        return form(t)
    if way == "out":
        return 1 - form(1 - t)
    return form(2 * t) / 2 if t < 0.5 else 1 - form(2 - 2 * t) / 2


def is_known(name: str) -> bool:
    plain = re.sub(r"\(.*\)|[^a-z]", "", name.lower())
    return plain == "linear" or _NAME.fullmatch(plain) is not None


def _bounced(t: float) -> float:
    for until, offset, height in ((1 / 2.75, 0.0, 0.0), (2 / 2.75, 1.5, 0.75), (2.5 / 2.75, 2.25, 0.9375)):
        if t < until:
            return 7.5625 * (t - offset / 2.75) ** 2 + height
    return 7.5625 * (t - 2.625 / 2.75) ** 2 + 0.984375
