"""Looking at a folder: once for each content, through crashes, hostile files and new names."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from services.bucket import look as look_module
from services.bucket.content import WHOLE, content_of
from services.bucket.folder import FolderBucket
from services.bucket.inventory import Inventory
from services.bucket.look import VERSION, Looker
from services.bucket.seen_footage import moments, sight
from services.errors import Refused
from services.model.asset import Asset
from services.model.footage import Footage, as_document, from_json, to_json
from services.store import Store, footage, media
from tests.services.bucket.footage_media import clicks, clip, drums, jpeg, moving_between, scene, wav

FOLDERS = ["video_uploads", "photos", "music"]


@dataclass(slots=True)
class Studio:
    root: Path
    home: Path
    store: Store
    inventory: Inventory
    looker: Looker

    def write(self, key: str, content: bytes) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    async def look(self) -> look_module.LookReport:
        await self.inventory.scan_folders()
        return await self.looker.look()

    async def asset(self, name: str) -> Asset:
        return next(asset for asset in await self.inventory.assets() if asset.file.name == name)

    async def found(self, text: str) -> list[str]:
        return sorted(asset.file.name for asset in await self.inventory.find(search=text))


def bucket(root: Path, home: Path) -> FolderBucket:
    return FolderBucket(root, FOLDERS, home / "drafts", "draft_videos")


@pytest_asyncio.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    root, home = tmp_path / "media", tmp_path / "var"
    (root / FOLDERS[0]).mkdir(parents=True)
    store = await Store.open(home / "operator.db")
    inventory = Inventory(bucket(root, home), store)
    looker = Looker(inventory.bucket, store, home / "cache" / "sheets", parallel=2)
    yield Studio(root, home, store, inventory, looker)
    await looker.close()
    await inventory.close()
    await store.close()


def fill(studio: Studio) -> None:
    studio.write("video_uploads/timelapse_rv06.gcode_1.mp4", clip(moving_between(60, 120), 180))
    studio.write("photos/rv06_glazed.jpg", jpeg(scene(1)))
    studio.write("photos/other.jpg", jpeg(scene(2)))
    studio.write("photos/copy of other.jpg", jpeg(scene(2).resize((320, 240)), 60))
    studio.write("music/loop.wav", wav(drums(120)[0]))
    studio.write("photos/notes.txt", b"no media")


async def test_everything_is_looked_at_once(studio: Studio) -> None:
    fill(studio)
    told: list[tuple[int, int]] = []
    await studio.inventory.scan_folders()
    assert await studio.looker.waiting() == 5
    report = await studio.looker.look(lambda done, total: told.append((done, total)))
    assert (report.looked, report.known, report.unreadable, report.left) == (5, 0, 0, 0)
    assert sorted(told) == [(n, 5) for n in range(1, 6)]
    again = await studio.look()
    assert again.looked == 0
    moving, music = await studio.asset("timelapse_rv06.gcode_1.mp4"), await studio.asset("loop.wav")
    assert moving.footage is not None
    assert moving.footage.motion is not None
    assert music.footage is not None
    assert music.footage.sound is not None
    assert music.footage.sound.tempo == pytest.approx(120, rel=0.01)
    assert (moving.piece, (await studio.asset("rv06_glazed.jpg")).piece) == ("rv06", "rv06")
    assert (await studio.asset("notes.txt")).footage is None
    document = as_document(moving.footage)
    assert document["motion_curve"] == moving.footage.motion.curve


async def test_what_is_shown_is_found(studio: Studio) -> None:
    fill(studio)
    await studio.look()
    assert await studio.found("duplicate") == ["copy of other.jpg", "other.jpg"]
    assert await studio.found("118 bpm") == ["loop.wav"]
    assert await studio.found("90 bpm") == []
    assert await studio.found("copy other") == ["copy of other.jpg"]
    seen = (await studio.asset("timelapse_rv06.gcode_1.mp4")).footage
    assert seen is not None
    assert "blue" in seen.words
    assert await studio.found("BLUE timelapse") == ["timelapse_rv06.gcode_1.mp4"]
    assert await studio.found("blu") == [], "half a word of what is shown is no word"
    for hostile in ("%", "_", "'; DROP TABLE media;--", '"', "\ud800", "x" * 5000):
        assert await studio.found(hostile) == ([] if hostile != "_" else await studio.found("_"))
    assert len(await studio.inventory.assets()) == 6


async def test_the_same_content_is_known_under_another_name(studio: Studio) -> None:
    fill(studio)
    await studio.look()
    (studio.root / "photos/other.jpg").rename(studio.root / "photos/renamed.jpg")
    studio.write("video_uploads/second.jpg", (studio.root / "photos/rv06_glazed.jpg").read_bytes())
    report = await studio.look()
    assert (report.looked, report.known) == (2, 2)
    assert (await studio.asset("renamed.jpg")).footage is not None
    assert (await studio.asset("second.jpg")).family == (await studio.asset("rv06_glazed.jpg")).family
    assert await studio.found("duplicate") == [
        "copy of other.jpg",
        "renamed.jpg",
        "rv06_glazed.jpg",
        "second.jpg",
    ]


async def test_a_changed_file_is_looked_at_anew_and_a_gone_one_is_forgotten(studio: Studio) -> None:
    fill(studio)
    await studio.look()
    before = (await studio.asset("other.jpg")).footage
    studio.write("photos/other.jpg", jpeg(scene(77)))
    os.utime(studio.root / "photos/other.jpg", ns=(1, time.time_ns() + 5))
    await studio.inventory.scan_folders()
    assert (await studio.asset("other.jpg")).footage is None, "what was seen was another content"
    assert (await studio.looker.look()).looked == 1
    after = (await studio.asset("other.jpg")).footage
    assert before is not None
    assert after is not None
    assert before.content != after.content
    (studio.root / "photos/other.jpg").unlink()
    await studio.look()
    rows = await studio.store.do(lambda db: [row[0] for row in db.execute("SELECT content FROM footage")])
    assert after.content not in rows
    assert len(rows) == 4


async def test_a_file_that_takes_its_child_with_it_costs_nothing_else(studio: Studio) -> None:
    fill(studio)
    slow = Looker(studio.inventory.bucket, studio.store, studio.home / "sheets", parallel=1, seconds=0.001)
    await studio.inventory.scan_folders()
    report = await slow.look()
    await slow.close()
    assert (report.looked, report.unreadable) == (5, 5)
    problem = (await studio.asset("other.jpg")).footage
    assert problem is not None
    assert "longer than 0.001 seconds" in str(problem.problem)
    better = Looker(studio.inventory.bucket, studio.store, studio.home / "sheets", version=VERSION + 1)
    assert (await better.look()).unreadable == 0
    await better.close()


async def test_an_unreadable_file_is_left_for_later(studio: Studio) -> None:
    fill(studio)
    await studio.inventory.scan_folders()
    (studio.root / "photos/other.jpg").unlink()  # between the scan and the look
    report = await studio.looker.look()
    assert (report.looked, report.left) == (4, 1)


async def test_sheets_can_be_made_again(studio: Studio) -> None:
    fill(studio)
    await studio.look()
    asset = await studio.asset("timelapse_rv06.gcode_1.mp4")
    path = await studio.looker.sheet(asset)
    assert path is not None
    first = path.read_bytes()
    path.unlink()
    assert await studio.looker.sheet(asset) == path
    assert path.read_bytes() == first
    assert await studio.looker.sheet(await studio.asset("loop.wav")) is None


async def test_moments_of_a_window_are_asked_for(studio: Studio) -> None:
    fill(studio)
    await studio.look()
    asset = await studio.asset("timelapse_rv06.gcode_1.mp4")
    found = await studio.looker.moments(asset, 1.0, 5.0, 2)
    assert 1.9 <= found[0].at <= 4.1
    for start, end in ((3.0, 3.0), (5.0, 1.0), (500.0, 510.0)):
        with pytest.raises(Refused):
            await studio.looker.moments(asset, start, end)
    with pytest.raises(Refused):
        await studio.looker.moments(await studio.asset("other.jpg"), 0, 1)


_KILLED = """
import asyncio, sys
from pathlib import Path
from services.bucket.folder import FolderBucket
from services.bucket.look import Looker
from services.store import Store

