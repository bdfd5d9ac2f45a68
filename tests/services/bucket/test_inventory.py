from __future__ import annotations

import hashlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.bucket.folder import FolderBucket
from services.bucket.inventory import Inventory
from services.errors import Misconfigured, Refused
from services.model.asset import Category, asset_id
from services.store import Store

FOLDERS = ("video_uploads", "completed_works", "music_uploads")
# Names a disk can hold: quotes, a newline, emoji, wildcards, climbing, and bytes that are no UTF-8.
HOSTILE = [
    b'a "quoted" name.txt',
    b"it's.txt",
    b"two\nlines.txt",
    "vase 🏺.txt".encode(),
    b"100%_sure.txt",
    b"up\\..\\..\\up.txt",
    b"%2e%2e%2fup.txt",
    b"latin-\xe9\xff.txt",
    "￾dc80.txt".encode(),
    b"=cmd().txt",
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "media"
    root.mkdir()
    return root


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "data" / "operator.db")
    yield store
    await store.close()


@pytest.fixture
async def inventory(root: Path, store: Store) -> AsyncIterator[Inventory]:
    inventory = Inventory(FolderBucket(root, FOLDERS, root.parent / "drafts", "draft_videos"), store)
    yield inventory
    await inventory.close()


@pytest.fixture
def studio(root: Path, made: dict[str, bytes]) -> Path:
    put(root / "video_uploads/clip.mp4", made["clip.mp4"], 100)
    put(root / "video_uploads/2025/turned.mp4", made["turned.mp4"], 200)
    put(root / "video_uploads/2025/broken.mp4", made["silent.mp4"][:500], 300)
    put(root / "completed_works/rv06.jpg", made["turned.jpg"], 400)
    put(root / "completed_works/zero.jpg", b"", 500)
    put(root / "completed_works/huge.png", made["huge.png"], 600)
    put(root / "completed_works/rv06.stl", b"solid", 700)
    put(root / "music_uploads/slow.wav", made["music.wav"], 800)
    return root


def put(path: Path, content: bytes, modified: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (modified, modified))


def state(store: Store) -> tuple[int, str]:
    return store.path.stat().st_mtime_ns, hashlib.sha256(store.path.read_bytes()).hexdigest()


async def test_the_document_has_the_promised_keys_and_numbers(inventory: Inventory, studio: Path) -> None:
    document = await inventory.generate_inventory()
    assert list(document) == ["inventory_info", "bucket_summary", "folder_inventories", "categorized_summary"]
    info = document["inventory_info"]
    assert set(info) == {"generated_at", "bucket_name", "folders_scanned", "inventory_version"}
    assert (info["bucket_name"], info["inventory_version"]) == ("media", "2.1")
    assert info["folders_scanned"] == list(FOLDERS)
    assert set(document["bucket_summary"]) == {"total_files", "total_size_mb", "folder_count"}
    assert document["bucket_summary"]["total_files"] == 8
    assert document["bucket_summary"]["folder_count"] == 3
    videos = document["folder_inventories"]["video_uploads"]
    assert (videos["folder_name"], videos["total_files"]) == ("video_uploads", 3)
    assert {sub: part["total_files"] for sub, part in videos["subfolders"].items()} == {"": 1, "2025": 2}
    kinds = {"videos", "audio", "images", "3d_models", "documents", "archives", "other"}
    assert set(videos["file_categories"]) == set(document["categorized_summary"]) == kinds
    assert document["categorized_summary"]["images"]["count"] == 3
    works = document["folder_inventories"]["completed_works"]["file_categories"]
    assert [file["name"] for file in works["3d_models"]] == ["rv06.stl"]
    assert "image_metadata" not in works["3d_models"][0]


