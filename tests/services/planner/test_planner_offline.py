"""The offline planner over made-up folders: it differs, repeats itself exactly, and ends quickly."""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from planner_studio import (
    BRAND,
    INTENTS,
    arbitrary_folder,
    brief,
    clip,
    file,
    large_studio,
    photo,
    remembered,
    small_studio,
    track,
)

from services.model.asset import Asset, Category, MediaFacts
from services.model.brief import Brand, PastDraft
from services.model.proposal import Proposal
from services.movie import lay_out, parse_movie
from services.planner.check import MOVIE_KEYS, SCENE_KEYS, check
from services.planner.check_element import ELEMENT_KEYS, SETTINGS_KEYS
from services.planner.formats import FORMATS
from services.planner.looks import choose_look
from services.planner.material import COOL_DOWN, Ledger, Material, dice
from services.planner.offline import OfflinePlanner, plan
from services.planner.pieces import read_items
from services.planner.shots import compose
from services.planner.tags import FORMAT_TAGS, NEUTRAL
from services.planner.variety import GATE, distance, features
from services.renderer.local.planning.abilities import abilities

FOLDERS = {
    "studio": small_studio(),
    "arbitrary": arbitrary_folder(),
    "photos": [photo(f"pictures/DSC_{n:04}.JPG") for n in range(9)],
    "landscape": [photo(f"pictures/DSC_{n:04}.JPG", 6000, 3000) for n in range(6)]
    + [clip("c/MVI_1.mov", 30, 1920, 1080)],
    "clips": [clip(f"clips/MVI_{n}.mov", 3 + 4 * n) for n in range(4)],
    "one photo": [photo("x/IMG_1234.jpg")],
    "one clip": [clip("x/MVI_2.mov", 7)],
}


def run_often(assets: Sequence[Asset], runs: int, count: int = 3) -> tuple[list[Proposal], list[str]]:
    """Proposals and notes of several runs, each knowing the drafts of those before it."""
    past: list[PastDraft] = []
    proposals: list[Proposal] = []
    notes: list[str] = []
    for seed in range(runs):
        answer = plan(brief(assets, past=past, count=count, seed=seed))
        for proposal in answer.proposals:
            past.insert(0, remembered(proposal, len(past) + 1))
        proposals += answer.proposals
        notes += answer.notes
    return proposals, notes


def distances(proposals: Sequence[Proposal], assets: Sequence[Asset]) -> list[float]:
    pieces = {i.id: i.piece for i in read_items(assets, BRAND.context)}
    seen = [features(p.movie, p.caption, pieces) for p in proposals]
    return [distance(a, b) for a, b in itertools.combinations(seen, 2)]


@pytest.mark.parametrize("name", FOLDERS)
def test_every_proposal_passes_the_check_and_the_movie_model(name: str) -> None:
    assets = FOLDERS[name]
    by_id = {a.id: a for a in assets}
    lengths = {a.id: a.facts.duration for a in assets if a.facts and a.facts.duration}
    proposals, _ = run_often(assets, 4)
    assert proposals
    for proposal in proposals:
        assert (
            check(proposal, by_id, abilities(speaks=False)) == []
        )  # nothing that would only be approximated
        assert not keys_outside(proposal.movie)
        line = lay_out(parse_movie(proposal.movie), lengths)
        assert 5 <= line.seconds <= 60
        assert line.seconds == pytest.approx(features(proposal.movie, "", {}).length, abs=0.1)
        assert line.notes == ()
    assert min(distances(proposals, assets), default=1.0) >= GATE


def keys_outside(movie: dict) -> set[str]:  # type: ignore[type-arg]
    strange = set(movie) - MOVIE_KEYS
    for owner in [movie, *movie["scenes"]]:
        if owner is not movie:
            strange |= set(owner) - SCENE_KEYS
        for element in owner.get("elements", []):
            strange |= set(element) - ELEMENT_KEYS[element["type"]]
            strange |= set(element.get("settings", {})) - SETTINGS_KEYS
    return strange


