"""What approving will cost stands on the card before anybody approves, and is true of what is then bought."""

from __future__ import annotations

from pathlib import Path

from bot.operations.decide import approve
from bot.operations.posting import post
from bot.operations.registry import Requester
from bot.operator import Operator
from bot.views import draft_view
from services.model.draft import State
from services.model.vote import Choice
from services.store import credits
from tests.doubles.json2video_server import Json2VideoServer
from tests.reconcilers.helpers import drive, vote
from tests.reconcilers.paying import buying, file_one, rendered


async def draft_of(op: Operator, seconds: float = 4.0) -> int:
    number = await file_one(op, seconds)
    assert await rendered(op, number) is State.DRAFT
    return number


async def said(op: Operator, number: int) -> str:
    bought = (await draft_view(op, number))["purchase"]
    return bought["text"] if bought else ""


async def test_the_card_says_what_approving_buys_and_what_the_caps_leave(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r", finals=True, daily=20, monthly=1000):
        number = await draft_of(op)
        await op.store.do(credits.take, "aaaa-1-1", 6, now=op.now())
        bought = (await draft_view(op, number))["purchase"]
        assert bought == {
            "credits": 4,
            "service": "JSON2Video",
            "allowed": True,
            "caps": [
                {"span": "today", "left": 14, "of": 20, "promised": 0},
                {"span": "this month", "left": 994, "of": 1000, "promised": 0},
            ],
            "text": "Approving buys its final video for about 4 credits of JSON2Video; "
            "your caps leave 14 of 20 today and 994 of 1,000 this month.",
        }
        assert server.asked == [], "a card asks nobody"
        await vote(op, number)
        assert "Its final video is bought before it is posted for about 4 credits" in await said(op, number)
        await vote(op, number, Choice.DENY)
        assert "Approving buys its final video for about 4 credits" in await said(op, number)


async def test_what_the_caps_do_not_allow_is_said_before_the_approval(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r", finals=True, daily=3, monthly=1000):
        number = await draft_of(op)
        cannot = (
            "Its final video needs about 4 credits of JSON2Video, but your caps leave 3 of 3 today: "
            "it cannot be bought now."
        )
        assert await said(op, number) == cannot
        op.live = True
        [reply] = [reply async for reply in approve(op, Requester("somebody"), number)]
        assert reply.text == (
            f"Draft {number} is approved. {cannot} Unless that changes within 2 minutes, it fails, and "
            f"`autopotter retry {number}` buys it once there is more; undo takes the approval back."
        )


async def test_who_posts_what_the_caps_forbid_reads_why_it_is_not_posted(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r", finals=True, daily=3):
        number = await draft_of(op)
        first, *_, last = [reply async for reply in post(op, Requester("somebody"), number)]
        assert "it cannot be bought now" in first.text
        assert "bought first" not in first.text
        assert (last.ok, "3 credits" in last.text, last.remedy) == (
            False, True, f"`autopotter retry {number}` tries again.",
        )  # fmt: skip
        assert server.bought == []


async def test_what_drafts_approved_before_will_take_is_not_promised_again(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r", finals=True, daily=10):
        first, second, third = [await draft_of(op) for _ in range(3)]
        await vote(op, second)
        assert "your caps leave 6 of 10 today, as drafts approved before take 4." in await said(op, first)
        assert "your caps leave 10 of 10 today." in await said(op, second), "its own turn comes first"
        await vote(op, first)
        assert "your caps leave 6 of 10 today, as drafts approved before take 4." in await said(op, first)
        assert (
            "needs about 4 credits of JSON2Video, but your caps leave 2 of 10 today, as drafts approved "
            "before take 8: it cannot be bought now."
        ) in await said(op, third)
        await vote(op, second, Choice.DENY)
        assert "your caps leave 6 of 10 today" in await said(op, third)
        op.taken.add(first)  # at once
        await drive(op, "finalise")
        assert len(server.bought) == 1
        assert "your caps leave 6 of 10 today." in await said(op, third), "what is bought is counted once"


async def test_without_caps_only_the_cost_is_said(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r", finals=True):
        number = await draft_of(op)
        assert await said(op, number) == ("Approving buys its final video for about 4 credits of JSON2Video.")


async def test_what_is_said_is_what_is_taken_from_the_caps_and_what_is_bought_is_not_told_again(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.ends = ["stuck"]
    async with buying(op, server, tmp_path / "r", finals=True, daily=20, timeout=0.0):
        number = await draft_of(op, seconds=7.5)
        told = (await draft_view(op, number))["purchase"]["credits"]
        await vote(op, number)
        op.taken.add(number)  # at once
        await drive(op, "finalise")
        assert len(server.bought) == 1
        assert await op.store.do(credits.taken, server.bought[0].project) == told == 8
        assert await said(op, number) == ""
        await vote(op, number, Choice.DENY)
        assert await said(op, number) == "", "what was bought is kept, and taken up by an approval"


async def test_the_answer_to_an_approval_says_when_it_is_bought(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r", finals=True):
        number = await draft_of(op)
        op.live = True
        [reply] = [reply async for reply in approve(op, Requester("somebody"), number)]
        assert reply.text == (
            f"Draft {number} is approved. Its final video is bought in 2 minutes. It is posted when that is "
            "there; undo takes it back."
        )
        assert "about 4 credits" in reply.cards[0].data["purchase"]["text"]


async def test_where_every_render_is_bought_before_the_review_approving_buys_nothing(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path / "r"):
        number = await draft_of(op)
        assert await said(op, number) == ""


async def test_a_card_says_why_its_render_waits(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.account.credits = 0
    async with buying(op, server, tmp_path / "r"):
        number = await file_one(op)
        assert (await draft_view(op, number))["waits"] == ""

        async def waits() -> bool:
            return bool(op.engine.troubles())

        await op.engine.drive(waits, only={"render": {str(number)}})
        assert "The account at JSON2Video has no credits left" in (await draft_view(op, number))["waits"]
