"""What people decide about drafts, as single transactions: journal entry and resulting state together.

The state follows from the journal by ``services.model.vote.decide``; nothing here asks a clock what won.
``target`` is publisher and account, part of what an approval is bound to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from services.errors import Refused
from services.model.draft import Draft, State
from services.model.vote import Choice, Decision, decide
from services.store import drafts, guards, journal
from services.store.journal import Kind

_BY_VOTES = (State.DRAFT, State.APPROVED, State.DENIED, State.FINALISING)
_UNSEEN = (State.PROPOSED, State.RENDERING)
_NO_POSTING: dict[str, Any] = {"post_now": 0, "post_at": None}
_TAKEN_BACK = {
    Kind.APPROVE: "the approval",
    Kind.DENY: "the denial",
    Kind.POST_AT: "the posting time and the approval",
}


def vote(
    db: Database, number: int, choice: Choice, *, voter: str, target: str, now: datetime, reason: str = ""
) -> Draft:
    """Record a vote and let the votes decide. Refused when the draft's state takes no such vote."""
    draft = drafts.get(db, number)
    _may_vote(draft, choice)
    journal.add(
        db,
        Kind(choice),
        draft=number,
        revision=draft.revision,
        voter=voter,
        now=now,
        text=reason,
        fingerprint=drafts.print_of(db, draft, target),
    )
    return follow_votes(db, number, target=target, now=now)


def edit_caption(db: Database, number: int, caption: str, *, voter: str, target: str, now: datetime) -> Draft:
    """Change the caption. An approval of the old one no longer holds: the draft is Draft again."""
    draft = drafts.get(db, number)
    if draft.state in (State.PUBLISHING, State.UNKNOWN, State.POSTED):
        raise Refused(f"Draft {number} is {draft.state}: its caption can no longer be changed.")
    if caption == draft.caption:
        return draft
    drafts.set_caption(db, number, draft.revision, caption)
    journal.add(
        db,
        Kind.EDIT,
        draft=number,
        revision=draft.revision,
        voter=voter,
        now=now,
        before=draft.caption,
        after=caption,
    )
    return follow_votes(db, number, target=target, now=now)


def undo(db: Database, number: int, *, voter: str, target: str, now: datetime) -> tuple[Draft, str]:
    """Take back the last decision or edit; answers the draft and what was taken back.

    A decision is undone by a hold, which beats every earlier vote (votes, rule 2).
    """
    draft = drafts.get(db, number)
    entry = _last_undoable(db, draft)
    if entry is None:
        raise Refused(f"There is nothing to undo on draft {number}.")
    if draft.state is State.POSTED and draft.cleared:
        raise Refused(f"The files of draft {number} were cleared: that it was posted stays so.")
    if entry.kind is Kind.POSTED_BY_HAND:
        what = "posted by hand"
        drafts.put(db, number, posted_by_hand=0, posted_at=None, permalink="")
    elif entry.kind is Kind.EDIT:
        what = "the caption's change"
        drafts.set_caption(db, number, draft.revision, str(entry.data["before"]))
    else:
        what = _TAKEN_BACK[entry.kind]
        _hold(db, draft, voter=voter, target=target, now=now)
    journal.add(
        db,
        Kind.UNDO,
        draft=number,
        revision=draft.revision,
        voter=voter,
        now=now,
        text=what,
        undoes=entry.sequence,
    )
    reopen = entry.kind is Kind.POSTED_BY_HAND
    return follow_votes(db, number, target=target, now=now, reopen=reopen), what


def post_now(db: Database, number: int, *, voter: str, target: str, now: datetime) -> Draft:
    """Post without waiting; on a Draft this is also the person's approval (votes, rule 13)."""
    draft = _approved_by(db, number, voter=voter, target=target, now=now)
    journal.add(db, Kind.POST_NOW, draft=number, revision=draft.revision, voter=voter, now=now)
    drafts.put(db, number, post_now=1, post_at=None)
    return drafts.get(db, number)


