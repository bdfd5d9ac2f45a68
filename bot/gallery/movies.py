"""Short words for the movie JSON that the sheets are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

TALL, SQUARE, BAND = (1080, 1920), (1080, 1080), (1080, 560)


def film(*scenes: Json, size: tuple[int, int] = TALL, elements: Sequence[Json] = ()) -> Json:
    return {
        "resolution": "custom", "width": size[0], "height": size[1], "fps": 30, "scenes": list(scenes),
        "elements": list(elements),
    }  # fmt: skip


def scene(seconds: float, *elements: Json, **more: Any) -> Json:
    return {"duration": seconds, "elements": list(elements), **_hyphened(more)}


def photo(src: str, **more: Any) -> Json:
    return {"type": "image", "src": src, "resize": "cover", **_hyphened(more)}


def clip(**more: Any) -> Json:
    return {"type": "video", "src": "clip.mp4", "resize": "cover", "muted": True, **_hyphened(more)}


def text(words: str, *, style: str = "001", place: Json | None = None, **settings: Any) -> Json:
    """``place``: properties of the element; ``settings``: CSS."""
    return {"type": "text", "text": words, "style": style, "settings": _hyphened(settings), **(place or {})}


def component(name: str, **settings: Any) -> Json:
    return {"type": "component", "component": name, "settings": settings}


def _hyphened(words: Json) -> Json:
    return {name.replace("_", "-"): value for name, value in words.items()}
