"""Cron slots, each served once: taken by a row that names its local time, whatever crashes or sleeps.

The local time without its offset names a slot, so the hour that autumn repeats has one slot, not two.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.operator import Operator
from bot.schedule_lines import last_run
from services.log import get_logger
from services.model.draft import State
from services.store import drafts, facts, jobs, journal
from services.store.journal import Kind

log = get_logger(__name__)

ON_TIME = timedelta(minutes=1)  # no clock looks at the very second: so late is on time, whatever the grace


async def serve(op: Operator, name: str) -> str:
    """Serve the newest slot of ``name`` (generate, autopost) within SLOT_GRACE, if it was not served yet.

    Answers a sentence of what was done, "" for nothing.
    """
    options = op.options
    line = options.generate_cron if name == "generate" else options.autopost_cron
    if not line:
        return ""
    slot = last_run(line, options.timezone, op.now(), max(options.slot_grace, ON_TIME))
    if slot is None:
        return ""
    done = await op.store.do(_take, name, slot.replace(tzinfo=None), op)
    if done:
        log.info("slot %s of %s: %s", slot.isoformat(), name, done)
        op.engine.wake()
    return done


def _take(db: Database, name: str, slot: datetime, op: Operator) -> str:
    first = not facts.any_slot(db, name)
    if not facts.claim_slot(db, name, slot, now=op.now()):
        return ""
    if first and op.started.astimezone(op.options.timezone).replace(tzinfo=None) > slot:
        return ""  # a slot from before the schedule was ever watched is nobody's omission
    return _generate(db, op) if name == "generate" else _post(db, op)


def _generate(db: Database, op: Operator) -> str:
    if jobs.listed(db, kinds=["generate"], open_only=True):
        return "a generation is under way already"
    job = jobs.queue_generation(db, op.options.drafts_per_run, by="schedule", now=op.now())
    return f"generation {job}"


def _post(db: Database, op: Operator) -> str:
    """One draft a slot: the last approved, or the first (AUTOPOST_ORDER), that has no time of its own."""
    if facts.get(db, facts.PAUSED) is not None:
        return "posting is paused"
    candidates = [
        d for d in drafts.listed(db, states=[State.APPROVED]) if not d.post_now and d.post_at is None
    ]
    if not candidates:
        return "no approved draft"
    candidates.sort(key=lambda draft: draft.decided_sequence or 0)
    chosen = candidates[-1] if op.options.autopost_order == "latest" else candidates[0]
    drafts.put(db, chosen.number, post_now=1)
    journal.add(
        db,
        Kind.NOTE,
        draft=chosen.number,
        revision=chosen.revision,
        voter="schedule",
        now=op.now(),
        text="its slot has come",
    )
    return f"draft {chosen.number}"