def post_at(
    db: Database, number: int, at: datetime, said: str, *, voter: str, target: str, now: datetime
) -> Draft:
    """Post at a time of its own, ``said`` to people so; on a Draft this is also the person's approval."""
    draft = _approved_by(db, number, voter=voter, target=target, now=now)
    journal.add(
        db,
        Kind.POST_AT,
        draft=number,
        revision=draft.revision,
        voter=voter,
        now=now,
        text=said,
        at=at.isoformat(),
    )
    drafts.put(db, number, post_at=at.isoformat(), post_now=0)
    return drafts.get(db, number)


def posted_by_hand(db: Database, number: int, permalink: str, *, voter: str, now: datetime) -> Draft:
    """A person posted it themselves, or says of an unclear publish that it is live."""
    draft = drafts.get(db, number)
    if draft.state in (*_UNSEEN, State.PUBLISHING, State.FINALISING, State.POSTED):
        raise Refused(f"Draft {number} is {draft.state}.", remedy=_remedy(draft))
    if draft.rendered is None:
        raise Refused(f"Draft {number} has no video that could be posted.", remedy=_remedy(draft))
    ours = draft.state is State.UNKNOWN
    drafts.move(
        db,
        number,
        draft.state,
        State.POSTED,
        now=now,
        permalink=permalink,
        posted_at=now.isoformat(),
        posted_by_hand=0 if ours else 1,
        reason="",
        **_NO_POSTING,
    )
    guard = guards.publication(db, number) if ours else None
    if guard is not None:
        guards.set_publication(db, guard, state="published", finished_at=now.isoformat(), permalink=permalink)
    journal.add(
        db,
        Kind.POSTED_BY_HAND,
        draft=number,
        revision=draft.revision,
        voter=voter,
        now=now,
        text=permalink,
        live=ours,
    )
    return drafts.get(db, number)


def not_live(db: Database, number: int, *, voter: str, target: str, now: datetime) -> Draft:
    """A person says an unclear publish is not out: the votes decide anew; the container stays the same."""
    draft = drafts.get(db, number)
    if draft.state is not State.UNKNOWN:
        raise Refused(f"Draft {number} is {draft.state}, not unknown: there is nothing to clear up.")
    journal.add(db, Kind.NOT_LIVE, draft=number, revision=draft.revision, voter=voter, now=now)
    guard = guards.publication(db, number)
    if guard is not None:
        # The container stays, and was passed to publish() before: the next step looks before it acts.
        guards.set_publication(db, guard, state="intent")
    return follow_votes(db, number, target=target, now=now, reopen=True)


def retry(db: Database, number: int, *, voter: str, target: str, now: datetime) -> Draft:
    """A failed draft again: rendered anew if it has no video, else as the votes say."""
    draft = drafts.get(db, number)
    if draft.state is not State.FAILED:
        raise Refused(f"Draft {number} is {draft.state}: only a failed one can be retried.")
    journal.add(db, Kind.RETRY, draft=number, revision=draft.revision, voter=voter, now=now)
    if draft.rendered is None:
        guards.forgive(db, number, draft.revision)
        drafts.move(db, number, State.FAILED, State.RENDERING, now=now, reason="")
        return drafts.get(db, number)
    return follow_votes(db, number, target=target, now=now, reopen=True)


def follow_votes(db: Database, number: int, *, target: str, now: datetime, reopen: bool = False) -> Draft:
    """Set the state the votes ask for, where the draft's state follows votes at all.

    ``reopen`` lets the votes decide anew in states that otherwise wait (failed, unknown, posted by hand,
    publishing that was proven unpublished).
    """
    draft = drafts.get(db, number)
    if not (reopen or draft.state in (*_BY_VOTES, *_UNSEEN)):
        return draft
    decision = decision_on(db, draft, target)
    after = decision.state
    if draft.rendered is None:
        after = _without_video(draft, decision)
    if after is draft.state:
        if decision.by and decision.by.sequence != draft.decided_sequence:
            drafts.put(db, number, **_decided(decision))
        return drafts.get(db, number)
    columns = _decided(decision)
    if after is not State.APPROVED:
        columns |= _NO_POSTING
    elif at := _own_time(db, draft, now):
        columns["post_at"] = at
    if after is State.DRAFT and draft.state is State.APPROVED and _has_approval(db, number):
        columns["reason"] = "changed since it was approved: approve it again"
    drafts.move(db, number, draft.state, after, now=now, **columns)
    return drafts.get(db, number)


