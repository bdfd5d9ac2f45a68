"""Drafts, jobs and status as plain objects: what --json prints, cards show and the desk draws."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.moments import moment_text
from bot.operator import Operator, draft_folder
from bot.purchases import Promised, awaits_final, promised, purchase
from bot.reply import Action, Card
from services.evidence import evidence_lines, leans_on
from services.model.asset import Asset
from services.model.draft import Draft, Standing, State
from services.store import credits, drafts, facts, guards, media, messages, results
from services.store.jobs import Job

_OPEN = tuple(state for state in State if state not in (State.POSTED, State.DENIED))
_FILES = ("video", "preview", "cover", "storyboard")
_DONE_BY = {
    State.PROPOSED: ("render",),
    State.RENDERING: ("render",),
    State.APPROVED: ("finalise", "publish"),
    State.FINALISING: ("finalise",),
    State.PUBLISHING: ("publish",),
}


async def draft_cards(op: Operator, found: Iterable[Draft]) -> tuple[Card, ...]:
    """A card for each draft, read in one piece of work."""
    views = await op.store.do(views_of, list(found), op)
    return tuple(Card(view, tuple(Action(**action) for action in view["actions"])) for view in views)


async def draft_view(op: Operator, number: int) -> dict[str, Any]:
    """The object of `drafts --json` for one draft; Refused if there is none."""
    draft = await op.store.do(drafts.get, number)
    return (await op.store.do(views_of, [draft], op))[0]


def views_of(db: Database, found: list[Draft], op: Operator) -> list[dict[str, Any]]:
    """The objects of `drafts --json`, as a piece of work for the store."""
    used = {asset for draft in found for asset in draft.assets}
    assets = media.by_ids(db, sorted(used))
    paused = facts.get(db, facts.PAUSED) is not None
    waiting = {(t["reconciler"], t["key"]): str(t["message"]) for t in op.engine.troubles()}
    others = promised(db, op)
    names = messages.names(db)
    known = results.results(db) if any(draft.state in _OPEN for draft in found) else ()
    evidence = evidence_lines(known) if known else ()
    return [
        _view(db, draft, assets, op, paused, others)
        | {
            "waits": _waits(draft, waiting),
            "decided_by_name": messages.named(draft.decided_by, names) if draft.decided_by else "",
            "evidence": leans_on(evidence, draft.labels) if draft.state in _OPEN else "",
        }
        for draft in found
    ]


def _view(
    db: Database, draft: Draft, assets: Mapping[str, Asset], op: Operator, paused: bool, others: Promised
) -> dict[str, Any]:
    names = {key: asset.file.name for key, asset in assets.items()}
    rendered = draft.rendered
    folder = draft_folder(op.drafts_dir, draft.number, draft.tag, draft.revision)
    there = rendered if draft.cleared is None else None
    files = {name: str(folder / getattr(there, name)) if there else "" for name in _FILES}
    waits = rendered is None or draft.state is State.FINALISING
    render = guards.open_render(db, draft.number, draft.revision) if waits else None
    return {
        "number": draft.number,
        "tag": draft.tag,
        "revision": draft.revision,
        "status": draft.word,
        "state": str(draft.state),
        "title": draft.title,
        "caption": draft.caption,
        "strategy": draft.strategy,
        "description": draft.description,
        "differs": differs(draft),
        "distance": draft.distance,
        "neighbour": draft.neighbour,
        "intent": draft.labels.intent,
        "format": draft.labels.format,
        "labels": draft.labels.model_dump(),
        "resources": [
            {**resource.model_dump(by_alias=True), "name": names.get(resource.asset, "")}
            for resource in draft.resources
        ],
        "assets": [names.get(asset, asset) for asset in draft.assets],
        "duration": rendered.duration if rendered else None,
        "size": rendered.size if rendered else None,
        "content": rendered.sha256[:12] if rendered else "",  # tells one video of a revision from another
        "awaits_final": awaits_final(op, draft),
        "purchase": purchase(db, draft, assets, op, others),
        "link": draft.permalink or files["video"],
        **files,
        "movie": str(folder / "movie.json"),
        "renderer": rendered.renderer if rendered else op.services.renderer.name,
        "approximations": list(rendered.approximations if rendered else draft.notes),
        "credits": credits.of_revision(db, draft.number, draft.revision) if rendered else 0,
        "cpu_seconds": rendered.cpu_seconds if rendered else None,
        "wall_seconds": rendered.wall_seconds if rendered else None,
        "segments": rendered.segments if rendered else None,
        "cached_segments": rendered.cached if rendered else None,
        "progress": render.progress if render else None,
        "reason": draft.reason,
        "decided_by": draft.decided_by,
        "decided_at": _text(draft.decided_at),
        "post_at": _text(draft.post_at),
        "posts": posts(op, draft),
        "due_in": due_in(op, draft) if draft.state is State.APPROVED and not paused else None,
        "posted_at": _text(draft.posted_at),
        "posted_by_hand": draft.posted_by_hand,
        "cleared": _text(draft.cleared),
        "permalink": draft.permalink,
        "sample": draft.sample,
        "planner": draft.planner,
        "job": draft.job,
        "created": _text(draft.created),
        "changed": _text(draft.changed),
        "notes": list(draft.notes),
        "actions": [
            {"id": action.id, "label": action.label, "style": action.style} for action in actions(draft)
        ],
    }


def _waits(draft: Draft, waiting: Mapping[tuple[object, object], str]) -> str:
    """Why what is to be done about it now cannot be, yet: no credits, no connection; "" if all is well."""
    reconcilers = _DONE_BY.get(draft.state, ())
    found = (waiting.get((reconciler, str(draft.number)), "") for reconciler in reconcilers)
    return next(filter(None, found), "")


def differs(draft: Draft) -> str:
    """How it differs, for people: "0.71 of 1 from draft 7, the nearest to it"."""
    if draft.distance is None or not draft.neighbour:
        return "nothing to compare it with yet"
    return f"{draft.distance:.2f} of 1 from {draft.neighbour}, the nearest to it"


def due_in(op: Operator, draft: Draft | Standing) -> float | None:
    """Seconds until an approved draft is posted; None when only a cron slot will take it.

    POST_DELAY counts from when it became approved, not from the vote: an old approval that holds again (its
    edit was undone, a denial was withdrawn) leaves time to take it back, too; so does one whose own time is
    past (a failed draft was retried).
    """
    if draft.post_now:
        return 0.0
    now, at = op.now(), draft.post_at
    if draft.number in op.taken and (at is None or at <= now):
        return 0.0
    if at is not None and at > draft.changed:
        return max(0.0, (at - now).total_seconds())
    if op.options.autopost_cron and at is None:
        return None
    return max(0.0, op.options.post_delay.total_seconds() - _age(op, draft, now))


def final_in(op: Operator, draft: Draft | Standing) -> float:
    """Seconds until the final render of an approved draft is begun: time to take it back for nothing."""
    if draft.post_now or draft.number in op.taken:
        return 0.0
    return max(0.0, op.options.post_delay.total_seconds() - _age(op, draft, op.now()))


def _age(op: Operator, draft: Draft | Standing, now: datetime) -> float:
    """Seconds since the draft became what it is: by the clock, but at least those this process has seen.

    A clock that was set back an hour would otherwise hold every approved draft for an hour.
    """
    known = op.seen.get(draft.number)
    if known is None or known[0] != draft.changed:
        known = op.seen[draft.number] = (draft.changed, time.monotonic())
    return max((now - draft.changed).total_seconds(), time.monotonic() - known[1])


def posts(op: Operator, draft: Draft) -> str:
    """The time of its own an approved draft has, as people say it: "tomorrow 18:00"; "" if it has none."""
    if draft.state is not State.APPROVED or draft.post_at is None:
        return ""
    return moment_text(draft.post_at, op.now(), op.options.timezone)


def actions(draft: Draft) -> tuple[Action, ...]:
    """The buttons a card carries in the draft's state."""

    def action(name: str, label: str, style: str = "plain") -> Action:
        return Action(f"{name}:{draft.number}:{draft.revision}", label, style)

    approve = action("approve", "Approve", "primary")
    deny = action("deny", "Deny…", "danger")
    by_hand = action("posted", "Posted by hand…")
    undo, now = action("undo", "Undo"), action("post", "Post now")
    then = Action(f"{now.id}:at", "Post at…")
    revise = Action(f"{action('revise', '').id}:wish", "Revise…")
    match draft.state:
        case State.PROPOSED | State.RENDERING:
            return (deny,)
        case State.DRAFT:
            return (approve, deny, revise, now, then, by_hand, *((undo,) if draft.decided_by else ()))
        case State.DENIED:
            return (undo, approve, revise, by_hand) if draft.rendered else (undo,)
        case State.APPROVED:
            return (undo, now, then, deny, revise, by_hand)
        case State.FINALISING:
            return (undo, now, deny)
        case State.UNKNOWN:
            return (
                action("posted", "It is live", "primary"),
                action("unpublished", "It is not live", "danger"),
            )
        case State.FAILED:
            retry = action("retry", "Retry", "primary")
            return (retry, deny, by_hand) if draft.rendered else (retry,)
        case State.POSTED:
            return (undo,) if draft.posted_by_hand and not draft.cleared else ()
        case _:
            return ()


def job_view(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "stage": job.stage,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "error": job.error,
        "by": job.by,
        "params": job.params,
        "result": job.result,
        "created": _text(job.created),
        "started": _text(job.started),
        "finished": _text(job.finished),
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
