from __future__ import annotations

import asyncio
import gzip
import json
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from services.account.sample import SampleAccount
from services.bucket.folder import FolderBucket
from services.bucket.inventory import Inventory
from services.collect import Collector
from services.errors import Misconfigured, OperatorError, Unavailable
from services.store import Store

ZONE = timezone(timedelta(hours=2))
HOSTILE = os.fsdecode(b'two\nlines "quoted" \xff \xf0\x9f\x8f\xba.txt')


class Clock:
    now = datetime(2026, 5, 4, 23, 30, tzinfo=ZONE)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def collector(tmp_path: Path, clock: Clock) -> AsyncIterator[Collector]:
    async def nothing() -> list[dict[str, Any]]:
        return []

    works = tmp_path / "media" / "completed_works"
    works.mkdir(parents=True)
    (works / HOSTILE).write_bytes(b"x")
    (works / "rv06.stl").write_bytes(b"solid")
    store = await Store.open(tmp_path / "operator.db")
    bucket = FolderBucket(tmp_path / "media", ["completed_works"], tmp_path / "drafts", "draft_videos")
    inventory = Inventory(bucket, store)
    account = SampleAccount(store, nothing, clock=clock)
    yield Collector(account, inventory, tmp_path / "collected", keep=10, keep_days=90, clock=clock)
    await inventory.close()
    await store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "collected"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_collecting_writes_three_files_and_answers_the_summary(
    collector: Collector, folder: Path
) -> None:
    told: list[str] = []
    summary = await collector.collect(lambda stage, done=0, total=0: told.append(stage))
    stamp = "20260504_233000"
    analytics = folder / f"instagram_analytics_{stamp}.json"
    inventory = folder / f"gcs_inventory_{stamp}.json"
    report = folder / f"data_collection_summary_{stamp}.json"
    assert names(folder) == {analytics.name, inventory.name, report.name}
    assert json.loads(report.read_text("utf-8")) == summary
    assert set(summary) == {"started_at", "finished_at", "overall_success", "sources"}
    assert summary["overall_success"] is True
    assert summary["started_at"] == "2026-05-04T23:30:00+02:00"
    for source, path in (("instagram", analytics), ("gcs", inventory)):
        part = summary["sources"][source]
        assert set(part) == {"ok", "file", "seconds", "counts", "error"}
        assert (part["ok"], part["file"], part["error"]) == (True, str(path), None)
    assert summary["sources"]["instagram"]["counts"]["posts"] == 18
    assert summary["sources"]["gcs"]["counts"]["files"] == 2
    assert told[0] == "checking"
    assert {"collecting instagram", "collecting gcs"} <= set(told)


async def test_hostile_names_survive_in_the_file(collector: Collector, folder: Path) -> None:
    await collector.collect()
    document = json.loads((folder / "gcs_inventory_20260504_233000.json").read_text("utf-8"))
    files = document["folder_inventories"]["completed_works"]["file_categories"]["documents"]
    assert [file["name"] for file in files] == [HOSTILE]


@pytest.mark.parametrize("broken", ["instagram", "gcs"])
@pytest.mark.parametrize("where", ["ping", "work", "defect"])
async def test_one_failing_source_never_stops_the_other(
    collector: Collector, folder: Path, monkeypatch: pytest.MonkeyPatch, broken: str, where: str
) -> None:
    started = asyncio.Event()

    async def fail(*_: object, **__: object) -> Any:
        started.set()
        raise KeyError("defect") if where == "defect" else Unavailable("It does not answer.", remedy="Wait.")

    account, inventory = collector._account, collector._inventory
    pinged = account if broken == "instagram" else inventory.bucket
    if where == "ping":
        monkeypatch.setattr(pinged, "ping", fail)
    elif broken == "instagram":
        monkeypatch.setattr(account, "export_to_json", fail)
    else:
        monkeypatch.setattr(inventory, "scan_folders", fail)
    summary = await collector.collect()
    other = "gcs" if broken == "instagram" else "instagram"
    assert started.is_set()
    assert summary["overall_success"] is True
    assert summary["sources"][other]["ok"] is True
    part = summary["sources"][broken]
    assert (part["ok"], part["file"]) == (False, None)
    expected = "An unexpected problem" if where == "defect" else "It does not answer. Wait."
    assert part["error"].startswith(expected)
    assert len(names(folder)) == 2


