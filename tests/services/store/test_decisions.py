"""Decisions as transactions: journal and state together, on a real database."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from store_studio import NOW, propose, render

from services.errors import Misconfigured, Refused
from services.model.draft import State
from services.model.vote import Choice
from services.store import Store, decisions, drafts, guards, journal
from services.store.journal import Kind


async def drafted(store: Store) -> int:
    number = await store.do(propose)
    await store.do(render, number)
    return number


async def vote(store: Store, number: int, choice: Choice, voter: str = "desk", reason: str = "") -> State:
    draft = await store.do(
        decisions.vote, number, choice, voter=voter, target="outbox", now=NOW, reason=reason
    )
    return draft.state


async def act(store: Store, what: object, number: int, *values: object) -> State:
    answer = await store.do(what, number, *values, voter="desk", target="outbox", now=NOW)  # type: ignore[arg-type]
    return (answer[0] if isinstance(answer, tuple) else answer).state  # type: ignore[attr-defined, no-any-return]


async def test_approve_deny_and_the_reason_kept(store: Store) -> None:
    number = await drafted(store)
    assert await vote(store, number, Choice.APPROVE) is State.APPROVED
    assert await vote(store, number, Choice.DENY, "ann", "too dark") is State.DENIED
    assert (await store.do(drafts.get, number)).reason == "too dark"
    assert [past.reason for past in await store.do(drafts.past, 9)] == ["too dark"]
    assert await vote(store, number, Choice.DENY, "sheet") is State.DENIED  # without a word
    assert [past.reason for past in await store.do(drafts.past, 9)] == ["too dark"]
    assert await vote(store, number, Choice.WITHDRAW, "ann") is State.DENIED
    assert (await store.do(drafts.get, number)).reason == ""
    assert await vote(store, number, Choice.WITHDRAW, "sheet") is State.APPROVED


async def test_no_spreadsheet_takes_a_draft_id_for_a_number_or_a_date(store: Store) -> None:
    """ "jun4.17" would come back as 2017-06-04, and the person's edit in that row with it."""
    for _ in range(50):
        number = await store.do(propose)
        assert re.fullmatch(r"[a-z][0-9][a-z0-9]{2}", (await store.do(drafts.get, number)).tag)


async def test_nobody_approves_what_nobody_has_seen(store: Store) -> None:
    number = await store.do(propose)
    with pytest.raises(Refused, match="not rendered yet"):
        await vote(store, number, Choice.APPROVE)
    assert await store.do(journal.votes, number) == []
    assert await vote(store, number, Choice.DENY) is State.DENIED
    assert await act(store, decisions.undo, number) is State.PROPOSED


async def test_an_edit_takes_the_approval_back_and_says_why(store: Store) -> None:
    number = await drafted(store)
    await vote(store, number, Choice.APPROVE)
    assert await act(store, decisions.edit_caption, number, "second") is State.DRAFT
    assert "approve it again" in (await store.do(drafts.get, number)).reason
    assert await vote(store, number, Choice.APPROVE) is State.APPROVED


async def test_undo_goes_back_step_by_step(store: Store) -> None:
    number = await drafted(store)
    await act(store, decisions.edit_caption, number, "second")
    await vote(store, number, Choice.APPROVE)
    await vote(store, number, Choice.DENY, "ann")
    assert await act(store, decisions.undo, number) is State.DRAFT  # a hold beats both votes
    assert (await store.do(drafts.get, number)).caption == "second"
    assert await act(store, decisions.undo, number) is State.DRAFT
    assert (await store.do(drafts.get, number)).caption == "first caption"
    with pytest.raises(Refused, match="nothing to undo"):
        await act(store, decisions.undo, number)


async def test_undoing_an_edit_brings_its_approval_back(store: Store) -> None:
    number = await drafted(store)
    await vote(store, number, Choice.APPROVE)
    await act(store, decisions.edit_caption, number, "second")
    assert await act(store, decisions.undo, number) is State.APPROVED  # the same fingerprint again


async def test_post_now_on_a_draft_is_an_approval(store: Store) -> None:
    number = await drafted(store)
    assert await act(store, decisions.post_now, number) is State.APPROVED
    assert (await store.do(drafts.get, number)).post_now
    assert await act(store, decisions.undo, number) is State.DRAFT
    assert not (await store.do(drafts.get, number)).post_now


