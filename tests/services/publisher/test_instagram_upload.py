"""Uploads that break off: how far the video came is asked, and it goes on there, byte for byte."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.errors import Misconfigured, Refused, Unavailable
from services.graph.upload import LEAST
from services.ports import Post
from tests.doubles.graph_client import Side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault
from tests.services.publisher.conftest import finished, publisher


@pytest.fixture
def heavy(post: Post, tmp_path: Path) -> Post:
    """A film with much behind it that no player looks at: large enough to be cut in its middle."""
    free = (600_000).to_bytes(4, "big") + b"free" + bytes(600_000 - 8)
    video = tmp_path / "heavy.mp4"
    video.write_bytes(post.video.read_bytes() + free)
    return replace(post, video=video)


NOT_PROCESSED = {
    "debug_info": {
        "retriable": False,
        "type": "ProcessingFailedError",
        "message": "Request processing failed",
    }
}
PARTIAL = {"debug_info": {"retriable": True, "type": "PartialRequestError", "message": "Partial request"}}


def offsets(we: Side) -> list[str]:
    return [call.params["offset"] for call in we.server.asked("upload")]


async def test_an_upload_goes_on_where_the_line_broke(we: Side, heavy: Post) -> None:
    size = heavy.video.stat().st_size
    parts = [size // 3, size // 3]
    assert parts[0] > LEAST
    we.server.fail("upload", *(Fault(keeps=part) for part in parts))
    ours = publisher(we)
    await finished(ours, await ours.prepare(heavy))
    assert offsets(we) == ["0", str(parts[0]), str(sum(parts))]
    assert {call.params["file_size"] for call in we.server.asked("upload")} == {str(size)}
    [container] = we.server.state.containers.values()
    assert bytes(container.content) == heavy.video.read_bytes()
    assert len(we.server.asked("status")) == 2 + 2, "two questions of how far it came"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(drop="before"),
        Fault(status=500, text=""),
        Fault(status=503, headers={"Retry-After": "1"}),
        Fault(status=400, text=json.dumps(PARTIAL)),
        Fault(error=GraphError(2, "Service temporarily unavailable", transient=True)),
    ],
)
async def test_an_upload_of_which_nothing_came_through_is_sent_again(
    we: Side, heavy: Post, fault: Fault
) -> None:
    we.server.fail("upload", fault)
    ours = publisher(we)
    await finished(ours, await ours.prepare(heavy))
    assert offsets(we) == ["0", "0"]
    assert len(we.server.state.containers) == 1


@pytest.mark.parametrize("fault", [Fault(drop="after"), Fault(cut=True)])
async def test_an_upload_that_is_complete_is_not_sent_again(we: Side, heavy: Post, fault: Fault) -> None:
    we.server.fail("upload", fault)
    ours = publisher(we)
    await finished(ours, await ours.prepare(heavy))
    assert offsets(we) == ["0"]


async def test_an_upload_that_does_not_get_on_is_given_up_and_gone_on_with_later(
    we: Side, heavy: Post
) -> None:
    we.server.fail("upload", Fault(keeps=100_000), *[Fault(keeps=0)] * 4)
    ours = publisher(we)
    with pytest.raises(Unavailable, match="broke"):
        await ours.prepare(heavy)
    assert offsets(we) == ["0", *["100000"] * 4]
    assert we.pauses == [1, 1, 5, 20]
    await finished(ours, await ours.prepare(heavy))
    assert offsets(we)[-1] == "100000"
    assert len(we.server.state.containers) == 1


async def test_a_long_outage_in_the_middle_is_gone_on_after(we: Side, heavy: Post) -> None:
    """Instagram cannot even be asked how far it came."""
    we.server.fail("upload", Fault(keeps=100_000))
    we.server.fail("status", *[Fault(drop="before")] * 3)
    ours = publisher(we)
    with pytest.raises(Unavailable):
        await ours.prepare(heavy)
    await finished(ours, await ours.prepare(heavy))
    assert offsets(we) == ["0", "100000"]


@pytest.mark.parametrize(
    "lost",
    [
        {"upload": [Fault(status=400, text=json.dumps(NOT_PROCESSED))]},
        {"upload": [Fault(keeps=100_000)], "status": [Fault(text='{"id": "1", "video_status": {}}')]},
        {"upload": [Fault(keeps=100_000)], "status": [Fault(error=GraphError(100, "no such object", 33))]},
    ],
)
async def test_a_container_that_lost_its_upload_is_replaced(
    we: Side, heavy: Post, lost: dict[str, list[Fault]]
) -> None:
    for operation, faults in lost.items():
        we.server.fail(operation, *faults)
    ours = publisher(we)
    with pytest.raises(Unavailable):
        await ours.prepare(heavy)
    await finished(ours, await ours.prepare(heavy))
    assert offsets(we) == ["0", "0"]
    assert len(we.server.state.containers) == 2


async def test_uploads_that_always_fail_are_the_drafts_end(we: Side, heavy: Post) -> None:
    we.server.fail("upload", *[Fault(status=400, text=json.dumps(NOT_PROCESSED))] * 3)
    ours = publisher(we)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await ours.prepare(heavy)
    with pytest.raises(Refused, match="unknown reason"):
        await ours.prepare(heavy)
    assert len(we.server.state.containers) == 3


async def test_another_post_does_not_go_on_with_this_ones_upload(we: Side, heavy: Post) -> None:
    we.server.fail("upload", Fault(keeps=100_000), *[Fault(keeps=0)] * 4)
    ours = publisher(we)
    with pytest.raises(Unavailable):
        await ours.prepare(heavy)
    other = await ours.prepare(replace(heavy, fingerprint="other"))
    this = await ours.prepare(heavy)
    assert other != this
    assert offsets(we)[-2:] == ["0", "100000"]


async def test_an_app_that_may_not_upload_holds_the_draft_and_says_what_to_do(we: Side, post: Post) -> None:
    we.server.state.takes_uploads = False
    with pytest.raises(Misconfigured, match="takes no uploads from this app") as caught:
        await publisher(we).prepare(post)
    assert caught.value.variable == "INSTAGRAM_UPLOAD"


async def test_a_dead_token_at_the_upload(we: Side, post: Post) -> None:
    we.server.fail("upload", Fault(error=GraphError(190, "Session has expired", 463)))
    ours = publisher(we)
    for _ in range(2):
        with pytest.raises(Misconfigured, match="autopotter setup"):
            await ours.prepare(post)
    assert len(we.server.calls) == 2