async def test_no_source_at_all_is_no_success_but_says_why(
    collector: Collector, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> str:
        raise Misconfigured("The token is dead.")

    monkeypatch.setattr(collector._account, "ping", fail)
    (tmp_path / "media").rename(tmp_path / "gone")
    valid = await collector.validate_collection_requirements()
    assert valid["overall_validation"] is False
    assert valid["instagram"] == {"ok": False, "problems": ["The token is dead."]}
    assert "MEDIA_DIR" in valid["gcs"]["problems"][0]
    summary = await collector.collect()
    assert summary["overall_success"] is False
    assert names(folder) == {"data_collection_summary_20260504_233000.json"}


async def test_one_valid_source_is_enough(collector: Collector, tmp_path: Path) -> None:
    assert await collector.validate_collection_requirements() == {
        "instagram": {"ok": True, "problems": []},
        "gcs": {"ok": True, "problems": []},
        "overall_validation": True,
    }
    (tmp_path / "media").rename(tmp_path / "gone")
    assert (await collector.validate_collection_requirements())["overall_validation"] is True


async def test_two_collections_in_one_second_keep_both(collector: Collector, folder: Path) -> None:
    await collector.collect()
    await collector.collect()
    assert "instagram_analytics_20260504_233001.json" in names(folder)
    assert len(names(folder)) == 6


async def test_older_copies_are_gzipped_and_the_oldest_removed(
    collector: Collector, folder: Path, clock: Clock
) -> None:
    folder.mkdir()
    mine = folder / "notes.json"
    mine.write_text("{}")
    for day in range(1, 121):
        at = clock.now - timedelta(days=day)
        path = folder / f"gcs_inventory_{at:%Y%m%d_%H%M%S}.json"
        path.write_text(json.dumps({"day": day}))
    await collector.collect()
    kept = sorted(path.name for path in folder.glob("gcs_inventory_*"))
    plain = [name for name in kept if name.endswith(".json")]
    packed = [name for name in kept if name.endswith(".json.gz")]
    assert (len(plain), len(packed)) == (10, 81)
    assert plain[-1] == "gcs_inventory_20260504_233000.json"
    assert plain[0] > packed[-1]
    oldest = json.loads(gzip.decompress((folder / packed[0]).read_bytes()))
    assert oldest == {"day": 90}
    assert mine.exists()
    before = names(folder)
    await asyncio.to_thread(collector._folder.tidy, clock.now)
    assert names(folder) == before


async def test_the_last_copies_are_read_back(collector: Collector, folder: Path, clock: Clock) -> None:
    nothing = await collector.latest()
    assert (nothing.analytics, nothing.age, nothing.inventory) == (None, None, None)
    assert nothing.notes == (
        "No analytics were collected yet.",
        "No inventory was collected yet.",
    )
    await collector.collect()
    clock.now += timedelta(hours=1)
    found = await collector.latest()
    assert found.analytics is not None
    assert found.analytics["export_info"]["source"] == "sample"
    assert found.age == timedelta(hours=1)
    assert found.inventory is not None
    assert found.inventory["files"] == 2
    assert found.notes == ()
    clock.now += timedelta(days=3)
    assert any("3 days ago" in note for note in (await collector.latest()).notes)


async def test_a_failed_collection_leaves_the_earlier_copy_in_use(
    collector: Collector, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> str:
        raise Unavailable("No answer.")

    await collector.collect()
    monkeypatch.setattr(collector._account, "ping", fail)
    clock.now += timedelta(hours=2)
    await collector.collect()
    found = await collector.latest()
    assert found.age == timedelta(hours=2)
    assert found.inventory_age == timedelta(0)


async def test_damaged_foreign_and_gzipped_copies(collector: Collector, folder: Path, clock: Clock) -> None:
    folder.mkdir()
    good = {"export_info": {"source": "sample"}, "recent_media": []}
    packed = gzip.compress(json.dumps(good).encode())
    (folder / "instagram_analytics_20260501_000000.json.gz").write_bytes(packed)
    (folder / "instagram_analytics_20260502_000000.json.gz").write_bytes(packed[:20])
    (folder / "instagram_analytics_20260503_000000.json").write_text("{")
    other = {"export_info": {"source": "instagram"}, "recent_media": []}
    (folder / "instagram_analytics_20260504_000000.json").write_text(json.dumps(other))
    (folder / "instagram_analytics_20269999_000000.json").write_text(json.dumps(good))
    (folder / "data_collection_summary_20260503_000000.json").write_text('{"sources": [1]}')
    found = await collector.latest()
    assert found.analytics == good
    assert sum("cannot be read" in note for note in found.notes) == 2


async def test_a_folder_that_cannot_be_written_is_a_sentence(collector: Collector, folder: Path) -> None:
    folder.write_text("a file where the folder belongs")
    with pytest.raises(OperatorError) as caught:
        await collector.collect()
    assert "collected" in caught.value.message
