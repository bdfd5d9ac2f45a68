"""Drafts out of segments: joined without a seam, the same bytes however they were made, kept and damaged."""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from renderer_studio import BLUE, GREEN, JOINED, RED, Studio, image, is_near, movie, rgb, scene, video

from services.renderer.local.output.cache import Cache
from services.renderer.local.output.runs import Runs
from services.renderer.local.planning.cuts import cuts
from services.renderer.local.planning.layers import ScenePlan
from services.renderer.local.profile import Profile
from services.renderer.local.render import Result, files_of, render

FADE = {"style": "fade", "duration": 0.5}
TITLE = {"type": "text", "text": "one", "duration": 1.0, "settings": {"font-size": "90px"}}
Make = Callable[..., tuple[Path, Result]]


@pytest.fixture
def document(studio: Studio) -> dict[str, Any]:
    """3.5 seconds: a moving photo, a clip with sound, a photo; crossfades between them, music over all."""
    studio.photo("red.jpg", RED)
    studio.photo("green.jpg", GREEN)
    studio.clip("blue.mp4", [BLUE] * 8, tone=0.1)
    studio.tone("music.wav", 5)
    return movie(
        scene(1.5, image("red.jpg", zoom=4), TITLE),
        scene(1.5, video("blue.mp4"), transition=FADE),
        scene(1.5, image("green.jpg"), transition=FADE),
        elements=[{"type": "audio", "src": "music.wav", "duration": -2}],
    )


@pytest.fixture
def make(studio: Studio, tmp_path: Path) -> Make:
    """Renders into a folder of its own, by default with the cache in tmp_path/cache."""

    def made(movie: dict[str, Any], profile: Profile = JOINED, **more: Any) -> tuple[Path, Result]:
        folder = tmp_path / f"out{len(list(tmp_path.iterdir()))}-{os.urandom(2).hex()}"
        folder.mkdir()
        kept = more.pop("cache", Cache(tmp_path / "cache", 1 << 30))
        return folder, render(movie, studio.assets, folder, profile, lambda share: None, kept, **more)

    return made


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_cold_cached_alone_or_with_many_gives_the_same_bytes(make: Make, document: dict[str, Any]) -> None:
    alone, first = make(document, cache=Cache(None, 0), workers=1)
    cold, second = make(document, workers=3)
    warm, third = make(document, workers=2)
    assert content(alone) == content(cold) == content(warm)
    assert set(content(alone)) == set(files_of(JOINED).values())
    assert (first.cached, second.cached, third.cached) == (0, 0, third.segments)
    assert third.segments > 4
    assert third.size == (warm / "video.mp4").stat().st_size


@pytest.mark.parametrize("kind", ["video.mp4", "preview.mp4"])
def test_segments_join_without_a_seam(make: Make, document: dict[str, Any], kind: str) -> None:
    folder, result = make(document)
    with av.open(str(folder / kind)) as file:
        stream = file.streams.video[0]
        packets = [packet for packet in file.demux(stream) if packet.dts is not None]
        steps = {b.dts - a.dts for a, b in pairwise(packets)}
        assert len(steps) == 1, "decoding times without a gap"
        headers = stream.codec_context.extradata
        file.seek(0)
        frames = list(file.decode(stream))
    assert len(packets) == len(frames) == 105
    assert [round(frame.time * 30) for frame in frames] == list(range(105))
    keys = [number for number, frame in enumerate(frames) if frame.key_frame]
    assert len(keys) == result.segments
    assert headers.count(b"\x67") == 1, "one parameter set"
    for number, colour in ((10, RED), (52, BLUE), (100, GREEN)):
        assert is_near(rgb(frames[number]), 0.9, 0.9, colour, within=20)


def test_pictures_are_those_of_one_encoder(make: Make, document: dict[str, Any]) -> None:
    """Right after each cut as well, where a source was opened in the middle of its layer."""
    joined, _ = make(document)
    whole, _ = make(document, Profile("whole", scale=0.125, preset="ultrafast"))
    for a, b in zip(*(_decoded(folder / "video.mp4") for folder in (joined, whole)), strict=True):
        assert abs(rgb(a).astype(int) - rgb(b)).mean() < 3


def _decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as file:
        return list(file.decode(file.streams.video[0]))


