"""A movie changed as a revision wishes: lengths, order, words and music; its pictures stay.

Works on any movie that passed the check, whoever planned it. Pure; the check judges the result.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.model.brief import LENGTHS, Lengths
from services.planner.pieces import Item
from services.planner.shots import Track, sound_element
from services.planner.words import reading_time

_STEP = {"shorter": 0.7, "longer": 1.4, "faster": 0.72, "slower": 1.35}
_ENOUGH = 0.85  # of its length before, for a shorter one
_FEWEST, _QUICKEST = 2, 0.5  # shots that remain, seconds of one


def reworked(
    movie: Mapping[str, Any],
    wishes: Collection[str],
    items: Mapping[str, Item],
    track: Track | None,
    lengths: Lengths = LENGTHS,
) -> dict[str, Any]:
    """The movie by the words of wishes.py that are about the movie itself; ``track`` for "other music"."""
    made = copy.deepcopy(dict(movie))
    scenes: list[dict[str, Any]] = made["scenes"]
    for scene in scenes:  # another planner may have made it: a scene of a plain colour has none
        scene.setdefault("elements", [])
    if "no text" in wishes:
        for scene in scenes:
            scene["elements"] = [e for e in scene["elements"] if e.get("type") != "text"]
    if "other opening" in wishes and len(scenes) > 1:
        scenes[:] = _opened_otherwise(scenes)
    if "shorter" in wishes:
        before = total_of(scenes)
        _stretch(scenes, _STEP["shorter"], items)
        # What its words need to be read sets a limit; then whole shots go.
        if total_of(scenes) > _ENOUGH * before and len(scenes) > 3:
            keep = max(_FEWEST, round(len(scenes) * _STEP["shorter"]))
            scenes[:] = [*scenes[: keep - 1], scenes[-1]]  # the end is what it leads to
    for word in ("longer", "faster", "slower"):
        if word in wishes:
            _stretch(scenes, _STEP[word], items)
    if set(wishes) & {*_STEP, "other opening"}:
        scenes[0].pop("transition", None)
        _within(scenes, items, lengths)
        _finish(scenes)
    total = total_of(scenes)
    if "no music" in wishes:
        made.pop("elements", None)
    elif "other music" in wishes and track is not None:
        made["elements"] = [sound_element(track, total)]
    return made


def total_of(scenes: Sequence[Mapping[str, Any]]) -> float:
    return sum(float(s["duration"]) - float((s.get("transition") or {}).get("duration", 0)) for s in scenes)


def _opened_otherwise(scenes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Another scene first, whose pictures the first one does not show; texts stay with their places."""
    first = _sources(scenes[0])
    other = next((n for n, s in enumerate(scenes) if n and not _sources(s) & first), len(scenes) - 1)
    moved = [scenes[other], *scenes[:other], *scenes[other + 1 :]]
    changes = [scene.get("transition") for scene in scenes]
    for scene, change in zip(moved, changes, strict=True):
        scene.pop("transition", None)
        if change:
            scene["transition"] = change
    return moved


def _sources(scene: Mapping[str, Any]) -> set[str]:
    return {e["src"] for e in scene["elements"] if e.get("src")}


def _stretch(scenes: Sequence[dict[str, Any]], factor: float, items: Mapping[str, Item]) -> None:
    for scene in scenes:
        wanted = float(scene["duration"]) * factor
        scene["duration"] = round(max(_least(scene), min(wanted, _most(scene, items))), 1)


def _least(scene: Mapping[str, Any]) -> float:
    """So long that its words can be read."""
    reading = [reading_time(e["text"]) + 0.5 for e in scene["elements"] if e.get("type") == "text"]
    return max([_QUICKEST, *reading])


def _most(scene: Mapping[str, Any], items: Mapping[str, Item]) -> float:
    """So long as its clips go on."""
    ends = [
        items[e["src"]].duration - 0.1 - float(e.get("seek", 0))
        for e in scene["elements"]
        if e.get("type") == "video" and e.get("src") in items
    ]
    return min(ends, default=20.0)


def _within(scenes: Sequence[dict[str, Any]], items: Mapping[str, Item], lengths: Lengths) -> None:
    """Not shorter and not longer than a video may be."""
    shortest, longest = lengths
    for _ in range(4):
        total = total_of(scenes)
        if total < shortest:
            _stretch(scenes, min(1.5, 1.05 * shortest / max(total, 0.5)), items)
        elif total > longest:
            _stretch(scenes, 0.95 * longest / total, items)


def _finish(scenes: Sequence[dict[str, Any]]) -> None:
    """Transitions and the times of elements fit the new lengths."""
    for before, scene in zip([None, *scenes], scenes, strict=False):
        length = float(scene["duration"])
        change = scene.get("transition")
        if change and before is not None:
            shortest = min(length, float(before["duration"]))
            fits = int(min(float(change["duration"]), shortest * 0.35) * 10) / 10
            if fits >= 0.2:
                scene["transition"] = {**change, "duration": fits}
            else:
                del scene["transition"]
        for element in scene["elements"]:
            if element.get("type") == "video":
                element["duration"] = length
            elif element.get("type") == "text":
                _fit_text(element, length)


def _fit_text(element: dict[str, Any], length: float) -> None:
    start, lasts = float(element.get("start", 0)), float(element.get("duration", -1))
    if lasts <= 0:
        return
    need = reading_time(element["text"])
    if length - start < need:
        start = 0.0
    element["start"] = start
    element["duration"] = round(max(min(need, length), min(lasts, length - start)), 2)
    if element["duration"] < need + 1.4 and element.get("style", "001") != "001":
        element["style"] = "001"
