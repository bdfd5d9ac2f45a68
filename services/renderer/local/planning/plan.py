"""Timeline → plan (pure): which layer is drawn where, cut into segments at scene and transition borders."""

from __future__ import annotations

from collections.abc import Mapping

from services.movie import SceneSpan, Span, Timeline
from services.movie.elements import (
    Audiogram,
    Component,
    Html,
    Image,
    Text,
    Video,
    Visual,
    Voice,
)
from services.movie.values import parse_colour
from services.renderer.local.media import Facts
from services.renderer.local.pictures.planes import yuv
from services.renderer.local.planning.components import parts_of
from services.renderer.local.planning.cuts import segments_of
from services.renderer.local.planning.framing import box_of, even
from services.renderer.local.planning.layers import (
    Box,
    Layer,
    Plan,
    ScenePlan,
    Sound,
    Spec,
    TextSpec,
)
from services.renderer.local.planning.pictures import clip_spec, natural_size, photo_spec, treatment_of
from services.renderer.local.planning.sounds import audiogram_spec, note_on_voice, sounds_of
from services.renderer.local.planning.stage import Stage
from services.renderer.local.planning.subtitles import subtitle_layers, voices_of
from services.renderer.local.planning.texts import text_spec
from services.renderer.local.text.lettering import notes as notes_on_text

_BLACK = yuv(0, 0, 0)


def make_plan(timeline: Timeline, facts: Mapping[str, Facts], scale: float = 1.0) -> Plan:
    """``facts`` by ``src``; ``scale`` is output pixels per pixel of the movie's canvas."""
    notes = list(timeline.notes)
    canvas = (even(timeline.width * scale), even(timeline.height * scale))
    stage = Stage(timeline.fps, scale, canvas, facts, notes)
    sounds = sounds_of(timeline, facts)
    maker = _Maker(stage, sounds, timeline.frames)
    scenes = [maker.scene(span) for span in timeline.scenes]
    own = sorted(timeline.spans, key=lambda span: (span.element.z_index, span.order))
    under = maker.layers([span for span in own if span.element.z_index < 0])
    over = maker.layers([span for span in own if span.element.z_index >= 0])
    over += subtitle_layers(timeline, stage, voices_of(timeline))
    return Plan(
        width=canvas[0], height=canvas[1], fps=timeline.fps, frames=timeline.frames,
        segments=segments_of(scenes, under, over, timeline.frames, timeline.fps),
        sounds=sounds,
        notes=tuple(dict.fromkeys(notes)),
    )  # fmt: skip


class _Maker:
    """Turns spans into layers and sounds; collects notes."""

    def __init__(self, stage: Stage, sounds: tuple[Sound, ...], frames: int) -> None:
        self._stage, self._sounds, self._frames = stage, sounds, frames
        self._fps, self._scale, self._canvas = stage.fps, stage.scale, stage.canvas
        self._facts, self._notes = stage.facts, stage.notes

    def scene(self, span: SceneSpan) -> ScenePlan:
        red, green, blue, alpha = parse_colour(span.background)
        ordered = sorted(span.spans, key=lambda s: (s.element.z_index, s.order))
        return ScenePlan(
            number=span.number, first=span.first, last=span.last, transition=span.transition,
            style=span.style, background=None if alpha == 0 else yuv(red, green, blue),
            layers=self.layers(ordered),
        )  # fmt: skip

    def layers(self, spans: list[Span]) -> tuple[Layer, ...]:
        return tuple(layer for span in spans for layer in self._layers(span))

    def _layers(self, span: Span) -> list[Layer]:
        element = span.element
        if not isinstance(element, Visual):
            if isinstance(element, Voice):
                self._notes.append(note_on_voice(span.where, element, self._facts))
            return []
        length = span.last - span.first
        made = [
            Layer(
                where=span.where, spec=spec, box=box, first=span.first, last=span.last,
                fade_in=min(length, round(element.fade_in * self._fps)),
                fade_out=min(length, round(element.fade_out * self._fps)),
                treatment=treatment_of(span, element, self._stage),
            )
            for spec, box in self._parts(span, element)
        ]  # fmt: skip
        for layer in made:
            if isinstance(layer.spec, TextSpec):
                self._notes += notes_on_text(layer, self._fps)
        return made

    def _parts(self, span: Span, element: Visual) -> list[tuple[Spec, Box]]:
        """What the element shows, from back to front, and where."""
        box = box_of(element, self._canvas, self._scale, natural_size(element, self._stage))
        if isinstance(element, Component):
            return parts_of(span.where, element, box, self._stage)
        spec = self._spec(span, element)
        return [] if spec is None else [(spec, box)]

    def _spec(self, span: Span, element: Visual) -> Spec | None:
        if isinstance(element, Image):
            return photo_spec(span, element, self._stage)
        if isinstance(element, Video):
            return clip_spec(span, element, self._stage)
        if isinstance(element, Text):
            return text_spec(span, element, self._stage)
        if isinstance(element, Audiogram):
            return audiogram_spec(span, element, self._sounds, self._frames, self._notes)
        assert isinstance(element, Html)  # nothing else can be seen
        self._notes.append(f"{span.where}: the HTML page is not shown in the local preview.")
        return None
