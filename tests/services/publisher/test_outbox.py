"""The outbox on the disk: what a post's folder holds, hostile titles, crashes, damage, full disks."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

from services.errors import Misconfigured, Refused, Unavailable
from services.ports import Post
from services.publisher import outbox as outbox_module
from services.publisher.outbox import Outbox

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


@pytest.fixture
def post(tmp_path: Path) -> Post:
    video, cover = tmp_path / "final.MP4", tmp_path / "cover.jpg"
    video.write_bytes(b"moving pictures")
    Image.new("RGB", (9, 16)).save(cover)
    return Post(7, "A pot grows", "Clay\n\n#töpfern 🏺", video, cover, fingerprint="f" * 64)


def visible(box: Path) -> list[str]:
    return sorted(p.name for p in box.iterdir() if p.name != ".containers")


async def test_a_posts_folder(box: Path, post: Post) -> None:
    outbox = Outbox(box, clock=lambda: NOON)
    container = await outbox.prepare(post)
    assert visible(box) == []
    published = await outbox.publish(container)
    folder = box / "7-a-pot-grows"
    assert published.permalink == folder.as_uri()
    assert published.media_id == container
    assert sorted(p.name for p in folder.iterdir()) == ["caption.txt", "cover.jpg", "post.json", "video.mp4"]
    assert (folder / "caption.txt").read_text() == post.caption
    assert (folder / "video.mp4").read_bytes() == b"moving pictures"
    said = json.loads((folder / "post.json").read_text())
    assert said["sha256"] == hashlib.sha256(b"moving pictures").hexdigest()
    assert (said["number"], said["title"], said["fingerprint"]) == (7, "A pot grows", "f" * 64)
    assert said["prepared_at"] == "2026-11-20T12:00:00Z"


async def test_a_copy_is_independent_of_the_drafts_file(box: Path, post: Post) -> None:
    container = await Outbox(box).prepare(post)
    post.video.write_bytes(b"another cut")
    await Outbox(box).publish(container)
    assert (box / "7-a-pot-grows" / "video.mp4").read_bytes() == b"moving pictures"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "7-etc-passwd"),
        ("", "7-video"),
        ("🏺🏺", "7-video"),
        (".\x00/\n\\", "7-video"),
        ("Größe & Ton", "7-grosse-ton"),
        ("word " * 100, "7-" + "-".join(["word"] * 12)),
        ("half \ud83d pair", "7-half-pair"),
    ],
)
async def test_hostile_titles(box: Path, post: Post, title: str, name: str) -> None:
    outbox = Outbox(box)
    await outbox.publish(await outbox.prepare(replace(post, title=title, caption=title)))
    assert visible(box) == [name]
    assert (await outbox.posted())[0]["number"] == 7


async def test_another_folder_of_that_name_is_never_touched(box: Path, post: Post) -> None:
    (box / "7-a-pot-grows").mkdir(parents=True)  # empty: a plain rename would take its place
    (box / "7-a-pot-grows-2").write_text("a person's file")
    outbox = Outbox(box)
    published = await outbox.publish(await outbox.prepare(post))
    assert published.permalink.endswith("/7-a-pot-grows-3")
    assert list((box / "7-a-pot-grows").iterdir()) == []


async def test_a_post_that_a_person_moved_away_stays_published(box: Path, post: Post) -> None:
    outbox = Outbox(box, clock=lambda: NOON)
    container = await outbox.prepare(post)
    await outbox.publish(container)
    shutil.rmtree(box / "7-a-pot-grows")
    assert (await outbox.look(container)).state == "published"
    again = await outbox.publish(container)
    assert (again.media_id, again.permalink, again.at) == (container, "", NOON)
    assert visible(box) == []


async def test_a_post_is_known_by_its_folder_alone(box: Path, post: Post) -> None:
    container = await Outbox(box).prepare(post)
    published = await Outbox(box).publish(container)
    shutil.rmtree(box / ".containers")
    assert (await Outbox(box).look(container)).state == "published"
    assert await Outbox(box).publish(container) == published


async def test_a_copied_folder_is_no_second_post(box: Path, post: Post) -> None:
    outbox = Outbox(box, clock=lambda: NOON)
    published = await outbox.publish(await outbox.prepare(post))
    shutil.copytree(box / "7-a-pot-grows", box / "7-a-pot-grows (copy)")
    assert await outbox.find(post, NOON) == published
    assert (await outbox.quota()).used == 1


async def test_posted_is_newest_first_and_passes_over_what_is_not_ours(box: Path, post: Post) -> None:
    now = NOON
    outbox = Outbox(box, clock=lambda: now)
    assert await outbox.posted() == []
    for number in (7, 8):
        await outbox.publish(await outbox.prepare(replace(post, number=number)))
        now += timedelta(hours=1)
    for name, content in (("mine", "not json"), ("forged", '{"number": 1, "video": "../../x"}')):
        (box / name).mkdir()
        (box / name / "post.json").write_text(content)
    (box / "pipe").mkdir()
    os.mkfifo(box / "pipe" / "post.json")
    (box / "note.txt").write_text("call the kiln people")
    posted = await outbox.posted()
    assert [p["number"] for p in posted] == [8, 7]
    assert posted[1]["published_at"] == "2026-11-20T12:00:00+00:00"
    assert posted[1]["caption"] == post.caption
    assert posted[1]["folder"] == "7-a-pot-grows"
    assert Path(unquote(urlsplit(posted[1]["permalink"]).path)) == box / "7-a-pot-grows"


async def test_a_changed_video_is_not_published(box: Path, post: Post) -> None:
    outbox = Outbox(box)
    container = await outbox.prepare(post)
    (box / ".containers" / container / "video.mp4").write_bytes(b"moving pictureZ")
    with pytest.raises(Refused, match="not the one that was approved"):
        await outbox.publish(container)
    (box / ".containers" / container / "video.mp4").write_bytes(b"cut off")
    assert (await outbox.look(container)).state == "error"
    assert visible(box) == []


async def test_old_containers_give_their_space_back_and_stay_expired(box: Path, post: Post) -> None:
    now = NOON
    outbox = Outbox(box, clock=lambda: now)
    old = await outbox.prepare(post)
    now += timedelta(hours=49)
    await outbox.prepare(post)
    assert not (box / ".containers" / old).exists()
    assert (await outbox.look(old)).state == "expired"


async def test_a_missing_draft_file_is_refused(box: Path, post: Post) -> None:
    post.video.unlink()
    with pytest.raises(Refused, match=r"final\.MP4 is not there"):
        await Outbox(box).prepare(post)
    assert list((box / ".containers").iterdir()) == []


async def test_check_takes_a_good_reel_and_tells_every_fault(box: Path, post: Post, good_video: Path) -> None:
    good = replace(post, video=good_video)
    await Outbox(box).check(good)
    await Outbox(box, allow_many_hashtags=True).check(replace(good, caption="#clay " * 30))
    with pytest.raises(Refused) as caught:
        await Outbox(box).check(replace(good, caption="#clay " * 30, cover=good_video))
    assert "30 hashtags" in caught.value.message
    assert "The cover is not a JPEG" in caught.value.message
    with pytest.raises(Refused, match="cannot be read"):
        await Outbox(box).check(replace(good, video=box / "none.mp4"))
    assert not box.exists()


async def die(box: Path, post: Post, patch: str, act: str) -> None:
    """Run ``act`` on the outbox in a process of its own that kills itself where ``patch`` says."""
    script = f"""
        import asyncio, os, signal
        from pathlib import Path
        from services.ports import Post
        from services.publisher import outbox as module
        from services.publisher.outbox import Outbox
        def die(*args, **kw):
            os.kill(os.getpid(), signal.SIGKILL)
        {patch}
        post = Post(7, "A pot grows", "Clay", Path({str(post.video)!r}), Path({str(post.cover)!r}), "f" * 64)
        asyncio.run(Outbox(Path({str(box)!r})).{act})
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = await asyncio.to_thread(subprocess.run, command, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("place", ["module.fill = die", "module.write_durably = die", "Path.rename = die"])
async def test_killed_while_copying_nothing_is_published(box: Path, post: Post, place: str) -> None:
    await die(box, post, place, "prepare(post)")
    outbox = Outbox(box)
    assert visible(box) == []
    assert await outbox.posted() == []
    await outbox.prepare(post)
    left = [p.name for p in (box / ".containers").iterdir() if p.is_dir()]
    assert len(left) == 1  # the new one: what was half made is cleared away


@pytest.mark.parametrize(
    ("place", "effects"),
    [("module.hash_of = die", 0), ("Path.rename = die", 0), ("module.sync_to_disk = die", 1)],
    ids=["before anything", "before the rename", "after the rename"],
)
async def test_killed_while_publishing_a_look_tells_and_the_next_publish_ends_it(
    box: Path, post: Post, place: str, effects: int
) -> None:
    outbox = Outbox(box)
    container = await outbox.prepare(post)
    await die(box, post, place, f"publish({container!r})")
    assert len(visible(box)) == effects
    assert (await outbox.look(container)).state == ("published" if effects else "finished")
    published = await outbox.publish(container)
    assert visible(box) == ["7-a-pot-grows"]
    assert await outbox.publish(container) == published
    assert (await outbox.quota()).used == 1


async def test_many_at_once_make_one_post(box: Path, post: Post) -> None:
    outbox = Outbox(box)
    container = await outbox.prepare(post)
    published = await asyncio.gather(*(outbox.publish(container) for _ in range(8)))
    assert len(set(published)) == 1
    assert visible(box) == ["7-a-pot-grows"]


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.ENOSPC, Unavailable, "disk is full"),
        (errno.EROFS, Misconfigured, "cannot be filled"),
        (errno.EIO, Unavailable, "could not be filled"),
    ],
)
async def test_what_the_disk_refuses_is_a_sentence(
    box: Path, post: Post, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[Exception], words: str
) -> None:
    def full(*args: object) -> None:
        raise OSError(code, os.strerror(code))

    outbox = Outbox(box)
    container = await outbox.prepare(post)
    with monkeypatch.context() as patch:
        patch.setattr(outbox_module, "write_durably", full)
        for call in (outbox.prepare(post), outbox.publish(container)):
            with pytest.raises(kind, match=words) as caught:
                await call
            assert caught.value.remedy  # type: ignore[attr-defined]
    assert visible(box) == []
    assert (await outbox.look(container)).state == "finished"