def test_a_changed_title_makes_its_segments_anew(make: Make, document: dict[str, Any]) -> None:
    before, _ = make(document)
    changed = copy.deepcopy(document)
    changed["scenes"][0]["elements"][1]["text"] = "two"
    after, second = make(changed)
    assert 0 < second.segments - second.cached <= 2
    assert content(after)["video.mp4"] != content(before)["video.mp4"]
    fresh, _ = make(changed, cache=Cache(None, 0))
    assert content(fresh) == content(after), "pieces of two renders are as good as those of one"


def test_another_file_under_the_same_name_is_noticed(
    make: Make, studio: Studio, document: dict[str, Any]
) -> None:
    make(document)
    studio.photo("green.jpg", BLUE)
    folder, result = make(document)
    assert 0 < result.cached < result.segments
    assert is_near(rgb(_decoded(folder / "video.mp4")[-5]), 0.9, 0.9, BLUE, within=20)


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "text", "gone"])
def test_a_damaged_piece_is_made_again(
    make: Make, document: dict[str, Any], tmp_path: Path, harm: str
) -> None:
    good, _ = make(document)
    pieces = sorted((tmp_path / "cache").iterdir())
    for piece in pieces:
        whole = piece.read_bytes()
        piece.unlink()  # a new file: links of finished renders keep the old one
        bad = {
            "flip": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], "cut": whole[: len(whole) // 2],
            "empty": b"", "text": b"{}", "gone": b"",
        }[harm]  # fmt: skip
        if harm != "gone":
            piece.write_bytes(bad)
    again, result = make(document)
    assert content(again) == content(good)
    assert result.cached == 0
    _, third = make(document)
    assert third.cached == third.segments, "the damaged ones were replaced"


def test_two_at_once_and_a_tidy_up_never_hurt_each_other(
    make: Make, document: dict[str, Any], tmp_path: Path
) -> None:
    good, _ = make(document, cache=Cache(None, 0))
    found: list[dict[str, bytes]] = []
    over = threading.Event()

    def sweep() -> None:
        while not over.wait(0.005):
            Cache(tmp_path / "cache", 0).trim()

    def work() -> None:
        found.append(content(make(document)[0]))

    sweeper, workers = threading.Thread(target=sweep), [threading.Thread(target=work) for _ in range(3)]
    for thread in (sweeper, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    over.set()
    sweeper.join()
    assert found == [content(good)] * 3


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    make: Make, document: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("in the way")
    folder, result = make(document)
    assert result.cached == 0
    assert content(folder)


def test_the_cache_keeps_below_its_limit_what_was_used_last(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", 3500)
    for number in range(5):
        source = tmp_path / f"piece{number}"
        source.write_bytes(bytes([number]) * 1000)
        cache.give(f"{number}", source)
        os.utime(tmp_path / "cache" / f"{number}", (number, number))
    assert cache.take("0", tmp_path / "mine")  # used now: it stays
    cache.trim()
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["0", "3", "4"]
    assert (tmp_path / "mine").read_bytes() == bytes(1000)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=12),
    st.lists(st.integers(0, 60), min_size=12, max_size=12),
    st.sampled_from([24, 30, 60]),
)
def test_cuts_cover_the_movie_and_are_of_a_good_size(lengths: list[int], fades: list[int], fps: int) -> None:
    scenes, at = [], 0
    for number, length in enumerate(lengths):
        fade = min(fades[number], length, scenes[-1].last - scenes[-1].first) if scenes else 0
        scenes.append(ScenePlan(number, at - fade, at - fade + length, fade, "fade", (16, 128, 128), ()))
        at += length - fade
    found = cuts(scenes, max(1, at), fps)
    sizes = [b - a for a, b in pairwise(found)]
    assert found[0] == 0
    assert found[-1] == max(1, at)
    assert all(0 < size <= round(2.5 * fps) for size in sizes)
    assert all(size >= 10 for size in sizes) or len(sizes) == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 75), max_size=40), st.integers(1, 5))
def test_every_segment_is_taken_once(lengths: list[int], workers: int) -> None:
    runs = Runs(lengths, workers)
    taken = []
    worker = 0
    while (at := runs.take(worker)) is not None:
        taken.append(at)
        worker = (worker * 7 + at) % workers
    assert sorted(taken) == [number for number, length in enumerate(lengths) if length]


def test_neighbours_stay_with_one_worker() -> None:
    runs = Runs([10] * 8, 2)
    assert [runs.take(0) for _ in range(4)] == [0, 1, 2, 3]
    assert [runs.take(0), runs.take(1), runs.take(0), runs.take(1)] == [7, 4, 6, 5]
    assert runs.take(0) is None