async def test_the_port_answers_the_same_brief_the_same_way() -> None:
    planner = OfflinePlanner()
    assert f"{len(FORMATS)} formats" in await planner.ping()
    assert len(FORMATS) >= 12
    assets = small_studio()
    first = await planner.propose(brief(assets, seed=7))
    random.Random(1).shuffle(assets)
    again = await planner.propose(brief(assets, seed=7))
    other = await planner.propose(brief(assets, seed=8))
    assert first == again
    assert [p.movie for p in first.proposals] != [p.movie for p in other.proposals]


def test_siblings_differ_in_format_and_lead() -> None:
    for seed in range(8):
        proposals = plan(brief(small_studio(), seed=seed)).proposals
        assert len({p.labels.format for p in proposals}) == 3
        assert len({p.resources[0].asset for p in proposals}) == 3


def test_twenty_runs_on_a_large_studio() -> None:
    assets = large_studio()
    began = time.perf_counter()
    proposals, notes = run_often(assets, 20)
    seconds = time.perf_counter() - began
    assert (len(proposals), notes) == (60, [])
    assert seconds < 2 * 60, "planning takes more than 2 s a draft"
    found = distances(proposals, assets)
    assert min(found) >= GATE
    assert sum(found) / len(found) >= 0.65
    assert len({p.resources[0].asset for p in proposals}) >= 55
    assert len({p.labels.format for p in proposals}) == len(FORMATS)
    assert len({str(p.movie) for p in proposals}) == 60
    total = sum(i.weight for i in INTENTS)
    made = Counter(p.labels.intent for p in proposals)
    assert all(abs(made[i.name] - 60 * i.weight / total) <= 1 for i in INTENTS)


def test_nothing_rests_too_short_while_something_is_unused() -> None:
    assets = large_studio()
    kinds = {a.id: a.category for a in assets}
    proposals, _ = run_often(assets, 12)
    used: Counter[str] = Counter()
    recent: list[set[str]] = []
    unused = Counter(kinds.values())
    for proposal in proposals:
        ids = {r.asset for r in proposal.resources}
        resting = ids & set().union(*recent[-COOL_DOWN:])
        assert not [a for a in resting if unused[kinds[a]] > 0]
        unused.subtract(kinds[a] for a in ids if not used[a])
        used.update(ids)
        recent.append(ids)


@pytest.mark.parametrize("name", ["one photo", "one clip", "clips"])
def test_small_material_ends_quickly_with_a_sentence(name: str) -> None:
    began = time.perf_counter()
    proposals, notes = run_often(FOLDERS[name], 30)
    assert time.perf_counter() - began < 20
    assert 0 < len(proposals) < 20
    assert "Add " in notes[-1]
    # A rare new caption may still let one through, but hardly any run makes anything in the end.
    assert sum(note.startswith("None of 3") for note in notes[-20:]) >= 15


def test_nothing_usable_says_what_to_add() -> None:
    broken = Asset(file("a/b.mp4"), Category.VIDEO, None, "The file is damaged.")
    huge = photo("a/huge.jpg", 20_000, 20_000)
    endless = Asset(file("a/c.mp4"), Category.VIDEO, MediaFacts("mp4", float("inf"), 100, 100))
    answer = plan(brief([broken, huge, endless, track("m/song.mp3")]))
    assert answer.proposals == ()
    assert "no photo and no clip" in answer.notes[0]


def test_a_clip_too_short_for_any_format_is_said_so() -> None:
    answer = plan(brief([clip("a/MVI_1.mov", 3)]))
    assert answer.proposals == ()
    assert "no kind of video can be filled" in answer.notes[0]


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda f: f.name)
def test_each_format_can_be_made_from_the_studio(chosen) -> None:  # type: ignore[no-untyped-def]
    material = Material(small_studio(), BRAND.context, Ledger())
    for seed in range(25):
        rolls = dice(seed)
        look = choose_look(rolls, chosen.transitions, chosen.curves)
        cut = chosen.build(material, rolls, look, chosen.kinds[0])
        assert cut is not None
        seen = features(compose(cut.shots, look, None), "", {})
        assert 5 <= seen.length <= 35
        assert cut.title
        assert cut.strategy.endswith(".")


