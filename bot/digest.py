"""The digest: what was posted and how it did, what waits, what comes next, and what is in the way.

For the chats by DIGEST_CRON (bot/slots.py), and for whoever asks (the operation of the same name).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from humanize import naturalsize
from sqlite_utils import Database

from bot.moments import moment_text
from bot.operator import Operator
from bot.schedule_lines import next_runs
from bot.views import due_in
from services import disk
from services.errors import OperatorError
from services.log import get_logger
from services.model.draft import Draft, State
from services.store import drafts, facts, notices, results

log = get_logger(__name__)

TOLD = "digest_told"  # fact: when the last digest was told to the chats
FIRST = timedelta(days=1)  # how far the first one looks back
FARTHEST = timedelta(days=14)
LISTED = 8  # drafts of one kind that are named
ASK_SECONDS = 20.0  # for how long the account's token lives
_HOLDING = ("trouble:", "limit:", "token:")


@dataclass(frozen=True, slots=True)
class Around:
    """What is not in the store: days the token has left (None: unknown, or without end), free bytes."""

    token_days: float | None
    free_bytes: int
    disk_low: bool


async def around(op: Operator) -> Around:
    days = None
    if op.services.token is not None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                days = (await op.services.token.standing()).days
        except (OperatorError, TimeoutError) as error:
            log.info("the digest goes without the token's days: %s", error)
    free = await asyncio.to_thread(disk.free, op.options.data_dir)
    return Around(days, free, free < op.options.keeping.warn_free)


def gathered(db: Database, op: Operator, found: Around) -> dict[str, Any]:
    """{since, posted, did, waiting, approved, failed, unclear, holding, paused, token_days, free_bytes,
    disk_low}

    Drafts are {number, title} with what is said of them; ``did``: results read since then.
    """
    now = op.now()
    told = facts.get(db, TOLD)
    since = max(datetime.fromisoformat(told), now - FARTHEST) if told else now - FIRST
    posted = [d for d in drafts.listed(db, states=[State.POSTED]) if d.posted_at and d.posted_at >= since]
    return {
        "since": since.isoformat(),
        "posted": [_named(d) | {"permalink": d.permalink} for d in reversed(posted)],
        "did": _did(db, since),
        "waiting": [_named(d) for d in reversed(drafts.listed(db, states=[State.DRAFT]))],
        "approved": _approved(db, op),
        "failed": [_named(d) | {"reason": d.reason} for d in drafts.listed(db, states=[State.FAILED])],
        "unclear": [_named(d) for d in drafts.listed(db, states=[State.UNKNOWN])],
        "holding": [_held(n) for kind in _HOLDING for n in notices.standing(db, kind)],
        "paused": facts.get(db, facts.PAUSED) is not None,
        **asdict(found),
    }


def told(db: Database, op: Operator, slot: datetime, found: Around) -> str:
    """Tell the chats, as a part of the transaction that takes the slot; answers what was done."""
    data = gathered(db, op, found)
    title = f"Digest of {op.now().astimezone(op.options.timezone):%a %-d %b}"
    notices.say(db, f"digest:{slot.isoformat()}", title, text=words(data, op), now=op.now())
    facts.put(db, TOLD, op.now().isoformat())
    return "the digest"


def words(data: Mapping[str, Any], op: Operator) -> str:
    """gathered() as lines for people."""
    now, zone = op.now(), op.options.timezone
    since = moment_text(datetime.fromisoformat(data["since"]), now, zone)
    lines = _block(f"Posted since {since}", data["posted"], "permalink")
    lines = lines or [f"Nothing was posted since {since}."]
    lines += _block("How posts did", data["did"], "words")
    lines += _block("Waits for a decision", data["waiting"]) or ["Nothing waits for a decision."]
    lines += _block("Approved", data["approved"], "when")
    lines += _block("Is it live? Look, and say so on the card", data["unclear"])
    lines += _block("Failed", data["failed"], "reason")
    if data["paused"]:
        lines.append("Posting is paused: `autopotter schedule resume` goes on.")
    lines += [f"In the way: {held}" for held in data["holding"][:LISTED]]
    return "\n".join([*lines, *_upkeep(data)])


def _upkeep(data: Mapping[str, Any]) -> list[str]:
    found = []
    if (days := data["token_days"]) is not None:
        found.append(f"The account's token has {max(0, round(days))} days left.")
    low = ": the disk is getting full" if data["disk_low"] else ""
    found.append(f"Free disk: {naturalsize(data['free_bytes'])}{low}.")
    return found


def _block(title: str, rows: Sequence[Mapping[str, Any]], said: str = "") -> list[str]:
    """A heading and a line for each draft, [] for none."""
    if not rows:
        return []
    named = [(f"• {row['number']} · {row['title']}", row.get(said, "")) for row in rows[:LISTED]]
    more = [f"• and {len(rows) - LISTED} more"] if len(rows) > LISTED else []
    return [f"{title} ({len(rows)}):", *(" – ".join(filter(None, parts)) for parts in named), *more]


def _named(draft: Draft) -> dict[str, Any]:
    return {"number": draft.number, "title": draft.title}


def _held(notice: notices.Notice) -> str:
    return f"{notice.title}. {notice.text}" if notice.key.startswith("token:") else notice.text


def _did(db: Database, since: datetime) -> list[dict[str, Any]]:
    """Results that were read since then; a post's latest reading stands for it."""
    found = {}
    for number, age, data in results.read_since(db, since):
        if said := _result(age, data):
            found[number] = _named(drafts.get(db, number)) | {"words": said}
    return list(found.values())


def _result(age: str, data: Mapping[str, Any]) -> str:
    insights = data.get("insights") or {}
    parts = [f"{insights[name]:,} {name}" for name in ("views", "reach") if insights.get(name) is not None]
    if (rate := data.get("engagement_rate")) is not None:
        parts.append(f"{rate:.1%} engagement")
    after = {"24h": "after a day", "7d": "after a week"}.get(age, age)
    return f"{after}: {', '.join(parts)}" if parts else ""


def _approved(db: Database, op: Operator) -> list[dict[str, Any]]:
    """What is approved, with when it is posted as far as that is known, the next first."""
    found = drafts.listed(db, states=[State.APPROVED, State.FINALISING, State.PUBLISHING])
    found.sort(key=lambda d: d.decided_sequence or 0, reverse=op.options.autopost_order == "latest")
    paused = facts.get(db, facts.PAUSED) is not None
    by_slot = [d.number for d in found if d.state is not State.PUBLISHING and due_in(op, d) is None]
    line, zone, now = op.options.autopost_cron, op.options.timezone, op.now()
    slots = dict(zip(by_slot, next_runs(line, zone, now, len(by_slot)) if line else (), strict=False))
    rows = []
    for draft in found:
        at = slots.get(draft.number) or now + timedelta(seconds=due_in(op, draft) or 0)
        if draft.state is State.PUBLISHING:
            when = "it is being published"
        elif paused:
            when = "when posting goes on"
        else:
            when = moment_text(at, now, zone) if at > now else "now"
        rows.append((draft.state is not State.PUBLISHING, at, _named(draft) | {"when": when}))
    return [row for _, _, row in sorted(rows, key=lambda row: row[:2])]
