"""Looking at footage as a job of the operator: made after a scan, later than videos, told to people."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.operations.registry import Requester, find
from bot.operator import Operator
from bot.reconcilers.look import NEW, Look
from bot.reply import Reply
from services.bucket.look import VERSION
from services.errors import Misconfigured
from services.store import footage, jobs
from tests.services.bucket.footage_media import jpeg, scene


def add_photos(op: Operator, count: int) -> None:
    folder = Path(getattr(op.services.bucket, "root")) / "completed_works"  # noqa: B009 - of the folder twin
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"photo_{number}.jpg").write_bytes(jpeg(scene(number, (320, 240))))


async def asked(op: Operator, name: str, **given: object) -> list[Reply]:
    return [reply async for reply in find(name).call(op, Requester("console"), given)]


async def test_a_scan_that_found_something_makes_one_job(op: Operator) -> None:
    add_photos(op, 3)
    look = Look(op)
    await op.services.inventory.scan_folders()
    waiting = await op.services.looker.waiting()
    assert waiting >= 3
    assert await look.due() == {NEW: 0.0}
    await look.step(NEW)
    (key,) = await look.due()
    assert key != NEW
    await look.step(key)
    job = await op.store.do(jobs.get, int(key))
    # One may be the copy of another: that one is not decoded again.
    assert job.state == "done"
    assert job.message.startswith(f"{waiting} files looked at")
    assert await look.due() == {}
    await op.services.inventory.scan_folders()
    assert await look.due() == {}, "nothing changed"
    assert (await op.store.do(footage.counts, VERSION))["waiting"] == 0


async def test_videos_come_first(op: Operator) -> None:
    add_photos(op, 2)
    op.live = True
    await op.services.inventory.scan_folders()
    urgent = await op.store.do(jobs.queue, "generate", {"count": 1, "seed": 1}, by="test", now=op.now())
    await op.store.do(jobs.start, urgent, now=op.now())
    look = Look(op, poll=0.05)
    await look.step(NEW)
    (key,) = await look.due()
    task = asyncio.create_task(look.step(key))
    before = await op.services.looker.waiting()
    await asyncio.sleep(0.8)
    assert await op.services.looker.waiting() == before
    stage = (await op.store.do(jobs.get, int(key))).stage
    assert stage == "waiting for videos that are being made"
    await op.store.do(jobs.finish, urgent, now=op.now())
    await task
    assert await op.services.looker.waiting() == 0


async def test_look_says_what_it_found(op: Operator) -> None:
    add_photos(op, 2)
    replies = await asked(op, "look")
    assert replies[-1].ok
    assert "looked at" in replies[-1].text
    found = (await asked(op, "inventory", search="photo_0"))[-1]
    (file,) = found.data["files"]
    assert file["footage"]["palette"]
    assert found.table[0]["shows"]


async def test_describing_without_a_model_says_what_to_set(op: Operator) -> None:
    with pytest.raises(Misconfigured, match="OPENAI_BASE_URL"):
        await asked(op, "inventory", describe=True)
