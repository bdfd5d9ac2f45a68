"""Movie JSON as people and language models write it, brought to the reference's spelling.

Every change is said in a warning; known mistakes that only a person can put right are problems. Values are
checked later, by the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from services.movie.elements import (
    Audio,
    Audiogram,
    Component,
    Html,
    Image,
    Subtitles,
    SubtitlesSettings,
    Text,
    TextSettings,
    Video,
    Voice,
)
from services.movie.parts import ChromaKey, Correction, Crop, Rotate
from services.movie.problems import Warnings
from services.movie.settings import SUBTITLES_ALIASES, TEXT_ALIASES


def properties(kind: type[BaseModel]) -> frozenset[str]:
    """The names the reference gives to the properties of a part."""
    return frozenset(field.alias or name for name, field in kind.model_fields.items()) | {"variables"}


_KINDS = (Image, Video, Text, Audio, Voice, Subtitles, Component, Html, Audiogram)
_KNOWN = {kind.__name__.lower(): properties(kind) for kind in _KINDS}
_NESTED = {
    "crop": properties(Crop), "rotate": properties(Rotate), "chroma-key": properties(ChromaKey),
    "correction": properties(Correction),
}  # fmt: skip
_SETTINGS: dict[str, tuple[frozenset[str], dict[str, str]]] = {
    "text": (properties(TextSettings), TEXT_ALIASES),
    "subtitles": (properties(SubtitlesSettings), SUBTITLES_ALIASES),
}
_RESIZE = {"cover": "cover", "fill": "cover", "contain": "contain", "fit": "contain", "": None}
_VOICES = ("azure", "elevenlabs", "elevenlabs-flash-v2-5", "elevenlabs-v3")


def _spelt(name: str) -> str:
    """ "fadeIn" and "fade_in" as "fade-in"."""
    return (
        re.sub(r"(?<=[a-z])[A-Z]", lambda m: "-" + m[0].lower(), name[:60]).strip().lower().replace("_", "-")
    )


class Normaliser:
    """Spells one movie as the reference does; ``problems`` are sentences on what it cannot put right."""

    def __init__(self, warnings: Warnings) -> None:
        self.problems: list[str] = []
        self._warnings = warnings

    def movie(self, movie: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
        if "client_data" in movie:
            self.problems.append("The property is spelt 'client-data', not 'client_data'.")
        if "webhook" in movie:
            self._warnings.add("Movie: a webhook is a destination of 'exports'; 'webhook' is ignored.")
        plain = {key: value for key, value in movie.items() if key not in ("webhook", "client_data")}
        fixed = self._spelling(plain, known, "Movie", "movie")
        if movie.get("resolution") == "instagram-portrait":
            self._warnings.add("Movie: 'instagram-portrait' is in no list; it is read as instagram-story.")
        self._each(fixed, "elements", "Movie", self._element)
        return fixed

    def scenes(self, movie: dict[str, Any], known: frozenset[str], transition: frozenset[str]) -> None:
        def scene(part: Mapping[str, Any], where: str) -> dict[str, Any]:
            fixed = self._spelling(part, known, where, "scene")
            self._each(fixed, "elements", where, self._element)
            if "transition" in fixed:
                fixed["transition"] = self._transition(fixed["transition"], transition, where)
            return fixed

        self._each(movie, "scenes", "Movie", scene)

    def _each(
        self, owner: dict[str, Any], key: str, where: str,
        change: Callable[[Mapping[str, Any], str], dict[str, Any]],
    ) -> None:  # fmt: skip
        parts = owner.get(key)
        if isinstance(parts, list):
            owner[key] = [
                change(part, str(part.get("where", where))) if isinstance(part, Mapping) else part
                for part in parts
            ]
        elif key in owner:
            message = f"'{key}' must be a list."
            self.problems.append(message if where == "Movie" else f"{where}: {message}")

    def _spelling(
        self, part: Mapping[str, Any], known: frozenset[str], where: str, owner: str
    ) -> dict[str, Any]:
        """``part`` with its properties by their names in the reference, without those it does not have."""
        fixed: dict[str, Any] = {}
        for key, value in part.items():
            name = str(key)
            spelt = _spelt(name)
            if name not in known and spelt in known:
                self._warnings.add(f"{where}: '{name[:40]}' is read as '{spelt}'.")
                name = spelt
            if name in known:
                if value is not None:
                    fixed.setdefault(name, value)
            else:
                self._warnings.add(f"{where}: '{name[:40]}' is not a property of {owner} and is ignored.")
        return fixed

    def _transition(self, transition: Any, known: frozenset[str], where: str) -> Any:
        if isinstance(transition, str):
            self._warnings.add(f"{where}: the transition {transition[:40]!r} is read as its 'style'.")
            transition = {"style": transition}
        if not isinstance(transition, Mapping):
            return transition
        fixed = self._spelling(transition, known, where, "a transition")
        style = fixed.get("style")
        if isinstance(style, str):
            fixed["style"] = re.sub(r"[\s_-]", "", style[:60].lower())
            if fixed["style"] != style:
                self._warnings.add(f"{where}: the transition {style[:40]!r} is read as {fixed['style']!r}.")
        return fixed

    def _element(self, element: Mapping[str, Any], where: str) -> dict[str, Any]:
        kind = element.get("type")
        if kind == "template":
            self.problems.append(f"{where}: the element type 'template' is gone; write out its elements.")
        known = _KNOWN.get(kind) if isinstance(kind, str) else None
        if known is None:
            return dict(element)
        part = {key: value for key, value in element.items() if value is not None}
        if kind in _FIXES:
            _FIXES[kind](self, part, where)
        if "resize" in known:
            self._frame(part, where)
        article = "an" if str(kind)[0] in "aiu" else "a"
        fixed = self._spelling(part, known, where, f"{article} {kind} element")
        for name, inner in _NESTED.items():
            if isinstance(fixed.get(name), Mapping):
                fixed[name] = self._spelling(fixed[name], inner, where, f"'{name}'")
        if kind in _SETTINGS and isinstance(fixed.get("settings"), Mapping):
            fixed["settings"] = self._settings(fixed["settings"], *_SETTINGS[kind], where)
        elif fixed.get("settings") == []:
            del fixed["settings"]  # how some languages write an object without properties
        return fixed

    def _settings(
        self, settings: Mapping[str, Any], known: frozenset[str], aliases: Mapping[str, str], where: str
    ) -> dict[str, Any]:
        named = {_spelt(str(key)): value for key, value in settings.items()}
        plain = {key: value for key, value in named.items() if key not in aliases}
        for alias, name in aliases.items():
            if named.get(alias) is not None:
                plain.setdefault(name, named[alias])
        return self._spelling(plain, known, where, "'settings'")

    def _frame(self, part: dict[str, Any], where: str) -> None:
        if "fit" in part:
            self._warnings.add(f"{where}: 'fit' is read as 'resize'.")
            part.setdefault("resize", part.pop("fit"))
        if isinstance(part.get("resize"), str):
            word = part["resize"].strip().lower()
            part["resize"] = _RESIZE.get(word, part["resize"])
        if isinstance(part.get("scale"), Mapping):
            self._warnings.add(f"{where}: the older 'scale' is read as 'width' and 'height'.")
            scale = part.pop("scale")
            for side in ("width", "height"):
                if scale.get(side) is not None:
                    part.setdefault(side, scale[side])

    def _text(self, part: dict[str, Any], where: str) -> None:
        if isinstance(part.get("text"), str):
            text = re.sub(r"<br\s{0,9}/?>", "\n", part["text"], flags=re.IGNORECASE)
            if text != part["text"]:
                self._warnings.add(f"{where}: '<br>' is read as a new line.")
                part["text"] = text

    def _voice(self, part: dict[str, Any], where: str) -> None:
        provider = part.pop("provider", None)
        if isinstance(provider, str) and provider in _VOICES:
            self._warnings.add(f"{where}: 'provider' is read as 'model'.")
            part.setdefault("model", provider)
        elif provider is not None:
            self._warnings.add(f"{where}: the voice's provider {str(provider)[:40]!r} is not known; ignored.")
        if "speed" in part:
            self._warnings.add(f"{where}: 'speed' is read as a setting of the voice ('model-settings').")
            settings = part.get("model-settings")
            settings = dict(settings) if isinstance(settings, Mapping) else {}
            voice = settings.get("voice_settings")
            voice = dict(voice) if isinstance(voice, Mapping) else {}
            voice.setdefault("speed", part.pop("speed"))
            part["model-settings"] = {**settings, "voice_settings": voice}

    def _subtitles(self, part: dict[str, Any], where: str) -> None:
        if "style" in part:
            del part["style"]
            self.problems.append(f"{where}: 'style' belongs into 'settings' of a subtitles element.")
        if where.startswith("Scene"):
            self._warnings.add(f"{where}: subtitles belong to the movie's own elements.")

    def _html(self, part: dict[str, Any], where: str) -> None:
        if "tailwind" in part:
            part.setdefault("tailwindcss", part.pop("tailwind"))
        capture = part.pop("capture", None)
        if isinstance(capture, Mapping):
            self._warnings.add(f"{where}: the older 'capture' is read as 'width', 'height' and 'duration'.")
            for name in ("width", "height", "duration"):
                if capture.get(name) is not None:
                    part.setdefault(name, capture[name])


_FIXES: dict[str, Callable[[Normaliser, dict[str, Any], str], None]] = {
    "text": Normaliser._text,
    "voice": Normaliser._voice,
    "subtitles": Normaliser._subtitles,
    "html": Normaliser._html,
}
