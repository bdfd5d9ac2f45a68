"""Photos and clips of the timeline → specs of layers (pure)."""

from __future__ import annotations

from services.movie import Span
from services.movie.elements import Component, Image, Video, Visual
from services.movie.timeline import seek_seconds
from services.movie.values import parse_colour
from services.renderer.local.pictures.planes import yuv
from services.renderer.local.planning.framing import box_of, windows
from services.renderer.local.planning.layers import ClipSpec, PhotoSpec
from services.renderer.local.planning.stage import Stage
from services.renderer.local.planning.treatment import Correction, Key, Treatment

_MIDDLE = ("custom", "center-center")  # places that are the middle where the size is that of the canvas


def natural_size(element: Visual, stage: Stage) -> tuple[float, float] | None:
    """Size of the element's picture in its own pixels; None for what has none of its own."""
    if not isinstance(element, Image | Video) or not element.src:
        return None
    if element.crop:
        return element.crop.width, element.crop.height
    facts = stage.facts[element.src]
    return facts.width, facts.height


def photo_spec(span: Span, element: Image, stage: Stage) -> PhotoSpec | None:
    if not element.src:
        stage.notes.append(f"{span.where}: a picture made by AI is not shown in the local preview.")
        return None
    box = box_of(element, stage.canvas, stage.scale, natural_size(element, stage))
    facts = stage.facts[element.src]
    stage.notes.extend(f"{span.where}: {remark}." for remark in facts.remarks)
    start, end = windows(element, facts, box)
    return PhotoSpec(element.src, start, end)


def clip_spec(span: Span, element: Video, stage: Stage) -> ClipSpec:
    box = box_of(element, stage.canvas, stage.scale, natural_size(element, stage))
    facts = stage.facts[element.src]
    stage.notes.extend(f"{span.where}: {remark}." for remark in facts.remarks)
    start, end = windows(element, facts, box)
    seconds = facts.seconds or 0.0
    seek = seek_seconds(element.seek, seconds)
    return ClipSpec(element.src, start, end, seek, seconds, max(0, element.loop))


def treatment_of(span: Span, element: Visual, stage: Stage) -> Treatment:
    """What is done to the element's picture; what makes no sense for its kind is left out, and said."""
    has_pixels = isinstance(element, Image | Video)
    if not has_pixels:
        _note_left_out(span, element, stage)
    if element.resize and (element.x or element.y or element.position not in _MIDDLE):
        stage.notes.append(
            f"{span.where}: with resize it stands in the middle; "
            "the vendor does not say what x, y and position mean then."
        )
    correction, key = element.correction, element.chroma_key
    rotate = element.rotate
    red, green, blue, _ = parse_colour(key.color) if key else (0, 0, 0, 0.0)
    return Treatment(
        correction=Correction(
            correction.brightness, correction.contrast, correction.gamma, correction.saturation
        ) if correction and has_pixels else None,
        key=Key(yuv(red, green, blue), key.tolerance) if key and has_pixels else None,
        flip_horizontal=element.flip_horizontal,
        flip_vertical=element.flip_vertical,
        mask=element.mask,
        angle=rotate.angle if rotate else 0.0,
        turn=max(1, round(rotate.speed * stage.fps)) if rotate and rotate.speed else 0,
        grow=(1.0, 1.0) if has_pixels else _growth(element.zoom),
        about=_middle(element, stage) if isinstance(element, Component) else None,
    )  # fmt: skip


def _middle(element: Visual, stage: Stage) -> tuple[float, float]:
    """The parts of a component turn together."""
    box = box_of(element, stage.canvas, stage.scale, None)
    return box.x + box.width / 2, box.y + box.height / 2


def _growth(zoom: float) -> tuple[float, float]:
    """Above 0 it grows by so many percent; below it comes from there."""
    large = 1 + abs(zoom) / 100
    return (large, 1.0) if zoom < 0 else (1.0, large)


def _note_left_out(span: Span, element: Visual, stage: Stage) -> None:
    asked = {
        "colour correction": element.correction is not None,
        "chroma key": element.chroma_key is not None,
        "pan": element.pan is not None,
        "crop": element.crop is not None,
    }
    for name, wanted in asked.items():
        if wanted:
            stage.notes.append(f"{span.where}: its {name} is not shown in the local preview.")
