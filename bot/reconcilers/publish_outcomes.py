"""What became of a publish, as single transactions: its guard, the draft's state and the journal together.

When each of them is right to call is decided in bot/reconcilers/publish.py.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from services.model.draft import Draft, State
from services.ports import Publication
from services.store import ballot, drafts, facts, guards, journal
from services.store.guards import PublicationGuard
from services.store.journal import Kind


def again(db: Database, draft: Draft, guard: PublicationGuard, target: str, now: datetime) -> bool:
    """It is proven unpublished: commit one more act, if the votes of by now still want this very thing.

    While posting is paused it waits as approved: whoever paused it was told that nothing goes out.
    """
    current = drafts.get(db, draft.number)
    wanted = ballot.decision_on(db, current, target).state is State.APPROVED
    if not wanted or facts.get(db, facts.PAUSED) is not None:
        ballot.follow(db, draft.number, target=target, now=now, reopen=True)
        return False
    if drafts.print_of(db, current, target) != guard.fingerprint:
        # Approved since is another caption than the container holds. It is closed as it was never published.
        why = (
            "a publish of an earlier version was begun and did not take place; a retry posts it as it is now"
        )
        refuse(db, draft, guard, why, now)
        return False
    guards.set_publication(db, guard, state="intent", acts=guard.acts + 1, intent_at=now.isoformat())
    return True


def posted(
    db: Database,
    draft: Draft,
    guard: PublicationGuard,
    publication: Publication,
    before: State = State.PUBLISHING,
) -> None:
    """It is out; ``before`` is where the draft stands (``draft`` may have been read before that).

    Nothing is written of an unknown one that somebody decided about meanwhile: it is looked for again.
    """
    if before is State.UNKNOWN and drafts.get(db, draft.number).state is not before:
        return
    at = publication.at.isoformat()
    guards.set_publication(
        db,
        guard,
        state="published",
        finished_at=at,
        media_id=publication.media_id,
        permalink=publication.permalink,
    )
    drafts.move(
        db,
        draft.number,
        before,
        State.POSTED,
        now=publication.at,
        permalink=publication.permalink,
        posted_at=at,
        post_now=0,
        reason="",
    )
    journal.about(db, draft, Kind.POSTED, now=publication.at, text=publication.permalink)


def hold(db: Database, draft: Draft, target: str, now: datetime) -> None:
    """Proven unpublished, and what holds the account is released by change: the votes decide meanwhile.

    The row keeps that it was passed to publish(), so that nobody acts again without looking (rule 17).
    """
    ballot.follow(db, draft.number, target=target, now=now, reopen=True)


def refuse(db: Database, draft: Draft, guard: PublicationGuard, message: str, now: datetime) -> None:
    """Proven unpublished and not to be repeated as it is."""
    guards.set_publication(db, guard, state="refused", message=message, finished_at=now.isoformat())
    give_up(db, draft, message, now)


def give_up(db: Database, draft: Draft, message: str, now: datetime) -> None:
    """It is not out and not tried again by itself; ``message`` is the reason."""
    drafts.move(
        db,
        draft.number,
        State.PUBLISHING,
        State.FAILED,
        now=now,
        reason=message,
        post_now=0,
        last_word=draft.word,
    )
    journal.about(db, draft, Kind.STATE, now=now, text=f"not posted: {message}", failed=True)


def fail(db: Database, draft: Draft, message: str, now: datetime, *, lost: bool = False) -> None:
    """Refused before anything was sent: through publishing to failed, as the table has it.

    ``lost``: there is no video any more, so that a retry renders it.
    """
    current = drafts.get(db, draft.number)
    if (current.decided_sequence, current.caption) != (draft.decided_sequence, draft.caption):
        return  # changed since it was checked: what is wrong with the old one is nobody's concern
    if lost:
        drafts.lose_video(db, draft.number, draft.revision)
    if drafts.move(db, draft.number, State.APPROVED, State.PUBLISHING, now=now):
        give_up(db, draft, message, now)


def unknown(db: Database, draft: Draft, guard: PublicationGuard, message: str, now: datetime) -> None:
    """Nobody can tell whether it is out: a person is asked."""
    guards.set_publication(db, guard, state="unknown", message=message)
    drafts.move(
        db,
        draft.number,
        State.PUBLISHING,
        State.UNKNOWN,
        now=now,
        reason=f"It is not clear whether it is live: {message}.",
    )
    journal.about(db, draft, Kind.STATE, now=now, text=f"unclear: {message}")
