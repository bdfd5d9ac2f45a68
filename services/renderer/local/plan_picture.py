"""Photos and clips of the timeline → specs of layers (pure)."""

from __future__ import annotations

from services.movie import Span
from services.movie.elements import Image, Text, Video, Visual
from services.movie.timeline import seek_seconds
from services.renderer.local.framing import box_of, windows
from services.renderer.local.layers import ClipSpec, PhotoSpec
from services.renderer.local.stage import Stage


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
    start, end = windows(element, stage.facts[element.src], box)
    return PhotoSpec(element.src, start, end, element.flip_horizontal, element.flip_vertical)


def clip_spec(span: Span, element: Video, stage: Stage) -> ClipSpec:
    box = box_of(element, stage.canvas, stage.scale, natural_size(element, stage))
    facts = stage.facts[element.src]
    start, _ = windows(element.model_copy(update={"zoom": 0.0, "pan": None}), facts, box)
    if element.zoom or element.pan:
        stage.notes.append(f"{span.where}: the clip is shown without zoom and pan.")
    return ClipSpec(
        element.src, start, seek_seconds(element.seek, facts.seconds or 0.0), max(0, element.loop),
        element.flip_horizontal, element.flip_vertical,
    )  # fmt: skip


def note_untreated(span: Span, element: Visual, stage: Stage) -> None:
    """Say what of the element's look is left out."""
    asked = {
        "rotation": element.rotate is not None and element.rotate.angle != 0,
        "colour correction": element.correction is not None,
        "chroma key": element.chroma_key is not None,
        "mask": bool(element.mask),
        "zoom": isinstance(element, Text) and bool(element.zoom or element.pan),
    }
    for name, wanted in asked.items():
        if wanted:
            stage.notes.append(f"{span.where}: its {name} is not shown in the local preview.")
