"""What this renderer makes of each feature of the format, found out by planning a small movie with it.

What the plan has to say against the feature is the answer, so the list cannot go out of date. No file is
read: the movies name files that are only facts.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from services.model.abilities import Abilities, Ability, Shown
from services.movie import lay_out, parse_movie
from services.movie.elements import TextStyle, Voice
from services.movie.movie import TransitionStyle
from services.movie.settings import SubtitlesSettings
from services.movie.timeline import voice_name
from services.renderer.local.media import Facts
from services.renderer.local.planning.plan import make_plan

_FACTS = {
    "photo": Facts(1080, 1920),
    "clip": Facts(1080, 1920, 10.0, True),
    "music": Facts(0, 0, 4.0, True),
}
_SECONDS = 8  # of each movie: every animation has its time
_SUBTITLES = {"outline-width": 2}  # without any, letters get an edge of our own, which is said
_CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\n<00:00.000>one <00:01.000>two\n"
_NOT_SHOWN = re.compile(r"\bnot shown\b|\bnot spoken\b|\bno subtitles are shown\b")
_PLACE = re.compile(r"^(Scene|Movie element) #\d+(, element #\d+)?: ")

_ELEMENTS: dict[str, dict[str, Any]] = {
    "image": {"type": "image", "src": "photo"},
    "image by AI": {"type": "image", "prompt": "a vase"},
    "video": {"type": "video", "src": "clip"},
    "text": {"type": "text", "text": "word"},
    "audio": {"type": "audio", "src": "music"},
    "voice": {"type": "voice", "text": "a word"},
    "subtitles": {"type": "subtitles", "captions": _CAPTIONS, "settings": _SUBTITLES},
    "subtitles without captions": {"type": "subtitles", "settings": _SUBTITLES},
    "audiogram": {"type": "audiogram"},
    "component": {"type": "component", "component": "basic/000", "settings": {"headline": {"text": "word"}}},
    "html": {"type": "html", "html": "<b>word</b>"},
}
_OF_PICTURES: dict[str, Any] = {
    "resize": "cover", "position": "top-left", "width": 200, "zoom": 3, "pan": "left", "mask": "photo",
    "rotate": {"angle": 10}, "correction": {"gamma": 2}, "chroma-key": {"color": "#00FF00"},
    "crop": {"width": 100, "height": 100}, "flip-horizontal": True, "flip-vertical": True,
    "fade-in": 1, "fade-out": 1, "z-index": -1,
}  # fmt: skip
_OF_SOUNDS: dict[str, Any] = {"volume": 2, "muted": True, "loop": 2, "seek": 1}
_PROPERTIES: dict[str, dict[str, Any]] = {
    "image": _OF_PICTURES,
    "video": _OF_PICTURES | _OF_SOUNDS,
    "text": _OF_PICTURES,
    "audiogram": _OF_PICTURES,
    "audio": _OF_SOUNDS | {"fade-in": 1, "fade-out": 1},
}
# Those that real movies use most; others are what plan() makes of any component.
_COMPONENTS = (
    "basic/000", "basic/001", "basic/004", "basic/050", "basic/051", "basic/052", "basic/100", "basic/120",
    "basic/125", "advanced/000", "advanced/001", "advanced/050", "advanced/051", "advanced/060",
    "advanced/070", "shape/rectangle",
)  # fmt: skip

# What each of them is about, where that is not a headline.
_COMPONENT_SETTINGS: dict[str, dict[str, Any]] = {
    "basic/100": {"box": {"background": "white"}},
    "basic/125": {"data": {"columns": ["word"]}},
    "advanced/000": {"animation": {"text": "word"}},
    "advanced/001": {"animation": {"text": "word"}},
    "advanced/050": {"button": {"text": "word"}},
    "advanced/051": {"button": {"text": "word"}},
    "advanced/060": {"counter": {"text": "__num__", "from": "0", "to": "9"}},
    "advanced/070": {"rating": {"value": "4"}},
    "shape/rectangle": {"rectangle1": {"background": "white"}},
}


@functools.cache
def abilities(*, speaks: bool) -> Abilities:
    """Every feature of the format that is a matter of drawing or sounding; about 200.

    ``speaks``: whether there is a program that speaks voices.
    """
    return Abilities("local", tuple(_found(speaks)))


def _found(speaks: bool) -> Iterator[Ability]:
    for name, element in _ELEMENTS.items():
        yield _ability("element", name, _notes(element, speaks=speaks))
    for kind, properties in _PROPERTIES.items():
        without = _notes(_ELEMENTS[kind])
        for name, value in properties.items():
            yield _ability("property", f"{kind} {name}", _notes({**_ELEMENTS[kind], name: value}) - without)
    for style in _choices(TextStyle):
        yield _ability("text style", style, _notes({**_ELEMENTS["text"], "style": style}))
    for style in _choices(SubtitlesSettings.model_fields["style"].annotation):
        settings = {"settings": {"style": style, **_SUBTITLES}}
        yield _ability("subtitle style", style, _notes({**_ELEMENTS["subtitles"], **settings}))
    for style in _choices(TransitionStyle):
        yield _ability("transition", style, _notes(_ELEMENTS["image"], {"style": style, "duration": 1}))
    for name in _COMPONENTS:
        settings = _COMPONENT_SETTINGS.get(name, {"headline": {"text": "word"}})
        element = {**_ELEMENTS["component"], "component": name, "settings": settings}
        yield _ability("component", name, _notes(element))


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, also of one that is annotated."""
    found = get_args(annotation)
    return found if isinstance(found[0], str) else get_args(found[0])


def _ability(kind: str, name: str, notes: frozenset[str]) -> Ability:
    remark = " ".join(sorted(notes))
    if not notes:
        return Ability(kind, name, Shown.RENDERED)
    gone = any(_NOT_SHOWN.search(note) for note in notes)
    return Ability(kind, name, Shown.NOT_SHOWN if gone else Shown.APPROXIMATED, remark)


def _notes(
    element: Mapping[str, Any], transition: Mapping[str, Any] | None = None, *, speaks: bool = False
) -> frozenset[str]:
    """What planning says of a movie with that element, without the places."""
    second: dict[str, Any] = {"duration": _SECONDS, "elements": []}
    if transition:
        second["transition"] = dict(transition)
    on_top = element["type"] in ("subtitles", "audio")
    first: dict[str, Any] = {"duration": _SECONDS, "elements": [] if on_top else [dict(element)]}
    movie = parse_movie(
        {
            "resolution": "instagram-story", "fps": 30, "scenes": [first, second],
            "elements": [dict(element)] if on_top else [],
        }
    )  # fmt: skip
    facts = dict(_FACTS)
    if speaks:
        every = (e for scene in movie.scenes for e in scene.elements)
        facts |= {voice_name(e): _FACTS["music"] for e in every if isinstance(e, Voice)}
    lengths = {name: known.seconds for name, known in facts.items()}
    said = [*movie.warnings, *make_plan(lay_out(movie, lengths, 30), facts).notes]
    return frozenset(_PLACE.sub("", note) for note in said)
