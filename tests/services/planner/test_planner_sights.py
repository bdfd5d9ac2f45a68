"""What footage shows, in planning: moments, beats, colours, blur and lookalikes; and as before without it."""

from __future__ import annotations

import dataclasses
import itertools

from hypothesis import given
from hypothesis import strategies as st
from planner_studio import BRAND, brief, clip, large_studio, photo, remembered

from services.model.asset import Asset
from services.model.footage import Colour, Footage, Moment, MotionLook, PictureLook
from services.planner.check_element import contrast
from services.planner.material import Ledger, Material, dice
from services.planner.offline import plan
from services.planner.on_beats import on_beats
from services.planner.pieces import Item, read_items
from services.planner.shots import Shot, Visual
from services.planner.sights import apart, moments, mood, moods_apart, own_palette, start_of


def item(asset: Asset) -> Item:
    return read_items([asset], {})[0]


def moving(*peaks: float, seconds: float = 20.0) -> Item:
    motion = MotionLook(1.0, (), tuple(Moment(at, 1.0 - n / 10) for n, at in enumerate(peaks)), 0.5, ())
    return item(dataclasses.replace(clip("v/MVI_1.mov", seconds), footage=Footage("a", motion=motion)))


def coloured(key: str, rgb: str, sharpness: float = 0.9, family: str = "") -> Asset:
    look = PictureLook((Colour(rgb, 0.8, "x"),), 0.5, 0.5, sharpness)
    return dataclasses.replace(photo(key), footage=Footage(key, look), family=family)


def test_a_part_begins_around_a_moment_that_no_draft_has_shown() -> None:
    shown = moving(5.0, 14.0)
    assert start_of(shown, 2.0, (), dice(1)) == 4.3
    assert start_of(shown, 2.0, [(4.0, 7.0)], dice(1)) == 13.3


@given(st.lists(st.floats(0, 20), max_size=6), st.floats(3.0, 20.0), st.floats(0.5, 3.0), st.integers(0, 99))
def test_every_part_lies_inside_the_clip(
    peaks: list[float], seconds: float, length: float, seed: int
) -> None:
    shown = moving(*peaks, seconds=seconds)
    assert 0 <= start_of(shown, length, [(0.0, 1.0)], dice(seed)) <= max(0.0, seconds - 0.1 - length) + 1e-9
    starts = moments(shown, 5, length, 1.5 * length)
    assert starts == sorted(starts)
    assert all(b - a >= length - 0.2 for a, b in itertools.pairwise(starts))
    assert all(0 <= start <= max(0.0, seconds - 0.1 - 1.5 * length) + 1e-9 for start in starts)


@given(
    st.lists(st.floats(0.5, 4.0).map(lambda n: round(n, 1)), min_size=2, max_size=12),
    st.floats(0.3, 1.0),
    st.floats(0.0, 5.0),
    st.sampled_from([0.0, 0.2]),
)
def test_cuts_move_to_beats_and_never_far(
    lengths: list[float], beat: float, seek: float, overlap: float
) -> None:
    still = item(photo("p/DSC_1.JPG"))
    shots = [Shot(length, (Visual(still, "", ""),)) for length in lengths]
    beats = [n * beat for n in range(200)]
    moved = on_beats(shots, beats, seek, overlap)
    assert len(moved) == len(shots)
    assert all(abs(a.length - b.length) <= 0.36 + 1 / 30 for a, b in zip(moved, shots, strict=True))
    assert all(a.length >= 0.59 * b.length for a, b in zip(moved, shots, strict=True))
    assert moved[-1] == shots[-1]
    assert on_beats(shots, [], 0.0, overlap) == tuple(shots)


def test_no_lookalikes_and_the_sharp_ones_first() -> None:
    assets = [coloured(f"p/DSC_{n:04}.JPG", "#808080", family=f"f{n // 2}") for n in range(8)]
    assets.append(coloured("p/DSC_0100.JPG", "#808080", sharpness=0.1))
    material = Material(assets, {}, Ledger())
    order = material.mixed(material.photos, dice(3), lead=True)
    assert order[-1].asset.file.name == "DSC_0100.JPG"
    chosen = material.together(order, 9)
    families = [i.asset.family for i in chosen if i.asset.family]
    assert len(families) == len(set(families)) == 4


def test_colours_that_go_together_or_differ_most() -> None:
    red, rose, blue = (
        item(coloured(f"p/{n}.jpg", rgb)) for n, rgb in enumerate(("#C01020", "#C03040", "#1020C0"))
    )
    assert apart(red, rose) < apart(red, blue)
    assert moods_apart(mood([red]), mood([red])) == 0
    assert moods_apart(mood([red]), mood([blue])) > 0.2
    assert moods_apart((), mood([red])) == 0.5
    assert own_palette(item(photo("p/x.jpg")), dice(1)) is None


@given(st.integers(0, 0xFFFFFF), st.integers(0, 50))
def test_letters_can_be_read_on_every_picture_s_own_colours(rgb: int, seed: int) -> None:
    found = own_palette(item(coloured("p/x.jpg", f"#{rgb:06x}")), dice(seed))
    assert found is not None
    assert contrast(found.accent, found.ink) >= 4.5


def test_a_file_rests_as_long_as_the_setting_says() -> None:
    assets = large_studio(140)
    first = plan(brief(assets, seed=1)).proposals
    past = [remembered(p, n) for n, p in enumerate(first, 1)][::-1]
    used = {r.asset for p in first for r in p.resources}
    for cool_down in (0, 10):
        ledger = Ledger.of(past, [], cool_down)
        assert {asset for asset in used if ledger.cooling(asset)} == (used if cool_down else set())
    assert BRAND.intents
