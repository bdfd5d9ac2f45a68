"""`autopotter backup` and `autopotter restore`: what a person gives and is told."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from humanize import naturalsize

from bot.reply import Reply
from bot.settings import Settings
from bot.surfaces.console import Console
from services.store import backup

HOLDS = (
    "It holds every draft with its caption and movie, all decisions, and what was posted; not the videos and "
    "the outbox in {data}, not your media, and not your settings: copy those folders as they are."
)


def back_up(settings: Settings, console: Console, given: dict[str, Any]) -> None:
    now = datetime.now(settings.zone)
    name = f"operator-{now:%Y%m%d-%H%M%S}.db"
    target: Path = (given["file"] or settings.data_dir / "backups" / name).expanduser().absolute()
    if os.path.isdir(target):  # noqa: PTH112 - a name that cannot be is none; Path.is_dir raises
        target /= name
    apart = [str(settings.data_dir / folder) for folder in ("drafts", "outbox", "collected_data")]
    made = backup.back_up(settings.data_dir / "operator.db", target)
    drafts = f"{made.drafts} draft{'' if made.drafts == 1 else 's'}"
    text = f"{made.file}: {naturalsize(made.size)}, {drafts}. {HOLDS.format(data=settings.data_dir)}"
    console.show(
        Reply(
            text,
            data={
                "file": str(made.file),
                "size": made.size,
                "drafts": made.drafts,
                "schema": made.schema,
                "not_in_it": apart,
            },
        )
    )


def restore(settings: Settings, console: Console, given: dict[str, Any]) -> None:
    source = given["file"].expanduser().absolute()
    done = backup.restore(source, settings.data_dir / "operator.db", now=datetime.now(UTC))
    kept = f" What was there before is kept as {done.kept}." if done.kept else ""
    drafts = f"{done.drafts} draft{'' if done.drafts == 1 else 's'}"
    text = (
        f"{done.file} is now the backup {source} with {drafts}.{kept} "
        "Posting is paused, as what was posted since the backup is not known to it."
    )
    if done.posted_since:
        numbers = ", ".join(map(str, done.posted_since))
        text += f" Posted since, or possibly so: {numbers}; say so with `autopotter posted NUMBER` first."
    text += " `autopotter schedule resume` lets posting go on."
    console.show(
        Reply(
            text,
            data={
                "file": str(done.file),
                "drafts": done.drafts,
                "schema": done.schema,
                "kept": str(done.kept) if done.kept else None,
                "posted_since": list(done.posted_since),
                "paused": True,
            },
        )
    )
