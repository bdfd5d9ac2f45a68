"""Movie → frame-exact timeline (pure). Seconds become frame numbers once, so that sums never drift.

Rules (json2video.com/docs/v2, tutorial 03): -1 is the asset's own length, -2 as long as the container;
a scene of -1 lasts as long as its longest child with an end of its own; a transition runs at the start of
its scene and overlaps the scene before, so total = Σ scenes − Σ transitions; movie elements that are not
-2 may make the movie longer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.errors import Refused
from services.movie.elements import Audio, Element, Image, Subtitles, TimedElement, Video, Visual, Voice
from services.movie.movie import Movie, Scene

_EMPTY_SCENE = 5.0  # seconds; the vendor's tutorial 01
_HELD = 0.5  # seconds: a clip that ends this little before its scene is held, so that nothing flashes
_CHARACTERS_PER_SECOND = 14.0  # of an unhurried voice


@dataclass(frozen=True, slots=True)
class Span:
    """One element and the frames of the movie it is there, first to before last.

    ``seconds`` is its own length before the container cut it. Spans of a container stand in the order in
    which they are drawn: by z-index, then as written (``order``).
    """

    element: TimedElement
    where: str
    first: int
    last: int
    seconds: float
    order: int


@dataclass(frozen=True, slots=True)
class SceneSpan:
    """``transition`` counts the frames at the start that overlap the scene before. ``where`` names the
    scene in the document; ``number`` counts those that are shown, from 1."""

    number: int
    where: str
    first: int
    last: int
    background: str
    transition: int
    style: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SubtitlesSpan:
    """Subtitles, and the frames they are for: those of the movie, or of the scene they stand in."""

    element: Subtitles
    where: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Timeline:
    width: int
    height: int
    fps: int
    frames: int
    scenes: tuple[SceneSpan, ...]
    spans: tuple[Span, ...]  # the movie's own elements
    subtitles: tuple[SubtitlesSpan, ...]
    notes: tuple[str, ...]  # sentences: what was shortened or left out

    @property
    def seconds(self) -> float:
        return self.frames / self.fps


@dataclass(frozen=True, slots=True)
class _Placed:
    element: TimedElement
    start: float
    end: float | None  # None: as long as the container
    order: int


def lay_out(movie: Movie, lengths: Mapping[str, float | None], fps: int | None = None) -> Timeline:
    """The timeline of ``movie``. ``lengths`` gives the seconds of each ``src`` (None: it has no end).

    A voice that is not among them gets the length it probably has.
    Refused, naming the scene, when a length cannot be known or the movie has none.
    """
    rate = fps or max(1, round(movie.fps))
    notes: list[str] = []
    stage = _place_all(movie.elements, lengths)
    ends = [p.end for p in stage if p.end is not None]
    inside: list[list[_Placed]] = []
    spans: list[SceneSpan] = []
    cursor = start = overlap = 0.0
    for scene in movie.scenes:
        placed = _place_all(scene.elements, lengths)
        length = _scene_seconds(scene, placed, notes, has_own_end=bool(ends))
        alone = cursor - start - overlap  # seconds the scene before has for itself
        overlap = _overlap(scene, min(alone, length), notes) if spans else 0.0
        start, cursor = cursor - overlap, cursor - overlap + length
        inside.append(placed)
        spans.append(_scene_span(scene, len(spans) + 1, placed, start, cursor, rate))
    total = max([cursor, *ends], default=0.0)
    frames = round(total * rate)
    if frames < 1:
        raise Refused("Movie duration cannot be zero: give its scenes or their elements a duration.")
    pictured = any(isinstance(p.element, Visual) and (p.end is None or p.end >= total) for p in stage)
    if spans and total - cursor > 1 / rate and not pictured:
        notes.append(f"The movie goes on for {total - cursor:.1f} s after its last scene, without a picture.")
    met = _meet(spans)
    own = _spans(stage, 0.0, total, rate)
    notes += _unseen("movie", stage, own)
    for placed, span in zip(inside, met, strict=True):
        notes += _unseen("scene", placed, span.spans)
    subtitles = _subtitles(movie.elements, 0, frames)
    for scene, span in zip(movie.scenes, met, strict=True):
        subtitles += _subtitles(scene.elements, span.first, span.last)
    return Timeline(
        width=movie.width, height=movie.height, fps=rate, frames=frames,
        scenes=met, spans=own,
        subtitles=tuple(subtitles), notes=tuple(notes),
    )  # fmt: skip


def _subtitles(elements: Sequence[Element], first: int, last: int) -> list[SubtitlesSpan]:
    return [SubtitlesSpan(e, e.where, first, last) for e in elements if isinstance(e, Subtitles)]


def speech_seconds(text: str) -> float:
    """About how long a voice needs for ``text``."""
    return max(1.0, len(text) / _CHARACTERS_PER_SECOND)


def voice_name(voice: Voice) -> str:
    """Under which ``lengths`` has the seconds of a voice that was spoken beforehand."""
    said = json.dumps([voice.text, voice.voice, voice.model])
    return f"voice:{hashlib.sha256(said.encode()).hexdigest()}"


def _place_all(elements: Sequence[Element], lengths: Mapping[str, float | None]) -> list[_Placed]:
    placed: list[_Placed] = []
    latest = 0.0
    for at, element in enumerate(elements, 1):
        if isinstance(element, Subtitles):
            continue
        start = latest if element.start == -1 else element.start
        length = _own_seconds(element, lengths)
        end = None if length is None else start + length + element.extra_time
        latest = max(latest, end or 0.0)
        placed.append(_Placed(element, start, end, at))
    return placed


def _own_seconds(element: TimedElement, lengths: Mapping[str, float | None]) -> float | None:
    """Seconds the element lasts by itself; None = as long as its container."""
    if element.duration == -2:
        return None
    if element.duration > 0:
        return element.duration
    if isinstance(element, Voice):
        return lengths.get(voice_name(element)) or speech_seconds(element.text)
    if not isinstance(element, Video | Audio) or element.loop == -1:
        return None
    natural = lengths.get(element.src)
    if natural is None:
        raise Refused(
            f"{element.where}: the length of its file is not known, so the {element.type} needs a duration."
        )
    once = natural - seek_seconds(element.seek, natural)
    if once <= 0:
        raise Refused(
            f"{element.where}: it would start at {element.seek:g} s, but the file lasts {natural:.1f} s."
        )
    return once * max(1, element.loop)


def seek_seconds(seek: float, natural: float) -> float:
    """Where to begin in a file of ``natural`` seconds; negative counts from its end."""
    return max(0.0, natural + seek) if seek < 0 else seek


def _scene_seconds(scene: Scene, placed: list[_Placed], notes: list[str], *, has_own_end: bool) -> float:
    if scene.duration > 0:
        return scene.duration
    ends = [p.end for p in placed if p.end is not None]
    if ends:
        return max(ends)
    if not placed:
        return 0.0 if has_own_end else _EMPTY_SCENE
    if any(isinstance(p.element, Image | Video | Audio) for p in placed):
        raise Refused(
            f"{scene.where}: Movie duration cannot be zero: "
            "give the scene, or one of its elements, a duration."
        )
    notes.append(
        f"{scene.where}: nothing in it says how long it lasts, so it is shown for {_EMPTY_SCENE:g} s."
    )
    return _EMPTY_SCENE


def _overlap(scene: Scene, room: float, notes: list[str]) -> float:
    """Seconds the scene overlaps the one before; never more than both have left."""
    if scene.transition is None:
        return 0.0
    wanted, room = scene.transition.duration, max(0.0, room)
    if wanted > room + 1e-6:
        notes.append(f"{scene.where}: its transition is shortened to {room:.1f} s, all the scenes allow.")
    return min(wanted, room)


def _scene_span(
    scene: Scene, at: int, placed: list[_Placed], start: float, end: float, rate: int
) -> SceneSpan:
    return SceneSpan(
        number=at, where=scene.where, first=round(start * rate), last=round(end * rate),
        background=scene.background_color, transition=0,
        style=scene.transition.style if scene.transition else "fade",
        spans=_spans(placed, start, end, rate),
    )  # fmt: skip


def _meet(spans: list[SceneSpan]) -> tuple[SceneSpan, ...]:
    """Count each transition in whole frames: from the scene's first to the end of the one before.

    Rounding must not let a third scene into a transition.
    """
    met: list[SceneSpan] = []
    for span in spans:
        earliest = met[-2].last if len(met) > 1 else 0
        first = min(max(span.first, earliest), span.last)
        overlap = max(0, met[-1].last - first) if met else 0
        inside = tuple(replace(s, first=max(s.first, first)) for s in span.spans if s.last > first)
        met.append(replace(span, first=first, transition=overlap, spans=inside))
    return tuple(met)


def _is_held(p: _Placed, placed: list[_Placed], length: float) -> bool:
    """Whether a clip's last picture stays until its container of ``length`` seconds ends: only where the
    little that is missing would flash, and no other picture takes its place."""
    if not isinstance(p.element, Video) or p.element.duration != -1 or p.end is None:
        return False
    followed = any(isinstance(q.element, Visual) and p.end <= q.start < length for q in placed)
    return length - p.end < _HELD and not followed


def _unseen(container: str, placed: list[_Placed], spans: tuple[Span, ...]) -> Iterator[str]:
    shown = {span.order for span in spans}
    for p in placed:
        if p.order not in shown:
            reason = (
                "it lasts less than a frame" if p.end and p.end - p.start < 0.05 else "it starts too late"
            )
            yield f"{p.element.where}: {reason} and is not seen in its {container}."


def _spans(placed: list[_Placed], start: float, end: float, rate: int) -> tuple[Span, ...]:
    """Cut to the container and counted in frames of the movie; what lies outside is left out."""
    spans = []
    for p in sorted(placed, key=lambda p: (p.element.z_index, p.order)):
        first = round((start + p.start) * rate)
        last = round(min(end, end if p.end is None else start + p.end) * rate)
        if _is_held(p, placed, end - start):
            last = round(end * rate)
        if last > first:
            own = (end - start if p.end is None else p.end) - p.start
            spans.append(Span(p.element, p.element.where, first, last, own, p.order))
    return tuple(spans)
