"""A model of few ideas: it looks for media with the tools, and plans videos that differ, from what it found.

It reads only what a model would see. ``Mind.edit`` is given every plan before it is said, to make it bad.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.doubles.openai_words import Item, call, message

Plan = dict[str, Any]
_ID = re.compile(r"\bm[0-9a-f]{9}\b")
_PLACES = ("gallery", "poster", "tag", "band", "caption", "card", "margin", "headline", "corner")
_PALETTES = ("kiln", "slip", "celadon", "cobalt", "terracotta", "night")
_CHANGES: tuple[str | None, ...] = (None, "fade", "wipeleft", "circleopen", "slideup", "fadeblack")
_RHYTHMS: tuple[tuple[float, ...], ...] = (
    (3.0, 3.0),
    (0.8, 0.8, 1.4, 0.8, 0.8, 1.8),
    (6.0,),
    (2.0, 1.6, 1.2, 0.9, 2.4),
    (1.2, 4.4),
    (1.0, 1.0, 1.0, 3.5),
    (4.0, 2.0, 1.0),
)
_WORDS = (  # noqa: SIM905 - as a list it reads worse
    "glaze rim layer shadow kiln ash fold ripple throat foot blush crack salt drift turn weight"
).split()


class Mind:
    """Call it as a server's ``mind``. ``plans`` counts the proposals it made."""

    def __init__(self, edit: Callable[[Plan, int], Any] | None = None, *, looks: bool = True) -> None:
        self.edit = edit
        self.looks = looks
        self.plans = itertools.count()
        self.turns: list[str] = []  # what the last thing said to it was

    def __call__(self, seen: Sequence[Item], request: dict[str, Any]) -> Sequence[Item]:
        last = seen[-1]
        self.turns.append(text_of(last))
        asked = last.get("role") == "user"
        if asked and self.looks and request.get("tools") and not any(is_answer(item) for item in seen):
            return [
                call("search_media", query="", kind=kind, orientation=None, min_seconds=None,
                     unused_only=False, limit=40, cursor=None)
                for kind in ("clip", "photo", "music")
            ]  # fmt: skip
        if "response_format" not in request and "text" not in request:
            return [message("READY")]
        order = next((t for t in map(text_of, reversed(list(seen))) if "Make " in t), "")
        found = re.search(r"Make (one|\d+) proposal", order[order.rfind("Make ") :])
        wanted = 1 if not found or found[1] == "one" else int(found[1])
        intents = (
            re.findall(r'"([^"]+)"', order[order.rfind("in this order:") :])
            if "in this order" in order
            else []
        )
        plans = [self.plan(seen, intents[n] if n < len(intents) else "") for n in range(wanted)]
        return [message(json.dumps({"proposals": plans}))]

    def plan(self, seen: Sequence[Item], intent: str) -> Plan:
        number = next(self.plans)
        photos, clips, music = (_found(seen, kind) for kind in ("photo", "clip", "music"))
        rhythm = _RHYTHMS[number % len(_RHYTHMS)]
        words = [_WORDS[(number * 5 + n * (1 + number // 3)) % len(_WORDS)] for n in range(9)]
        shots = []
        for n, seconds in enumerate(rhythm):
            clip = clips and (number + n) % 3 == 0
            pool = clips if clip else photos or clips
            asset = pool[(number * 7 + n) % len(pool)] if pool else "m000000000"
            place: Plan = {"at": ("frame", "print")[(number + n) % 2]}
            if number % 4 == 3:
                place = {"at": "tile", "x": 90, "y": 560, "width": 900, "height": 700}
            picture: Plan = {"asset": asset, "place": place}
            if clip or not photos:
                picture |= {"kind": "clip", "from_second": 0.0, "own_sound": False}
                seconds = min(seconds, 4.5)
            else:
                picture |= {"kind": "photo", "zoom": (number % 5) - 2, "pan": None}
            change = _CHANGES[number % len(_CHANGES)]
            text = None
            if n == 0 or number % 3 == 0:
                line = {"text": " ".join(words[n : n + 2]) or "clay", "size": ("title", "note")[number % 2]}
                text = {"style": _PLACES[number % 9], "from_second": 0.0, "seconds": seconds, "lines": [line]}
                if seconds < 0.85:
                    text = None
            shots.append(
                {
                    "seconds": seconds,
                    "change": {"style": change, "seconds": 0.3} if change and n else None,
                    "pictures": [picture],
                    "words": text,
                }
            )
        while sum(s["seconds"] for s in shots) < 6:
            shots.append({**shots[-1], "words": None, "change": None})
        plan: Plan = {
            "title": f"Video {number}: {words[0]} and {words[1]}",
            "strategy": f"Show {words[2]} to people who like {words[3]}.",
            "description": "What is seen, shot by shot.",
            "evidence": "",
            "caption": " ".join([*words, str(number)]) + " #clay",
            "labels": {
                "intent": intent, "format": f"kind {number % 5}", "hook": "a question", "length": "short",
                "pace": "calm", "music": "soft",
            },
            "resources": [
                {"asset": s["pictures"][0]["asset"], "role": "lead", "why": "it is new"} for s in shots
            ],
            "movie": {
                "palette": _PALETTES[number % 6],
                "shots": shots,
                "music": {"asset": music[number % len(music)], "from_second": 0.0, "volume": 0.8}
                if music and number % 3
                else None,
            },
        }  # fmt: skip
        if self.edit is not None:
            edited = self.edit(plan, number)
            plan = edited if isinstance(edited, dict) else plan
        return plan


def text_of(item: Item) -> str:
    """What an item says, whichever interface it belongs to."""
    content = item.get("output") or item.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(str(part.get("text") or "") for part in content)


def is_answer(item: Item) -> bool:
    return item.get("type") == "function_call_output" or item.get("role") == "tool"


def _found(seen: Sequence[Item], kind: str) -> list[str]:
    """Ids of files of this kind in what tools answered and the brief says."""
    lines: list[str] = []
    for item in seen:
        text = text_of(item)
        if is_answer(item):
            try:
                lines += [str(row) for row in json.loads(text).get("results", [])]
            except ValueError:
                continue
        elif item.get("role") == "user":
            lines += text.splitlines()
    found = [m[0] for line in lines if f"| {kind} |" in line and (m := _ID.search(line))]
    return list(dict.fromkeys(found))
