"""The planner that needs no service: honest formats filled from the material, chosen to differ.

A run is a pure function of its brief: the same brief gives the same proposals.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.evidence import leans_on
from services.log import get_logger
from services.model.asset import Asset
from services.model.brief import Brief, Intent, PastDraft
from services.model.proposal import Labels, Proposal
from services.planner.check import LONGEST, SHORTEST, check
from services.planner.denials import Denials
from services.planner.formats import FORMATS, Cut, Format
from services.planner.looks import Look, choose_look
from services.planner.material import COOL_DOWN, Ledger, Material, dice
from services.planner.on_beats import on_beats
from services.planner.pieces import Stage
from services.planner.quota import next_intent
from services.planner.reasons import why_now, why_this_one, with_reason
from services.planner.revising import revise
from services.planner.shortage import shortage
from services.planner.shots import Track, compose, described, overlap_of, resources
from services.planner.sights import Rgb, beats_of, mood, moods_apart, own_palette
from services.planner.soundtrack import choose_track, length_word, music_word, pace_word
from services.planner.variety import GATE, WINDOW, Features, distance, features
from services.planner.voice import Topic, Voice, intent_kind, sentences
from services.planner.words import harmless, shortened
from services.ports import PlannerAnswer, Tell

_TRIES = 4  # candidates per format and place
_SAID = 12  # drafts whose sentences are not said again
_LOOK_AT = 5  # formats tried before the best candidate so far is taken

log = get_logger(__name__)


class OfflinePlanner:
    """The Planner port without AI.

    ``window``: how many of the last drafts a new one must differ from; ``cool_down``: for how many drafts a
    file rests while an unused one of its kind exists.
    """

    name = "offline"

    def __init__(self, window: int = WINDOW, cool_down: int = COOL_DOWN) -> None:
        self._window, self._cool_down = window, cool_down

    async def ping(self) -> str:
        return f"The offline planner is ready with {len(FORMATS)} formats; it needs no service."

    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        """Up to ``brief.count`` proposals; when there are fewer, a note says what to add."""
        # Planning is pure computation; a thread keeps the loop free for people.
        return await asyncio.to_thread(plan, brief, self._window, self._cool_down)


@dataclass(frozen=True, slots=True)
class _Candidate:
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


@dataclass(slots=True)
class _Run:
    """One run's state: what is fixed, and what grows with each accepted candidate."""

    brief: Brief
    measured: bool
    material: Material
    voice: Voice
    others: list[Features]  # what a new video must differ from
    moods: list[tuple[Rgb, ...]]  # how those were coloured, the newest last
    names: list[str]  # how a person finds each of them
    counts: Counter[str]  # formats of the last drafts
    assets: dict[str, Asset]  # usable ones, by id
    denials: Denials
    captions: list[str]  # newest first
    hashtags: list[frozenset[str]] = field(default_factory=list)  # of this run
    siblings: list[str] = field(default_factory=list)  # formats of this run
    treatments: list[str] = field(default_factory=list)  # how this run's texts look
    unserved: set[str] = field(default_factory=set)  # intents the material cannot serve honestly now
    left_out: set[str] = field(default_factory=set)  # formats that failed the check
    impossible: set[str] = field(default_factory=set)  # formats the material never allowed


def plan(
    brief: Brief,
    window: int = WINDOW,
    cool_down: int = COOL_DOWN,
    *,
    measured: bool = True,
    without: str = "",
) -> PlannerAnswer:
    """The proposals for a brief. Pure: no clock, no chance, no files.

    ``without``: the name of a format that is left out. Not ``measured``: no
    distance is computed and the first filling is taken (a baseline for benchmarks).
    """
    if brief.revises is not None:
        material = Material(brief.assets, brief.brand.context, Ledger.of(brief.past, [], cool_down))

        def again(order: Brief, without: str) -> PlannerAnswer:
            return plan(order, window, cool_down, without=without)

        return revise(brief, brief.revises, material, again)
    if before := [_remembered(p) for p in (*brief.kept, *(r.proposal for r in brief.rejected))]:
        # Asked again: what this run made already, and what came back, is not to be repeated either.
        brief = replace(brief, past=[*before, *brief.past], kept=(), rejected=())
        window += len(before)
    run = _begin(brief, window, cool_down, measured)
    run.left_out |= {without} - {""}
    proposals: list[Proposal] = []
    for slot in range(max(0, brief.count)):
        proposal = _next(run, slot, proposals)
        if proposal is None:
            break
        proposals.append(proposal)
    notes: tuple[str, ...] = ()
    if len(proposals) < brief.count:
        notes = (shortage(run.material, run.impossible, brief.count, len(proposals), bool(run.others)),)
    log.info("planned %d of %d videos offline", len(proposals), brief.count)
    return PlannerAnswer(tuple(proposals), notes)


def _remembered(proposal: Proposal) -> PastDraft:
    """A proposal of this run as a past draft; it has no number yet."""
    return PastDraft(
        number=0,
        title=proposal.title,
        format=proposal.labels.format,
        intent=proposal.labels.intent,
        state="proposed",
        reason="",
        assets=tuple(dict.fromkeys(r.asset for r in proposal.resources)),
        movie=proposal.movie,
        caption=proposal.caption,
    )


