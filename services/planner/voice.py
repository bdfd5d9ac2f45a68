"""Captions and hashtags: what a brand says under a video, made only of what is known.

A caption is an opening line from the format, at most one line of facts, and a closing line by intent.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.model.brief import Brand, Intent

MAX_HASHTAGS = 5
# Hashtags are only used when the brand's own words contain the subject. They name the craft, never a glaze or
# a kind of piece: not every video shows one.
_SUBJECTS = (
    ("3d print", ("3dprinting", "3dprinted")),
    ("clay", ("clay", "clay3dprinting")),
    ("ceramic", ("ceramics", "ceramicart")),
    ("pottery", ("pottery", "handmadepottery")),
    ("potter", ("potter", "pottersofinstagram")),
    ("robot", ("robotics", "robot")),
    ("wood", ("woodworking",)),
    ("knit", ("knitting",)),
    ("paint", ("painting",)),
    ("garden", ("gardening",)),
    ("kitchen", ("cooking",)),
    ("studio", ("studiolife",)),
)
_TAG = re.compile(r"#([A-Za-z][A-Za-z0-9_]{2,29})\b")
_NO_EMOJI = re.compile(r"\b(?:no|without|never|avoid)\b[^.\n]{0,20}\bemojis?\b", re.IGNORECASE)
_EMOJI = {
    "ask": "👀",
    "fail": "🙃",
    "teach": "🔍",
    "process": "⏳",
    "show": "✨",
    "reveal": "✨",
    "compare": "👀",
}

# What a video is for, by words in an intent's name or prompt; the first that matches counts.
_KINDS = (
    ("reveal", ("reveal", "finished piece", "before and after", "transform")),
    ("compare", ("compare", "comparison", "side by side", "versus")),
    ("fail", ("fail", "mistake", "went wrong", "honest", "blooper")),
    ("ask", ("ask", "question", "engage", "community", "poll", "vote", "opinion", "conversation")),
    ("teach", ("teach", "explain", "educat", "how it", "tutorial", "learn", "technique")),
    ("process", ("process", "behind", "making", "timelapse", "workshop", "build", "calm", "asmr")),
)
_CLOSINGS = {
    "ask": (
        "What do you see first?",
        "One word for it, in the comments.",
        "Keep or change something? Say what.",
        "Which second would you stop at?",
        "Tell us what should come next.",
    ),
    "teach": (
        "Questions about how it is made are welcome.",
        "What should be explained next?",
        "Save this if you want to look at it slowly.",
        "Ask about any step you see here.",
    ),
    "process": (
        "No hurry here.",
        "Take your time.",
        "Worth a second look.",
    ),
    "fail": (
        "Shown as it is.",
        "What would you try next?",
        "Every stage is worth a look.",
        "No polish needed.",
    ),
    "show": (
        "Look twice.",
        "Best seen full screen.",
        "That is all, and it is enough.",
        "No further comment.",
    ),
    "reveal": (
        "Look twice.",
        "That was the whole story.",
        "Judge for yourself.",
    ),
    "compare": (
        "Spot the difference.",
        "Which one, and why?",
        "Judge for yourself.",
    ),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """How this brand writes: whether emoji are welcome, and the hashtags its own words give."""

    emoji: bool
    hashtags: tuple[str, ...]

    @classmethod
    def of(cls, brand: Brand, analytics: dict[str, Any] | None) -> Voice:
        text = "\n".join((brand.personality, brand.instructions, *brand.context.values()))[:200_000]
        return cls(emoji=not _NO_EMOJI.search(text), hashtags=tuple(_hashtags(text, analytics)))

    def caption(self, opening: str, facts: Sequence[str], intent: Intent | None, rolls: random.Random) -> str:
        """Opening, facts, closing and hashtags, in one of several shapes."""
        kind = intent_kind(intent)
        closing = rolls.choice(_CLOSINGS[kind])
        fact = " ".join(facts[: rolls.choice((1, 2))]) if facts else ""
        if self.emoji and rolls.random() < 0.3:
            closing = f"{closing} {_EMOJI[kind]}"
        shapes = (
            (opening, fact, closing),
            (f"{opening} {fact}".strip(), closing),
            (opening, f"{fact} {closing}".strip()),
            (closing, opening, fact) if kind == "ask" else (opening, fact),
        )
        body = "\n\n".join(part for part in rolls.choice(shapes) if part)
        tags = list(self.hashtags)
        rolls.shuffle(tags)
        chosen = tags[: rolls.choice((3, 4, MAX_HASHTAGS))]
        return "\n\n".join(filter(None, (body, " ".join(f"#{tag}" for tag in chosen))))


def intent_kind(intent: Intent | None) -> str:
    """reveal, compare, fail, ask, teach, process or show: by the intent's name first, then by its prompt."""
    for text in (intent.name, intent.prompt[:2000]) if intent else ():
        low = text.lower().replace("_", " ").replace("-", " ")
        for kind, words in _KINDS:
            if any(re.search(rf"\b{word}", low) for word in words):
                return kind
    return "show"


def _hashtags(text: str, analytics: dict[str, Any] | None) -> Iterable[str]:
    low = text.lower()
    own = [tag.lower() for tag in _TAG.findall(text)]
    measured = analytics.get("hashtag_performance") if analytics else None
    if isinstance(measured, dict):
        own += [m[1].lower() for name in measured if (m := _TAG.match("#" + str(name).lstrip("#")))]
    known = [tag for word, tags in _SUBJECTS if word in low for tag in tags]
    return list(dict.fromkeys([*own, *known]))[:14]