async def main(root, home):
    store = await Store.open(home / "operator.db")
    bucket = FolderBucket(root, ["video_uploads", "photos", "music"], home / "drafts", "draft_videos")
    looker = Looker(bucket, store, home / "cache" / "sheets", parallel=2)
    await looker.look(lambda done, total: print(done, flush=True))

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""


async def test_killed_it_goes_on_with_the_rest(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        studio.write(f"photos/{number:02d}.jpg", jpeg(scene(number)))
    await studio.inventory.scan_folders()
    program = [sys.executable, "-c", _KILLED, str(studio.root), str(studio.home)]
    with subprocess.Popen(  # noqa: ASYNC220 - this test has nothing else to do meanwhile
        program, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) >= 45:  # more than are committed together
                break
        child.send_signal(signal.SIGKILL)
    left = await studio.looker.waiting()
    assert 0 < left < 60
    report = await studio.looker.look()
    assert report.looked == left
    assert await studio.looker.waiting() == 0


async def test_something_urgent_is_waited_for(studio: Studio) -> None:
    fill(studio)
    await studio.inventory.scan_folders()
    go_on = asyncio.Event()
    task = asyncio.create_task(studio.looker.look(before_each=go_on.wait))  # type: ignore[arg-type]
    await asyncio.sleep(0.3)
    assert await studio.looker.waiting() == 5
    go_on.set()
    assert (await task).looked == 5


def test_content_is_named_by_bytes() -> None:
    small, large = b"abc", bytes(range(256)) * (WHOLE // 256 + 5000)
    assert content_of(io.BytesIO(small)) == content_of(io.BytesIO(small)) != content_of(io.BytesIO(b"abd"))
    assert (
        content_of(io.BytesIO(large)) == content_of(io.BytesIO(large)) != content_of(io.BytesIO(large + b"x"))
    )
    changed = bytearray(large)
    changed[-10] ^= 1
    assert content_of(io.BytesIO(bytes(changed))) != content_of(io.BytesIO(large))


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"picture": {"palette": []}}, {"marks": "AAAA"}, {"sheet": "bm8gSlBFRw=="},
        {"picture": {"palette": [], "brightness": float("nan"), "contrast": 0, "sharpness": 0}},
        {"picture": {"palette": [{"rgb": "red", "share": 1, "name": "red"}], "brightness": 0}},
        {"motion": {"step": 0, "curve": [], "peaks": [], "level": 0, "frames": []}},
        {"sound": {"loudness": 1e9, "tempo": None, "sure": 0, "beats": [], "step": 1, "energy": []}},
        {"sound": {"loudness": None, "tempo": None, "sure": 0, "beats": [], "step": 1, "energy": [1] * 5000}},
    ],
)  # fmt: skip
def test_a_child_that_speaks_nonsense_is_not_believed(answer: dict[str, object]) -> None:
    if answer:
        with pytest.raises((ValueError, TypeError, KeyError)):
            sight("c", {"answer": answer})
    else:
        assert sight("c", {"answer": {}}).footage == Footage("c")
    with pytest.raises((ValueError, TypeError, KeyError)):
        moments({"answer": {"moments": [{"at": -1, "strength": 0}]}})


async def test_what_is_stored_reads_as_it_was(studio: Studio) -> None:
    studio.write("music/clicks.wav", wav(clicks(93)[0]))
    studio.write("video_uploads/a.mp4", clip(moving_between(10, 60), 90))
    await studio.look()
    for asset in await studio.inventory.assets():
        assert asset.footage is not None
        assert from_json(asset.footage.content, to_json(asset.footage)) == asset.footage


async def test_the_store_stays_small(studio: Studio) -> None:
    fill(studio)
    await studio.look()
    sizes = await studio.store.do(
        lambda db: dict(
            db.execute("SELECT kind, max(length(look) + length(marks)) FROM footage GROUP BY kind")
        )
    )
    assert sizes["image"] < 800
    assert sizes["video"] < 2000
    assert await studio.store.do(media.unreadable) == 0
    assert (await studio.store.do(footage.counts, VERSION))["alike"] == 2
