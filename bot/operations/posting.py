"""Post approved drafts, clear up unclear posts, and hold or release the schedule."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any

from humanize import precisedelta

from bot.moments import moment_text, parse_moment
from bot.operations.common import DraftNumber
from bot.operations.decide import answer
from bot.operations.driving import carry, show_in_sheet
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.purchases import awaits_final
from bot.reply import Reply
from bot.schedule_lines import next_runs
from bot.views import draft_cards, draft_view, due_in, posts
from services.errors import Refused
from services.model.draft import Draft, State
from services.store import decisions, drafts, facts, guards, journal, messages
from services.store.journal import Kind

_QUEUED = (State.APPROVED, State.FINALISING, State.PUBLISHING)
_BY_LINE = {
    "generate": "New videos are made",
    "autopost": "One approved draft is posted",
    "digest": "The chats get a digest",
}
PATIENCE = 3  # failed looks at an unclear publish, after which a command stops waiting; the operator goes on


@operation(decides=True, long=True, group="posting")
async def post(
    op: Operator,
    by: Requester,
    number: DraftNumber,
    at: Annotated[
        str, About("a time instead of now: “tomorrow 18:00”, “2026-12-24 18:00”, …", option=True, blank=False)
    ] = "",
) -> AsyncGenerator[Reply]:
    """Post a draft now, or at a time of its own. On a draft nobody approved yet, this approves it."""
    if at:
        yield await _post_at(op, by, number, at)
        return
    if await op.store.do(facts.get, facts.PAUSED):
        raise Refused("Posting is paused.", remedy="`autopotter schedule resume` goes on.")
    draft = await op.store.do(drafts.get, number)
    if draft.state is not State.PUBLISHING:  # else: see what was begun through, also after a crash
        draft = await op.store.do(decisions.post_now, number, voter=by.voter, target=op.target, now=op.now())
    first = await _first(op, draft)
    yield Reply(f"Draft {number} is being posted.{first}", data={"number": number, "state": str(draft.state)})

    async def decided() -> bool:
        state = (await op.store.do(drafts.get, number)).state
        ended = state not in _QUEUED
        return ended or bool(await _waiting_reason(op, number, state))

    await carry(op, decided, {"finalise": {str(number)}, "publish": {str(number)}})
    draft = await op.store.do(drafts.get, number)
    unshown = await show_in_sheet(op)
    cards = await draft_cards(op, [draft])
    data = cards[0].data
    match draft.state:
        case State.POSTED:
            where = f": {draft.permalink}" if draft.permalink else "."
            yield Reply(f"Draft {number} is posted{where} {unshown}".strip(), data=data, cards=cards)
        case State.FAILED:
            remedy = f"`autopotter retry {number}` tries again."
            yield Reply(f"Draft {number} was not posted: {draft.reason}", ok=False, remedy=remedy, data=data)
        case State.UNKNOWN:
            yield Reply(
                f"Draft {number}: {draft.reason}",
                ok=False,
                remedy=f"Look at the account, then `autopotter posted {number}` or "
                f"`autopotter unpublished {number}`.",
                data=data,
            )
        case _:
            reason = await _waiting_reason(op, number, draft.state) or "it was taken back meanwhile."
            yield Reply(f"Draft {number} is not posted yet: {reason}", ok=False, data=data)


async def _first(op: Operator, draft: Draft) -> str:
    """What has to happen to its video before it can go out."""
    if not awaits_final(op, draft):
        return ""
    bought = (await draft_view(op, draft.number))["purchase"]
    if bought is None:
        return " Its final video is waited for."
    return " Its final video is bought first." if bought["allowed"] else f" {bought['text']}"


async def _post_at(op: Operator, by: Requester, number: int, text: str) -> Reply:
    now, timezone = op.now(), op.options.timezone
    at = parse_moment(text, now=now, timezone=timezone)
    said = f"{at.astimezone(timezone):%a %-d %b %Y %H:%M} ({timezone})"
    draft = await op.store.do(decisions.post_at, number, at, said, voter=by.voter, target=op.target, now=now)
    sentence = f"Draft {number} is posted {moment_text(at, now, timezone)} ({timezone})"
    if await op.store.do(facts.get, facts.PAUSED):
        sentence += ", unless posting is still paused then: `autopotter schedule resume` goes on."
    elif op.live:
        sentence += "; undo takes it back."
    else:
        sentence += ", if an operator is running then; undo takes it back."
    return await answer(op, draft, sentence)


@operation(decides=True, group="posting")
async def posted(
    op: Operator,
    by: Requester,
    number: DraftNumber,
    permalink: Annotated[str, About("the post's address, if you have it")] = "",
) -> AsyncGenerator[Reply]:
    """Say that a draft is live: you posted it by hand, or you looked after an unclear publish."""
    link = permalink.strip()
    if link and not link.startswith(("https://", "http://", "file://")):
        raise Refused("A permalink begins with https://.", remedy="Copy it from the post, or leave it out.")
    draft = await op.store.do(decisions.posted_by_hand, number, link, voter=by.voter, now=op.now())
    yield await answer(op, draft, f"Draft {number} counts as posted.")


@operation(decides=True, group="posting")
async def unpublished(op: Operator, by: Requester, number: DraftNumber) -> AsyncGenerator[Reply]:
    """Say that an unclear publish is not live.

    It is looked at again, and then posted through the same container: never twice.
    """
    draft = await op.store.do(decisions.not_live, number, voter=by.voter, target=op.target, now=op.now())
    yield await answer(op, draft, f"Noted. Draft {number} is {draft.word} again; nothing is posted twice.")


@operation(decides=True, group="posting")
async def retry(op: Operator, by: Requester, number: DraftNumber) -> AsyncGenerator[Reply]:
    """Try a failed draft again: render it anew, or let the votes decide about posting."""
    draft = await op.store.do(decisions.retry, number, voter=by.voter, target=op.target, now=op.now())
    if draft.state is not State.RENDERING or op.live:
        yield await answer(op, draft, f"Draft {number} is {draft.state} again.")
        return
    yield Reply(f"Draft {number} is being rendered again.")

    async def made() -> bool:
        return (await op.store.do(drafts.get, number)).state is not State.RENDERING

    await carry(op, made, {"render": {str(number)}})
    draft = await op.store.do(drafts.get, number)
    failed = draft.state is State.FAILED
    reply = await answer(op, draft, draft.reason if failed else f"Draft {number} is {draft.word}.")
    yield Reply(reply.text, ok=not failed, data=reply.data, cards=reply.cards)


@operation(reads={"action": "show"}, group="posting")
async def schedule(
    op: Operator,
    by: Requester,
    action: Annotated[
        str, About("show, or hold and release all posting", choices=("show", "pause", "resume"))
    ] = "show",
) -> AsyncGenerator[Reply]:
    """Show what happens when, or pause and resume all posting."""
    if action == "pause":
        await op.store.do(_pause, by.voter, op)
    elif action == "resume":
        await op.store.do(_resume, by.voter, op)
    data = await _schedule(op)
    yield Reply(_sentence(data), data=data, table=tuple(_queue_row(row) for row in data["queue"]))


async def _schedule(op: Operator) -> dict[str, Any]:
    options, now = op.options, op.now()
    names = await op.store.do(messages.names)
    paused = await op.store.do(facts.get, facts.PAUSED)
    if paused:
        paused = {**paused, "by_name": messages.named(paused["by"], names)}
    approved = await op.store.do(drafts.listed, states=_QUEUED)
    approved.sort(key=lambda draft: draft.decided_sequence or 0, reverse=options.autopost_order == "latest")
    lines = {
        "generate": options.generate_cron,
        "autopost": options.autopost_cron,
        "digest": options.digest_cron,
    }
    return {
        "timezone": str(options.timezone),
        "paused": paused,
        "lines": [
            {
                "operation": name,
                "cron": line,
                "next": [run.isoformat() for run in next_runs(line, options.timezone, now, 3)]
                if line
                else [],
            }
            for name, line in lines.items()
        ],
        "post_delay_seconds": options.post_delay.total_seconds(),
        "order": options.autopost_order,
        "posts_per_day": options.posts_per_day,
        "posted_last_24_h": await op.store.do(guards.posted_in_last_day, now),
        "queue": [
            {
                "number": draft.number,
                "title": draft.title,
                "state": str(draft.state),
                "approved_by": draft.decided_by,
                "approved_by_name": messages.named(draft.decided_by, names) if draft.decided_by else "",
                "posts": posts(op, draft),
                "due_in": None if paused else due_in(op, draft),
            }
            for draft in approved
        ],
    }


def _sentence(data: dict[str, Any]) -> str:
    parts = []
    if data["paused"]:
        parts.append("Posting is paused: `autopotter schedule resume` goes on.")
    for line in data["lines"]:
        what = _BY_LINE[line["operation"]]
        if line["next"]:
            parts.append(f"{what} by “{line['cron']}”, next {line['next'][0][:16].replace('T', ' ')}.")
    if not data["lines"][1]["cron"]:
        delay = precisedelta(data["post_delay_seconds"])
        parts.append(f"Approved drafts are posted {delay} after the approval.")
    if not data["lines"][0]["cron"]:
        parts.append("New videos are made when somebody asks.")
    parts.append(f"Posted in the last 24 h: {data['posted_last_24_h']} of at most {data['posts_per_day']}.")
    return " ".join(parts)


def _queue_row(row: dict[str, Any]) -> dict[str, Any]:
    due = row["due_in"]
    wait = "waits" if due is None else f"in {precisedelta(round(due))}" if due else "now"
    when = row["posts"] or wait
    return {
        "draft": row["number"],
        "title": row["title"],
        "approved by": row["approved_by_name"],
        "posted": when,
    }


def _pause(db: Any, voter: str, op: Operator) -> None:
    if facts.get(db, facts.PAUSED) is None:
        facts.put(db, facts.PAUSED, {"by": voter, "at": op.now().isoformat()})
        journal.add(db, Kind.PAUSE, voter=voter, now=op.now())


def _resume(db: Any, voter: str, op: Operator) -> None:
    if facts.get(db, facts.PAUSED) is not None:
        facts.forget(db, facts.PAUSED)
        journal.add(db, Kind.RESUME, voter=voter, now=op.now())


async def _waiting_reason(op: Operator, number: int, state: State) -> str:
    """What holds the draft for longer: a pause, the cap, another publish, repeated trouble; "" if nothing."""
    troubles = {t["key"]: t for t in op.engine.troubles() if t["reconciler"] in ("publish", "finalise")}
    if state is State.PUBLISHING:  # one unclear answer is looked into at once; a dead line is not waited for
        mine = troubles.get(str(number))
        return str(mine["message"]) if mine and int(str(mine["failures"])) >= PATIENCE else ""
    if await op.store.do(facts.get, facts.PAUSED):
        return "posting is paused."
    used = await op.store.do(guards.posted_in_last_day, op.now())
    if used >= op.options.posts_per_day:
        return f"{used} posts went out in the last 24 h, and POSTS_PER_DAY is {op.options.posts_per_day}."
    for other in await op.store.do(drafts.standings, states=[State.PUBLISHING]):
        if other.number != number and (not op.live or str(other.number) in troubles):
            return f"draft {other.number} is still being published; `autopotter post {other.number}` helps."
    return str(troubles[str(number)]["message"]) if str(number) in troubles else ""
