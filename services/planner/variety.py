"""How different two videos are: a distance in [0, 1] computed from movie and caption, never from labels.

Weights are fixed: assets 0.30, format 0.20, rhythm 0.15, opening asset 0.10, caption 0.10, transitions
and element kinds 0.05, length 0.05, music 0.05. Pure functions; movies may come from anywhere and be odd.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

GATE = 0.35  # a video nearer than this to another one is "the same again"
WINDOW = 60  # how many of the last drafts a new one is measured against
WEIGHTS = {
    "assets": 0.30,
    "format": 0.20,
    "rhythm": 0.15,
    "opening": 0.10,
    "caption": 0.10,
    "kinds": 0.05,
    "length": 0.05,
    "music": 0.05,
}
_MAX_SHOTS = 60  # more tell nothing new and would make the comparison slow
_DEFAULT_SHOT = 5.0  # seconds a scene lasts that does not say it
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ShotKind:
    """What a scene looks like: its pictures, whether they repeat the previous ones, where its text is."""

    visuals: tuple[str, ...]
    repeats: bool
    text: str


@dataclass(frozen=True, slots=True)
class Features:
    """What the distance looks at. ``pieces`` gives the piece of an asset where it is known."""

    assets: frozenset[str]
    pieces: Mapping[str, str]
    shots: tuple[ShotKind, ...]
    lengths: tuple[float, ...]  # seconds
    opening: str
    shingles: frozenset[tuple[str, ...]]
    kinds: Mapping[str, int]
    length: float  # seconds
    music: frozenset[str]


def features(movie: Mapping[str, Any], caption: str, pieces: Mapping[str, str]) -> Features:
    """Read a movie's features; ``pieces`` maps asset ids to pieces (files of one piece share it)."""
    scenes = [s for s in _list(movie.get("scenes")) if isinstance(s, dict)][:_MAX_SHOTS]
    shots: list[ShotKind] = []
    lengths: list[float] = []
    kinds: Counter[str] = Counter()
    assets: list[str] = []
    overlap = 0.0
    before: tuple[str, ...] = ()
    for index, scene in enumerate(scenes):
        elements = _elements(scene)
        sources = tuple(_text(e.get("src")) for e in elements if e.get("type") in ("image", "video"))
        shots.append(_kind(elements, bool(sources) and sources == before))
        before = sources
        assets += sources
        lengths.append(_scene_length(scene, elements))
        kinds.update(f"element:{_text(e.get('type'))}" for e in elements)
        transition = scene.get("transition")
        if index and isinstance(transition, dict):
            kinds[f"transition:{_text(transition.get('style'))}"] += 1
            overlap += min(_number(transition.get("duration"), 0.0), lengths[-1])
        elif index:
            kinds["transition:cut"] += 1
    whole = _elements(movie)
    assets += [_text(e.get("src")) for e in whole if e.get("type") in ("image", "video")]
    used = frozenset(a for a in assets if a)
    return Features(
        assets=used,
        pieces={a: pieces[a] for a in used if a in pieces},
        shots=tuple(shots),
        lengths=tuple(lengths),
        opening=next((a for a in assets if a), ""),
        shingles=shingles(caption),
        kinds=kinds,
        length=max(0.0, sum(lengths) - overlap),
        music=frozenset(_text(e.get("src")) for e in whole if e.get("type") == "audio"),
    )


def distance(a: Features, b: Features) -> float:
    """0: the same video. 1: nothing in common. Symmetric."""
    return math.fsum(WEIGHTS[name] * value for name, value in parts(a, b).items())


def parts(a: Features, b: Features) -> dict[str, float]:
    """The eight distances the sum is made of, each in [0, 1]."""
    return {
        "assets": _assets(a, b),
        "format": _edit(a.shots, b.shots, _shot_cost),
        "rhythm": _edit(a.lengths, b.lengths, _ratio),
        "opening": _opening(a, b),
        "caption": _jaccard(a.shingles, b.shingles),
        "kinds": _weighed_jaccard(a.kinds, b.kinds),
        "length": _ratio(a.length, b.length),
        "music": _jaccard(a.music, b.music),
    }


def nearest(one: Features, others: Iterable[Features]) -> tuple[float, int]:
    """(distance, index) of the nearest of ``others``; (1.0, -1) if there are none."""
    best, where = 1.0, -1
    for index, other in enumerate(others):
        value = distance(one, other)
        if value < best or where < 0:
            best, where = value, index
    return best, where


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The text's runs of three words; a shorter text is one run."""
    words = re.findall(r"\w+", text[:4000].casefold())
    if len(words) < 3:
        return frozenset({tuple(words)} if words else ())
    return frozenset(tuple(words[i : i + 3]) for i in range(len(words) - 2))


