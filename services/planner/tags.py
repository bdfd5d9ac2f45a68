"""Hashtags, only from what is known: the brand's own list, and what format, names and stages say.

A brand lists its tags in instructions.md (or personality.md): a line of tags always holds; a line that begins
with a word and a colon ("RV: #ripplevase", "failed: #printfail", "teach_one_thing: #howitsmade") holds only
for videos with that series, stage, format or intent.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from services.model.asset import Category
from services.model.brief import Brand
from services.model.footage import Role
from services.planner.pieces import Item

FEWEST, MOST = 3, 5
# What a brand that lists no tags is taken to be about, if its own words say so plainly.
_SUBJECTS = (
    ("3d print", "3dprinting"),
    ("clay", "clay"),
    ("ceramic", "ceramics"),
    ("pottery", "pottery"),
    ("woodwork", "woodworking"),
    ("knit", "knitting"),
    ("painting", "painting"),
    ("garden", "gardening"),
    ("cooking", "cooking"),
)
# True of any video whatever; for a brand of which nothing is known.
NEUTRAL = ("reels", "shortvideo", "newvideo")
FORMAT_TAGS: Mapping[str, tuple[str, ...]] = {
    "single take": ("onetake",),
    "reveal": ("fromstarttofinish", "thereveal"),
    "photo series": ("photoseries",),
    "series collage": ("collage",),
    "before and after": ("beforeandafter",),
    "detail study": ("closeup", "details"),
    "question": ("yourchoice",),
    "clip cuts": ("quickcuts",),
    "countdown": ("countdown",),
    "side by side": ("sidebyside",),
    "still life": ("slowlook",),
    "beat cuts": ("onbeat",),
    "growing pile": ("onebyone",),
    "split screen": ("splitscreen",),
    "steps": ("stepbystep",),
    "window": ("pictureinpicture",),
    "index cards": ("catalogue",),
}
_FAILED_WORDS = frozenset(["fail", "failed", "fails", "failure", "failures", "collapse", "collapsed"])
_TAG = re.compile(r"(?<![\w/&])#(?![0-9a-fA-F]{3}\b|[0-9a-fA-F]{6}\b)(?=\w*[A-Za-z])([A-Za-z0-9_]{2,30})\b")
_ONLY_TAGS = re.compile(
    r"^[\s\-*]*(?:(?:always|hashtags|tags)\s*:\s*)?#\w+(?:[\s,]+#\w+)*\s*$", re.IGNORECASE
)
_CONDITION = re.compile(r"^[\s\-*]*[`*]*([A-Za-z][\w ]{1,30})[`*]*\s*:\s*[`*]*(#.*)$")


@dataclass(frozen=True, slots=True)
class Tags:
    """``always`` hold for every video; ``when`` maps a condition (lower case) to its tags."""

    always: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, brand: Brand) -> Tags:
        always: list[str] = []
        when: dict[str, list[str]] = defaultdict(list)
        lines = "\n".join((brand.instructions, brand.personality))[:100_000].splitlines()
        plain = [line for line in lines if _ONLY_TAGS.match(line)]
        for line in lines:
            condition = _CONDITION.match(line)
            if condition and (key := _key(condition.group(1))) not in ("hashtags", "always", "tags"):
                when[key] += [tag.lower() for tag in _TAG.findall(condition.group(2))]
            elif not plain or line in plain:  # tags inside of sentences count where there is no list
                always += [tag.lower() for tag in _TAG.findall(line)]
        if not always:
            low = brand.personality.lower()
            always = [tag for word, tag in _SUBJECTS if word in low] or list(NEUTRAL)
        return cls(tuple(dict.fromkeys(always)), {k: tuple(dict.fromkeys(v)) for k, v in when.items()})

    def choose(
        self,
        format_name: str,
        intent: str,
        items: Sequence[Item],
        rolls: random.Random,
        taken: Collection[frozenset[str]] = (),
    ) -> tuple[str, ...]:
        """Three to five tags that hold for this video, another set than each of ``taken`` if that can be."""
        facts = conditions(format_name, intent, items)
        special = [tag for fact in facts for tag in self.when.get(_key(fact), ())]
        special += _stage_tags(items) + list(FORMAT_TAGS.get(format_name, ()))
        special = list(dict.fromkeys(special))
        base = [tag for tag in self.always if tag not in special]
        if len(base) + len(special) < FEWEST:
            base += [tag for tag in NEUTRAL if tag not in (*base, *special)]
        chosen: tuple[str, ...] = ()
        for _ in range(12):
            count = rolls.randint(FEWEST, MOST)
            own = special[: max(1, count - 2)]
            chosen = (*rolls.sample(base, min(len(base), count - len(own))), *own)
            if frozenset(chosen) not in taken:
                break
        return chosen


def conditions(format_name: str, intent: str, items: Sequence[Item]) -> list[str]:
    """The words that hold for a video, most telling first: failure, intent, format, series, stages."""
    found = ["failed"] if shows_failure(items) else []
    found += [intent, format_name]
    series = {i.series for i in items}
    if len(series) == 1 and "" not in series:
        found.append(series.pop())
    if any(i.category is Category.VIDEO and i.stage is Role.TIMELAPSE for i in items):
        found.append("timelapse")
    words = {Role.FINISHED: "finished", Role.PROGRESS: "progress", Role.BUILD: "workshop"}
    found += [word for stage, word in words.items() if any(i.stage is stage for i in items)]
    return [word for word in found if word]


def shows_failure(items: Sequence[Item]) -> bool:
    """Whether a file's own name says that it failed; a folder's name is not enough for a hashtag."""
    return any(set(re.findall(r"[a-z]+", i.asset.file.name.lower())) & _FAILED_WORDS for i in items)


def _stage_tags(items: Sequence[Item]) -> list[str]:
    found = []
    if shows_failure(items):
        found.append("failure")
    if any(i.category is Category.VIDEO and i.timelapse for i in items):
        found.append("timelapse")
    if any(i.stage is Role.PROGRESS for i in items):
        found.append("workinprogress")
    if any(i.stage is Role.BUILD for i in items):
        found.append("behindthescenes")
    return found


def _key(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace("-", " ").split())
