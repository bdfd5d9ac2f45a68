"""The plan's values: what is drawn where in which frames. Pure, hashable in spirit, no pixels."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.renderer.local.planning.shape_spec import CounterSpec, ShapeSpec
from services.renderer.local.planning.subtitle_look import SubtitleSpec
from services.renderer.local.planning.treatment import PLAIN, Treatment

VERSION = "1"  # of everything that turns a plan into pixels; part of every segment's key


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the output in whole even pixels; may lie partly outside."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an asset's picture in its own (upright, square) pixels, not whole."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PhotoSpec:
    """``start`` and ``end``: what is seen in the first and the last frame of the layer."""

    asset: str
    start: Window
    end: Window


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """``start`` and ``end``: what is seen in the first and the last frame of the layer.

    Played from ``seek`` seconds until the file's end at ``seconds`` (0: not known), ``loop`` times (0: for
    ever); then the last frame is held.
    """

    asset: str
    start: Window
    end: Window
    seek: float
    seconds: float
    loop: int


@dataclass(frozen=True, slots=True)
class TextSpec:
    """``look`` is the settings as sorted pairs; ``scale`` output pixels per pixel of the movie's canvas.

    ``wide`` and ``high``: whether the element named that side of its box; ``canvas`` is the output's size.
    """

    text: str
    style: str
    look: tuple[tuple[str, str], ...]
    scale: float
    wide: bool
    high: bool
    canvas: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of the soundtrack; everything in seconds, ``start`` in the movie, ``seek`` in the file.

    ``kind`` is music, clip or voice: a voice is heard over the others. ``round`` is how long one round of
    a loop lasts (0: as long as the file sounds). ``comes`` and ``goes``: from when until when, in the
    movie, the transition of its scene brings it in and takes it away; the same time twice: at once.
    """

    where: str
    asset: str
    kind: str
    start: float
    seconds: float
    seek: float = 0.0
    loop: int = 1  # 0: for ever
    round: float = 0.0
    volume: float = 1.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    comes: tuple[float, float] = (0.0, 0.0)
    goes: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class AudiogramSpec:
    """Bars that follow ``sounds``, all those of a movie of ``frames`` frames; ``colour`` is YUV.

    ``origin``: the frame of the movie in which the layer begins; ``amplitude`` 0 … 10; ``mixing``: the
    version of what mixes the sounds, for the key.
    """

    colour: tuple[int, int, int]
    opacity: float
    amplitude: float
    origin: int
    frames: int
    sounds: tuple[Sound, ...]
    mixing: str


Spec = PhotoSpec | ClipSpec | TextSpec | SubtitleSpec | AudiogramSpec | ShapeSpec | CounterSpec


@dataclass(frozen=True, slots=True)
class Layer:
    """Frames ``first`` … before ``last`` of the movie; fades in frames."""

    where: str
    spec: Spec
    box: Box
    first: int
    last: int
    fade_in: int = 0
    fade_out: int = 0
    treatment: Treatment = PLAIN

    def opacity(self, frame: int) -> float:
        """0 … 1 in that frame of the movie."""
        shown = 1.0
        if self.fade_in:
            shown = min(shown, (frame - self.first + 1) / self.fade_in)
        if self.fade_out:
            shown = min(shown, (self.last - frame) / self.fade_out)
        return max(0.0, shown)


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """``background`` is YUV, None for transparent. The transition's frames are its first ones."""

    number: int
    first: int
    last: int
    transition: int
    style: str
    background: tuple[int, int, int] | None
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames that are encoded together. ``scenes`` are those on in any of them, in order; none at the end.

    While two scenes are on, the later one comes in.
    """

    first: int
    last: int
    scenes: tuple[ScenePlan, ...]
    under: tuple[Layer, ...]
    over: tuple[Layer, ...]

    def key(self, contents: Mapping[str, str], settings: Mapping[str, Any]) -> str:
        """What its encoded frames depend on: layers, ``contents`` (asset id → hash) and the encoder.

        Every string of a layer that is an asset's id counts as a use of it.
        """
        here = _from(dataclasses.asdict(self), self.first)
        if len(self.scenes) == 1 and self.scenes[0].first <= self.first and self.scenes[0].last >= self.last:
            for name in ("first", "last", "transition", "style"):  # nothing comes or goes here
                del here["scenes"][0][name]
        used = sorted({text for text in _strings(here) if text in contents})
        facts = [VERSION, here, [[name, contents[name]] for name in used], dict(settings)]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _from(value: Any, origin: int, name: str = "") -> Any:
    """Frames counted from the segment's start: moving a scene does not change its pictures."""
    if isinstance(value, dict):
        return {k: _from(v, origin, k) for k, v in value.items() if k not in ("where", "number")}
    if isinstance(value, list | tuple):
        return [_from(v, origin) for v in value]
    return value - origin if name in ("first", "last") else value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


@dataclass(frozen=True, slots=True)
class Plan:
    """``notes`` are the approximations: what the movie asks for and this renderer shows otherwise."""

    width: int
    height: int
    fps: int
    frames: int
    segments: tuple[Segment, ...]
    sounds: tuple[Sound, ...]
    notes: tuple[str, ...]

    def texts(self) -> tuple[Layer, ...]:
        found = {
            id(layer): layer
            for segment in self.segments
            for layer in (*segment.under, *segment.over, *(x for s in segment.scenes for x in s.layers))
            if isinstance(layer.spec, TextSpec)
        }
        return tuple(found.values())