async def test_a_full_and_a_read_only_disk(small_disk: Path, post: Post) -> None:
    outbox = Outbox(small_disk)
    container = await outbox.prepare(post)
    filler = small_disk / ".filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    for call in (outbox.prepare(post), outbox.publish(container)):
        with pytest.raises(Unavailable, match="disk is full"):
            await call
    assert visible(small_disk) == [".filler"]
    await asyncio.to_thread(subprocess.run, ["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(Misconfigured, match="cannot be filled"):
        await outbox.publish(container)
    await asyncio.to_thread(subprocess.run, ["mount", "-o", "remount,rw", str(small_disk)], check=True)
    filler.unlink()
    await outbox.publish(container)
    assert visible(small_disk) == ["7-a-pot-grows"]


async def test_a_file_in_the_outboxs_place(box: Path, post: Post) -> None:
    box.write_text("not a folder")
    for call in (Outbox(box).ping(), Outbox(box).prepare(post), Outbox(box).posted()):
        with pytest.raises(Misconfigured):
            await call


async def test_ping_counts_the_posts(box: Path, post: Post) -> None:
    outbox = Outbox(box)
    assert await outbox.ping() == "The outbox outbox has 0 posts."
    await outbox.publish(await outbox.prepare(post))
    assert await outbox.ping() == "The outbox outbox has 1 post."
