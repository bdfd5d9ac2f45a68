"""Long work as one message a job, kept up to date: "collecting ✓ → proposals 3/3 → rendering 2/3 …"."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.chat.port import Message
from bot.operator import Operator
from services.store import facts, jobs, messages
from services.store.jobs import Job

LOOKED_AT = 20  # the newest jobs; older ones have ended

# The stages of each kind of job, in order: as the job's row calls them, and as people do.
STAGES: dict[str, tuple[tuple[str, str], ...]] = {
    "generate": (("collecting", "collecting"), ("planning", "proposals"), ("rendering", "rendering")),
    "revise": (("planning", "proposal"), ("rendering", "rendering")),
}
_TITLES = {
    "generate": "Making videos",
    "revise": "Revising draft {draft}",
    "collect": "Collecting analytics and media",
    "look": "Looking at the footage",
    "describe": "Describing the footage",
}
_TONES = {"done": "done", "failed": "bad"}


def key_of(job: int) -> str:
    return f"job:{job}"


def messages_of(db: Database, op: Operator, since: datetime) -> list[tuple[Message, int | None]]:
    """The messages of jobs begun after ``since``, oldest first, and the draft each is about (none)."""
    own = facts.own_name(db)
    found = [job for job in jobs.listed(db, limit=LOOKED_AT) if job.created >= since]
    names = messages.names(db) if found else {}
    return [(message(job, own, names), None) for job in reversed(found)]


def message(job: Job, own: str, names: dict[str, str]) -> Message:
    """One job's. ``own`` is this operator's name: two of them in one channel have both a job 1."""
    title = _TITLES.get(job.kind, job.kind.capitalize()).format(draft=job.params.get("draft", ""))
    who = names.get(job.by, "")
    return Message(
        key=key_of(job.id),
        mark=f"job {job.id}.{own[:6]}",
        title=title,
        text=_text(job),
        tone=_TONES.get(job.state, "waiting"),
        foot=" · ".join(filter(None, (f"for {who}" if who else "", f"job {job.id}.{own[:6]}"))),
    )


def _text(job: Job) -> str:
    match job.state:
        case "queued":
            return "It waits for its turn."
        case "failed":
            return job.error
        case "done":
            notes = [str(note) for note in job.result.get("notes", [])]
            done = f"{job.message[:1].upper()}{job.message[1:]}" if job.message else "Done"
            return "\n".join([f"{done.rstrip('.')}. ✓", *notes])
    return _line(job)


def _line(job: Job) -> str:
    """Where a running job is among its stages."""
    stages = STAGES.get(job.kind, ())
    names = [name for name, _ in stages]
    if job.stage not in names:
        return _count(job.stage or "begun", job.done, job.total) + " …"
    at = names.index(job.stage)
    parts = [f"{words} ✓" for _, words in stages[:at]]
    parts.append(f"{_count(stages[at][1], job.done, job.total)} …")
    return " → ".join(parts)


def _count(words: str, done: float, total: float) -> str:
    """ "rendering 2/3": whole ones only, so that it does not change ten times a second."""
    return f"{words} {int(done)}/{int(total)}" if total else words
