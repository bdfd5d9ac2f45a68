"""Looking at drafts and deciding about them: replies, data and refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.operations.registry import Requester
from bot.operator import Operator, SurfaceState
from services.model.draft import State
from services.model.vote import Choice
from services.store import drafts, journal
from tests.doubles.room import Room
from tests.operations.asking import ask, replies
from tests.reconcilers.helpers import make_draft, proposal, state

# The keys that the product promises of `drafts --json`; there may be more.
PROMISED = {
    "number", "revision", "status", "state", "title", "caption", "strategy", "description", "intent",
    "format", "resources", "assets", "duration", "link", "video", "movie",
}  # fmt: skip


async def test_generate_makes_drafts_and_tells_how_far_it_is(op: Operator) -> None:
    said = await replies(op, "generate", count=2)
    assert said[0].data == {"job": 1}
    stages = {reply.progress.stage for reply in said if reply.progress}
    assert stages & {"collecting", "planning", "rendering"}
    last = said[-1]
    assert (last.ok, last.data["state"], last.data["drafts"]) == (True, "done", [1, 2])
    assert [card.data["state"] for card in last.cards] == ["draft", "draft"]


@pytest.mark.parametrize("given", [{"count": 0}, {"count": 11}, {"count": "many"}, {"colour": "red"}])
async def test_generate_refuses_what_it_cannot_take(op: Operator, given: dict[str, object]) -> None:
    answer = await ask(op, "generate", **given)
    assert not answer.ok
    assert answer.data["error"] == answer.text


async def test_generate_drives_its_own_renders_only(op: Operator) -> None:
    left = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
    assert (await ask(op, "generate", count=1)).ok
    assert await state(op, left) is State.PROPOSED


async def test_generate_with_an_intent_the_brand_does_not_have(op: Operator) -> None:
    answer = await ask(op, "generate", intent="sell")
    assert (answer.ok, "'sell'" in answer.text) == (False, True)


async def test_drafts_lists_what_was_promised(op: Operator) -> None:
    await ask(op, "generate", count=1)
    answer = await ask(op, "drafts")
    (draft,) = answer.data
    assert set(draft) >= PROMISED
    assert (draft["number"], draft["revision"], draft["status"], draft["state"]) == (1, 1, "Draft", "draft")
    assert draft["assets"]
    assert all("." in name for name in draft["assets"]), "file names, not ids"
    assert {"asset", "role", "why", "name"} <= set(draft["resources"][0])
    assert draft["duration"] > 0
    for name in ("video", "movie", "link"):
        assert Path(draft[name]).is_file(), name
    assert {action["id"] for action in draft["actions"]} >= {"approve:1:1", "deny:1:1", "post:1:1"}


async def test_drafts_by_status_and_limit(op: Operator) -> None:
    assert (await ask(op, "drafts")).data == []
    for title in ("one", "two", "three"):
        await make_draft(op, title)
    await ask(op, "deny", number=2)
    assert [draft["number"] for draft in (await ask(op, "drafts")).data] == [3, 2, 1]
    assert [draft["number"] for draft in (await ask(op, "drafts", limit=1)).data] == [3]
    assert [draft["number"] for draft in (await ask(op, "drafts", status="open")).data] == [3, 1]
    assert [draft["number"] for draft in (await ask(op, "drafts", status="denied")).data] == [2]
    assert "No draft is posted" in (await ask(op, "drafts", status="posted")).text
    assert not (await ask(op, "drafts", status="lost")).ok


async def test_show_tells_the_history(op: Operator) -> None:
    number = await make_draft(op)
    await ask(op, "deny", number=number, reason="too dark")
    answer = await ask(op, "show", number=number)
    assert answer.data["reason"] == "too dark"
    assert "denied too dark" in [entry["what"] for entry in answer.data["journal"]]
    missing = await ask(op, "show", number=9)
    assert (missing.ok, missing.text) == (False, "There is no draft 9.")


async def test_approving_says_when_it_is_posted(op: Operator) -> None:
    number = await make_draft(op)
    answer = await ask(op, "approve", number=number)
    assert (answer.data["status"], answer.data["decided_by"]) == ("Approved", "console")
    assert "No operator is running" in answer.text
    await ask(op, "schedule", action="pause")
    assert "paused" in (await ask(op, "approve", number=number)).text
    # Approving drives nothing but the sheet.
    assert await state(op, number) is State.APPROVED
    assert (op.options.data_dir / "drafts.csv").exists()


async def test_deny_undo_and_nothing_left_to_undo(op: Operator) -> None:
    number = await make_draft(op)
    denied = await ask(op, "deny", number=number, reason="  too dark ")
    assert (denied.data["status"], denied.data["reason"]) == ("Denied", "too dark")
    undone = await ask(op, "undo", number=number)
    assert undone.data["status"] == "Draft"
    assert undone.text == "Took back the denial of draft 1: it is Draft now."
    again = await ask(op, "undo", number=number)
    assert (again.ok, "nothing to undo" in again.text) == (False, True)


async def test_edit_takes_the_approval_back_and_knows_the_limit(op: Operator) -> None:
    number = await make_draft(op)
    await ask(op, "approve", number=number)
    edited = await ask(op, "edit", number=number, caption=" Another\r\nline ")
    assert (edited.data["caption"], edited.data["status"]) == ("Another\nline", "Draft")
    assert "approved again" in edited.text
    long = await ask(op, "edit", number=number, caption="x" * 2201)
    assert (long.ok, "2,201" in long.text, "1" in long.remedy) == (False, True, True)
    assert not (await ask(op, "edit", number=number, caption="")).ok


async def test_nobody_approves_what_nobody_has_seen(op: Operator) -> None:
    number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
    for name in ("approve", "post", "posted"):
        answer = await ask(op, name, number=number)
        assert not answer.ok, name
    assert (await ask(op, "deny", number=number)).data["state"] == "denied"
    posted = await ask(op, "posted", number=number)
    assert (posted.ok, "no video" in posted.text) == (False, True)


async def test_a_failed_draft_hears_votes_and_says_what_helps(op: Operator) -> None:
    number = await make_draft(op)
    await op.store.do(drafts.move, number, State.DRAFT, State.APPROVED, now=op.now())
    await op.store.do(drafts.move, number, State.APPROVED, State.PUBLISHING, now=op.now())
    await op.store.do(drafts.move, number, State.PUBLISHING, State.FAILED, now=op.now(), last_word="Approved")
    answer = await ask(op, "deny", number=number)
    assert "retry" in answer.text
    assert "is denied" not in answer.text
    assert (await ask(op, "retry", number=number)).data["state"] == "denied"


async def test_votes_are_of_who_asks(op: Operator) -> None:
    number = await make_draft(op)
    await ask(op, "approve", by=Requester("desk"), number=number)
    await ask(op, "deny", number=number)
    votes = await op.store.do(journal.votes, number)
    assert [(vote.voter, vote.choice) for vote in votes] == [
        ("desk", Choice.APPROVE),
        ("console", Choice.DENY),
    ]


async def test_people_are_told_times_in_their_zone_and_programs_in_utc(op: Operator) -> None:
    op.clock = lambda: datetime(2026, 11, 21, 23, 30, 5, tzinfo=UTC)
    number = await make_draft(op)
    await ask(op, "deny", number=number)
    answer = await ask(op, "show", number=number)
    assert answer.table[0]["when"] == "2026-11-22 00:30:05"  # Berlin
    assert answer.data["journal"][0]["at"] == "2026-11-21T23:30:05+00:00"
    op.live = True
    op.started = op.now()
    told = (await ask(op, "status")).text
    assert "Running since 2026-11-22 00:30 at" in told
    assert "Removed next: the files of draft 1 (denied), on 2026-12-22." in told


async def test_status_says_that_posting_is_paused(op: Operator) -> None:
    assert "paused" not in (await ask(op, "status")).text
    await ask(op, "schedule", action="pause")
    assert "Posting is paused: `autopotter schedule resume` goes on." in (await ask(op, "status")).text


async def test_status_names_the_chats_and_what_is_wrong_with_one(op: Operator) -> None:
    room = Room()
    op.live = True
    op.chats["room"] = room
    op.surfaces |= {
        "desk": SurfaceState(),
        "room": SurfaceState(),
        "attic": SurfaceState("The attic refused the token. Make a new one.", ends=True),
        "cellar": SurfaceState(),
    }
    answer = await ask(op, "status")
    assert not answer.ok
    told = answer.data["surfaces"]
    assert told["room"] == {"ok": True, "message": "a room in memory"}
    assert told["attic"]["message"].endswith("Make a new one. It stays down until the next start.")
    assert told["cellar"]["message"] == "It is being connected."
    assert {"service": "people reach it", "by": "attic", "state": told["attic"]["message"]} in answer.table
