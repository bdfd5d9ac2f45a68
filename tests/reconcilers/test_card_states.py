"""A card in each state of votes.md, as a person reads it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.chat import cards
from bot.chat.port import Message
from bot.operator import Operator
from bot.views import views_of
from services.model.draft import State
from services.model.proposal import Labels
from services.model.vote import Choice
from services.store import drafts, facts, messages, results, revisions
from services.store.results import Wanted
from tests.doubles.json2video_server import Json2VideoServer
from tests.operations.asking import ask
from tests.reconcilers.helpers import drive, make_draft, post_now, proposal, vote
from tests.reconcilers.paying import buying, file_one, rendered

NOW = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)  # a Friday, 12:00 in Berlin


@pytest.fixture
async def number(op: Operator) -> int:
    op.clock = lambda: NOW
    return await make_draft(op)


async def card(op: Operator, number: int) -> Message:
    def made(db: Database) -> Message:
        view = views_of(db, [drafts.get(db, number)], op)[0]
        paused = facts.get(db, facts.PAUSED) is not None
        return cards.card(view, op, messages.names(db), paused=paused)

    return await op.store.do(made)


async def status(op: Operator, number: int) -> str:
    return (await card(op, number)).fields[0].text


async def put(op: Operator, number: int, state: State, **columns: object) -> None:
    """In a state that only a service brings about."""
    await op.store.do(
        lambda db: db.table("drafts").update(number, {"state": str(state), **columns})  # type: ignore[arg-type]
    )


async def test_before_it_is_rendered(op: Operator) -> None:
    number = await op.store.do(drafts.file, proposal(), job=None, sample=True, now=op.now())
    shown = await card(op, number)
    assert shown.fields[0].text == "Proposed. It is rendered next; ❌ cancels that."
    assert (shown.image, shown.video, shown.pictures) == (None, None, "")
    assert "made of sample media" in shown.foot
    await put(op, number, State.RENDERING)
    assert await status(op, number) == "Rendering. ❌ cancels it."
    await vote(op, number, Choice.DENY, voter="room:1")
    await op.store.do(messages.name_people, [("room:1", "Ann")])
    assert await status(op, number) == "Denied by Ann. It was never rendered; undo lets it be."


async def test_a_draft_and_why_it_is_one_again(op: Operator, number: int) -> None:
    assert await status(op, number) == "Draft: waits for ✅ or ❌."
    await vote(op, number)
    await ask(op, "edit", number=number, caption="Another one.")
    assert (
        await status(op, number)
        == "Draft: waits for ✅ or ❌. Changed since it was approved: approve it again."
    )


async def test_a_draft_says_all_that_a_person_decides_by(op: Operator, number: int) -> None:
    nearest = "UPDATE revisions SET distance = 0.714, neighbour = 'draft 7' WHERE draft = ?"
    await op.store.do(lambda db: db.execute(nearest, [number]) and None)
    shown = await card(op, number)
    assert shown.text == "Shows the process.\n\nCaption:\nLayer by layer. #ceramics"
    facts_of = {field.name: field.text for field in shown.fields}
    rendered_now = (await op.store.do(drafts.get, number)).rendered
    assert rendered_now is not None
    assert facts_of["Video"].startswith(f"{rendered_now.duration:.1f} s · ")
    assert facts_of["Rendered by"] == "quick · 1 s of CPU"
    assert facts_of["Differs"] == "0.71 of 1 from draft 7, the nearest to it"
    assert facts_of["Made of"] == "nothing"
    assert shown.image is not None
    assert shown.image.name == "storyboard.jpg"
    assert shown.video is not None
    assert shown.video.name == "preview.mp4"
    assert [action.label for action in shown.actions] == [
        "Approve", "Deny…", "Revise…", "Post now", "Post at…", "Posted by hand…", "Details",
    ]  # fmt: skip
    assert shown.seeded


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "It is posted 2 minutes after that; taking it back stops that."),
        ({"autopost_cron": "0 18 * * *"}, "It waits for its slot."),
    ],
)
async def test_approved_says_by_whom_and_when(
    op: Operator, number: int, options: dict[str, str], text: str
) -> None:
    op.options = dataclasses.replace(op.options, **options)  # type: ignore[arg-type]
    await vote(op, number)
    assert await status(op, number) == f"Approved by the desk. {text}"
    await ask(op, "schedule", action="pause")
    assert await status(op, number) == "Approved by the desk. Posting is paused."


async def test_a_time_of_its_own_is_a_day_that_is_true_tomorrow_too(op: Operator, number: int) -> None:
    await ask(op, "post", number=number, at="tomorrow 18:00")
    assert await status(op, number) == "Approved by the command line. It is posted on Sat 28 Nov 2026 18:00."
    op.clock = lambda: NOW + timedelta(hours=20)
    assert "Sat 28 Nov 2026 18:00" in await status(op, number)


async def test_post_now_says_so(op: Operator, number: int) -> None:
    await post_now(op, number)
    assert await status(op, number) == "Approved by the desk. It is posted next."


@pytest.mark.parametrize(
    ("state", "columns", "text"),
    [
        (State.PUBLISHING, {"decided_by": "desk"}, "Approved by the desk. It is being published."),
        (
            State.UNKNOWN,
            {"reason": "It is not clear whether it is live: no answer."},
            "Is it live? It is not clear whether it is live: no answer. "
            "Look at the account, then say which it is.",
        ),
        (
            State.FAILED,
            {"reason": "the caption has 31 hashtags"},
            "Failed. The caption has 31 hashtags. Retry tries it again.",
        ),
        (State.FINALISING, {"decided_by": "sheet"}, "Approved by the sheet. Its final video is being made."),
        (
            State.POSTED,
            {"posted_at": NOW.isoformat(), "permalink": "https://www.instagram.com/reel/a/"},
            "Posted Fri 27 Nov 2026 12:00. https://www.instagram.com/reel/a/",
        ),
        (
            State.POSTED,
            {"posted_at": NOW.isoformat(), "posted_by_hand": 1, "permalink": ""},
            "Posted by hand Fri 27 Nov 2026 12:00.",
        ),
    ],
)  # fmt: skip
async def test_what_a_service_brought_about(
    op: Operator, number: int, state: State, columns: dict[str, object], text: str
) -> None:
    await put(op, number, state, **columns)
    assert await status(op, number) == text


async def test_posted_into_the_outbox_is_seen_by_its_cover(op: Operator, number: int) -> None:
    before = await card(op, number)
    await post_now(op, number)
    await drive(op, "publish")
    shown = await card(op, number)
    assert "It lies in the outbox as 1-" in shown.fields[0].text
    assert "file:" not in shown.fields[0].text
    assert shown.link == ""
    assert shown.image is not None
    assert shown.image.name == "cover.jpg"
    assert shown.pictures != before.pictures


async def test_denied_says_every_reason_and_what_was_cleared(op: Operator, number: int) -> None:
    await ask(op, "deny", number=number, reason="too dark")
    assert await status(op, number) == "Denied by the command line. Reason: too dark"
    await put(op, number, State.DENIED, cleared=NOW.isoformat())
    shown = await card(op, number)
    assert "Its files were cleared" in shown.fields[0].text
    assert (shown.image, shown.video) == (None, None)


async def test_a_second_revision_and_what_is_only_approximated(op: Operator, number: int) -> None:
    def approximated(db: Database) -> None:
        draft = drafts.get(db, number)
        assert draft.rendered is not None
        changed = dataclasses.replace(draft.rendered, approximations=("The blur is weaker.",))
        drafts.set_rendered(db, number, 1, changed, {})

    await op.store.do(approximated)
    found = {field.name: field.text for field in (await card(op, number)).fields}
    assert found["Only approximated"] == "The blur is weaker."
    await op.store.do(
        revisions.begin, number, 1, proposal("Shorter"), job=None, wish="shorter", voter="desk", now=op.now()
    )
    await drive(op, "render")
    shown = await card(op, number)
    assert shown.foot.startswith("revision 2 · ")
    assert shown.fields[0].text.startswith("Draft: waits for")


async def test_the_evidence_is_a_line_where_there_is_any(op: Operator, number: int) -> None:
    def history(db: Database) -> None:
        for at in range(12):
            good = at % 2 == 0
            made = proposal(f"Old {at}")
            labels = Labels(format="timelapse" if good else "slideshow")
            old = drafts.file(db, made.model_copy(update={"labels": labels}), job=None, sample=False, now=NOW)
            data = {"engagement_rate": 0.09 if good else 0.02}
            results.keep(db, Wanted(old, "7d", NOW, "", ""), data, now=NOW)
            db.execute("UPDATE drafts SET state = 'posted' WHERE number = ?", [old])

    await op.store.do(history)
    assert "Evidence" not in [field.name for field in (await card(op, number)).fields]
    labelled = proposal("New").model_copy(update={"labels": Labels(format="timelapse")})
    fresh = await op.store.do(drafts.file, labelled, job=None, sample=False, now=NOW)
    found = {field.name: field.text for field in (await card(op, fresh)).fields}
    assert found["Evidence"].startswith(
        "Format “timelapse” did better: 9.0% against the account's 5.5% (n = 6"
    )


async def test_what_approving_buys_stands_there_without_what_changes(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r", finals=True, daily=20, monthly=1000):
        number = await file_one(op, 4.0)
        assert await rendered(op, number) is State.DRAFT
        found = {field.name: field.text for field in (await card(op, number)).fields}
        assert found["Cost"] == "Approving buys its final video for about 4 credits of JSON2Video."
        await vote(op, number)
        shown = {field.name: field.text for field in (await card(op, number)).fields}
        assert shown["Cost"] == "Its final video takes about 4 credits of JSON2Video."
        assert "Its final video is bought 2 minutes after that" in shown["Status"]


async def test_people_have_names_in_show_and_the_schedule(op: Operator, number: int) -> None:
    await op.store.do(messages.name_people, [("room:1", "Ann")])
    await vote(op, number, voter="room:1")
    shown = await ask(op, "show", number=number)
    assert shown.table[0]["who"] == "Ann"
    assert (shown.data["decided_by"], shown.data["decided_by_name"]) == ("room:1", "Ann")
    assert (await ask(op, "schedule")).table[0]["approved by"] == "Ann"


async def test_what_a_paid_video_cost_stands_on_its_card(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r"):
        number = await file_one(op, 4.0)
        assert await rendered(op, number) is State.DRAFT
        found = {field.name: field.text for field in (await card(op, number)).fields}
        assert found["Rendered by"] == "json2video · 4 credits"
        assert "Cost" not in found