def test_an_intent_is_honoured_even_if_the_brand_does_not_know_it() -> None:
    assert {p.labels.intent for p in plan(brief(small_studio(), intent="ask")).proposals} == {"ask"}
    assert {p.labels.intent for p in plan(brief(small_studio(), intent="sale")).proposals} == {"sale"}
    bare = dataclasses.replace(BRAND, intents=())
    assert {p.labels.intent for p in plan(brief(small_studio(), brand=bare)).proposals} == {""}


def test_a_failure_is_only_claimed_where_one_is_shown() -> None:
    failed = {a.id for a in small_studio() if "failed" in a.file.name}
    made = [p for p in run_often(small_studio(), 12)[0] if p.labels.intent == "failures"]
    assert made
    assert all(failed & {r.asset for r in p.resources} for p in made)
    assert "failures" not in {p.labels.intent for p in run_often(arbitrary_folder(), 5)[0]}


HOSTILE = (
    "{{secret}} <script>alert(1)</script>.jpg",
    "a\nb\u202ec\x00 @everyone #spam.jpg",
    "https://evil.example/x.jpg' OR 1=1 --.jpg",
    'vase 🏺 “quoted” "double" name that goes on and on and on and on.jpg',
    "../../etc/passwd.jpg",
    "=HYPERLINK(bowl).jpg",
    "ignore\udcffprevious.jpg",
)


def test_hostile_names_stay_harmless() -> None:
    assets = [photo(f"folder {{{{x}}}}/{name}") for name in HOSTILE] + [
        clip(f"v/{n}", 9) for n in HOSTILE[:3]
    ]
    assets.append(track("m/<b>@me {{song}}.mp3"))
    proposals, _ = run_often(assets, 6)
    assert len(proposals) >= 6
    for p in proposals:
        assert check(p, {a.id: a for a in assets}) == []
        shown = "\n".join(
            [p.title, p.strategy, p.description, p.caption, p.labels.music, str(p.movie["scenes"])]
        )
        assert not re.search(r"\{\{|<script|@everyone|@me|evil|://|\u202e|\x00|\udcff|#spam", shown)
        for scene in p.movie["scenes"]:
            for element in scene["elements"]:
                assert len(element.get("text", "")) <= 60


def test_captions_claim_nothing_that_is_not_known() -> None:
    claims = re.compile(r"glaz|success|perfect|kiln|fired|beautiful|sold|finished|print", re.IGNORECASE)
    plain = Brand("", "", INTENTS, {})
    past: list[PastDraft] = []
    for seed in range(6):
        for p in plan(brief(arbitrary_folder(), past=past, brand=plain, seed=seed)).proposals:
            assert not claims.search(p.caption), p.caption
            tags = set(re.findall(r"#(\w+)", p.caption))
            assert tags <= {*NEUTRAL, *FORMAT_TAGS[p.labels.format]}, "nothing is known of these files"
            past.insert(0, remembered(p, len(past) + 1))


def test_captions_keep_instagrams_limits_and_the_brands_wish() -> None:
    quiet = dataclasses.replace(
        BRAND, instructions="No emoji, please. " + " ".join(f"#tag{n}x" for n in range(30))
    )
    past: list[PastDraft] = []
    for seed in range(8):
        for p in plan(brief(small_studio(), past=past, brand=quiet, seed=seed)).proposals:
            assert len(p.caption) <= 2200
            assert p.caption.count("#") <= 5
            assert p.caption.encode().isascii() or not re.search(r"[\U0001F000-\U0001FAFF✨⏳]", p.caption)
            past.insert(0, remembered(p, len(past) + 1))


def test_resources_name_every_part_with_a_reason() -> None:
    for p in run_often(small_studio(), 6)[0]:
        used = {e["src"] for s in p.movie["scenes"] for e in s["elements"] if "src" in e}
        used |= {e["src"] for e in p.movie.get("elements", [])}
        assert used == {r.asset for r in p.resources}
        assert all(r.why and r.role for r in p.resources)
        assert "Why this one" in p.description
