"""Captions: what a brand says under a video, made only of what is known.

An opening line that hooks, a few short lines (the brand's own words about series and piece, dates in names,
remarks that hold for the cut), a closing line that fits the intent, hashtags.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.model.asset import Category
from services.model.brief import Brand, Intent
from services.model.footage import Role
from services.planner.endings import CLOSINGS, REMARKS
from services.planner.lore import Lore
from services.planner.phrases import OPENINGS
from services.planner.pieces import Item
from services.planner.tags import Tags, shows_failure
from services.planner.words import counted, day, first_upper, listed, numbered, seconds, with_article

MAX_FIRST_LINE = 100  # characters that people see before they open a caption
# Paragraphs of slots: o(pening), l(ore of the series), n(ote on the piece), d(ate), r(emark), c(losing),
# e(very piece on a line of its own). The first that can be filled and is not the last one's shape is taken.
SKELETONS = (
    ("o", "l", "c"),
    ("o", "n", "c"),
    ("o", "r d", "c"),
    ("n", "o", "c"),
    ("o", "l", "n", "c"),
    ("o d", "l", "c"),
    ("o n", "d c"),
    ("l", "o", "c"),
    ("o", "e", "c"),
    ("c", "o", "l"),
    ("o", "d", "r c"),
    ("o r", "c"),
    ("o", "c"),
)
_TWICE = ("before and after", "reveal", "side by side", "window")  # formats that show one piece in two states
_FIELD = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")

# What a video is for, by words in an intent's name or prompt; the first that matches counts.
_KINDS = (
    ("reveal", ("reveal", "finished piece", "before and after", "transform")),
    ("compare", ("compare", "comparison", "side by side", "versus")),
    ("fail", ("fail", "mistake", "went wrong", "honest", "blooper")),
    ("ask", ("ask", "question", "engage", "community", "poll", "vote", "opinion", "conversation")),
    ("teach", ("teach", "explain", "educat", "how it", "tutorial", "learn", "technique")),
    ("process", ("process", "behind", "making", "timelapse", "workshop", "build", "calm", "asmr")),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a caption is about. ``said``: the question on the picture; ``looks``: parts of one photo."""

    format: str
    items: tuple[Item, ...]
    length: float  # seconds
    shots: int
    said: str = ""

    @property
    def flags(self) -> list[str]:
        """What is known of the footage beyond its names, most telling first."""
        clips = [i for i in self.items if i.category is Category.VIDEO]
        known = {
            "failed": shows_failure(self.items),
            "build": all(i.stage is Role.BUILD for i in self.items),
            "progress": all(i.stage is Role.PROGRESS for i in self.items),
            "alone": len(self.items) == 1,
            "timelapse": bool(clips) and all(i.timelapse for i in clips),
            "uncut": self.shots == 1,
        }
        return [flag for flag, holds in known.items() if holds]


@dataclass(frozen=True, slots=True)
class Voice:
    """How this brand writes: its hashtags, and what its own files say."""

    tags: Tags
    lore: Lore = field(default_factory=Lore)

    @classmethod
    def of(cls, brand: Brand) -> Voice:
        return cls(Tags.of(brand), Lore.of(brand.context))

    def caption(
        self,
        topic: Topic,
        intent: Intent | None,
        rolls: random.Random,
        said: Collection[str] = (),
        taken: Collection[frozenset[str]] = (),
    ) -> str:
        """``said``: sentences of the last drafts, not to be repeated; ``taken``: hashtags of this run."""
        slots = self._slots(topic, intent, said)
        fresh = {key: [t for t in texts if not set(sentences(t)) & set(said)] for key, texts in slots.items()}
        order = rolls.sample(SKELETONS, len(SKELETONS))
        order.sort(key=_plainness)
        if intent_kind(intent) not in ("ask", "compare"):  # a question opens only what is meant as one
            order = [shape for shape in order if shape[0] != "c"]
        body = next(
            (text for shape in order if (text := _filled(shape, fresh, rolls))),
            _filled(("o", "c"), {key: fresh[key] or slots[key] for key in slots}, rolls),
        )
        tags = self.tags.choose(topic.format, intent.name if intent else "", topic.items, rolls, taken)
        return f"{body}\n\n{' '.join(f'#{tag}' for tag in tags)}"

    def _slots(self, topic: Topic, intent: Intent | None, said: Collection[str]) -> dict[str, list[str]]:
        """What each slot of a skeleton may hold."""
        fields = known_fields(topic)
        series = {i.series for i in topic.items}
        told = self.lore.series.get(next(iter(series)), ()) if len(series) == 1 else ()
        # A failed print is not praised with its series.
        told = () if shows_failure(topic.items) else told
        return {
            "o": [t for t in _bank(OPENINGS, topic, fields) if len(t) <= MAX_FIRST_LINE],
            "l": list(told),
            "n": self.lore.noted(topic.items),
            "d": _dates(topic.items),
            "r": _bank(REMARKS, topic, fields, general="timelapse"),
            "c": _closings(topic, intent_kind(intent)),
            "e": _listing(topic.items),
        }


def sentences(text: str) -> list[str]:
    """The sentences of a caption, hashtags left out, for comparing."""
    parts = (part.strip().casefold() for part in _SENTENCE.split(text))
    return [part for part in parts if part and not part.startswith("#")]


