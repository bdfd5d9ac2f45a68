"""From a layer of the plan to what draws it."""

from __future__ import annotations

from typing import Protocol

from services.errors import OperatorError, Refused
from services.renderer.local.media import AssetFile, Assets, Facts, mask_facts
from services.renderer.local.pictures.aside import Aside, Drawn
from services.renderer.local.pictures.clip import Clip
from services.renderer.local.pictures.photo import Photo
from services.renderer.local.pictures.planes import Planes
from services.renderer.local.pictures.shape import Shape
from services.renderer.local.pictures.treated import Pictures, Treated
from services.renderer.local.planning.layers import AudiogramSpec, Box, ClipSpec, Layer, PhotoSpec, Window
from services.renderer.local.planning.shape_spec import CounterSpec, ShapeSpec
from services.renderer.local.planning.subtitle_look import SubtitleSpec
from services.renderer.local.sound.audiogram import Audiogram
from services.renderer.local.text.counting import Counting
from services.renderer.local.text.subtitle_layer import Subtitles
from services.renderer.local.text.text_layer import text_source


class Source(Protocol):
    """What can be drawn: one layer's picture at a frame counted from the layer's first."""

    def draw(self, index: int, canvas: Planes, opacity: int) -> None: ...
    def covers(self, canvas: Planes) -> bool: ...
    def close(self) -> None: ...


def open_layer(layer: Layer, assets: Assets, fps: int, canvas: tuple[int, int]) -> Source:
    """Refused, naming the layer's place, when its file cannot be shown."""
    try:
        return _opened(layer, assets, fps, canvas)
    except OperatorError as error:
        raise Refused(f"{layer.where}: {error.message}", remedy=error.remedy) from None


def _opened(layer: Layer, assets: Assets, fps: int, canvas: tuple[int, int]) -> Source:
    spec, treatment, length = layer.spec, layer.treatment, layer.last - layer.first
    if isinstance(spec, PhotoSpec):
        photo = Photo(assets[spec.asset], spec, layer.box, length, treatment)
        return _treated(photo, layer, assets, fps) if treatment.reshapes else photo
    if isinstance(spec, ClipSpec):
        clip = Clip(assets[spec.asset], spec, layer.box, fps, length, treatment)
        return _treated(clip, layer, assets, fps) if treatment.reshapes else clip
    if isinstance(spec, SubtitleSpec):
        return Subtitles(spec)
    drawn: Source
    if isinstance(spec, AudiogramSpec):
        drawn = Audiogram(spec, layer.box, assets, fps)
    elif isinstance(spec, ShapeSpec):
        drawn = Shape(spec, layer.box)
    elif isinstance(spec, CounterSpec):
        drawn = Counting(spec, layer.box, fps)
    else:
        drawn = text_source(spec, layer.box, fps, length)
    if treatment.reshapes or treatment.flip_horizontal or treatment.flip_vertical:
        return _treated(_aside(drawn, layer, canvas), layer, assets, fps)
    return drawn


def _aside(drawn: Drawn, layer: Layer, canvas: tuple[int, int]) -> Aside:
    return Aside(drawn, layer.box, layer.treatment, canvas)


def _treated(source: Pictures, layer: Layer, assets: Assets, fps: int) -> Treated:
    length, name = layer.last - layer.first, layer.treatment.mask
    mask = _mask(assets[name], layer.box, fps, length) if name else None
    return Treated(source, layer.treatment, layer.box, length, mask)


def _mask(asset: AssetFile, box: Box, fps: int, length: int) -> Photo | Clip:
    """The whole picture of the mask, stretched over the box; a clip is played over and over."""
    facts: Facts = mask_facts(asset)
    whole = Window(0, 0, facts.width, facts.height)
    if facts.seconds is None:
        return Photo(asset, PhotoSpec(asset.id, whole, whole), box, length)
    spec = ClipSpec(asset.id, whole, whole, seek=0.0, seconds=facts.seconds, loop=0)
    return Clip(asset, spec, box, fps, length)
