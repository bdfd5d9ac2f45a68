"""Long work as one message a job, kept up to date: "collecting ✓ → proposals 3/3 → rendering 2/3 …"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.chat.port import Message
from bot.operator import Operator
from services.store import drafts, facts, jobs, messages
from services.store.jobs import Job
from services.store.messages import named

LOOKED_AT = 20  # jobs that are over; those that go on are all shown, however many were ordered since

# The stages of each kind of job, in order: as the job's row calls them, and as people do.
STAGES: dict[str, tuple[tuple[str, str], ...]] = {
    "generate": (("collecting", "collecting"), ("planning", "proposals"), ("rendering", "rendering")),
    "revise": (("planning", "proposal"), ("rendering", "rendering")),
    "collect": (("collecting", "collecting"),),
    "look": (("looking", "files"),),
    "describe": (("describing", "files"),),
}
_TITLES = {
    "generate": "Making videos",
    "revise": "Revising draft {draft}",
    "collect": "Collecting analytics and media",
    "look": "Looking at the footage",
    "describe": "Describing the footage",
}
_TONES = {"done": "done", "failed": "bad"}
_COLLECTING = ("checking", "collecting")  # how the collector's own stages begin
_SOURCES = {"instagram": "The account", "gcs": "The media"}
_BY_ITSELF = ("operator", "first run")


def key_of(job: int) -> str:
    return f"job:{job}"


def messages_of(db: Database, op: Operator, since: datetime) -> list[tuple[Message, int | None]]:
    """The messages of jobs that went on after ``since``, oldest first, and the draft each is about (none)."""
    own = facts.own_name(db)
    found = [job for job in jobs.lately(db, LOOKED_AT) if job.finished is None or job.finished >= since]
    names = messages.names(db) if found else {}
    return [(message(job, own, names, _made(db, job)), None) for job in found]


def message(job: Job, own: str, names: Mapping[str, str], made: Sequence[str] = ()) -> Message:
    """One job's. ``own`` is this operator's name: two of them in one channel have both a job 1.

    ``made``: the drafts it made, as people call them.
    """
    title = _TITLES.get(job.kind, job.kind.capitalize()).format(draft=job.params.get("draft", ""))
    who = "" if job.by in _BY_ITSELF else f"for {named(job.by, names)}"
    mark = f"job {job.id}.{own[:6]}"
    return Message(
        key=key_of(job.id),
        mark=mark,
        title=title,
        text=_text(job, made),
        tone=_TONES.get(job.state, "waiting"),
        foot=" · ".join(filter(None, (who, mark))),
    )


def _made(db: Database, job: Job) -> list[str]:
    """ "4 · RV06 grows" for each draft of a job that is done and has a video now."""
    if job.state != "done" or job.kind != "generate":
        return []
    numbers = [int(number) for number in job.result.get("drafts", [])]
    titles = drafts.titles(db, numbers)
    return [f"{number} · {titles[number]}" for number in numbers if number in titles]


def _text(job: Job, made: Sequence[str]) -> str:
    notes = [str(note) for note in job.result.get("notes", [])]
    wish = str(job.params.get("wish", ""))
    asked = [f"“{wish}”"] if wish else []
    match job.state:
        case "queued":
            return "\n".join([*asked, "It waits for its turn."])
        case "failed":
            return "\n".join([*asked, job.error, *_collected(job)])
        case "done":
            done = f"{job.message[:1].upper()}{job.message[1:]}" if job.message else "Done"
            return "\n".join([*asked, f"{done.rstrip('.')}. ✓", *made, *_collected(job), *notes])
    return "\n".join([*asked, _line(job)])


def _collected(job: Job) -> list[str]:
    """What each source of a collection brought, or why it did not."""
    lines = []
    for name, source in job.result.get("summary", {}).get("sources", {}).items():
        found = {what.replace("_", " "): count for what, count in (source["counts"] or {}).items()}
        counts = ", ".join(f"{count:,} {what}" for what, count in found.items() if count)
        if counts or (source["error"] and job.state == "done"):  # a failed one's reasons are its error
            lines.append(f"{_SOURCES.get(name, name)}: {counts or source['error']}")
    return lines


def _line(job: Job) -> str:
    """Where a running job is among its stages."""
    stages = STAGES.get(job.kind, ())
    names = [name for name, _ in stages]
    collecting = job.stage.startswith(_COLLECTING)
    stage = "collecting" if collecting else job.stage
    if stage not in names:
        return _count(stage or "begun", job.done, job.total) + " …"
    at = names.index(stage)
    parts = [f"{words} ✓" for _, words in stages[:at]]
    # The collector counts posts and files, of which it does not know how many there will be.
    parts.append(f"{stages[at][1] if collecting else _count(stages[at][1], job.done, job.total)} …")
    line = " → ".join(parts)
    return f"{line} {job.message}" if stage == "rendering" and job.message else line


def _count(words: str, done: float, total: float) -> str:
    """ "rendering 2/3": whole ones only, so that it does not change ten times a second."""
    return f"{words} {int(done)}/{int(total)}" if total else words
