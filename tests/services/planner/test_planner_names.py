"""What names say, what they do not say, and whose turn an intent is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planner_studio import clip, photo

from services.model.brief import Intent
from services.model.footage import Role
from services.planner.pieces import Item, read_items, series_names
from services.planner.quota import next_intent
from services.planner.words import harmless, listed, reading_time, shortened


def read(key: str) -> Item:
    made = clip(key) if key.endswith((".mp4", ".mov")) else photo(key)
    return read_items([made], {})[0]


@pytest.mark.parametrize(
    ("key", "piece", "label", "series", "stage"),
    [
        ("video_uploads/timelapse_rv06.gcode_20250430_1556.mp4", "rv06", "RV06", "RV", Role.TIMELAPSE),
        ("video_uploads/timelapse_rv06.gcode_20250430_1556.jpg", "rv06", "RV06", "RV", Role.STILL),
        ("completed_works/rv06.jpg", "rv06", "RV06", "RV", Role.FINISHED),
        ("completed_works/rv06_glazed_2.jpg", "rv06", "RV06", "RV", Role.FINISHED),
        ("wip_photos/TU12.jpg", "tu12", "TU12", "TU", Role.PROGRESS),
        ("wip_photos/sm03_failed.jpg", "sm03", "SM03", "SM", Role.FAILED),
        ("media/blue_bowl_2.jpg", "blue bowl", "Blue bowl", "", Role.OTHER),
        ("media/teapots/IMG_1.jpg", "media/teapots/img_1", "", "teapots", Role.OTHER),
        ("media/IMG_1234.jpg", "media//img_1234", "", "", Role.OTHER),
        ("media/MVI_2.mov", "media//mvi_2", "", "", Role.OTHER),
        ("media/img12.jpg", "media//img12", "", "", Role.OTHER),
        (
            "media/3f2504e0-4f89-11d3-9a0c-0305e82c3301.jpg",
            "media//3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "",
            "",
            "",
        ),
    ],
)
def test_what_a_name_says(key: str, piece: str, label: str, series: str, stage: Role) -> None:
    item = read(key)
    assert (item.piece, item.label, item.series, item.stage) == (piece, label, series, stage)


def test_days() -> None:
    assert read("v/timelapse_rv06.gcode_20250430_1556.mp4").day == date(2025, 4, 30)
    assert read("v/PXL_20250231.jpg").day is None
    assert read("v/IMG_20251399.jpg").day is None


def test_the_brands_own_words() -> None:
    context = {"a.md": "- RV: ribbed vases\nTU = tulip vases, thin walls\nNO\n"}
    assert series_names(context) == {"RV": "ribbed vases", "TU": "tulip vases"}


@pytest.mark.parametrize(
    ("piece", "label", "series"),
    [("sv03", "SV03", "SV"), ("moon jar", "Moon jar", ""), ("20250501_0930", "", "")],
)
def test_the_piece_is_the_one_the_catalogue_knows(piece: str, label: str, series: str) -> None:
    (item,) = read_items([replace(photo("p/IMG_7788.jpg"), piece=piece)], {})
    assert (item.piece, item.label, item.series) == (piece, label, series)


@given(st.text(max_size=200))
def test_harmless_text_is_harmless(text: str) -> None:
    clean = harmless(text)
    assert len(clean) <= 40
    assert not set(clean) & set("{}<>@#\\\n\r\t\x00")
    assert "://" not in clean
    assert harmless(clean) == clean or "…" in clean


def test_small_words() -> None:
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(["A", "B", "C", "D", "E", "F"]) == "A, B, C and three others"
    assert shortened("one two three", 9) == "one two…"
    assert reading_time("two words") > reading_time("one")


@given(
    st.lists(st.floats(0.1, 50), min_size=1, max_size=8),
    st.integers(1, 70),
)
@settings(max_examples=80, deadline=None)
def test_intents_keep_within_one_of_their_quota_at_every_length(weights: list[float], length: int) -> None:
    intents = [Intent(f"i{n}", "", w) for n, w in enumerate(weights)]
    past: list[str] = []
    for _ in range(length):
        turn = next_intent(intents, past)
        assert turn is not None
        past.append(turn.name)
    made, total = Counter(past), sum(weights)
    for intent in intents:
        assert abs(made[intent.name] - length * intent.weight / total) <= 1 + 1e-6


def test_odd_weights_and_pasts() -> None:
    assert next_intent([], ["x"]) is None
    odd = [Intent("a", "", 0), Intent("b", "", float("nan")), Intent("c", "", 2)]
    assert next_intent(odd, []) == odd[2]
    assert next_intent([Intent("a", "", 0)], ["gone"]) == Intent("a", "", 0)
    two = [Intent("a", ""), Intent("b", "")]
    assert next_intent(two, ["a"] * 30) == two[1]