async def test_a_file_in_the_document(inventory: Inventory, studio: Path) -> None:
    document = await inventory.generate_inventory()
    clip, *_ = (
        file
        for file in document["folder_inventories"]["video_uploads"]["file_categories"]["videos"]
        if file["name"] == "turned.mp4"
    )
    assert clip == {
        "id": asset_id("video_uploads/2025/turned.mp4"),
        "name": "turned.mp4",
        "size_mb": round((studio / "video_uploads/2025/turned.mp4").stat().st_size / 2**20, 3),
        "file_category": "video",
        "content_type": "video/mp4",
        "storage_class": "local",
        "created_time": clip["created_time"],
        "updated_time": "1970-01-01T00:03:20+00:00",
        "subfolder": "2025",
        "url": (studio / "video_uploads/2025/turned.mp4").as_uri(),
        "problem": None,
        "video_metadata": {
            "format": "mov",
            "duration": 0.5,
            "width": 48,
            "height": 64,
            "fps": 30.0,
            "has_audio": False,
        },
        "footage": None,
        "description": None,
        "tags": [],
        "family": "",
        "piece": "",
        "role": "",
        "object": "",
    }


async def test_unreadable_files_are_kept_with_the_reason(inventory: Inventory, studio: Path) -> None:
    await inventory.scan_folders()
    problems = {a.file.name: a.problem for a in await inventory.assets() if a.problem}
    assert set(problems) == {"broken.mp4", "zero.jpg", "huge.png"}
    assert problems["zero.jpg"] == "The file is empty."
    assert "108 megapixels" in (problems["huge.png"] or "")
    document = await inventory.generate_inventory()
    works = document["folder_inventories"]["completed_works"]["file_categories"]["images"]
    zero = next(file for file in works if file["name"] == "zero.jpg")
    assert zero["image_metadata"] is None
    assert zero["problem"] == "The file is empty."


async def test_the_written_document_is_the_returned_one(
    inventory: Inventory, studio: Path, tmp_path: Path
) -> None:
    for name in HOSTILE:
        Path(os.fsdecode(os.fsencode(studio / "completed_works") + b"/" + name)).write_bytes(b"x")
    target = tmp_path / "out" / "inventory.json"
    document = await inventory.generate_inventory(target)
    written = json.loads(target.read_text("utf-8"))
    assert written.pop("inventory_info").keys() == document.pop("inventory_info").keys()
    assert written == document
    assert list(written["folder_inventories"]["video_uploads"]) == list(
        document["folder_inventories"]["video_uploads"]
    )
    assert [path.name for path in target.parent.iterdir()] == ["inventory.json"]


async def test_hostile_names_survive_the_store_and_the_export(inventory: Inventory, root: Path) -> None:
    names = {os.fsdecode(name) for name in HOSTILE}
    folder = root / "completed_works"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"x")
    await inventory.scan_folders()
    assert {asset.file.name for asset in await inventory.assets()} == names
    for asset in await inventory.assets():
        assert (await inventory.bucket.fetch(asset.file.key)).read_bytes() == b"x"
        assert await inventory.asset(asset.id) == asset
    again = await inventory.scan_folders()
    assert (again["completed_works"].changed, again["completed_works"].removed) == (0, 0)


