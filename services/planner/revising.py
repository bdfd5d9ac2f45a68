"""A draft made anew by a wish, without a language model: the movie is changed, or planned in another format.

The same brief gives the same revision. What the wish says beyond the vocabulary is told as a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from services.model.brief import Brief, PastDraft
from services.model.proposal import Labels, Proposal, Resource
from services.planner.denials import Denials
from services.planner.material import Material, dice
from services.planner.pieces import Item
from services.planner.reworking import reworked, total_of
from services.planner.shots import Shot, Track, Visual
from services.planner.soundtrack import choose_track, length_word, music_word, pace_word
from services.planner.used import clip_parts
from services.planner.voice import Topic, Voice, sentences
from services.planner.wishes import VOCABULARY, not_understood, understood
from services.planner.words import counted, first_upper, listed, shortened
from services.ports import PlannerAnswer

_ANEW = frozenset({"another format", "other footage"})  # what a change of the movie cannot give


def revise(
    brief: Brief, draft: PastDraft, material: Material, again: Callable[[Brief, str], PlannerAnswer]
) -> PlannerAnswer:
    """``again(brief, without)`` plans from nothing, without the format of that name ("" leaves none out)."""
    wishes = understood(brief.wish)
    note = not_understood(wishes)
    notes = (note,) if note else ()
    if not wishes.known:
        return PlannerAnswer((), notes or (f"Say what should change: {', '.join(VOCABULARY)}.",))
    if wishes.known & _ANEW:
        order = replace(brief, revises=None, wish="", intent=draft.intent, count=1)
        if "other footage" in wishes.known:  # what it showed is used, and rests
            order = replace(order, past=[draft, *brief.past])
        answer = again(order, draft.format if "another format" in wishes.known else "")
        made = [_changed(p, brief, draft, material, wishes.known - _ANEW) for p in answer.proposals]
        return PlannerAnswer(tuple(made), (*answer.notes, *notes))
    old = Proposal(
        title=draft.title or "Untitled", strategy="-", description="", caption=draft.caption,
        resources=tuple(_resources(draft.movie, material.by_id)), movie=draft.movie,
        labels=Labels(intent=draft.intent, format=draft.format),
    )  # fmt: skip
    return PlannerAnswer((_changed(old, brief, draft, material, wishes.known),), notes)


def _changed(
    proposal: Proposal, brief: Brief, draft: PastDraft, material: Material, wishes: frozenset[str]
) -> Proposal:
    rolls = dice(brief.seed, draft.number, brief.wish, "revision")
    lengths = [float(scene["duration"]) for scene in proposal.movie["scenes"]]
    before = {e["src"] for e in proposal.movie.get("elements", []) if e.get("type") == "audio"}
    items = [material.by_id[r.asset] for r in proposal.resources if r.asset in material.by_id]
    track: Track | None = None
    if "other music" in wishes:
        shots = [Shot(length, (Visual(item, "", ""),)) for item in items[:1] for length in lengths]
        avoided = Denials(music=dict.fromkeys(before, 2.0))
        track = choose_track(material, avoided, shots, rolls) if shots else None
        if track and track.item.id in before:
            track = None  # there is no other
    movie = reworked(proposal.movie, wishes, material.by_id, track, brief.lengths)
    resources = tuple(_resources(movie, material.by_id, proposal.resources))
    title, caption = proposal.title, proposal.caption
    shown = [material.by_id[r.asset] for r in resources if r.asset in material.by_id]
    shown = [i for i in shown if i.width]
    fewer = len(movie["scenes"]) < len(proposal.movie["scenes"])
    if fewer and shown:  # a title or caption that counts would be wrong now
        title = shortened(first_upper(listed(list(dict.fromkeys(i.subject for i in shown)))), 100)
    length = total_of(movie["scenes"])
    counted_out = length != total_of(proposal.movie["scenes"]) and re.search(r"\bseconds?\b", caption)
    if ("other caption" in wishes or fewer or counted_out) and shown:
        topic = Topic(draft.format, tuple(shown), length, len(movie["scenes"]))
        voice = Voice.of(brief.brand)
        intent = next((i for i in brief.brand.intents if i.name == draft.intent), None)
        caption = voice.caption(topic, intent, rolls, set(sentences(draft.caption)))
    lengths = [float(scene["duration"]) for scene in movie["scenes"]]
    did = listed(sorted(wishes), 6) or "planned anew"
    description = (
        f"Revision of draft {draft.number}, by the wish “{' '.join(brief.wish.split())[:200]}”: {did}. "
        f"{first_upper(counted(len(lengths), 'shot'))}, {length:.1f} s."
    )
    music = next((material.by_id.get(r.asset) for r in resources if r.role == "music"), None)
    return proposal.model_copy(
        update={
            "title": title,
            "movie": movie,
            "caption": caption,
            "strategy": f"Revised: {did}." if proposal.strategy == "-" else proposal.strategy,
            "description": f"{description}\n{proposal.description}".strip(),
            "resources": resources,
            "labels": proposal.labels.model_copy(
                update={
                    "length": length_word(length),
                    "pace": pace_word(lengths),
                    "music": music_word(Track(music)) if music else "none",
                }
            ),
            "planner": "offline",
            "seed": brief.seed,
        }
    )


def _resources(
    movie: dict[str, object], items: dict[str, Item], known: tuple[Resource, ...] = ()
) -> list[Resource]:
    """What a movie uses, in order; roles and reasons as they were known."""
    said = {r.asset: r for r in known}
    parts = clip_parts(movie)
    found: dict[tuple[str, float | None], Resource] = {}
    for src in re.findall(r"'src': '(m[0-9a-f]{9})'", str(movie)):
        item, old = items.get(src), said.get(src)
        sound = item is not None and not item.width
        role = old.role if old else "music" if sound else "picture"
        why = old.why if old else "Music under the whole video." if sound else "As in the draft before."
        spans: list[tuple[float | None, float | None]] = [span for asset, span in parts if asset == src]
        spans = spans or [(None, None)]
        for start, end in spans:
            values = {"asset": src, "role": role, "from": start, "to": end, "why": why}
            found.setdefault((src, start), Resource.model_validate(values))
    return list(found.values())
