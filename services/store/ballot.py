"""What the votes on a draft ask for, and the draft's state set accordingly.

The decision is ``services.model.vote.decide``, a pure function of the journal; ``target`` is publisher and
account, part of what an approval is bound to. Every function is a part of somebody's transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from services.model.draft import Draft, State
from services.model.vote import Choice, Decision, decide
from services.store import drafts, journal
from services.store.journal import Kind

UNSEEN = (State.PROPOSED, State.RENDERING)
NO_POSTING: dict[str, Any] = {"post_now": 0, "post_at": None}
_BY_VOTES = (State.DRAFT, State.APPROVED, State.DENIED, State.FINALISING)


def follow(db: Database, number: int, *, target: str, now: datetime, reopen: bool = False) -> Draft:
    """Set the state the votes ask for, where the draft's state follows votes at all.

    ``reopen`` lets the votes decide anew in states that otherwise wait (failed, unknown, posted by hand,
    publishing that was proven unpublished, a final render that is there).
    """
    draft = drafts.get(db, number)
    if not (reopen or draft.state in (*_BY_VOTES, *UNSEEN)):
        return draft
    decision = decision_on(db, draft, target)
    after = decision.state
    if draft.rendered is None:
        after = _without_video(draft, decision)
    if draft.state is State.FINALISING and after is State.APPROVED and not reopen:
        after = State.FINALISING  # as long as the final is being made
    if after is draft.state:
        reason = decision.reason if after is State.DENIED else draft.reason  # an earlier vote was withdrawn
        if decision.by and (decision.by.sequence, reason) != (draft.decided_sequence, draft.reason):
            drafts.put(db, number, **_decided(decision))
        return drafts.get(db, number)
    columns = _decided(decision)
    if after is not State.APPROVED:
        columns |= NO_POSTING
    elif at := _own_time(db, draft, now):
        columns["post_at"] = at
    was_approved = draft.state in (State.APPROVED, State.FINALISING)
    if after is State.DRAFT and was_approved and _has_approval(db, number):
        columns["reason"] = "changed since it was approved: approve it again"
    drafts.move(db, number, draft.state, after, now=now, **columns)
    return drafts.get(db, number)


def decision_on(db: Database, draft: Draft, target: str) -> Decision:
    """What the votes on the draft, as it is now, say."""
    votes = journal.votes(db, draft.number)
    return decide(votes, revision=draft.revision, fingerprint=drafts.print_of(db, draft, target))


def _own_time(db: Database, draft: Draft, now: datetime) -> str | None:
    """The posting time somebody gave this revision, if it is still to come and nothing took it back.

    So an approval that holds again (an edit or a denial was taken back) posts no sooner than it was to.
    """
    for entry in journal.entries(db, draft=draft.number):
        if entry.kind in (Kind.HOLD, Kind.POST_NOW) or entry.revision != draft.revision:
            return None
        if entry.kind is Kind.POST_AT:
            at = str(entry.data["at"])
            return at if datetime.fromisoformat(at) > now else None
    return None


def _without_video(draft: Draft, decision: Decision) -> State:
    """Where a draft nobody has seen goes: on being made, unless it was denied."""
    if decision.state is State.DENIED:
        return State.DENIED
    return draft.state if draft.state in UNSEEN else State.PROPOSED


def _decided(decision: Decision) -> dict[str, Any]:
    vote = decision.by
    return {
        "reason": decision.reason,
        "decided_by": vote.voter if vote else "",
        "decided_at": vote.at.isoformat() if vote else None,
        "decided_sequence": vote.sequence if vote else None,
    }


def _has_approval(db: Database, number: int) -> bool:
    latest: dict[str, Choice] = {}
    for vote in journal.votes(db, number):
        if vote.choice is Choice.HOLD:
            latest.clear()
        else:
            latest[vote.voter] = vote.choice
    return Choice.APPROVE in latest.values()
