"""What is removed when, what never is, and what a crash in the middle leaves."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import retention
from bot.operations.registry import Requester
from bot.operator import Operator, filed_name
from bot.reconcilers.housekeeping import EVERY_SECONDS, KEY, LOW_SECONDS, Housekeeping, tidy_cache
from bot.surfaces.base import dispatch
from bot.surfaces.desk.desk import Desk
from services import disk
from services.errors import OperatorError, Refused
from services.model.draft import State
from services.model.vote import Choice
from services.store import decisions, drafts, guards, journal
from tests.reconcilers.helpers import drive, make_draft, post_now, proposal, state, vote

ENDLESS = 10**18  # more bytes than any disk has


def keep(op: Operator, **changes: int) -> None:
    keeping = dataclasses.replace(op.options.keeping, **changes)
    op.options = dataclasses.replace(op.options, keeping=keeping)


def later(op: Operator, days: float) -> None:
    moment = datetime.now(UTC) + timedelta(days=days)
    op.clock = lambda: moment


async def tidy(op: Operator) -> None:
    await Housekeeping(op).step(KEY)


async def files_of(op: Operator, number: int) -> list[Path]:
    """The folder of a draft and its filed video, as far as they are there."""
    draft = await op.store.do(drafts.get, number)
    folder = op.drafts_dir / f"{number:04d}-{draft.tag}"
    return [p for p in (folder, op.drafts_dir / filed_name(number, draft.tag, 1)) if p.exists()]


async def failed(op: Operator) -> int:
    """Approved, and its publish refused: it has a video and is failed."""
    op.services.publisher.plan = ["refused"]  # type: ignore[attr-defined]
    number = await make_draft(op)
    await post_now(op, number)
    await drive(op, "publish")
    assert await state(op, number) is State.FAILED
    return number


async def posted(op: Operator) -> int:
    number = await make_draft(op)
    await post_now(op, number)
    await drive(op, "publish")
    assert await state(op, number) is State.POSTED
    return number


async def denied(op: Operator) -> int:
    number = await make_draft(op)
    await vote(op, number, Choice.DENY)
    return number


@pytest.mark.parametrize(("make", "days"), [(denied, 30), (failed, 30), (posted, 365)])
async def test_files_go_after_their_days_and_the_rows_stay(op: Operator, make: Any, days: int) -> None:
    number = await make(op)
    entries = len(await op.store.do(journal.entries, draft=number))
    row = await op.store.do(lambda db: list(db.execute("SELECT * FROM publications")))
    later(op, days - 1)
    await tidy(op)
    assert len(await files_of(op, number)) == 2
    later(op, days + 0.5)
    await tidy(op)
    assert await files_of(op, number) == []
    draft = await op.store.do(drafts.get, number)
    assert draft.cleared == op.now()
    assert draft.caption == proposal().caption
    found = await op.store.do(journal.entries, draft=number)
    assert len(found) == entries + 1
    assert found[0].text == f"its files were cleared {days} days after it was {draft.state}"
    assert found[0].data["cleared"]["sha256"], "what was cleared is known for ever"
    assert await op.store.do(lambda db: list(db.execute("SELECT * FROM publications"))) == row
    await tidy(op)
    assert len(await op.store.do(journal.entries, draft=number)) == entries + 1, "once"
    assert [path.name for path in op.drafts_dir.iterdir() if path.name.startswith(".")] == []


async def test_the_card_says_so(op: Operator) -> None:
    number = await denied(op)
    later(op, 31)
    await tidy(op)
    (reply,) = [r async for r in dispatch(op, Requester("desk"), "show", {"number": number})]
    assert reply.data["cleared"] == op.now().isoformat()
    assert reply.data["video"] == reply.data["link"] == ""
    assert [action["id"].partition(":")[0] for action in reply.data["actions"]] == ["undo"]


async def test_open_drafts_keep_their_files_for_ever(op: Operator) -> None:
    waiting, approved, proposed = await make_draft(op), await make_draft(op), 0
    await vote(op, approved)
    proposed = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
    publishing, unclear = await posted(op), await posted(op)
    for number, now in ((publishing, State.PUBLISHING), (unclear, State.UNKNOWN)):
        await op.store.do(drafts.put, number, state=now)
    kept = {n: await files_of(op, n) for n in (waiting, approved, proposed, publishing, unclear)}
    keep(op, denied_days=1, failed_days=1, posted_days=1, outbox_days=1)
    later(op, 5000)
    assert await op.store.do(retention.upcoming, op) == []
    await tidy(op)
    assert {number: await files_of(op, number) for number in kept} == kept


async def test_nought_is_for_ever(op: Operator) -> None:
    numbers = [await denied(op), await posted(op)]
    keep(op, denied_days=0, failed_days=0, posted_days=0, outbox_days=0)
    later(op, 36000)
    await tidy(op)
    assert all([len(await files_of(op, number)) == 2 for number in numbers])


async def test_a_denial_taken_back_later_is_rendered_anew(op: Operator) -> None:
    number = await denied(op)
    later(op, 31)
    await tidy(op)
    with pytest.raises(Refused, match="has no video: its files were cleared"):
        await vote(op, number)
    await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())
    await drive(op, "render")
    draft = await op.store.do(drafts.get, number)
    assert (draft.state, draft.cleared) == (State.DRAFT, None)
    assert len(await files_of(op, number)) == 2


async def test_a_failed_one_is_retried_by_rendering(op: Operator) -> None:
    number = await failed(op)
    later(op, 31)
    await tidy(op)
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    await drive(op, "render")
    assert (await op.store.do(drafts.get, number)).rendered is not None


async def test_posted_by_hand_and_cleared_stays_posted(op: Operator) -> None:
    number = await make_draft(op)
    await op.store.do(decisions.posted_by_hand, number, "", voter="desk", now=op.now())
    later(op, 400)
    await tidy(op)
    with pytest.raises(Refused, match="were cleared"):
        await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())


@pytest.mark.usefixtures("any_sheet")
async def test_a_row_of_the_sheet_stays_and_comes_back(op: Operator) -> None:
    number = await denied(op)
    await drive(op, "sheet")
    later(op, 31)
    await tidy(op)
    await drive(op, "sheet")
    (row,) = await op.services.sheet.read()
    assert (row.number, row.status, row.link) == (number, "Denied", "")


async def test_the_outbox_when_asked_to(op: Operator) -> None:
    number = await posted(op)
    outbox = op.options.data_dir / "outbox"
    (folder,) = [path for path in outbox.iterdir() if not path.name.startswith(".")]
    (outbox / "my own notes").mkdir()
    later(op, 300)
    await tidy(op)
    assert folder.is_dir()
    keep(op, outbox_days=90)
    await tidy(op)
    await tidy(op)
    assert [path.name for path in outbox.iterdir() if not path.name.startswith(".")] == ["my own notes"]
    texts = [entry.text for entry in await op.store.do(journal.entries, draft=number)]
    assert texts.count("its copy in the outbox was cleared after 90 days") == 1
    guard = await op.store.do(guards.publication, number)
    assert guard is not None
    assert (await op.services.publisher.look(guard.container)).state == "published", "never posted again"


async def test_a_crash_between_taking_away_and_the_mark_leaves_nothing_half(
    op: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await denied(op)
    later(op, 31)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(disk, "remove_aside", die)
        with pytest.raises(KeyboardInterrupt):
            await tidy(op)
    assert await files_of(op, number) == []
    assert [path for path in op.drafts_dir.iterdir() if path.name.startswith(".")]
    await tidy(op)
    assert list(op.drafts_dir.iterdir()) == []
    assert (await op.store.do(drafts.get, number)).cleared is not None


async def test_taken_away_but_not_marked_is_marked_the_next_time(op: Operator) -> None:
    number = await denied(op)
    later(op, 31)
    for path in await files_of(op, number):
        disk.set_aside(path)  # and the commit was lost
    await tidy(op)
    assert list(op.drafts_dir.iterdir()) == []
    assert (await op.store.do(drafts.get, number)).cleared is not None


@pytest.fixture
def stubborn(op: Operator) -> Iterator[list[Path]]:
    """Folders that cannot be changed: read-only is not enough where tests run as root."""
    held: list[Path] = []
    original = disk.set_aside

    def refuse(path: Path) -> Path | None:
        if path in held:
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(disk, "set_aside", refuse)
        yield held


async def test_one_that_cannot_go_keeps_no_other(op: Operator, stubborn: list[Path]) -> None:
    first, second = await denied(op), await denied(op)
    stubborn.append((await files_of(op, first))[0])
    later(op, 31)
    with pytest.raises(OperatorError, match="cannot be written"):
        await tidy(op)
    assert (await op.store.do(drafts.get, first)).cleared is None, "not said to be gone"
    assert len(await files_of(op, first)) == 2
    assert await files_of(op, second) == []


def cached(cache: Path, name: str, *, size: int = 1000, age: float = 0.0) -> Path:
    path = cache / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    entry = cache / Path(name).parts[0] / Path(name).parts[1]
    os.utime(entry, (100_000 - age, 100_000 - age))
    return entry


def test_the_cache_loses_its_oldest_first(tmp_path: Path) -> None:
    old, newer, newest = (cached(tmp_path, f"thumbs/{n}.jpg", age=n) for n in (30, 20, 10))
    tidy_cache(tmp_path, 2000, frozenset(), 100_000)
    assert [path.exists() for path in (old, newer, newest)] == [False, True, True]
    tidy_cache(tmp_path, 2000, frozenset(), 100_000)
    assert newer.exists()
    tidy_cache(tmp_path, 0, frozenset(), 100_000)
    assert list((tmp_path / "thumbs").iterdir()) == []
    tidy_cache(tmp_path / "nothing", 0, frozenset(), 100_000)


def test_renders_left_by_a_crash_go_and_those_under_way_stay(tmp_path: Path) -> None:
    left = cached(tmp_path, "renders/k7f3-1-1/video.mp4", age=7200)
    young = cached(tmp_path, "renders/k7f3-1-2/video.mp4", age=60)
    open_ = cached(tmp_path, "renders/m3ab-1-1/video.mp4", age=90_000)
    tidy_cache(tmp_path, 0, frozenset({"m3ab-1-1"}), 100_000)
    assert [path.exists() for path in (left, young, open_)] == [False, True, True]


def test_what_was_just_fetched_from_a_remote_bucket_stays_for_the_render(tmp_path: Path) -> None:
    old, young = (cached(tmp_path, f"originals/{age}.mp4", age=age) for age in (7200, 60))
    tidy_cache(tmp_path, 0, frozenset(), 100_000)
    assert [path.exists() for path in (old, young)] == [False, True]


def test_a_link_in_the_cache_is_removed_and_not_followed(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "photo.jpg").write_bytes(b"dear")
    (tmp_path / "cache" / "thumbs").mkdir(parents=True)
    (tmp_path / "cache" / "thumbs" / "link").symlink_to(mine)
    tidy_cache(tmp_path / "cache", 0, frozenset(), 100_000)
    assert list((tmp_path / "cache" / "thumbs").iterdir()) == []
    assert (mine / "photo.jpg").read_bytes() == b"dear"


async def test_half_written_files_of_a_crash_go(op: Operator) -> None:
    number = await make_draft(op)
    folder = (await files_of(op, number))[0] / "r1"
    names = (".video.mp4.0a1b2c3d.part", ".cover.jpg.0a1b2c3d.part", "my.part")
    old, young, mine = (folder / name for name in names)
    for path in (old, young, mine):
        path.write_bytes(b"half")
    for path in (old, mine):
        os.utime(path, (1000, 1000))
    await tidy(op)
    assert [path.exists() for path in (old, young, mine)] == [False, True, True]
    assert (folder / "video.mp4").is_file()


async def test_at_the_start_every_six_hours_and_when_the_disk_is_low(op: Operator) -> None:
    now = [1000.0]
    house = Housekeeping(op, clock=lambda: now[0])
    assert await house.due() == {KEY: 0.0}
    await house.step(KEY)
    keep(op, warn_free=1)
    assert await house.due() == {KEY: EVERY_SECONDS}
    keep(op, warn_free=ENDLESS)
    assert await house.due() == {KEY: LOW_SECONDS}
    now[0] += LOW_SECONDS
    assert await house.due() == {KEY: 0.0}


async def test_a_low_disk_empties_the_cache(op: Operator) -> None:
    thumb = cached(op.options.data_dir / "cache", "thumbs/a.jpg")
    await tidy(op)
    assert thumb.exists()
    keep(op, warn_free=ENDLESS)
    await tidy(op)
    assert not thumb.exists()


async def test_status_shows_the_disk_and_what_goes_next(op: Operator) -> None:
    number = await denied(op)
    (reply,) = [r async for r in dispatch(op, Requester("desk"), "status", {})]
    view = reply.data["disk"]
    draft = await op.store.do(drafts.get, number)
    assert view["folders"]["videos"] >= draft.rendered.size  # type: ignore[union-attr]
    assert view["folders"]["videos"] < 2 * draft.rendered.size + 500_000, "the filed video is the same file"
    assert view["folders"]["database"] > 0
    (next_,) = view["next_deletions"]
    assert next_["draft"] == number
    assert datetime.fromisoformat(next_["at"]) == draft.decided_at + timedelta(days=30)  # type: ignore[operator]
    assert f"Removed next: the files of draft {number} (denied), on " in reply.text
    assert "In use: videos " in reply.text
    keep(op, warn_free=ENDLESS)
    (reply,) = [r async for r in dispatch(op, Requester("desk"), "status", {})]
    assert "The disk is getting full:" in reply.text


async def test_the_desk_shows_both(op: Operator) -> None:
    gone, waiting = await denied(op), await posted(op)
    later(op, 31)
    await tidy(op)
    keep(op, warn_free=ENDLESS)
    desk = Desk(op, host="127.0.0.1", port=0, token=None, cli_token="t" * 32)
    url = await desk.start()
    try:
        async with httpx.AsyncClient(base_url=url) as client:
            status = (await client.get("/status")).text
            card = (await client.get(f"/drafts/{gone}")).text
    finally:
        await desk.close()
    assert "Its files were cleared" in card
    assert "<video" not in card
    assert "The disk is getting full" in status
    assert f"the files of draft {waiting} (posted)" in status


async def test_no_generation_is_begun_on_a_nearly_full_disk(op: Operator) -> None:
    keep(op, min_free=ENDLESS)
    replies = [r async for r in dispatch(op, Requester("console"), "generate", {"count": 1})]
    assert not replies[-1].ok
    assert "no videos are begun below" in replies[-1].text
    assert "lower DISK_MIN_FREE" in replies[-1].text
    assert await op.store.do(drafts.listed) == []


def test_used_counts_a_file_of_two_names_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "video").write_bytes(b"x" * 5000)
    os.link(tmp_path / "a" / "video", tmp_path / "filed")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert 5000 <= disk.used(tmp_path) < 6000
    assert disk.used(tmp_path / "nothing") == 0
    assert disk.free(tmp_path / "not" / "yet") > 0
