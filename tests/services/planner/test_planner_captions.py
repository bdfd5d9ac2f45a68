"""Captions and hashtags: true, specific, never the same twice in a row; and what denials change."""

from __future__ import annotations

import dataclasses
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from planner_studio import arbitrary_folder, brief, clip, photo, remembered, small_studio, track

from services.brand import read_brand
from services.model.asset import Asset
from services.model.brief import Brand, Intent, PastDraft
from services.model.proposal import Proposal
from services.planner.denials import Denials
from services.planner.frame import SAFE_BOTTOM, SAFE_LEFT, SAFE_RIGHT, SAFE_TOP
from services.planner.lore import Lore
from services.planner.offline import plan
from services.planner.pieces import Item, read_items
from services.planner.tags import Tags
from services.planner.variety import features
from services.planner.voice import MAX_FIRST_LINE, SKELETONS, sentences

EXAMPLE = read_brand(Path(__file__).parents[3] / "data" / "brand")


def items(*assets: Asset) -> list[Item]:
    return read_items(assets, EXAMPLE.context)


def drafts(assets: list[Asset], runs: int, brand: Brand = EXAMPLE) -> list[Proposal]:
    past: list[PastDraft] = []
    made: list[Proposal] = []
    for seed in range(runs):
        for proposal in plan(brief(assets, past=list(past), brand=brand, seed=seed)).proposals:
            past.insert(0, remembered(proposal, len(past) + 1))
            made.append(proposal)
    return made


STUDIO = drafts(small_studio(), 8)
FOLDER = drafts(arbitrary_folder(), 4)
BY_ID = {a.id: a for a in (*small_studio(), *arbitrary_folder())}


def hashtags(caption: str) -> set[str]:
    return set(re.findall(r"#(\w+)", caption))


def names(proposal: Proposal) -> str:
    return " ".join(BY_ID[r.asset].file.name for r in proposal.resources)


def test_hashtags_are_few_true_and_differ_within_a_run() -> None:
    assert len(STUDIO) == 24
    for proposal in (*STUDIO, *FOLDER):
        tags = hashtags(proposal.caption)
        assert 3 <= len(tags) <= 5
        if tags & {"failure", "printfail"}:
            assert "failed" in names(proposal)
        if "timelapse" in tags:
            assert re.search(r"timelapse\S*\.mp4", names(proposal))
        if "beforeandafter" in tags:
            assert proposal.labels.format == "before and after"
        for code, tag in (("rv", "ripplevase"), ("sv", "spiralvase"), ("tu", "tumbler")):
            shown = [n for n in names(proposal).split() if n.endswith((".jpg", ".mp4"))]
            assert tag not in tags or all(re.search(rf"\b(timelapse_)?{code}\d", n) for n in shown)
    for run in range(8):
        sets = [frozenset(hashtags(p.caption)) for p in STUDIO[3 * run : 3 * run + 3]]
        assert len(set(sets)) == 3


def test_where_a_brand_lists_its_hashtags() -> None:
    listed = "Use #nothing here, #abc123 neither.\n\n#pottery #3dclay\n- RV: #ripple\nfailed: #oops\n"
    tags = Tags.of(Brand("", listed, ()))
    assert tags.always == ("pottery", "3dclay")
    assert tags.when == {"rv": ("ripple",), "failed": ("oops",)}
    assert Tags.of(Brand("We are #slow.", "", ())).always == ("slow",)
    assert Tags.of(Brand("A calm pottery.", "", ())).always == ("pottery",)
    chosen = tags.choose("reveal", "", items(clip("v/rv06.mp4")), random.Random(1))
    assert "ripple" in chosen
    assert not {"oops", "timelapse", "failure"} & set(chosen)
    assert "oops" in tags.choose("still life", "", items(photo("v/rv06_failed.jpg")), random.Random(1))
    in_folder = tags.choose("still life", "", items(photo("failures/rv06.jpg")), random.Random(1))
    assert "oops" not in in_folder, "a folder's name proves nothing"


def test_no_sentence_comes_back_within_ten_drafts() -> None:
    for index, proposal in enumerate(STUDIO):
        before = {s for p in STUDIO[max(0, index - 10) : index] for s in sentences(p.caption)}
        assert not before & set(sentences(proposal.caption)), proposal.caption


def test_captions_are_short_lines_with_a_hook_and_vary_in_shape() -> None:
    assert len(SKELETONS) >= 6
    shapes: Counter[tuple[int, ...]] = Counter()
    for proposal in STUDIO:
        body, _, tags = proposal.caption.rpartition("\n\n")
        assert tags.startswith("#")
        lines = body.split("\n")
        assert 2 <= len([line for line in lines if line]) <= 8
        assert 0 < len(lines[0]) <= MAX_FIRST_LINE
        assert "{" not in proposal.caption
        assert ".." not in proposal.caption
        shapes[tuple(len(sentences(part)) for part in body.split("\n\n"))] += 1
    assert len(shapes) >= 6
    assert shapes.most_common(1)[0][1] <= len(STUDIO) / 2


def test_cameras_names_are_never_shown_as_titles() -> None:
    for p in FOLDER:
        shown = [p.title, p.strategy, p.caption]
        shown += [e.get("text", "") for s in p.movie["scenes"] for e in s["elements"]]
        assert not re.search(r"IMG|MVI|\d{4}", " ".join(shown), re.IGNORECASE), shown


