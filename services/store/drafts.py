"""Drafts and their revisions: filing, reading, and the compare-and-set change of state."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from services.errors import Refused
from services.model.brief import PastDraft
from services.model.draft import Draft, Rendered, Standing, State, ensure_allowed, fingerprint
from services.model.proposal import Labels, Proposal, Resource

_SELECT = """
    SELECT d.*, r.title, r.caption, r.strategy, r.description, r.labels, r.resources, r.movie, r.planner,
           r.contents, r.notes, r.rendered, r.distance, r.neighbour
    FROM drafts d JOIN revisions r ON r.draft = d.number AND r.revision = d.revision
"""

# typeof() tells without reading it: it lies behind the movie, which is long.
_STANDINGS = """
    SELECT d.number, d.tag, d.state, d.revision, d.changed, d.decided_at, d.decided_sequence, d.post_now,
           d.post_at, d.posted_at, d.cleared, typeof(r.rendered) <> 'null' AS rendered
    FROM drafts d JOIN revisions r ON r.draft = d.number AND r.revision = d.revision
"""

_LETTERS = "abcdefghjkmnpqrstuvwxyz"  # no letters or digits that people confuse
_DIGITS = "23456789"


def file(db: Database, proposal: Proposal, *, job: int | None, sample: bool, now: datetime) -> int:
    """Make a new draft of a proposal, in state proposed. Answers its number."""
    tag = _free_tag(db)
    db.execute(
        "INSERT INTO drafts (tag, state, revision, job, sample, created, changed)"
        " VALUES (?, ?, 1, ?, ?, ?, ?)",
        [tag, State.PROPOSED, job, sample, now.isoformat(), now.isoformat()],
    )
    number = int(db.execute("SELECT last_insert_rowid()").fetchone()[0])
    add_revision(db, number, 1, proposal)
    return number


def add_revision(db: Database, number: int, revision: int, proposal: Proposal) -> None:
    db.table("revisions").insert(
        {
            "draft": number,
            "revision": revision,
            "title": proposal.title,
            "caption": proposal.caption,
            "strategy": proposal.strategy,
            "description": proposal.description,
            "labels": proposal.labels.model_dump_json(),
            "resources": json.dumps([r.model_dump(by_alias=True) for r in proposal.resources]),
            "movie": json.dumps(proposal.movie, allow_nan=False),
            "planner": proposal.planner,
            "seed": proposal.seed,
            "distance": proposal.distance,
            "neighbour": proposal.neighbour,
            "notes": json.dumps(proposal.approximations),
        }
    )


def get(db: Database, number: int) -> Draft:
    """The draft with this number; Refused with a sentence if there is none."""
    for row in db.query(f"{_SELECT} WHERE d.number = ?", [number]):
        return _draft(row)
    raise Refused(f"There is no draft {number}.", remedy="`autopotter drafts` lists them.")


def listed(
    db: Database, *, states: Sequence[State] = (), limit: int | None = None, job: int | None = None
) -> list[Draft]:
    """Whole drafts, newest first; only those in ``states`` and of ``job`` when given."""
    where, values = _where(states, job)
    query = f"{_SELECT} {where} ORDER BY d.number DESC LIMIT ?"
    return [_draft(row) for row in db.query(query, [*values, -1 if limit is None else limit])]


def standings(db: Database, *, states: Sequence[State] = (), job: int | None = None) -> list[Standing]:
    """Where these drafts stand, newest first: for what is asked again and again, of however many."""
    where, values = _where(states, job)
    return [_standing(row) for row in db.query(f"{_STANDINGS} {where} ORDER BY d.number DESC", values)]


def counts(db: Database) -> dict[str, int]:
    return dict(db.execute("SELECT state, count(*) FROM drafts GROUP BY state").fetchall())


def move(db: Database, number: int, before: State, after: State, /, *, now: datetime, **columns: Any) -> bool:
    """Compare-and-set: to ``after`` only if the draft is still ``before``. False if it is not.

    Further ``columns`` of the drafts table are set in the same step.
    """
    ensure_allowed(before, after)
    return _update(db, number, {"state": after, "changed": now.isoformat(), **columns}, "state = ?", [before])


def put(db: Database, number: int, /, **columns: Any) -> None:
    """Set columns of the drafts table that are no change of state."""
    _update(db, number, columns, "1", [])


def set_rendered(
    db: Database, number: int, revision: int, rendered: Rendered, contents: dict[str, str]
) -> None:
    """Record a finished render; ``contents`` maps asset ids to the sha256 of what was rendered."""
    db.table("revisions").update(
        (number, revision), {"rendered": json.dumps(asdict(rendered)), "contents": json.dumps(contents)}
    )
    put(db, number, cleared=None)


def previews(db: Database, final: str) -> frozenset[int]:
    """The approved drafts whose video was not made by the renderer ``final``."""
    rows = db.execute(
        "SELECT d.number FROM drafts d JOIN revisions r ON r.draft = d.number AND r.revision = d.revision"
        " WHERE d.state = ? AND r.rendered IS NOT NULL AND json_extract(r.rendered, '$.renderer') <> ?",
        [str(State.APPROVED), final],
    )
    return frozenset(int(number) for (number,) in rows.fetchall())


def lose_video(db: Database, number: int, revision: int) -> None:
    """Its files are gone: a retry renders this revision again."""
    db.table("revisions").update((number, revision), {"rendered": None})


def set_caption(db: Database, number: int, revision: int, caption: str) -> None:
    db.table("revisions").update((number, revision), {"caption": caption})


def print_of(db: Database, draft: Draft, target: str) -> str:
    """The fingerprint an approval of this draft is bound to now (votes, rule 6)."""
    contents: dict[str, str] = json.loads(
        db.table("revisions").get((draft.number, draft.revision))["contents"] or "{}"
    )
    rendered = draft.rendered
    return fingerprint(
        caption=draft.caption,
        movie=draft.movie,
        contents=[*contents.values(), (rendered.reviewed or rendered.sha256) if rendered else ""],
        shown=rendered.approximations if rendered else (),
        target=target,
    )


def past(db: Database, limit: int, *, without: int | None = None) -> list[PastDraft]:
    """The last drafts as planning needs them, newest first; ``without`` the one that is revised."""
    found = listed(db, limit=limit + (without is not None))
    return [past_of(draft) for draft in found if draft.number != without][:limit]


def titles(db: Database, numbers: Sequence[int]) -> dict[int, str]:
    """Of those of these drafts that have a video, and no more of them: it is asked at every change."""
    rows = db.execute(
        "SELECT d.number, r.title FROM drafts d JOIN revisions r"  # noqa: S608 - question marks only
        " ON r.draft = d.number AND r.revision = d.revision"
        f" WHERE r.rendered IS NOT NULL AND d.number IN ({', '.join('?' * len(numbers))})",
        list(numbers),
    )
    return {int(number): str(title) for number, title in rows.fetchall()}


def past_of(draft: Draft) -> PastDraft:
    return PastDraft(
        number=draft.number,
        title=draft.title,
        format=draft.labels.format,
        intent=draft.labels.intent,
        state=draft.state,
        reason=draft.reason if draft.state is State.DENIED else "",
        assets=draft.assets,
        movie=draft.movie,
        caption=draft.caption,
    )


def _update(db: Database, number: int, columns: dict[str, Any], guard: str, values: list[Any]) -> bool:
    names = ", ".join(f"{name} = ?" for name in columns)
    cursor = db.execute(
        f"UPDATE drafts SET {names} WHERE number = ? AND {guard}",  # noqa: S608 - names come from our code
        [*(str(v) if isinstance(v, State) else v for v in columns.values()), number, *map(str, values)],
    )
    return int(cursor.rowcount) == 1


def _where(states: Sequence[State], job: int | None) -> tuple[str, list[Any]]:
    where, values = ["1"], list[Any]()
    if states:
        where.append(f"d.state IN ({', '.join('?' * len(states))})")
        values += [str(state) for state in states]
    if job is not None:
        where.append("d.job = ?")
        values.append(job)
    return f"WHERE {' AND '.join(where)}", values


def _free_tag(db: Database) -> str:
    """A letter and a digit first: a spreadsheet takes "2345.10" for a number and "jun4.17" for a date."""
    while True:
        tag = "".join(map(secrets.choice, (_LETTERS, _DIGITS, _LETTERS + _DIGITS, _LETTERS + _DIGITS)))
        if not db.table("drafts").count_where("tag = ?", [tag]):
            return tag


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _standing(row: dict[str, Any]) -> Standing:
    times = {name: _time(row[name]) for name in ("decided_at", "post_at", "posted_at", "cleared")}
    return Standing(
        **{
            **row,
            **times,
            "state": State(row["state"]),
            "changed": datetime.fromisoformat(row["changed"]),
            "rendered": bool(row["rendered"]),
            "post_now": bool(row["post_now"]),
        }
    )


def _draft(row: dict[str, Any]) -> Draft:
    rendered = json.loads(row["rendered"]) if row["rendered"] else None
    if rendered is not None:
        rendered["approximations"] = tuple(rendered["approximations"])
    return Draft(
        number=row["number"],
        tag=row["tag"],
        state=State(row["state"]),
        revision=row["revision"],
        title=row["title"],
        caption=row["caption"],
        strategy=row["strategy"],
        description=row["description"],
        labels=Labels.model_validate_json(row["labels"]),
        resources=tuple(Resource.model_validate(r) for r in json.loads(row["resources"])),
        movie=json.loads(row["movie"]),
        planner=row["planner"],
        job=row["job"],
        created=datetime.fromisoformat(row["created"]),
        changed=datetime.fromisoformat(row["changed"]),
        sample=bool(row["sample"]),
        rendered=Rendered(**rendered) if rendered else None,
        reason=row["reason"],
        decided_by=row["decided_by"],
        decided_at=_time(row["decided_at"]),
        decided_sequence=row["decided_sequence"],
        post_now=bool(row["post_now"]),
        post_at=_time(row["post_at"]),
        permalink=row["permalink"],
        posted_at=_time(row["posted_at"]),
        posted_by_hand=bool(row["posted_by_hand"]),
        last_word=row["last_word"],
        cleared=_time(row["cleared"]),
        notes=tuple(json.loads(row["notes"])),
        distance=row["distance"],
        neighbour=row["neighbour"],
    )
