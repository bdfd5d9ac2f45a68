"""Decide about drafts: votes, captions, and taking either back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any

from humanize import precisedelta

from bot.operations.common import DraftNumber
from bot.operations.driving import show_in_sheet
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.purchases import awaits_final
from bot.reply import Reply
from bot.views import draft_cards, due_in, final_in, posts
from services.model.draft import Draft, State
from services.model.vote import Choice
from services.store import decisions, drafts, facts

CAPTION_MOST = 2200  # Instagram's limit; the publisher checks again


@operation(decides=True)
async def approve(op: Operator, by: Requester, number: DraftNumber) -> AsyncGenerator[Reply]:
    """Approve a draft: it is posted after POST_DELAY, or at the next slot of AUTOPOST_CRON."""
    yield await _vote(op, by, number, Choice.APPROVE)


@operation(decides=True)
async def deny(
    op: Operator,
    by: Requester,
    number: DraftNumber,
    reason: Annotated[str, About("why; the planner is told", multiline=True)] = "",
) -> AsyncGenerator[Reply]:
    """Deny a draft: it is not posted, and the planner learns the reason. Stops its render."""
    yield await _vote(op, by, number, Choice.DENY, reason.strip())


@operation(decides=True)
async def undo(op: Operator, by: Requester, number: DraftNumber) -> AsyncGenerator[Reply]:
    """Take back the last decision or caption edit of a draft, whoever made it."""
    draft, what = await op.store.do(decisions.undo, number, voter=by.voter, target=op.target, now=op.now())
    yield await answer(op, draft, f"Took back {what} of draft {number}: it is {word(draft)} now.")


@operation(decides=True)
async def edit(
    op: Operator,
    by: Requester,
    number: DraftNumber,
    caption: Annotated[str, About("the new caption, at most 2,200 characters", multiline=True)],
) -> AsyncGenerator[Reply]:
    """Change a draft's caption. An approval of the old caption no longer counts."""
    text = caption.replace("\r\n", "\n").strip()
    if len(text) > CAPTION_MOST:
        yield Reply(
            f"The caption has {len(text):,} characters; Instagram takes {CAPTION_MOST:,}.",
            ok=False,
            remedy=f"Shorten it by {len(text) - CAPTION_MOST:,}.",
        )
        return
    before = (await op.store.do(drafts.get, number)).state
    draft = await op.store.do(
        decisions.edit_caption, number, text, voter=by.voter, target=op.target, now=op.now()
    )
    again = before is State.APPROVED and draft.state is State.DRAFT
    note = " It needs to be approved again." if again else ""
    yield await answer(op, draft, f"The caption of draft {number} is changed.{note}")


async def answer(op: Operator, draft: Draft, text: str) -> Reply:
    """The reply after a decision: the sentence and the card as it is now."""
    unshown = await show_in_sheet(op)
    cards = await draft_cards(op, [draft])
    return Reply(f"{text} {unshown}".strip(), data=cards[0].data, cards=cards)


def word(draft: Draft) -> str:
    """The sheet's word, unless that hides what happened: a failed draft keeps its last one there."""
    return str(draft.state) if draft.state is State.FAILED else draft.word or str(draft.state)


async def _vote(op: Operator, by: Requester, number: int, choice: Choice, reason: str = "") -> Reply:
    draft = await op.store.do(
        decisions.vote, number, choice, voter=by.voter, target=op.target, now=op.now(), reason=reason
    )
    cards = await draft_cards(op, [draft])
    return await answer(op, draft, await _sentence(op, draft, choice, cards[0].data["purchase"]))


async def _sentence(op: Operator, draft: Draft, choice: Choice, purchase: Mapping[str, Any] | None) -> str:
    number = draft.number
    if draft.state is State.PUBLISHING:
        return f"Noted; draft {number} is being published: your vote counts if it turns out not to be out."
    if draft.state is State.UNKNOWN:
        return f"Noted; your vote counts if draft {number} is not live. Look, and say which it is."
    if draft.state is State.FAILED:
        return f"Noted; draft {number} failed, and `autopotter retry {number}` lets the votes decide."
    if choice is Choice.DENY and draft.state is State.DENIED:
        return f"Draft {number} is denied." + (f" Reason: {draft.reason}" if draft.reason else "")
    if draft.state is not State.APPROVED:
        return f"Noted; draft {number} is {word(draft)}."
    if await op.store.do(facts.get, facts.PAUSED):
        then = "buys its final video and goes on" if awaits_final(op, draft) else "goes on"
        return f"Draft {number} is approved. Posting is paused: `autopotter schedule resume` {then}."
    if op.live and purchase is not None and not purchase["allowed"]:
        return f"Draft {number} is approved. {purchase['text']} {_unless(op, draft)}"
    buying = _buying(op, draft)
    if own := posts(op, draft):
        then = f"; undo takes it back.{buying}" if op.live else ", if an operator is running then."
        return f"Draft {number} is approved and will be posted {own}{then}"
    if not op.live:
        return (
            f"Draft {number} is approved. No operator is running: it is posted when one does, "
            f"or at once by `autopotter post {number}`."
        )
    wait = due_in(op, draft)
    if wait is None:
        return f"Draft {number} is approved and waits for the next slot.{buying}"
    if buying:
        return f"Draft {number} is approved.{buying} It is posted when that is there; undo takes it back."
    delay = precisedelta(round(wait))
    return f"Draft {number} is approved and will be posted in {delay}; undo takes it back."


def _unless(op: Operator, draft: Draft) -> str:
    """What becomes of an approved draft whose final the caps forbid."""
    wait = round(final_in(op, draft))
    until = f"that changes within {precisedelta(wait)}" if wait else "that changes at once"
    return (
        f"Unless {until}, it fails, and `autopotter retry {draft.number}` buys it once there is more; "
        "undo takes the approval back."
    )


def _buying(op: Operator, draft: Draft) -> str:
    """When its final video is bought; what it will cost stands on its card. "" where there is none to buy."""
    if not awaits_final(op, draft):
        return ""
    wait = round(final_in(op, draft))
    return f" Its final video is bought {f'in {precisedelta(wait)}' if wait else 'now'}."