def _begin(brief: Brief, window: int, cool_down: int, measured: bool) -> _Run:
    recent = list(brief.past[:window])
    material = Material(brief.assets, brief.brand.context, Ledger())
    others = [features(d.movie, d.caption, material.pieces) for d in recent]
    material.ledger = Ledger.of(brief.past, [f.opening for f in others], cool_down)
    material.rebuild_order()
    return _Run(
        brief=brief,
        measured=measured,
        material=material,
        voice=Voice.of(brief.brand),
        others=others,
        moods=[mood([material.by_id[a] for a in d.assets if a in material.by_id]) for d in recent[::-1]],
        names=[f"draft {d.number}" if d.number else f"“{harmless(d.title, 60)}” of this run" for d in recent],
        assets={item.id: item.asset for item in material.items},
        counts=Counter(d.format for d in recent[: 2 * len(FORMATS)]),
        denials=Denials.of(brief.past),
        captions=[d.caption for d in recent[:_SAID]],
    )


def _intent(run: _Run, proposals: Sequence[Proposal]) -> Intent | None:
    brief = run.brief
    known = {i.name: i for i in brief.brand.intents}
    if brief.intent:
        return known.get(brief.intent) or Intent(brief.intent, "")
    past = [d.intent for d in brief.past] + [p.labels.intent for p in proposals]
    return next_intent([i for i in brief.brand.intents if i.name not in run.unserved], past)


def _next(run: _Run, slot: int, before: Sequence[Proposal]) -> Proposal | None:
    """The best proposal that also passes the check; a format that fails it is left out of this run."""
    while (best := _choose(run, slot, intent := _intent(run, before))) is not None:
        if intent and not best.score[0] and not run.brief.intent:
            run.unserved.add(intent.name)  # its turn comes again in a later run
            continue
        proposal = _proposal(run, best, intent)
        reasons = check(proposal, run.assets, run.brief.abilities)
        if not reasons:
            _accept(run, best)
            return proposal
        log.error("format %s made a movie that cannot be used: %s", best.format.name, reasons)
        run.left_out.add(best.format.name)
    return None


def _choose(run: _Run, slot: int, intent: Intent | None) -> _Candidate | None:
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
        best: _Candidate | None = None
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


def _candidates(run: _Run, chosen: Format, slot: int, intent: Intent | None, wish: float) -> list[_Candidate]:
    """Up to _TRIES fillings of one format that are far enough from everything else."""
    found = []
    for attempt in range(_TRIES):
        seed = dice(run.brief.seed, len(run.brief.past), slot, chosen.name, attempt).getrandbits(32)
        rolls = dice(seed)
        look = choose_look(rolls, chosen.transitions, chosen.curves, run.treatments[-4:])
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
    run: _Run,
    chosen: Format,
    cut: Cut,
    look: Look,
    rolls: random.Random,
    seed: int,
    intent: Intent | None,
    wish: float,
) -> _Candidate | None:
    """Music, movie and caption for a cut; None if it is too near to another video, too short or too long."""
    track = choose_track(run.material, run.denials, cut.shots, rolls)
    look = (
        replace(look, palette=own_palette(cut.lead, rolls) or look.palette) if rolls.random() < 0.6 else look
    )
    if track is not None:
        beats, overlap = beats_of(track.item), overlap_of(cut.shots, look)
        cut = replace(cut, shots=on_beats(cut.shots, beats, track.seek, overlap))
    movie = compose(cut.shots, look, track)
    caption = _caption(run, chosen, cut, movie, intent, rolls)
    seen = features(movie, caption, run.material.pieces)
    if not SHORTEST <= seen.length <= LONGEST:
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
    serves = intent_kind(intent) != "fail" or any(i.stage is Stage.FAILED for i in cut.items)
    rested = run.material.reused(used) == 0
    return _Candidate(
        chosen, cut, look, track, movie, caption, seen, seed, nearest, neighbour, (serves, rested, score)
    )


def _caption(
    run: _Run, chosen: Format, cut: Cut, movie: dict[str, Any], intent: Intent | None, rolls: random.Random
) -> str:
    length = features(movie, "", {}).length
    topic = Topic(chosen.name, tuple(cut.items), length, len(cut.shots), cut.said)
    said = {sentence for caption in run.captions[:_SAID] for sentence in sentences(caption)}
    return run.voice.caption(topic, intent, rolls, said, run.hashtags)


def _accept(run: _Run, candidate: _Candidate) -> None:
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


def _proposal(run: _Run, candidate: _Candidate, intent: Intent | None) -> Proposal:
    cut, track, seen = candidate.cut, candidate.track, candidate.features
    drafts = len(run.brief.past) + len(run.siblings)
    because = why_now(run.material, cut.items, cut.lead, drafts)
    why = why_this_one(run.material, cut.items, because, candidate.neighbour, candidate.nearest)
    labels = Labels(
        intent=intent.name if intent else "",
        format=candidate.format.name,
        hook=cut.hook,
        length=length_word(seen.length),
        pace=pace_word(seen.lengths),
        music=music_word(track),
    )
    if leaning := leans_on(run.brief.evidence, labels):
        why = f"{why}\nLeans on: {leaning}."
    return Proposal(
        title=shortened(cut.title, 100),
        strategy=shortened(with_reason(cut.strategy, because), 300),
        description="\n".join((cut.strategy, described(cut.shots, candidate.look, track), why)),
        caption=candidate.caption,
        resources=resources(cut.shots, track),
        labels=labels,
        movie=candidate.movie,
        planner=OfflinePlanner.name,
        seed=candidate.seed,
        distance=round(candidate.nearest, 3) if candidate.neighbour else None,
        neighbour=candidate.neighbour,
    )