@pytest.mark.parametrize("state", [State.PUBLISHING, State.UNKNOWN])
async def test_a_publish_under_way_can_not_be_undone_or_edited(store: Store, state: State) -> None:
    number = await drafted(store)
    await vote(store, number, Choice.APPROVE)
    await store.do(drafts.move, number, State.APPROVED, State.PUBLISHING, now=NOW)
    if state is State.UNKNOWN:
        await store.do(drafts.move, number, State.PUBLISHING, State.UNKNOWN, now=NOW)
    with pytest.raises(Refused):
        await act(store, decisions.undo, number)
    with pytest.raises(Refused):
        await act(store, decisions.edit_caption, number, "late")
    assert await vote(store, number, Choice.DENY) is state  # recorded, and decides if it comes back


async def test_posted_by_hand_and_its_undo(store: Store) -> None:
    number = await drafted(store)
    await vote(store, number, Choice.APPROVE)
    draft = await store.do(decisions.posted_by_hand, number, "https://x/1", voter="desk", now=NOW)
    assert (draft.state, draft.permalink, draft.posted_by_hand) == (State.POSTED, "https://x/1", True)
    assert await act(store, decisions.undo, number) is State.APPROVED
    assert (await store.do(drafts.get, number)).permalink == ""


async def test_it_is_live_and_it_is_not(store: Store) -> None:
    for live in (True, False):
        number = await drafted(store)
        await vote(store, number, Choice.APPROVE)
        guard = await store.do(
            guards.add_publication, number, 1, fingerprint="f", publisher="outbox", container="c", now=NOW
        )
        await store.do(drafts.move, number, State.APPROVED, State.PUBLISHING, now=NOW)
        await store.do(drafts.move, number, State.PUBLISHING, State.UNKNOWN, now=NOW)
        await store.do(guards.set_publication, guard, state="unknown", acts=3)
        if live:
            draft = await store.do(decisions.posted_by_hand, number, "", voter="desk", now=NOW)
            assert (draft.state, draft.posted_by_hand) == (State.POSTED, False)
            with pytest.raises(Refused, match="cannot be taken back"):
                await act(store, decisions.undo, number)
        else:
            assert await act(store, decisions.not_live, number) is State.APPROVED
            kept = await store.do(guards.publication, number)
            assert kept is not None
            assert (kept.container, kept.acts) == ("c", 3)  # the same container, looked at before acting


async def test_retry_of_a_failed_draft(store: Store) -> None:
    number = await store.do(propose)
    await store.do(drafts.move, number, State.PROPOSED, State.RENDERING, now=NOW)
    await store.do(drafts.move, number, State.RENDERING, State.FAILED, now=NOW, reason="broken clip")
    with pytest.raises(Refused, match="has no video"):
        await vote(store, number, Choice.APPROVE)
    assert await act(store, decisions.retry, number) is State.RENDERING
    with pytest.raises(Refused, match="only a failed one"):
        await act(store, decisions.retry, number)


async def test_compare_and_set(store: Store) -> None:
    number = await drafted(store)
    assert await store.do(drafts.move, number, State.DRAFT, State.APPROVED, now=NOW)
    assert not await store.do(drafts.move, number, State.DRAFT, State.APPROVED, now=NOW)
    with pytest.raises(Refused, match="cannot become"):
        await store.do(drafts.move, number, State.DRAFT, State.PUBLISHING, now=NOW)


async def test_half_a_piece_of_work_is_none(store: Store) -> None:
    number = await drafted(store)

    def half(db: object) -> None:
        decisions.vote(db, number, Choice.APPROVE, voter="desk", target="outbox", now=NOW)  # type: ignore[arg-type]
        raise Refused("and then it broke")

    with pytest.raises(Refused, match="broke"):
        await store.do(half)
    assert (await store.do(drafts.get, number)).state is State.DRAFT
    assert not [e for e in await store.do(journal.entries, draft=number) if e.kind is Kind.APPROVE]


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "operator.db")
    await store.do(
        lambda db: db.table("_sqlite_migrations").insert(
            {"migration_set": "autopotter", "name": "m999_future", "applied_at": "2027-01-01"}
        )
    )
    await store.close()
    with pytest.raises(Misconfigured, match="newer version"):
        await Store.open(tmp_path / "operator.db")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "operator.db").write_bytes(b"not a database, but long enough to be read as a page" * 40)
    with pytest.raises(Misconfigured, match="damaged or not"):
        await Store.open(tmp_path / "operator.db")


async def test_posts_of_a_rolling_day_are_counted(store: Store) -> None:
    number = await drafted(store)
    for age in (1, 23, 25):
        guard = await store.do(
            guards.add_publication, number, 1, fingerprint="f", publisher="o", container=f"{age}", now=NOW
        )
        at = (NOW - timedelta(hours=age)).isoformat()
        await store.do(guards.set_publication, guard, state="published", finished_at=at)
    assert await store.do(guards.posted_in_last_day, NOW) == 2