def _assets(a: Features, b: Features) -> float:
    """Jaccard in which two different files of one piece count as half the same."""
    if not a.assets and not b.assets:
        return 0.0
    same = a.assets & b.assets
    left = Counter(a.pieces[x] for x in a.assets - same if x in a.pieces)
    right = Counter(b.pieces[x] for x in b.assets - same if x in b.pieces)
    shared = len(same) + 0.5 * sum((left & right).values())
    return 1.0 - shared / (len(a.assets) + len(b.assets) - shared)


def _opening(a: Features, b: Features) -> float:
    if a.opening == b.opening:
        return 0.0
    mine, other = a.pieces.get(a.opening), b.pieces.get(b.opening)
    return 0.5 if mine is not None and mine == other else 1.0


def _shot_cost(a: ShotKind, b: ShotKind) -> float:
    if a.visuals != b.visuals:
        return 1.0
    return 0.5 * (a.text != b.text) + 0.5 * (a.repeats != b.repeats)


def _ratio(a: float, b: float) -> float:
    """0 for equal lengths, 1 from half as long on."""
    longer = max(a, b)
    return min(1.0, abs(a - b) / (0.5 * longer)) if longer > 0 else 0.0


def _edit(a: Sequence[_T], b: Sequence[_T], cost: Callable[[_T, _T], float]) -> float:
    """Edit distance with graded replacement, divided by the longer sequence."""
    if not a or not b:
        return float(bool(a) != bool(b))
    row = [float(i) for i in range(len(b) + 1)]
    for i, one in enumerate(a, 1):
        diagonal, row[0] = row[0], float(i)
        for j, other in enumerate(b, 1):
            replaced = diagonal + cost(one, other)
            diagonal = row[j]
            row[j] = min(replaced, diagonal + 1.0, row[j - 1] + 1.0)
    return row[-1] / max(len(a), len(b))


def _jaccard(a: frozenset[Any], b: frozenset[Any]) -> float:
    return 1.0 - len(a & b) / len(a | b) if a | b else 0.0


def _weighed_jaccard(a: Mapping[str, int], b: Mapping[str, int]) -> float:
    names = a.keys() | b.keys()
    most = sum(max(a.get(n, 0), b.get(n, 0)) for n in names)
    return 1.0 - sum(min(a.get(n, 0), b.get(n, 0)) for n in names) / most if most else 0.0


def _kind(elements: Sequence[Mapping[str, Any]], repeats: bool) -> ShotKind:
    visuals = sorted(_visual(e) for e in elements if e.get("type") in ("image", "video"))
    zones = sorted({_zone(e) for e in elements if e.get("type") == "text"})
    return ShotKind(tuple(visuals), repeats, "+".join(zones))


def _visual(element: Mapping[str, Any]) -> str:
    # With a width of its own it is a tile or, as wide as the frame, a band; cropped to fill it, a part.
    width = -1.0 if element.get("resize") else _number(element.get("width"), -1.0)
    shape = "tile" if 0 < width < 1000 else "band" if width > 0 else "part" if element.get("crop") else ""
    return f"{_text(element.get('type'))}:{shape}"


def _zone(element: Mapping[str, Any]) -> str:
    y = _number(element.get("y"), 0.0) + max(0.0, _number(element.get("height"), 0.0)) / 2
    settings = element.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    boxed = "boxed" if settings.get("background-color") else "free"
    align = _text(settings.get("text-align"))
    return f"{min(4, max(0, int(y // 400)))}:{align}:{boxed}"


def _scene_length(scene: Mapping[str, Any], elements: Sequence[Mapping[str, Any]]) -> float:
    own = _number(scene.get("duration"), -1.0)
    if own > 0:
        return own
    ends = [max(0.0, _number(e.get("start"), 0.0)) + _number(e.get("duration"), -1.0) for e in elements]
    longest = max(ends, default=0.0)
    return longest if longest > 0 else _DEFAULT_SHOT


def _elements(owner: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [e for e in _list(owner.get("elements")) if isinstance(e, dict)][:_MAX_SHOTS]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any, default: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return default
    try:
        number = float(value)
    except OverflowError:
        return default
    return number if math.isfinite(number) and abs(number) < 1e6 else default
