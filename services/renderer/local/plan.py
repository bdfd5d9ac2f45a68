"""Timeline → plan (pure): which layer is drawn where, cut into segments at scene and transition borders."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from services.movie import SceneSpan, Span, Timeline
from services.movie.elements import (
    Audio,
    Audiogram,
    Component,
    Html,
    Image,
    Text,
    Video,
    Visual,
    Voice,
)
from services.movie.timeline import seek_seconds
from services.movie.values import parse_colour
from services.renderer.local.framing import box_of, even, windows
from services.renderer.local.layers import (
    ClipSpec,
    Layer,
    PhotoSpec,
    Plan,
    ScenePlan,
    Segment,
    Sound,
    Spec,
    TextSpec,
)
from services.renderer.local.media import Facts
from services.renderer.local.planes import yuv
from services.renderer.local.transitions import known

_BLACK = yuv(0, 0, 0)
_ANIMATED = frozenset({"003", "004", "005", "006", "007", "008", "009", "010"})


def make_plan(timeline: Timeline, facts: Mapping[str, Facts], scale: float = 1.0) -> Plan:
    """``facts`` by ``src``; ``scale`` is output pixels per pixel of the movie's canvas."""
    notes = list(timeline.notes)
    canvas = (even(timeline.width * scale), even(timeline.height * scale))
    maker = _Maker(timeline.fps, scale, canvas, facts, notes)
    scenes = [maker.scene(span) for span in timeline.scenes]
    notes += [f"{where}: subtitles are not shown in the local preview." for where, _ in timeline.subtitles]
    own = sorted(timeline.spans, key=lambda span: (span.element.z_index, span.order))
    under = maker.layers([span for span in own if span.element.z_index < 0])
    over = maker.layers([span for span in own if span.element.z_index >= 0])
    sounds = [maker.sound(span, 0, 0) for span in timeline.spans]
    for span, following in zip(timeline.scenes, [*timeline.scenes[1:], None], strict=True):
        outgoing = following.transition if following else 0
        sounds += [maker.sound(s, *_cross(s, span, outgoing)) for s in span.spans]
    return Plan(
        width=canvas[0], height=canvas[1], fps=timeline.fps, frames=timeline.frames,
        segments=_segments(scenes, under, over, timeline.frames),
        sounds=tuple(s for s in sounds if s is not None),
        notes=tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _cross(span: Span, scene: SceneSpan, outgoing: int) -> tuple[int, int]:
    """Frames over which the sound of a scene's clip comes and goes with the scene's transitions."""
    into = scene.transition if span.first == scene.first else 0
    out = outgoing if span.last == scene.last else 0
    return into, out


class _Maker:
    """Turns spans into layers and sounds; collects notes."""

    def __init__(
        self, fps: int, scale: float, canvas: tuple[int, int], facts: Mapping[str, Facts], notes: list[str]
    ) -> None:
        self._fps, self._scale, self._canvas = fps, scale, canvas
        self._facts, self._notes = facts, notes

    def scene(self, span: SceneSpan) -> ScenePlan:
        red, green, blue, alpha = parse_colour(span.background)
        if span.transition and not known(span.style):
            self._notes.append(f"Scene #{span.number}: its transition is shown as a plain crossfade.")
        ordered = sorted(span.spans, key=lambda s: (s.element.z_index, s.order))
        return ScenePlan(
            number=span.number, first=span.first, last=span.last, transition=span.transition,
            style=span.style, background=None if alpha == 0 else yuv(red, green, blue),
            layers=self.layers(ordered),
        )  # fmt: skip

    def layers(self, spans: list[Span]) -> tuple[Layer, ...]:
        made = (self._layer(span) for span in spans)
        return tuple(layer for layer in made if layer is not None)

    def _layer(self, span: Span) -> Layer | None:
        element = span.element
        if not isinstance(element, Visual):
            if isinstance(element, Voice):
                self._notes.append(f"{span.where}: the voice is not spoken in the local preview.")
            return None
        spec = self._spec(span, element)
        if spec is None:
            return None
        length = span.last - span.first
        self._unsupported(span, element)
        box = box_of(element, self._canvas, self._scale, self._natural(element))
        return Layer(
            where=span.where, spec=spec, box=box,
            first=span.first, last=span.last,
            fade_in=min(length, round(element.fade_in * self._fps)),
            fade_out=min(length, round(element.fade_out * self._fps)),
        )  # fmt: skip

    def _natural(self, element: Visual) -> tuple[float, float] | None:
        if isinstance(element, Image | Video):
            if element.crop:
                return element.crop.width, element.crop.height
            facts = self._facts[element.src]
            return facts.width, facts.height
        return None

    def _spec(self, span: Span, element: Visual) -> Spec | None:
        if isinstance(element, Image):
            if not element.src:
                self._notes.append(f"{span.where}: a picture made by AI is not shown in the local preview.")
                return None
            box = box_of(element, self._canvas, self._scale, self._natural(element))
            start, end = windows(element, self._facts[element.src], box)
            return PhotoSpec(element.src, start, end, element.flip_horizontal, element.flip_vertical)
        if isinstance(element, Video):
            box = box_of(element, self._canvas, self._scale, self._natural(element))
            facts = self._facts[element.src]
            start, _ = windows(element.model_copy(update={"zoom": 0.0, "pan": None}), facts, box)
            if element.zoom or element.pan:
                self._notes.append(f"{span.where}: the clip is shown without zoom and pan.")
            return ClipSpec(
                element.src, start, seek_seconds(element.seek, facts.seconds or 0.0), max(0, element.loop),
                element.flip_horizontal, element.flip_vertical,
            )  # fmt: skip
        if isinstance(element, Text):
            return self._text(span, element)
        kind = {Component: "component", Html: "HTML page", Audiogram: "audiogram"}[type(element)]
        self._notes.append(f"{span.where}: the {kind} is not shown in the local preview.")
        return None

    def _text(self, span: Span, element: Text) -> TextSpec | None:
        if not element.text.strip():
            return None
        if element.style in _ANIMATED:
            self._notes.append(f"{span.where}: style {element.style} is shown without its animation.")
        look = tuple(sorted((str(k), str(v)) for k, v in element.settings.items() if v is not None))
        return TextSpec(
            element.text, element.style, look, self._scale,
            element.width > 0 and not element.resize, element.height > 0 and not element.resize, self._canvas,
        )  # fmt: skip

    def _unsupported(self, span: Span, element: Visual) -> None:
        asked = {
            "rotation": element.rotate is not None and element.rotate.angle != 0,
            "colour correction": element.correction is not None,
            "chroma key": element.chroma_key is not None,
            "mask": bool(element.mask),
            "zoom": isinstance(element, Text) and bool(element.zoom or element.pan),
        }
        for name, wanted in asked.items():
            if wanted:
                self._notes.append(f"{span.where}: its {name} is not shown in the local preview.")

    def sound(self, span: Span, into: int, out: int) -> Sound | None:
        element = span.element
        if not isinstance(element, Video | Audio) or element.muted or element.volume == 0:
            return None
        facts = self._facts[element.src]
        if not facts.has_audio:
            return None
        return Sound(
            where=span.where, asset=element.src, start=span.first / self._fps,
            seconds=(span.last - span.first) / self._fps,
            seek=seek_seconds(element.seek, facts.seconds or 0.0), loop=max(0, element.loop),
            volume=element.volume, fade_in=max(element.fade_in, into / self._fps),
            fade_out=max(element.fade_out, out / self._fps),
        )  # fmt: skip


def _segments(
    scenes: list[ScenePlan], under: tuple[Layer, ...], over: tuple[Layer, ...], frames: int
) -> tuple[Segment, ...]:
    borders = {0, frames}
    for scene in scenes:
        borders |= {scene.first, scene.first + scene.transition, scene.last}
    ordered = sorted(b for b in borders if 0 <= b <= frames)
    made = []
    for first, last in pairwise(ordered):
        there = tuple(s for s in scenes if s.first <= first and s.last >= last)
        made.append(Segment(first, last, there, _during(under, first, last), _during(over, first, last)))
    return tuple(made)


def _during(layers: tuple[Layer, ...], first: int, last: int) -> tuple[Layer, ...]:
    return tuple(layer for layer in layers if layer.first < last and layer.last > first)
