"""Answers of models: a strict schema, tools that take anything, and movies of any plan without a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planner_studio import brief, large_studio, photo, small_studio, track
from pydantic import BaseModel

from services.planner.assistant.clean import inert, tidy
from services.planner.assistant.compile import to_proposal
from services.planner.assistant.prices import KNOWN, Price, parse_price
from services.planner.assistant.schema import (
    Answer,
    Change,
    Clip,
    Frame,
    LabelPlan,
    Line,
    MoviePlan,
    Music,
    Part,
    Photo,
    Print,
    ProposalPlan,
    ResourcePlan,
    Shot,
    Tile,
    Words,
    answer_schema,
)
from services.planner.assistant.talk import Tokens
from services.planner.check import check
from services.planner.shelf import Shelf
from services.planner.strict import strict_schema
from services.planner.tools import Toolbox, tool_schemas
from tests.doubles.openai_contract import strict_problems
from tests.doubles.openai_mind import Mind

STUDIO = [*small_studio(), photo("a/wide.jpg", 4000, 1000), track("music_uploads/long.mp3", 300)]
SHELF = Shelf(brief(STUDIO))
ASSETS = {asset.id: asset for asset in STUDIO}
IDS = st.sampled_from([*ASSETS, "m000000000", "https://evil.example/x.mp4", ""])
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
PLACES = st.one_of(
    st.builds(Frame, at=st.just("frame")),
    st.builds(Print, at=st.just("print")),
    st.builds(Part, at=st.just("part"), across=NUMBERS, down=NUMBERS, enlarged=NUMBERS),
    st.builds(
        Tile,
        at=st.just("tile"),
        **{k: st.integers(-(10**6), 10**6) for k in ("x", "y", "width", "height")},  # type: ignore[arg-type]
    ),
)
PICTURES = st.one_of(
    st.builds(Photo, kind=st.just("photo"), asset=IDS, place=PLACES, zoom=st.integers(-99, 99)),
    st.builds(Clip, kind=st.just("clip"), asset=IDS, place=PLACES, from_second=NUMBERS),
)
SHOTS = st.builds(
    Shot,
    seconds=NUMBERS,
    change=st.none() | st.builds(Change, seconds=NUMBERS),
    pictures=st.lists(PICTURES, max_size=3),
    words=st.none()
    | st.builds(Words, from_second=NUMBERS, seconds=NUMBERS, lines=st.lists(st.builds(Line), max_size=3)),
)
PLANS = st.builds(
    ProposalPlan,
    resources=st.lists(st.builds(ResourcePlan, asset=IDS), max_size=3),
    labels=st.builds(LabelPlan),
    movie=st.builds(
        MoviePlan,
        shots=st.lists(SHOTS, max_size=4),
        music=st.none() | st.builds(Music, asset=IDS, from_second=NUMBERS, volume=NUMBERS),
    ),
)


def test_the_schemas_are_strict_and_small() -> None:
    assert strict_problems(answer_schema(), "answer") == []
    for tool in tool_schemas():
        assert strict_problems(tool["parameters"], tool["name"]) == []
    assert len(json.dumps(answer_schema())) < 15_000
    assert {tool["name"] for tool in tool_schemas()} == {"search_media", "get_media", "get_analytics"}


def test_schemas_that_could_not_be_strict_are_refused() -> None:
    class Open(BaseModel):
        data: dict[str, int]

    class Anything(BaseModel):
        data: list[Any]

    for model in (Open, Anything):
        with pytest.raises(ValueError, match="strict schemas"):
            strict_schema(model)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PLANS)
def test_any_plan_becomes_a_proposal_that_the_check_can_judge(plan: ProposalPlan) -> None:
    proposal = to_proposal(plan, SHELF.by_id, "openai")
    reasons = check(proposal, ASSETS)
    assert all(isinstance(reason, str) for reason in reasons)
    if not reasons:
        assert {r.asset for r in proposal.resources} <= set(ASSETS)
        assert "://" not in proposal.model_dump_json()
    json.dumps(proposal.movie, allow_nan=False)


def test_good_plans_pass_the_check() -> None:
    order = brief(large_studio(560))
    shelf = Shelf(order)
    seen = [{"role": "user", "content": "\n".join(shelf.line(item) for item in shelf.items)}]
    mind = Mind()
    assets = {asset.id: asset for asset in order.assets}
    made = [
        to_proposal(ProposalPlan.model_validate(mind.plan(seen, "teach")), shelf.by_id, "openai")
        for _ in range(20)
    ]
    passed = [proposal for proposal in made if not check(proposal, assets)]
    assert len(passed) >= 16, [check(p, assets) for p in made]
    for proposal in passed:
        used = {e["src"] for scene in proposal.movie["scenes"] for e in scene["elements"] if "src" in e}
        assert used <= {r.asset for r in proposal.resources}
        clips = [r for r in proposal.resources if assets[r.asset].category == "video"]
        assert all(r.start is not None and r.end is not None and r.end > r.start for r in clips)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("", ""),
        ("hook “question” did better: 9.0% against the account's 6.0%", "Leans on: {}."),
        ("As the brief says: {}.", "Leans on: {}."),
        (
            "Questions double the reach",
            "In the planner's own words it leans on: “Questions double the reach”",
        ),
        ("see https://evil.example @you", "In the planner's own words it leans on: “see”"),
    ],
)
def test_only_measured_lines_are_leant_on_as_they_are(said: str, shown: str) -> None:
    line = "hook “question” did better: 9.0% against the account's 6.0% (n = 5, estimated +1.5 points)"
    plan = Mind().plan([], "teach") | {"description": "What is seen.", "evidence": said.format(line)}
    made = to_proposal(ProposalPlan.model_validate(plan), {}, "openai", ["No line.", line])
    assert made.description == "\n".join(part for part in ("What is seen.", shown.format(line)) if part)


def test_an_answer_with_more_than_the_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="extra"):
        Answer.model_validate_json('{"proposals": [], "url": "https://evil.example"}')
    with pytest.raises(ValueError, match="finite"):
        Music.model_validate_json('{"asset": "m", "from_second": NaN, "volume": 1}')


@settings(deadline=None)
@given(st.text())
def test_inert_words_carry_no_address_and_no_mention(text: str) -> None:
    for said in (inert(text, 200), inert(f"see https://evil.example/{text} @villain {text}", 400)):
        assert "://" not in said
        assert "@villain" not in said
        assert "{{" not in said


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("evil\u200b.exa\u202emple.com", "evil.example.com"),
        ("＠someone", "@someone"),
        ("a\x00b\nc  d", "ab c d"),
        ("👩‍🎨 paints", "👩‍🎨 paints"),
    ],
)
def test_what_is_checked_is_what_is_read(text: str, clean: str) -> None:
    assert tidy(text, 100) == clean


@pytest.mark.parametrize(
    "text", ["visit evil.com", "bit.ly/x", "a@b.de", "www.x", "go to shop.example.org/now"]
)
def test_bare_addresses_are_addresses(text: str) -> None:
    proposal = to_proposal(
        ProposalPlan.model_validate(Mind().plan([], "") | {"caption": text}), SHELF.by_id, "openai"
    )
    assert any("address" in reason or "mentions" in reason for reason in check(proposal, ASSETS)), text


@settings(deadline=None)
@given(st.text(), st.text())
def test_tools_answer_anything_with_json(name: str, arguments: str) -> None:
    box = Toolbox(brief(STUDIO), SHELF)
    for tool in (name, "search_media", "get_media", "get_analytics"):
        assert isinstance(json.loads(box.run(tool, arguments)), dict)


def search(box: Toolbox, **more: Any) -> dict[str, Any]:
    asked = {"query": "", "kind": None, "orientation": None, "min_seconds": None, "unused_only": False}
    asked |= {"limit": None, "cursor": None}
    found: dict[str, Any] = json.loads(box.run("search_media", json.dumps(asked | more)))
    return found


def test_a_search_finds_by_name_kind_shape_length_and_use() -> None:
    order = brief(large_studio(560))
    box = Toolbox(order, Shelf(order))
    assert search(box)["total"] == len(Shelf(order).items)
    assert "rv06" in search(box, query="rv06", kind="photo")["results"][0]
    assert search(box, kind="clip", min_seconds=25.0)["total"] < search(box, kind="clip")["total"]
    assert search(box, orientation="landscape", kind="clip")["total"] == 0
    assert search(box, query="no such thing at all")["results"] == []
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = search(box, kind="music", limit=7, cursor=cursor)
        seen += page["results"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"]
    assert len(search(box, limit=10_000)["results"]) == 40


def test_prices() -> None:
    assert parse_price("my-model=2/10") == ("my-model", Price(2, 10, 2))
    assert parse_price("a/b=2/10/0.2") == ("a/b", Price(2, 10, 0.2))
    for wrong in ("x", "=1/2", "m=1", "m=1/2/3/4", "m=a/b", "m=-1/2", "m=nan/1"):
        with pytest.raises(ValueError):  # noqa: PT011 - float() has words of its own
            parse_price(wrong)
    price = KNOWN["gpt-6.1-sol"]
    assert price.of(Tokens(1_000_000, 0, 0, 0)) == pytest.approx(4.0), "a large request costs twice"
    assert price.of(Tokens(100_000, 50_000, 10_000, 5_000)) == pytest.approx(0.1 + 0.005 + 0.1)