def decision_on(db: Database, draft: Draft, target: str) -> Decision:
    """What the votes on the draft, as it is now, say."""
    votes = journal.votes(db, draft.number)
    return decide(votes, revision=draft.revision, fingerprint=drafts.print_of(db, draft, target))


def _approved_by(db: Database, number: int, *, voter: str, target: str, now: datetime) -> Draft:
    """The draft, approved: by this voter, if nobody did yet. Refused when it cannot be posted."""
    draft = drafts.get(db, number)
    if draft.state in (State.DRAFT, State.DENIED):
        draft = vote(db, number, Choice.APPROVE, voter=voter, target=target, now=now)
    if draft.state is not State.APPROVED:
        raise Refused(f"Draft {number} is {draft.state} and cannot be posted.", remedy=_remedy(draft))
    return draft


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


def _may_vote(draft: Draft, choice: Choice) -> None:
    if draft.state in _UNSEEN and choice is not Choice.DENY:
        raise Refused(f"Draft {draft.number} is not rendered yet: nobody approves what nobody has seen.")
    if draft.state is State.DENIED and draft.rendered is None and choice is Choice.APPROVE:
        why = "its files were cleared" if draft.cleared else "it was denied before it was rendered"
        raise Refused(
            f"Draft {draft.number} has no video: {why}.",
            remedy=f"`autopotter undo {draft.number}` lets it be rendered.",
        )
    if draft.state is State.POSTED:
        raise Refused(f"Draft {draft.number} is posted already.")
    if draft.state is State.FAILED and draft.rendered is None:
        raise Refused(f"Draft {draft.number} has no video.", remedy=_remedy(draft))


def _without_video(draft: Draft, decision: Decision) -> State:
    """Where a draft nobody has seen goes: on being made, unless it was denied."""
    if decision.state is State.DENIED:
        return State.DENIED
    return draft.state if draft.state in _UNSEEN else State.PROPOSED


def _hold(db: Database, draft: Draft, *, voter: str, target: str, now: datetime) -> None:
    journal.add(
        db,
        Kind.HOLD,
        draft=draft.number,
        revision=draft.revision,
        voter=voter,
        now=now,
        fingerprint=drafts.print_of(db, draft, target),
    )


def _decided(decision: Decision) -> dict[str, Any]:
    vote = decision.by
    return {
        "reason": vote.reason if vote and vote.choice is Choice.DENY else "",
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


def _last_undoable(db: Database, draft: Draft) -> journal.Entry | None:
    """The newest decision or edit of this revision that still has an effect."""
    if draft.state in (State.PUBLISHING, State.UNKNOWN):
        raise Refused(f"Draft {draft.number} is {draft.state}: it can no longer be undone.")
    if draft.state is State.POSTED and not draft.posted_by_hand:
        raise Refused(f"Draft {draft.number} is posted: a post cannot be taken back from here.")
    undone: set[int] = set()
    held = False
    for entry in journal.entries(db, draft=draft.number):
        if entry.revision != draft.revision or entry.sequence in undone:
            continue
        if entry.kind is Kind.UNDO:
            undone.add(int(entry.data["undoes"]))
        elif entry.kind is Kind.HOLD:
            held = True
        elif (
            entry.kind is Kind.EDIT
            or (entry.kind is Kind.POSTED_BY_HAND and draft.state is State.POSTED)
            or (entry.kind in (Kind.APPROVE, Kind.DENY) and not held)
            or (entry.kind is Kind.POST_AT and draft.post_at is not None)
        ):
            return entry
    return None


def _remedy(draft: Draft) -> str:
    unclear = f"Say whether it is live: `autopotter posted {draft.number}` or `… unpublished {draft.number}`."
    return {
        State.PROPOSED: "It is still being rendered.",
        State.RENDERING: "It is still being rendered.",
        State.PUBLISHING: "It is being published now.",
        State.UNKNOWN: unclear,
        State.FAILED: f"`autopotter retry {draft.number}` tries it again.",
        State.POSTED: "It is posted already.",
    }.get(draft.state, "")
