"""Long work in a chat: one message a job, from its order to what it made, whoever asked and whatever dies."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat import progress
from bot.operator import Operator
from bot.reconcilers.cards import Cards
from services.store import drafts, jobs, messages
from services.store.jobs import Job
from tests.doubles.room import Room
from tests.operations.asking import ask
from tests.reconcilers.helpers import drive, make_draft

OWN = "0123456789abcdef"


@pytest.fixture
async def room(op: Operator, room: Room) -> Room:
    await drive(op, "cards")
    return room


async def running(op: Operator, kind: str, *stage: Any, params: dict[str, Any] | None = None) -> Job:
    """A job of that kind that has come to a stage."""
    job = await op.store.do(jobs.queue, kind, params or {}, by="console", now=op.now())
    await op.store.do(jobs.start, job, now=op.now())
    await op.store.do(jobs.progress, job, *stage)
    return await op.store.do(jobs.get, job)


@pytest.mark.parametrize(
    ("kind", "stage", "line"),
    [
        ("generate", ("checking",), "collecting …"),
        ("generate", ("collecting gcs", 120, 0), "collecting …"),
        ("generate", ("planning", 0, 3, "a model thinks"), "collecting ✓ → proposals 0/3 …"),
        (
            "generate",
            ("rendering", 2.4, 3, "RV06 grows"),
            "collecting ✓ → proposals ✓ → rendering 2/3 … RV06 grows",
        ),
        ("revise", ("planning", 0, 1), "proposal 0/1 …"),
        ("revise", ("rendering", 0.5, 1, "RV06 grows"), "proposal ✓ → rendering 0/1 … RV06 grows"),
        ("collect", ("collecting instagram", 0, 1), "collecting …"),
        ("look", ("looking", 3, 12), "files 3/12 …"),
        (
            "look",
            ("waiting for videos that are being made", 3, 12),
            "waiting for videos that are being made 3/12 …",
        ),
        ("describe", ("describing", 1, 4), "files 1/4 …"),
    ],
)
async def test_each_kind_says_where_it_is(op: Operator, kind: str, stage: tuple[Any, ...], line: str) -> None:
    job = await running(op, kind, *stage, params={"draft": 7})
    assert progress.message(job, OWN, {}).text == line


async def test_a_generation_ends_with_what_it_made_and_says_for_whom(op: Operator, room: Room) -> None:
    await ask(op, "generate", count=2)
    await drive(op, "cards")
    (posted,) = [p for p in room.posted.values() if p.now.title == "Making videos"]
    titles = [f"{d.number} · {d.title}" for d in await op.store.do(drafts.listed)]
    assert posted.now.text.startswith("2 drafts ready. ✓\n")
    assert all(title in posted.now.text for title in titles)
    assert posted.now.foot.startswith("for the command line · job 1.")


async def test_who_asked_is_named(op: Operator) -> None:
    job = await running(op, "generate", "planning", 0, 1)
    for by, foot in (
        ("room:1", "for Ann · "),
        ("schedule", "for the schedule · "),
        ("operator", ""),
        ("desk", "for the desk · "),
    ):
        changed = Job(**{**{name: getattr(job, name) for name in job.__slots__}, "by": by})
        assert progress.message(changed, OWN, {"room:1": "Ann"}).foot == f"{foot}job {job.id}.012345"


async def test_a_revision_repeats_the_wish_and_a_failure_says_why(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    params = {"draft": number, "wish": "shorter, other music"}
    job = await running(op, "revise", "planning", 0, 1, params=params)
    await op.store.do(jobs.finish, job.id, now=op.now(), error="Draft 1 was not revised. No music fits.")
    await drive(op, "cards")
    (posted,) = room.titled("Revising draft 1")
    assert posted.now.text == "“shorter, other music”\nDraft 1 was not revised. No music fits."
    assert posted.now.tone == "bad"


async def test_a_collection_says_what_each_source_brought(op: Operator, room: Room) -> None:
    await ask(op, "collect")
    await drive(op, "cards")
    (posted,) = room.titled("Collecting")
    assert "Collected. ✓" in posted.now.text
    assert "The account: " in posted.now.text
    assert "posts" in posted.now.text
    assert "The media: " in posted.now.text


async def test_a_job_goes_on_in_its_message_when_the_operator_died(op: Operator, room: Room) -> None:
    job = await running(op, "generate", "planning", 0, 1, params={"count": 1, "seed": 3})
    await drive(op, "cards")
    (posted,) = room.of(progress.key_of(job.id))
    op.engine.add(Cards(op, gap=0.0))  # as after a restart: nothing is remembered but the store
    await drive(op, "generate", "collect", "render", "cards")
    await drive(op, "cards")
    assert room.of(progress.key_of(job.id)) == [posted]
    assert posted.now.tone == "done"
    shown = await op.store.do(messages.get, "room", progress.key_of(job.id))
    assert shown.message == posted.id


async def test_of_many_orders_the_oldest_is_shown_to_its_end(op: Operator, room: Room) -> None:
    many = progress.LOOKED_AT + 5
    first, *_ = [await op.store.do(jobs.queue, "look", {}, by="desk", now=op.now()) for _ in range(many)]
    await drive(op, "cards")
    assert len(room.posted) == many
    await op.store.do(jobs.start, first, now=op.now())
    await op.store.do(jobs.progress, first, "looking", 3, 12)
    await drive(op, "cards")
    (message,) = room.of(f"job:{first}")
    assert message.now.text == "files 3/12 …"
    await op.store.do(jobs.finish, first, now=op.now(), message="12 files")
    await drive(op, "cards")
    assert message.now.text == "12 files. ✓"