async def test_an_unchanged_rescan_reads_and_writes_nothing(
    inventory: Inventory, store: Store, studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await inventory.scan_folders()
    assert sum(scan.changed for scan in first.values()) == 8
    before, told = state(store), []
    store.on_change(lambda: told.append(1))

    async def refuse(key: str) -> None:
        raise AssertionError(f"{key} was opened")

    monkeypatch.setattr(inventory.bucket, "open", refuse)
    again = await inventory.scan_folders()
    assert sum(scan.files for scan in again.values()) == 8
    assert sum(scan.changed + scan.removed for scan in again.values()) == 0
    assert state(store) == before
    assert told == []


async def test_changed_files_are_read_again_and_vanished_ones_forgotten(
    inventory: Inventory, studio: Path, made: dict[str, bytes]
) -> None:
    await inventory.scan_folders()
    put(studio / "completed_works/zero.jpg", made["photo.jpg"], 900)
    (studio / "video_uploads/clip.mp4").unlink()
    scans = await inventory.scan_folders()
    assert (scans["completed_works"].changed, scans["video_uploads"].removed) == (1, 1)
    assets = {asset.file.name: asset for asset in await inventory.assets()}
    assert assets["zero.jpg"].usable
    assert "clip.mp4" not in assets


async def test_a_file_that_could_not_be_opened_is_tried_again(
    inventory: Inventory, studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(key: str) -> None:
        raise Refused("It is locked.")

    with monkeypatch.context() as patch:
        patch.setattr(inventory.bucket, "open", refuse)
        await inventory.scan_folder("video_uploads")
    assert {a.problem for a in await inventory.get_files_by_category("video")} == {"It is locked."}
    assert (await inventory.scan_folder("video_uploads")).changed == 3
    assert [a.usable for a in await inventory.get_files_by_category("video")] == [False, True, True]


async def test_files_of_folders_no_longer_configured_are_forgotten(
    inventory: Inventory, store: Store, studio: Path
) -> None:
    await inventory.scan_folders()
    bucket = FolderBucket(studio, ["music_uploads"], studio.parent / "drafts", "draft_videos")
    fewer = Inventory(bucket, store)
    await fewer.scan_folders()
    await fewer.close()
    assert [asset.file.name for asset in await inventory.assets()] == ["slow.wav"]


async def test_a_vanished_root_forgets_nothing(inventory: Inventory, studio: Path) -> None:
    await inventory.scan_folders()
    studio.rename(studio.parent / "unplugged")
    with pytest.raises(Misconfigured):
        await inventory.scan_folders()
    assert len(await inventory.assets()) == 8


async def test_lists_by_category_age_and_text(inventory: Inventory, studio: Path) -> None:
    put(studio / "completed_works/100%_done.txt", b"x", 50)
    await inventory.scan_folders()

    def names(assets: list) -> list[str]:
        return [asset.file.name for asset in assets]

    assert names(await inventory.get_files_by_category("audio")) == ["slow.wav"]
    assert names(await inventory.get_files_by_category("videos")) == ["broken.mp4", "turned.mp4", "clip.mp4"]
    assert names(await inventory.get_latest_files(2)) == ["slow.wav", "rv06.stl"]
    assert len(await inventory.get_latest_files()) == 9
    assert names(await inventory.search_files("RV06")) == ["rv06.jpg", "rv06.stl"]
    assert names(await inventory.search_files("%_d")) == ["100%_done.txt"]
    assert await inventory.search_files("%") == await inventory.search_files("100%")
    assert await inventory.search_files("_ideo") == []
    assert await inventory.search_files("  ") == []
    assert names(await inventory.find(search="rv06", category="image")) == ["rv06.jpg"]
    assert names(await inventory.find(limit=1)) == ["slow.wav"]
    with pytest.raises(Refused, match="3d_model"):
        await inventory.get_files_by_category("movies")
    counts = await inventory.counts()
    assert (counts["total_files"], counts["images"], counts["unreadable"]) == (9, 3, 3)


async def test_categorize_files_knows_every_category(inventory: Inventory, studio: Path) -> None:
    await inventory.scan_folders()
    groups = inventory.categorize_files(await inventory.assets())
    assert {name: len(files) for name, files in groups.items() if files} == {
        "videos": 3,
        "images": 3,
        "audio": 1,
        "3d_models": 1,
    }
    files = [file async for page in inventory.bucket.scan("music_uploads") for file in page]
    assert inventory.categorize_files(files)["audio"] == files
    asset = await inventory.extract_metadata(files[0])
    assert asset.category is Category.AUDIO
    assert asset.usable


async def test_five_thousand_files_stream_and_a_rescan_writes_nothing(
    inventory: Inventory, store: Store, root: Path, tmp_path: Path
) -> None:
    for number in range(5000):
        folder = root / "completed_works" / f"{number % 7}"
        if number < 7:
            folder.mkdir(parents=True)
        (folder / f"{number:05d}.txt").write_bytes(b"x")
    met: list[int] = []
    await inventory.scan_folders(on_progress=lambda _folder, done, _total: met.append(done))
    assert len(met) >= 25
    assert max(met) == 5000
    before = state(store)
    scans = await inventory.scan_folders()
    assert (scans["completed_works"].files, scans["completed_works"].changed) == (5000, 0)
    assert state(store) == before
    summary = await inventory.export(tmp_path / "all.json")
    assert summary["bucket_summary"]["total_files"] == 5000
    document = json.loads((tmp_path / "all.json").read_text("utf-8"))
    part = document["folder_inventories"]["completed_works"]
    assert len({file["id"] for file in part["file_categories"]["documents"]}) == 5000
    assert len(part["subfolders"]) == 7
    (root / "completed_works/3/00003.txt").unlink()
    assert (await inventory.scan_folders())["completed_works"].removed == 1
