"""Which video comes next: formats filled from the material, far enough from all else, the best taken."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from typing import Any

from services.evidence import leans_on
from services.model.brief import Intent
from services.model.footage import Role
from services.model.proposal import Labels
from services.planner.fitting import fitted
from services.planner.formats import FORMATS, Cut, Format
from services.planner.looks import Look, choose_look
from services.planner.material import dice
from services.planner.offline_run import SAID, Run
from services.planner.on_beats import on_beats
from services.planner.shots import Track, compose, overlap_of
from services.planner.sights import beats_of, mood, moods_apart, own_palette
from services.planner.soundtrack import choose_track
from services.planner.variety import GATE, Features, distance, features
from services.planner.voice import Topic, intent_kind, sentences
from services.planner.words import shortened

_TRIES = 4  # candidates per format and place
_LOOK_AT = 5  # formats tried before the best candidate so far is taken


@dataclass(frozen=True, slots=True)
class Candidate:
    format: Format
    cut: Cut
    look: Look
    track: Track | None
    movie: dict[str, Any]
    caption: str
    features: Features
    seed: int
    nearest: float
    neighbour: str
    score: tuple[bool, bool, float]  # serves its intent; free of assets that should rest; how wished for


def choose(run: Run, slot: int, intent: Intent | None) -> Candidate | None:
    """The best candidate that differs enough: of a format no sibling has, if there is one."""
    rolls = dice(run.brief.seed, len(run.brief.past), slot, "formats")
    kind = intent_kind(intent)
    wish = {
        f.name: run.counts[f.name]
        + run.denials.formats.get(f.name, 0.0)
        - 1.5 * (kind in f.kinds)
        - 0.8 * bool(leans_on(run.brief.evidence, Labels(format=f.name)))
        + 0.6 * rolls.random()
        for f in FORMATS
    }
    ordered = sorted((f for f in FORMATS if f.name not in run.left_out), key=lambda f: wish[f.name])
    for pool in (
        [f for f in ordered if f.name not in run.siblings],
        [f for f in ordered if f.name in run.siblings],
    ):
        best: Candidate | None = None
        tried = 0
        for chosen in pool:
            if tried >= _LOOK_AT and best is not None and all(best.score[:2]):
                break
            candidates = list(_candidates(run, chosen, slot, intent, wish[chosen.name]))
            tried += bool(candidates)
            best = max((*candidates, *([best] if best else [])), key=lambda c: c.score, default=None)
        if best is not None:
            return best
    return None


def _candidates(run: Run, chosen: Format, slot: int, intent: Intent | None, wish: float) -> list[Candidate]:
    """Up to _TRIES fillings of one format that are far enough from everything else."""
    found = []
    for attempt in range(_TRIES):
        seed = dice(run.brief.seed, len(run.brief.past), slot, chosen.name, attempt).getrandbits(32)
        rolls = dice(seed)
        look = choose_look(rolls, chosen.transitions, chosen.curves, run.treatments[-4:], run.framings[-2:])
        cut = chosen.build(run.material, rolls, look, intent_kind(intent))
        if cut is None:
            run.impossible.add(chosen.name)
            break
        run.impossible.discard(chosen.name)
        candidate = _fill(run, chosen, cut, look, rolls, seed, intent, wish)
        if candidate is not None:
            found.append(candidate)
            if not run.measured:
                break
    return found


def _fill(
    run: Run,
    chosen: Format,
    cut: Cut,
    look: Look,
    rolls: random.Random,
    seed: int,
    intent: Intent | None,
    wish: float,
) -> Candidate | None:
    """Music, movie and caption for a cut; None if it is too near to another video, too short or too long."""
    track = choose_track(run.material, run.denials, cut.shots, rolls)
    look = (
        replace(look, palette=own_palette(cut.lead, rolls) or look.palette) if rolls.random() < 0.6 else look
    )
    cut = replace(cut, shots=fitted(cut.shots, look, run.brief.lengths))
    if track is not None:
        beats, overlap = beats_of(track.item), overlap_of(cut.shots, look)
        cut = replace(cut, shots=on_beats(cut.shots, beats, track.seek, overlap))
    movie = compose(cut.shots, look, track)
    caption = _caption(run, chosen, cut, movie, intent, rolls)
    seen = features(movie, caption, run.material.pieces)
    shortest, longest = run.brief.lengths
    if not shortest <= seen.length <= longest:
        run.misfits.add(chosen.name)
        return None
    distances = [distance(seen, other) for other in run.others] if run.measured else []
    nearest = min(distances, default=1.0)
    if nearest < GATE:
        return None
    neighbour = run.names[distances.index(nearest)] if distances else ""
    mean = sum(distances) / len(distances) if distances else 1.0
    used = [*cut.items, *([track.item] if track else [])]
    opened = run.material.ledger.leads[cut.lead.id] > 0
    score = nearest + 0.5 * mean - 0.25 * wish - 0.4 * opened
    # To the eye two videos of like colours are alike, whatever files they use.
    colours = mood(cut.items)
    if run.measured and run.moods:
        far = [moods_apart(colours, other) for other in run.moods]
        score += 1.5 * sum(far) / len(far) + 0.5 * min(far[-6:])
    score -= run.denials.against(chosen.name, cut.lead.id, seen)
    # A video is only said to be about failures when it shows one.
    serves = intent_kind(intent) != "fail" or any(i.stage is Role.FAILED for i in cut.items)
    rested = run.material.reused(used) == 0
    return Candidate(
        chosen, cut, look, track, movie, caption, seen, seed, nearest, neighbour, (serves, rested, score)
    )


def _caption(
    run: Run, chosen: Format, cut: Cut, movie: dict[str, Any], intent: Intent | None, rolls: random.Random
) -> str:
    length = features(movie, "", {}).length
    topic = Topic(chosen.name, tuple(cut.items), length, len(cut.shots), cut.said)
    said = {sentence for caption in run.captions[:SAID] for sentence in sentences(caption)}
    return run.voice.caption(topic, intent, rolls, said, run.hashtags)


def accept(run: Run, candidate: Candidate) -> None:
    run.captions.insert(0, candidate.caption)
    run.hashtags.append(frozenset(re.findall(r"#(\w+)", candidate.caption)))
    used = [i.id for i in candidate.cut.items] + ([candidate.track.item.id] if candidate.track else [])
    run.material.ledger.add(used, candidate.cut.lead.id, candidate.movie)
    run.material.rebuild_order()
    run.others.append(candidate.features)
    run.moods.append(mood(candidate.cut.items))
    run.names.append(f"“{shortened(candidate.cut.title, 60)}” of this run")
    run.counts[candidate.format.name] += 1
    run.siblings.append(candidate.format.name)
    run.treatments.append(candidate.look.treatment.name)
    run.framings.append(candidate.look.framing.name)
