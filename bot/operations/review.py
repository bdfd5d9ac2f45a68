"""Look at drafts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any

from bot.operations.common import DraftNumber
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.reply import Reply
from bot.views import draft_cards
from services.model.draft import State
from services.store import drafts as store_drafts
from services.store import journal, messages
from services.store.journal import Entry

_OPEN = tuple(state for state in State if state not in (State.POSTED, State.DENIED))
STATES = ("open", *(str(state) for state in State))


@operation(reads={})
async def drafts(
    op: Operator,
    by: Requester,
    status: Annotated[
        str, About("only drafts in this state; open = neither posted nor denied", choices=STATES, option=True)
    ] = "",
    limit: Annotated[int, About("at most so many, newest first", 1, 10_000, option=True)] = 0,
) -> AsyncGenerator[Reply]:
    """List the drafts, newest first."""
    states = _OPEN if status == "open" else (State(status),) if status else ()
    found = await op.store.do(store_drafts.listed, states=states, limit=limit or None)
    cards = await draft_cards(op, found)
    text = "" if cards else "There are no drafts yet. `autopotter generate` makes some."
    if not cards and status:
        text = f"No draft is {status}."
    yield Reply(text, data=[card.data for card in cards], cards=cards)


@operation(reads={})
async def show(op: Operator, by: Requester, number: DraftNumber) -> AsyncGenerator[Reply]:
    """Show one draft with its reasons, its files and what was decided about it."""
    draft = await op.store.do(store_drafts.get, number)
    cards = await draft_cards(op, [draft])
    entries = await op.store.do(journal.entries, draft=number)
    names = await op.store.do(messages.names)
    history = [entry_view(entry, names) for entry in entries]
    times = [f"{entry.at.astimezone(op.options.timezone):%Y-%m-%d %H:%M:%S}" for entry in entries]
    yield Reply(
        draft.description,
        data=cards[0].data | {"journal": history},
        cards=cards,
        table=tuple(
            {"when": when, "who": e["who"], "what": e["what"]} for when, e in zip(times, history, strict=True)
        ),
    )


def entry_view(entry: Entry, names: Mapping[str, str]) -> dict[str, Any]:
    """A journal entry with a phrase for people in ``what`` and, by ``names`` of voters, who it was."""
    phrases = {
        "approve": "approved",
        "deny": "denied",
        "withdraw": "took the vote back",
        "hold": "held",
        "edit": "changed the caption",
        "undo": "took back",
        "post_now": "asked to post now",
        "post_at": "set the posting time:",
        "posted": "posted",
        "posted_by_hand": "said it is live" if entry.data.get("live") else "posted by hand",
        "not_live": "said it is not live",
        "retry": "asked for another try",
        "revise": "asked for a revision:",
        "pause": "paused posting",
        "resume": "resumed posting",
    }
    what = " ".join(part for part in (phrases.get(entry.kind, ""), entry.text) if part)
    return {
        "sequence": entry.sequence,
        "draft": entry.draft,
        "revision": entry.revision,
        "kind": str(entry.kind),
        "voter": entry.voter,
        "who": messages.named(entry.voter, names),
        "what": what,
        "text": entry.text,
        "at": entry.at.isoformat(),
    }
