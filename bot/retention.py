"""What is kept how long: the files that housekeeping removes next, what the disk holds, and when it is low.

Rows and the journal are never removed, nor the publications: what was posted once is known for ever. Files
of drafts that are open (proposed to approved, publishing, unclear) are never in the list.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from humanize import naturalsize
from sqlite_utils import Database

from bot.operator import Operator, filed_name
from services import disk
from services.errors import Unavailable
from services.model.draft import Draft, Standing, State
from services.store import drafts

SHOWN = 10  # next deletions in `status`


@dataclass(frozen=True, slots=True)
class Deletion:
    """Files of one draft that may go from ``at`` on. ``kind``: denied, failed, posted or outbox."""

    kind: str
    draft: int
    what: str
    at: datetime
    paths: tuple[Path, ...]


def upcoming(db: Database, op: Operator) -> list[Deletion]:
    """Every deletion that will come if nothing changes, the next first."""
    found = [
        deletion
        for draft in drafts.standings(db, states=[State.DENIED, State.FAILED, State.POSTED])
        if (deletion := of_draft(op, draft)) is not None
    ]
    return sorted([*found, *_outbox(db, op)], key=lambda deletion: (deletion.at, deletion.draft))


def of_draft(op: Operator, draft: Draft | Standing) -> Deletion | None:
    """When a draft's own files go; None if they stay, went before, or never were."""
    keeping = op.options.keeping
    days, since = {
        State.DENIED: (keeping.denied_days, max(draft.changed, draft.decided_at or draft.changed)),
        State.FAILED: (keeping.failed_days, draft.changed),
        State.POSTED: (keeping.posted_days, draft.posted_at or draft.changed),
    }.get(draft.state, (0, draft.changed))
    if not days or not draft.rendered or draft.cleared is not None:
        return None
    folder = op.drafts_dir / f"{draft.number:04d}-{draft.tag}"
    filed = (
        op.drafts_dir / filed_name(draft.number, draft.tag, revision, final=final)
        for revision in range(1, draft.revision + 1)
        for final in (False, True)
    )
    what = f"the files of draft {draft.number} ({draft.state})"
    return Deletion(str(draft.state), draft.number, what, since + timedelta(days=days), (folder, *filed))


def _outbox(db: Database, op: Operator) -> list[Deletion]:
    """Posts in the outbox's folder, by what the publications say: nothing a person put there is looked at."""
    days = op.options.keeping.outbox_days
    if not days:
        return []
    outbox = op.options.data_dir / "outbox"
    rows = db.query(
        "SELECT p.draft, p.permalink, p.finished_at FROM publications p JOIN drafts d ON d.number = p.draft"
        " WHERE p.publisher = 'outbox' AND p.state = 'published' AND p.permalink LIKE 'file:%'"
        " AND d.state = 'posted' AND p.finished_at IS NOT NULL"
    )
    found = []
    for row in rows:
        folder = Path(unquote(urlsplit(row["permalink"]).path))
        if folder.parent == outbox.absolute() and not folder.name.startswith(".") and folder.is_dir():
            at = datetime.fromisoformat(row["finished_at"]) + timedelta(days=days)
            what = f"outbox/{folder.name} (draft {row['draft']})"
            found.append(Deletion("outbox", int(row["draft"]), what, at, (folder,)))
    return found


def ensure_room(op: Operator) -> None:
    """Unavailable, with a sentence, when a generation would only run into a full disk."""
    data, least = op.options.data_dir, op.options.keeping.min_free
    if (left := disk.free(data)) < least:
        raise Unavailable(
            f"The disk with {data} has only {naturalsize(left)} left: no videos are begun below "
            f"{naturalsize(least)}.",
            remedy="Free some space (`autopotter status` shows what uses it), or lower DISK_MIN_FREE.",
        )


def is_low(op: Operator) -> bool:
    return disk.free(op.options.data_dir) < op.options.keeping.warn_free


async def disk_view(op: Operator) -> dict[str, Any]:
    """The disk for `status`: free and total, what each folder holds, what goes next; ``warning`` or ""."""
    deletions = await op.store.do(upcoming, op)
    view = await asyncio.to_thread(_measured, op)
    view["next_deletions"] = [
        {"what": deletion.what, "draft": deletion.draft, "at": deletion.at.isoformat()}
        for deletion in deletions[:SHOWN]
    ]
    return view


def disk_words(view: dict[str, Any], timezone: tzinfo) -> str:
    """disk_view() as sentences: what is free, what uses it, what goes next, and the warning."""
    used = [f"{name.replace('_', ' ')} {naturalsize(size)}" for name, size in view["folders"].items() if size]
    told = [f"Free disk: {naturalsize(view['free_bytes'])}."]
    if used:
        told.append(f"In use: {', '.join(used)}.")
    if view["next_deletions"]:
        first = view["next_deletions"][0]
        day = datetime.fromisoformat(first["at"]).astimezone(timezone).date()
        told.append(f"Removed next: {first['what']}, on {day}.")
    return " ".join([*told, view["warning"]]).strip()


def _measured(op: Operator) -> dict[str, Any]:
    data, keeping = op.options.data_dir, op.options.keeping
    left = disk.free(data)
    warning = ""
    if left < keeping.warn_free:
        warning = f"The disk is getting full: {naturalsize(left)} left."
        if left < keeping.min_free:
            warning = f"The disk is nearly full: {naturalsize(left)} left, no videos are begun."
    return {
        "free_bytes": left,
        "total_bytes": disk.total(data),
        "warning": warning,
        "folders": {
            "videos": disk.used(data / "drafts"),
            "outbox": disk.used(data / "outbox"),
            "cache": disk.used(data / "cache"),
            "logs": disk.used(data / "logs"),
            "collected": disk.used(data / "collected_data"),
            "database": disk.used(*data.glob("operator.db*")),
            "backups": disk.used(data / "backups"),
            "sample_media": disk.used(data / "media"),
        },
    }
