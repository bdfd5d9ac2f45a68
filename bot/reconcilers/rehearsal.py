"""Which approved drafts have their container made before their time: a dry run (INSTAGRAM_DRY_RUN).

What is wrong with a video or a permission then shows hours before, and not in the slot. A container lives
24 hours, so nothing is brought earlier than it is sure to be usable (votes, rule 16).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlite_utils import Database

from bot.operator import Operator
from bot.schedule_lines import next_runs
from services.model.draft import Standing, State
from services.store import drafts

CONTAINER_LIFE = timedelta(hours=20)  # one older than this is given up before it expires
EARLIEST = CONTAINER_LIFE - timedelta(hours=1)  # before its time, so that the container is still used then


def to_rehearse(
    db: Database, op: Operator, due: Mapping[str, float], previews: Collection[int]
) -> list[Standing]:
    """Those whose own time is near, by ``due`` in seconds, and the one that the next slot takes.

    ``previews`` have no video to bring yet.
    """
    approved = drafts.standings(db, states=[State.APPROVED])
    soon = EARLIEST.total_seconds()
    found = [draft for draft in approved if due.get(str(draft.number), soon) < soon]
    of_slot = _of_next_slot(op, approved)
    if of_slot is not None and of_slot.number not in previews:
        found.append(of_slot)
    return found


def _of_next_slot(op: Operator, approved: list[Standing]) -> Standing | None:
    """As bot/slots.py will choose, if nobody votes meanwhile and the slot comes within a container's life."""
    waiting = [draft for draft in approved if not draft.post_now and draft.post_at is None]
    if not op.options.autopost_cron or not waiting:
        return None
    now = op.now()
    slots = next_runs(op.options.autopost_cron, op.options.timezone, now, 1)
    if not slots or slots[0] - now > EARLIEST:
        return None
    waiting.sort(key=lambda draft: draft.decided_sequence or 0)
    return waiting[-1] if op.options.autopost_order == "latest" else waiting[0]
