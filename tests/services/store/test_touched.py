"""What was written lately, as the database itself notes it; and the quick look at where drafts stand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database
from store_studio import NOW, PROPOSAL, propose, render

from services.files import sha256
from services.model.draft import State
from services.model.vote import Choice
from services.store import Store, decisions, drafts, facts, guards, rows, touched


async def test_whatever_writes_a_draft_or_its_row_is_noted(store: Store) -> None:
    first, second = await store.do(propose), await store.do(propose)
    last, found = await store.do(touched.since, 0)
    assert found == {first, second}
    base = rows.Base(second, 1, 1, "", "Draft", "", {}, "")
    for what, given in (
        (render, (second,)),
        (drafts.put, (second,)),
        (drafts.set_caption, (second, 1, "another")),
        (drafts.lose_video, (second, 1)),
        (drafts.add_revision, (second, 2, PROPOSAL)),
        (rows.intend, (base,)),
        (rows.record, (second, 1, "digest")),
        (rows.forget, ([second],)),
        (rows.wait, (second, "Posted")),
    ):
        columns = {"permalink": "https://example.com"} if what is drafts.put else {}
        await store.do(what, *given, **columns)  # type: ignore[arg-type]
        newer, found = await store.do(touched.since, last)
        assert (found, newer > last) == ({second}, True), what
        last = newer
    await store.do(facts.put, "another", "fact")
    assert await store.do(touched.since, last) == (last, set())


async def test_what_is_rolled_back_was_not_noted(store: Store) -> None:
    number = await store.do(propose)
    last, _ = await store.do(touched.since, 0)

    def fail(db: Database) -> None:
        drafts.set_caption(db, number, 1, "never")
        raise RuntimeError("the plug was pulled")

    with pytest.raises(RuntimeError):
        await store.do(fail)
    assert await store.do(touched.since, last) == (last, set())
    await store.do(drafts.set_caption, number, 1, "then")
    assert (await store.do(touched.since, last))[1] == {number}


async def test_noting_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "operator.db")
    await store.do(propose)
    await store.close()
    before = sha256(store.path)
    again = await Store.open(store.path)
    assert await again.do(touched.since, 0) == (0, set())
    await again.close()
    assert sha256(store.path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["operator.db"]


async def test_standings_say_what_whole_drafts_say(store: Store) -> None:
    numbers = [await store.do(propose) for _ in range(5)]
    for number in numbers[1:]:
        await store.do(render, number)
    decide = {"voter": "desk", "target": "outbox", "now": NOW}
    await store.do(decisions.vote, numbers[2], Choice.DENY, **decide)  # type: ignore[arg-type]
    await store.do(drafts.put, numbers[2], cleared=NOW.isoformat())
    at = datetime(2026, 12, 24, 18, tzinfo=UTC)
    await store.do(decisions.post_at, numbers[3], at, "then", **decide)  # type: ignore[arg-type]
    await store.do(decisions.post_now, numbers[4], **decide)  # type: ignore[arg-type]
    whole, quick = await store.do(drafts.listed), await store.do(drafts.standings)
    assert [standing.number for standing in quick] == numbers[::-1]
    for draft, standing in zip(whole, quick, strict=True):
        for name in standing.__slots__:
            expected = draft.rendered is not None if name == "rendered" else getattr(draft, name)
            assert getattr(standing, name) == expected, name
    denied = await store.do(drafts.standings, states=[State.DENIED])
    assert [standing.number for standing in denied] == [numbers[2]]
    assert await store.do(drafts.standings, job=7) == []


async def test_renders_of_denied_proposals_are_to_be_stopped(store: Store) -> None:
    kept, denied, ended = [await store.do(propose) for _ in range(3)]
    for number in (kept, denied, ended):
        tag = (await store.do(drafts.get, number)).tag
        guard = await store.do(guards.intend_render, number, tag, 1, now=NOW)
        if number == ended:
            await store.do(guards.set_render, guard.key, state="done")
    for number in (denied, ended):
        await store.do(decisions.vote, number, Choice.DENY, voter="desk", target="outbox", now=NOW)
    assert await store.do(guards.renders_to_stop) == [denied]
