"""Drafts that are filed in a bucket at Google, through its faults: what lies there, where the draft stands,
what a person reads.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.operator import Operator, filed_name
from services.model.draft import State
from services.store import drafts
from tests.doubles.gcs_server import GcsServer
from tests.doubles.google_keys import EMAIL
from tests.doubles.google_twins import gcs_bucket
from tests.doubles.http_double import Answer, Fault
from tests.reconcilers.helpers import proposal, state
from tests.reconcilers.paying import rendered

pytestmark = pytest.mark.parametrize("first_backoff", [0.05])


@pytest.fixture
async def bucket(op: Operator, tmp_path: Path) -> AsyncIterator[GcsServer]:
    """The operator's bucket is one of Google's."""
    with GcsServer().running() as server:
        found = gcs_bucket(server.url, tmp_path, ("video_uploads",), patience=1.0)
        before = op.services
        op.services = dataclasses.replace(before, bucket=found)
        yield server
        op.services = before
        await found.aclose()
    assert server.problems == []


async def proposed(op: Operator) -> int:
    return await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())


async def troubled(op: Operator, number: int, failures: int = 2) -> str:
    """The sentence for a person, after so many attempts."""
    only = {"render": {str(number)}}

    async def tried() -> bool:
        return any(int(str(t["failures"])) >= failures for t in op.engine.troubles())

    await op.engine.drive(tried, only=only)
    (found,) = op.engine.troubles()
    return str(found["message"])


async def filed(op: Operator, number: int, bucket: GcsServer) -> list[bytes]:
    """What lies in the bucket's folder of drafts; it may be the draft's video only, under its name."""
    draft = await op.store.do(drafts.get, number)
    with bucket.lock:
        found = {n: o.data for n, o in bucket.objects.items() if n.startswith("draft_videos/")}
    assert found.keys() <= {f"draft_videos/{filed_name(number, draft.tag, 1)}"}
    return list(found.values())


@pytest.mark.parametrize(
    ("fault", "uploads"),
    [
        (Fault(drop="after"), 2),  # 412 after a lost 200
        (Fault(drop="before"), 2),
        (Fault(Answer(503)), 2),
        (Fault(Answer(429, headers={"Retry-After": "1"})), 2),
        (Fault(Answer(200, b"<html>proxy</html>")), 1),
    ],
    ids=["lost after", "lost before", "503", "429", "no JSON"],
)
async def test_a_draft_is_filed_once_whatever_its_upload_meets(
    op: Operator, bucket: GcsServer, rendered_files: Path, fault: Fault, uploads: int
) -> None:
    bucket.fail("objects.insert", fault)
    number = await proposed(op)
    assert await rendered(op, number) is State.DRAFT
    assert await filed(op, number, bucket) == [(rendered_files / "video.mp4").read_bytes()]
    assert bucket.count("objects.insert") >= uploads
    assert op.engine.troubles() == []


async def test_a_right_that_is_withdrawn_holds_the_draft_until_it_is_given_back(
    op: Operator, bucket: GcsServer
) -> None:
    bucket.rights.discard("storage.objects.create")
    number = await proposed(op)
    sentence = await troubled(op, number)
    assert f"{EMAIL} may not add files in the bucket" in sentence
    assert "Storage Object User" in sentence
    assert (await state(op, number), await filed(op, number, bucket)) == (State.RENDERING, [])
    bucket.rights.add("storage.objects.create")
    assert await rendered(op, number) is State.DRAFT
    assert len(await filed(op, number, bucket)) == 1


async def test_another_file_under_the_drafts_name_is_never_replaced(op: Operator, bucket: GcsServer) -> None:
    number = await proposed(op)
    tag = (await op.store.do(drafts.get, number)).tag
    bucket.add(f"draft_videos/{filed_name(number, tag, 1)}", b"somebody's own")
    assert await rendered(op, number) is State.FAILED
    assert "Another file is already filed" in (await op.store.do(drafts.get, number)).reason
    assert await filed(op, number, bucket) == [b"somebody's own"]
