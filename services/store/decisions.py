"""What people decide about drafts, as single transactions: journal entry and resulting state together.

The state follows from the votes (services/store/ballot.py); nothing here asks a clock what won.
``target`` is publisher and account, part of what an approval is bound to.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from services.errors import Refused
from services.model.draft import Draft, State
from services.model.vote import Choice
from services.store import ballot, drafts, guards, journal
from services.store.journal import Kind

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
    bound = drafts.print_of(db, draft, target)
    journal.about(db, draft, Kind(choice), voter=voter, now=now, text=reason, fingerprint=bound)
    return ballot.follow(db, number, target=target, now=now)


def edit_caption(db: Database, number: int, caption: str, *, voter: str, target: str, now: datetime) -> Draft:
    """Change the caption. An approval of the old one no longer holds: the draft is Draft again."""
    draft = drafts.get(db, number)
    if draft.state in (State.PUBLISHING, State.UNKNOWN, State.POSTED):
        raise Refused(f"Draft {number} is {draft.state}: its caption can no longer be changed.")
    if caption == draft.caption:
        return draft
    drafts.set_caption(db, number, draft.revision, caption)
    before = draft.caption
    journal.about(db, draft, Kind.EDIT, voter=voter, now=now, before=before, after=caption)
    return ballot.follow(db, number, target=target, now=now)


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
    journal.about(db, draft, Kind.UNDO, voter=voter, now=now, text=what, undoes=entry.sequence)
    reopen = entry.kind is Kind.POSTED_BY_HAND
    return ballot.follow(db, number, target=target, now=now, reopen=reopen), what


def post_now(db: Database, number: int, *, voter: str, target: str, now: datetime) -> Draft:
    """Post without waiting; on a Draft this is also the person's approval (votes, rule 13)."""
    draft = _approved_by(db, number, voter=voter, target=target, now=now)
    journal.about(db, draft, Kind.POST_NOW, voter=voter, now=now)
    drafts.put(db, number, post_now=1, post_at=None)
    return drafts.get(db, number)


def post_at(
    db: Database, number: int, at: datetime, said: str, *, voter: str, target: str, now: datetime
) -> Draft:
    """Post at a time of its own, ``said`` to people so; on a Draft this is also the person's approval."""
    draft = _approved_by(db, number, voter=voter, target=target, now=now)
    journal.about(db, draft, Kind.POST_AT, voter=voter, now=now, text=said, at=at.isoformat())
    drafts.put(db, number, post_at=at.isoformat(), post_now=0)
    return drafts.get(db, number)


def posted_by_hand(db: Database, number: int, permalink: str, *, voter: str, now: datetime) -> Draft:
    """A person posted it themselves, or says of an unclear publish that it is live."""
    draft = drafts.get(db, number)
    if draft.state in (*ballot.UNSEEN, State.PUBLISHING, State.FINALISING, State.POSTED):
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
        **ballot.NO_POSTING,
    )
    guard = guards.publication(db, number) if ours else None
    if guard is not None:
        guards.set_publication(db, guard, state="published", finished_at=now.isoformat(), permalink=permalink)
    journal.about(db, draft, Kind.POSTED_BY_HAND, voter=voter, now=now, text=permalink, live=ours)
    return drafts.get(db, number)


def not_live(db: Database, number: int, *, voter: str, target: str, now: datetime) -> Draft:
    """A person says an unclear publish is not out: the votes decide anew; the container stays the same."""
    draft = drafts.get(db, number)
    if draft.state is not State.UNKNOWN:
        raise Refused(f"Draft {number} is {draft.state}, not unknown: there is nothing to clear up.")
    journal.about(db, draft, Kind.NOT_LIVE, voter=voter, now=now)
    guard = guards.publication(db, number)
    if guard is not None:
        # The container stays, and was passed to publish() before: the next step looks before it acts.
        guards.set_publication(db, guard, state="intent")
    return ballot.follow(db, number, target=target, now=now, reopen=True)


def retry(db: Database, number: int, *, voter: str, target: str, now: datetime) -> Draft:
    """A failed draft again: rendered anew if it has no video, else as the votes say."""
    draft = drafts.get(db, number)
    if draft.state is not State.FAILED:
        raise Refused(f"Draft {number} is {draft.state}: only a failed one can be retried.")
    journal.about(db, draft, Kind.RETRY, voter=voter, now=now)
    guards.forgive(db, number, draft.revision)
    if draft.rendered is None:
        drafts.move(db, number, State.FAILED, State.RENDERING, now=now, reason="")
        return drafts.get(db, number)
    return ballot.follow(db, number, target=target, now=now, reopen=True)


def _approved_by(db: Database, number: int, *, voter: str, target: str, now: datetime) -> Draft:
    """The draft, approved: by this voter, if nobody did yet. Refused when it cannot be posted."""
    draft = drafts.get(db, number)
    if draft.state in (State.DRAFT, State.DENIED):
        draft = vote(db, number, Choice.APPROVE, voter=voter, target=target, now=now)
    if draft.state is State.POSTED:
        raise Refused(f"Draft {number} is posted already.")
    if draft.state not in (State.APPROVED, State.FINALISING):
        raise Refused(f"Draft {number} is {draft.state} and cannot be posted.", remedy=_remedy(draft))
    return draft


def _may_vote(draft: Draft, choice: Choice) -> None:
    if draft.state in ballot.UNSEEN and choice is not Choice.DENY:
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


def _hold(db: Database, draft: Draft, *, voter: str, target: str, now: datetime) -> None:
    bound = drafts.print_of(db, draft, target)
    journal.about(db, draft, Kind.HOLD, voter=voter, now=now, fingerprint=bound)


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