def known_fields(topic: Topic) -> dict[str, str]:
    """What the {fields} of phrases stand for; a field that is not known is absent."""
    items = topic.items
    names = list(dict.fromkeys(i.called for i in items if i.label))
    all_named = bool(items) and all(i.label for i in items)
    families = {i.family for i in items}
    photos = [i for i in items if i.category is Category.IMAGE]
    clips = [i for i in items if i.category is Category.VIDEO]
    one = len(names) == 1 and all_named
    family = families.pop() if len(families) == 1 else ""
    found = {
        "name": names[0] if one else "",
        "family": with_article(family) if one and not any(i.group for i in items) else "",
        "plural": f"{family}s" if family and not one else "",
        "names": listed(names, 3) if all_named else "",
        "last": items[-1].called if items and len(names) > 1 else "",
        "n": numbered(len(items)),
        "photos": counted(len(photos), "photo") if len(photos) == len(items) > 1 else "",
        "clips": counted(len(clips), "clip") if len(clips) == len(items) > 1 else "",
        "seconds": seconds(topic.length),
        "looks": counted(topic.shots - 1, "close look") if topic.shots > 2 else "",
        "said": topic.said,
    }
    return {key: value for key, value in found.items() if value}


def _bank(
    bank: Mapping[str, Sequence[str]], topic: Topic, fields: Mapping[str, str], general: str = ""
) -> list[str]:
    """The phrases for a topic whose fields are known: those that name the piece, if there are any."""
    flags = topic.flags
    special = next((f for f in flags if f"{topic.format}/{f}" in bank), "")
    phrases = [*bank.get(f"{topic.format}/{special}", ())] if special else []
    if special not in ("failed", "alone", "build"):  # what is said of successes does not hold for these
        phrases += bank.get(topic.format, ())
        phrases += bank.get(general, ()) if general in flags else ()
    lower = {key.lower() for key in fields}
    usable = [p for p in phrases if {key.lower() for key in _FIELD.findall(p)} <= lower]
    naming = [p for p in usable if re.search(r"\{(?:names?|last)\}", p, re.IGNORECASE)]
    return list(dict.fromkeys(_written(p, fields) for p in (naming if len(naming) > 2 else usable)))


def _written(phrase: str, fields: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        key = match.group(1)
        return first_upper(fields[key.lower()]) if key[0].isupper() else fields[key]

    return first_upper(_FIELD.sub(value, phrase)).replace("?.", "?").replace("..", ".")


def _dates(items: Sequence[Item]) -> list[str]:
    """When it was made, as far as names say it; only where it is said of everything that has a part in it."""
    clips = [i for i in items if i.category is Category.VIDEO]
    shown = clips or list(items)
    days = sorted({i.day for i in shown if i.day})
    if not days or not all(i.day for i in shown):
        return []
    if len(days) > 1:
        apart = (days[-1] - days[0]).days
        return [
            f"From {day(days[0])} to {day(days[-1])}.",
            f"{first_upper(counted(apart, 'day'))} lie between the first and the last of them.",
        ][: 2 if apart > 1 else 1]
    when = day(days[0])
    if clips and all(".gcode" in i.asset.file.name.lower() for i in clips):
        return [f"Printed on {when}.", f"The print is from {when}."]
    return [f"Filmed on {when}."] if clips and all(i.timelapse for i in clips) else [f"From {when}."]


def _listing(items: Sequence[Item]) -> list[str]:
    """Each piece on a line of its own, with what it is, where several families meet."""
    pieces = list({i.label: i for i in items if i.label and not i.group}.values())
    if not 2 <= len(pieces) <= 5 or not all(i.family for i in pieces) or len(pieces) < len(items):
        return []
    return ["\n".join(f"{i.called}: {with_article(i.family)}" for i in pieces)]


def _closings(topic: Topic, kind: str) -> list[str]:
    """Closing lines for what the video is for, unless what it shows makes them untrue."""
    pieces = {i.piece for i in topic.items}
    failed = shows_failure(topic.items)
    done = all(i.stage in (Role.FINISHED, Role.OTHER) for i in topic.items)
    reveals = topic.format in ("reveal", "before and after", "detail study")
    if topic.format == "question" and len(topic.items) == 2:
        kind = "two"
    elif kind == "compare" and len(pieces) < 2:
        kind = "compare/twice" if topic.format in _TWICE else "show"
    elif failed and len(pieces) == 1:
        kind = "fail"
    elif (
        (kind == "fail" and not failed) or (kind == "reveal" and not reveals) or (kind == "process" and done)
    ):
        kind = "show"
    return list(CLOSINGS[kind])


def _plainness(shape: Sequence[str]) -> bool:
    """Shapes without any knowledge come last."""
    return not set("lnde") & set("".join(shape))


def _filled(shape: Sequence[str], slots: Mapping[str, Sequence[str]], rolls: random.Random) -> str:
    """The caption of a shape, "" if one of its slots cannot be filled well."""
    paragraphs = []
    for number, paragraph in enumerate(shape):
        texts = []
        for slot in paragraph.split():
            choices: Iterable[str] = slots[slot]
            if number == 0 and slot == "c":
                choices = [text for text in choices if text.endswith("?")]
            if number == 0 and slot in "ln":
                choices = [text for text in choices if 25 <= len(text) <= MAX_FIRST_LINE and "\n" not in text]
            options = list(choices)
            if not options:
                return ""
            texts.append(rolls.choice(options))
        paragraphs.append(" ".join(texts))
    return "\n\n".join(paragraphs)


def intent_kind(intent: Intent | None) -> str:
    """reveal, compare, fail, ask, teach, process or show: by the intent's name first, then by its prompt."""
    for text in (intent.name, intent.prompt[:2000]) if intent else ():
        low = text.lower().replace("_", " ").replace("-", " ")
        for kind, words in _KINDS:
            if any(re.search(rf"\b{word}", low) for word in words):
                return kind
    return "show"
