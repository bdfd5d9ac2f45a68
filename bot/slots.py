"""Cron slots, each served once: taken by a row that names its local time, whatever crashes or sleeps.

The local time without its offset names a slot, so the hour that autumn repeats has one slot, not two.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot import digest
from bot.operator import Operator, Options
from bot.schedule_lines import last_run
from services.log import get_logger
from services.model.draft import Standing, State
from services.store import drafts, facts, jobs, journal
from services.store.journal import Kind

log = get_logger(__name__)

NAMES = ("generate", "autopost", "digest")
ON_TIME = timedelta(minutes=1)  # no clock looks at the very second: so late is on time, whatever the grace
LOOK_BACK = timedelta(days=7)  # the newest slot that was missed since then is told


async def serve(op: Operator, name: str) -> str:
    """Serve the newest slot of ``name`` (of NAMES) within SLOT_GRACE, if it was not served yet.

    Answers a sentence of what was done, "" for nothing. However many slots were slept over, one is made up
    for; when even the newest is too old for that, this is told, once.
    """
    options = op.options
    line = line_of(options, name)
    if not line:
        return ""
    now, grace = op.now(), max(options.slot_grace, ON_TIME)
    slot = last_run(line, options.timezone, now, grace)
    if slot is None:
        missed = last_run(line, options.timezone, now, max(LOOK_BACK, grace))
        if missed is not None:
            await op.store.do(_miss, name, missed.replace(tzinfo=None), op)
        return ""
    wall = slot.replace(tzinfo=None)
    if await op.store.do(facts.slot_is_taken, name, wall):
        return ""
    found = await digest.around(op) if name == "digest" else None
    done = await op.store.do(_take, name, wall, now - slot, op, found)
    if done:
        log.info("slot %s of %s: %s", slot.isoformat(), name, done)
        op.engine.wake()
    return done


def line_of(options: Options, name: str) -> str:
    """Its cron line, "" if it has none."""
    lines = {
        "generate": options.generate_cron,
        "autopost": options.autopost_cron,
        "digest": options.digest_cron,
    }
    return lines[name]


def _take(
    db: Database, name: str, slot: datetime, late: timedelta, op: Operator, found: digest.Around | None
) -> str:
    if not _claim(db, name, slot, op):
        return ""
    if found is not None:
        return digest.told(db, op, slot, found)
    return _generate(db, op) if name == "generate" else _post(db, op, late)


def _claim(db: Database, name: str, slot: datetime, op: Operator) -> bool:
    """Whether the slot is ours to serve, or to be missed: now, and for the first time."""
    if not facts.claim_slot(db, name, slot, now=op.now()):
        return False
    line = line_of(op.options, name)
    new = facts.get(db, f"{name}_cron") != line
    if new:
        facts.put(db, f"{name}_cron", line)
    # A slot from before this line was ever watched is nobody's omission.
    return not (new and op.started.astimezone(op.options.timezone).replace(tzinfo=None) > slot)


def _miss(db: Database, name: str, slot: datetime, op: Operator) -> None:
    """Tell that a slot passed unserved, if it would have done anything."""
    if not _claim(db, name, slot, op) or name == "digest" or (name == "autopost" and not _candidates(db)):
        return  # a digest that was missed is a part of the next one
    what = "no videos were proposed" if name == "generate" else "nothing was posted"
    text = f"the slot of {slot:%a %-d %b %H:%M} passed while no operator was awake: {what}"
    log.warning("%s", text)
    journal.add(db, Kind.NOTE, voter="schedule", now=op.now(), text=text, missed=name)


def _generate(db: Database, op: Operator) -> str:
    if jobs.listed(db, kinds=["generate"], open_only=True):
        return "a generation is under way already"
    job = jobs.queue_generation(db, op.options.drafts_per_run, by="schedule", now=op.now())
    return f"generation {job}"


def _candidates(db: Database) -> list[Standing]:
    """Approved drafts that have no time of their own, in the order of their approvals."""
    found = [d for d in drafts.standings(db, states=[State.APPROVED]) if not d.post_now and d.post_at is None]
    return sorted(found, key=lambda draft: draft.decided_sequence or 0)


def _post(db: Database, op: Operator, late: timedelta) -> str:
    """One draft a slot: the last approved, or the first (AUTOPOST_ORDER), that has no time of its own."""
    if facts.get(db, facts.PAUSED) is not None:
        return "posting is paused"
    candidates = _candidates(db)
    if not candidates:
        return "no approved draft"
    chosen = candidates[-1] if op.options.autopost_order == "latest" else candidates[0]
    minutes = late // timedelta(minutes=1)
    drafts.put(db, chosen.number, post_now=1)
    text = "its slot has come" if late <= ON_TIME else f"its slot is made up for {minutes} min late"
    journal.about(db, chosen, Kind.NOTE, voter="schedule", now=op.now(), text=text)
    return f"draft {chosen.number}"