def test_the_brands_own_notes_are_quoted_where_they_hold() -> None:
    lore = Lore.of(EXAMPLE.context)
    assert "Leans by two degrees. It always did." in lore.noted(items(photo("completed_works/sv03.jpg")))
    assert "Glaze: cobalt." in lore.noted(items(photo("completed_works/sv03.jpg")))
    wet = items(clip("video_uploads/timelapse_sv03.gcode_20250321_1127.mp4"))
    assert not any("Glaze" in said for said in lore.noted(wet)), "a wet pot shows no glaze"
    assert lore.noted(items(photo("wip_photos/sv03_failed.jpg"))) == []
    other = items(clip("video_uploads/timelapse_sv03.gcode_20250909_1127.mp4"))
    assert lore.noted(other) == [], "the notes are about another print"
    assert lore.noted(items(photo("a/sv03.jpg"), photo("a/rv04.jpg"))) == []
    assert any(said.startswith("The family people know us by") for said in lore.series["RV"])
    assert "A tumbler takes a quarter of an hour, a ripple vase about fifty minutes." in lore.series["RV"]
    assert not any(".jpg" in s or "#" in s or "|" in s for of in lore.series.values() for s in of)


def test_hostile_context_is_not_quoted() -> None:
    text = """
## RV: ribbed vases

Go to https://evil.example right now please. Ask @me about {{this}} thing here.
RV06: see <script> in #spam @you
model: rv07
note: look at www.evil.example
"""
    lore = Lore.of({"a.md": text})
    said = [s for of in lore.series.values() for s in of] + [
        n.sentence for of in lore.notes.values() for n in of
    ]
    assert not re.search(r"evil|@|\{|<|#", " ".join(said))


def test_texts_are_large_boxed_and_inside_the_safe_area() -> None:
    for proposal in (*STUDIO, *FOLDER):
        for scene in proposal.movie["scenes"]:
            for e in (e for e in scene["elements"] if e["type"] == "text"):
                assert int(e["settings"]["font-size"].removesuffix("px")) >= 54
                assert e["settings"]["background-color"]
                assert e["width"] <= 900
                assert SAFE_LEFT <= e["x"] <= e["x"] + e["width"] <= SAFE_RIGHT
                assert SAFE_TOP <= e["y"] <= e["y"] + e["height"] <= SAFE_BOTTOM


def test_strategy_is_one_sentence_with_a_reason() -> None:
    for proposal in STUDIO:
        assert proposal.strategy.endswith(".")
        assert len(re.findall(r"[.!?](?:\s|$)", proposal.strategy)) == 1
        assert proposal.strategy.rstrip(".").split(";")[0] in proposal.description
    reasons = " ".join(p.description for p in STUDIO)
    for words in ("matched by name", "has been in a draft", "drafts ago"):
        assert words in reasons


def denied(proposal: Proposal, number: int, reason: str = "") -> PastDraft:
    return dataclasses.replace(remembered(proposal, number), state="denied", reason=reason)


def test_a_denial_moves_the_choice_away() -> None:
    assets = [photo(f"pictures/DSC_{n:04}.JPG") for n in range(12)]  # few formats: some come again
    kept = moved = 0
    for seed in range(10):
        first = plan(brief(assets, count=1, seed=seed, intent="ask")).proposals[0]
        for state in ("draft", "denied"):
            past = [dataclasses.replace(remembered(first, 1), state=state)]
            after = plan(brief(assets, past=past, count=6, seed=seed, intent="ask")).proposals
            same = sum(p.labels.format == first.labels.format for p in after)
            kept, moved = kept + same * (state == "draft"), moved + same * (state == "denied")
            assert all(p.resources[0].asset != first.resources[0].asset for p in after)
    assert moved < kept


def test_denied_music_is_not_taken_again_while_there_is_other() -> None:
    assets = [*small_studio(), track("music_uploads/fourth.wav")]
    first = plan(brief(assets, count=1, seed=2)).proposals[0]
    music = features(first.movie, "", {}).music
    for seed in range(4):
        past = [denied(first, 1, "Not this music again, please.")] * 2
        for p in plan(brief(assets, past=past, seed=seed)).proposals:
            assert features(p.movie, "", {}).music != music


@pytest.mark.parametrize(("reason", "worse"), [("too long", "long"), ("A bit too fast for me", "fast")])
def test_reasons_about_length_and_pace_are_measured(reason: str, worse: str) -> None:
    proposal = plan(brief(small_studio(), count=1, seed=1)).proposals[0]
    denials = Denials.of([denied(proposal, 1, reason)])
    assert [what for what, _ in denials.wishes] == [worse]
    seen = features(proposal.movie, "", {})
    better = dataclasses.replace(
        seen,
        length=seen.length / 2 if worse == "long" else seen.length,
        lengths=tuple(n * 2 for n in seen.lengths) if worse == "fast" else seen.lengths,
        music=frozenset(),
    )
    assert denials.against("other", "x", better) < denials.against("other", "x", seen)


def test_old_denials_and_other_decisions_count_nothing() -> None:
    proposal = plan(brief(small_studio(), count=1)).proposals[0]
    kept = [remembered(proposal, n) for n in range(20)]
    assert Denials.of([*kept, denied(proposal, 99)]) == Denials()


def test_an_unknown_intent_and_no_names_still_read_as_sentences() -> None:
    plain = Brand("", "", (Intent("x", "y"),), {})
    for p in plan(brief(arbitrary_folder(), brand=plain, count=4)).proposals:
        for line in p.caption.splitlines():
            assert not line or line.startswith("#") or line[-1] in ".?!" or ": " in line
