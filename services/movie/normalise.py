"""Movie JSON as people and language models write it, brought to the reference's spelling.

Every change is said in a warning. Nothing is validated here except that the document is bounded and
holds no expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.movie.elements import (
    Audio,
    Audiogram,
    Component,
    Html,
    Image,
    Subtitles,
    Text,
    Video,
    Voice,
)

_KINDS = (Image, Video, Text, Audio, Voice, Subtitles, Component, Html, Audiogram)
# Properties the reference knows but nothing here needs; no warning for them.
_KNOWN_EVERYWHERE = frozenset(
    {"id", "type", "comment", "condition", "variables", "cache", "connection", "model", "model-settings"}
    | {"aspect-ratio", "scale", "wait", "dpi", "tailwindcss", "tailwind"}
)
_KNOWN = {
    kind.__name__.lower(): frozenset(field.alias or name for name, field in kind.model_fields.items())
    | _KNOWN_EVERYWHERE
    for kind in _KINDS
}
_RESIZE = {"cover": "cover", "fill": "cover", "contain": "contain", "fit": "contain"}
_DEEPEST = 40
_MOST_VALUES = 100_000


def place(scene: int | None, element: int | None = None) -> str:
    """The vendor's way of naming a spot: "Scene #1, element #2"; counted from 1, None = the movie itself."""
    if scene is None:
        return "Movie" if element is None else f"Movie element #{element}"
    return f"Scene #{scene}" if element is None else f"Scene #{scene}, element #{element}"


def ensure_bounded(document: Mapping[str, Any]) -> None:
    """Refuse (ValueError) what is nested too deeply or too large to be a movie, and any expression."""
    stack: list[tuple[Any, int]] = [(document, 0)]
    seen = 0
    while stack:
        value, depth = stack.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_VALUES:
            raise ValueError("The movie JSON is nested too deeply or is too large to be a movie.")
        if isinstance(value, str) and "{{" in value:
            raise ValueError(
                "The movie uses {{ }} expressions, which cannot be filled in here: write the final values."
            )
        if isinstance(value, Mapping):
            stack.extend((item, depth + 1) for item in value.values())
        elif isinstance(value, list | tuple):
            stack.extend((item, depth + 1) for item in value)


def normalise(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The same movie in the reference's spelling, and a warning for each thing that was changed."""
    warnings: list[str] = []
    movie = dict(document)
    movie["elements"] = list(_elements(movie.get("elements"), None, warnings))
    scenes = movie.get("scenes")
    if isinstance(scenes, list):
        movie["scenes"] = [_scene(scene, at, warnings) for at, scene in enumerate(scenes, 1)]
    return movie, warnings


def _scene(scene: Any, at: int, warnings: list[str]) -> Any:
    if not isinstance(scene, Mapping):
        return scene
    known = frozenset({"background-color", "duration", "elements", "transition", "comment", "id"})
    fixed = _spelling(scene, known, place(at), warnings)
    if isinstance(fixed.get("transition"), str):
        fixed["transition"] = {"style": fixed["transition"]}
    fixed["elements"] = list(_elements(fixed.get("elements"), at, warnings))
    return fixed


def _elements(elements: Any, scene: int | None, warnings: list[str]) -> Iterator[Any]:
    if elements is None:
        return
    if not isinstance(elements, list):
        raise ValueError(f"{place(scene)}: 'elements' must be a list.")
    for at, element in enumerate(elements, 1):
        yield _element(element, place(scene, at), warnings) if isinstance(element, Mapping) else element


def _spelling(
    part: Mapping[str, Any], known: frozenset[str], where: str, warnings: list[str]
) -> dict[str, Any]:
    fixed: dict[str, Any] = {}
    for key, value in part.items():
        name = str(key)
        hyphened = re.sub(r"(?<=[a-z])[A-Z]", lambda m: "-" + m[0].lower(), name).replace("_", "-")
        if name not in known and hyphened in known:
            warnings.append(f"{where}: '{name[:40]}' is read as '{hyphened}'.")
            name = hyphened
        fixed.setdefault(name, value)
    return fixed


def _element(element: Mapping[str, Any], where: str, warnings: list[str]) -> dict[str, Any]:
    kind = str(element.get("type", ""))
    known = _KNOWN.get(kind)
    if known is None:
        return dict(element)
    fixed = _spelling(element, known, where, warnings)
    if "fit" in fixed and "resize" in known:
        warnings.append(f"{where}: 'fit' is read as 'resize'.")
        fixed.setdefault("resize", fixed.pop("fit"))
    if fixed.get("resize") in ("", None):
        fixed.pop("resize", None)
    elif isinstance(fixed.get("resize"), str):
        fixed["resize"] = _RESIZE.get(fixed["resize"].strip().lower(), fixed["resize"])
    if isinstance(fixed.get("scale"), Mapping) and "width" in known:
        warnings.append(f"{where}: the older 'scale' is read as 'width' and 'height'.")
        scale = fixed.pop("scale")
        for side in ("width", "height"):
            if side in scale:
                fixed.setdefault(side, scale[side])
    if kind == "text" and isinstance(fixed.get("text"), str | int | float):
        fixed["text"] = re.sub(r"<br\s*/?>", "\n", str(fixed["text"]), flags=re.IGNORECASE)
    for key in sorted(set(fixed) - known):
        if kind == "subtitles" and key == "style":
            raise ValueError(f"{where}: 'style' belongs into 'settings' of a subtitles element.")
        warnings.append(f"{where}: '{key[:40]}' is not a property of a {kind} element and is ignored.")
        del fixed[key]
    return fixed
