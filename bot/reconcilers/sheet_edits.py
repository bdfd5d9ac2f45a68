"""What people wrote into the sheet, applied to the store: votes, captions, and notes for what cannot be.

Every function is one transaction. A row whose words were dealt with is written again with a new number, so
that the next words differ from what then stands there; what could not be taken is put back by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from services.errors import Refused
from services.model.draft import WORDS, Draft, State
from services.model.vote import Choice
from services.ports import SheetRow
from services.publisher.caption_spec import MAX_CHARACTERS
from services.sheet.inbox import Edit, Finding, Inbox, status_of
from services.sheet.wear import same_caption
from services.store import decisions, drafts, journal, rows
from services.store.journal import Kind

VOTER = "sheet"
_MOST_SAID = 40  # characters of a person's word that are repeated in a note
_CHOICES = {"Approved": Choice.APPROVE, "Denied": Choice.DENY, "Draft": Choice.HOLD}


def take(db: Database, edit: Edit, *, target: str, now: datetime) -> None:
    """Apply one row's words: the caption first, then the Status, which is bound to it (votes, rule 11)."""
    number = edit.base.draft
    if edit.caption is not None:
        problem = _caption(db, edit, edit.caption, target, now)
        if problem:
            _note(db, number, f"the caption in the sheet was not taken: {problem} Put back.", now,
                  caption=edit.caption[:5000])  # fmt: skip
    if edit.status is not None:
        problem = _status(db, edit, target, now)
        if problem:
            said = f"“{_said(edit.status)}”" if edit.status.strip() else "nothing"
            _note(db, number, f"the sheet said {said}{problem}", now)
    rows.see(
        db,
        edit.base,
        status=None if edit.status is None else edit.row.status,
        caption=None if edit.caption is None else edit.row.caption,
    )
    rows.forget(db, [number])


def settle(db: Database, found: Inbox, *, now: datetime) -> None:
    """Have rows written again that are lost, copied or old, and apply words that waited for a publish."""
    for base, caption in found.worn:
        rows.see(db, base, caption=caption)
    for number, (finding, row) in found.findings.items():
        problem = _problem(drafts.get(db, number), finding, row)
        # A sheet that cannot be written is found like this again and again, and it is said once.
        if problem and [entry.text for entry in journal.entries(db, draft=number, limit=1)] != [problem]:
            _note(db, number, problem, now)
        rows.forget(db, [number])
    if found.lost:
        _note_lost(db, found.lost, now)
        rows.forget(db, found.lost)
    for number in rows.cleared_up(db):
        _posted_after_all(db, number, now)


def _caption(db: Database, edit: Edit, caption: str, target: str, now: datetime) -> str:
    """Change the caption; why it cannot be, or ""."""
    if len(caption) > MAX_CHARACTERS:
        return f"it has {len(caption):,} characters, and Instagram takes {MAX_CHARACTERS:,}."
    try:
        decisions.edit_caption(db, edit.base.draft, caption, voter=VOTER, target=target, now=now)
    except Refused as error:
        return str(error)
    return ""


def _status(db: Database, edit: Edit, target: str, now: datetime) -> str:
    """Do what the Status says; the end of a note if that cannot be, or is not all there is to say."""
    if not edit.word:
        return f", which is none of {', '.join(dict.fromkeys(WORDS.values()))}: put back."
    number = edit.base.draft
    rows.wait(db, number, "")  # a newer word takes the place of one that waits
    try:
        if edit.word == "Posted":
            return _posted(db, edit, target, now)
        return _vote(db, edit, target, now)
    except Refused as error:
        return f": {error} Put back."


def _vote(db: Database, edit: Edit, target: str, now: datetime) -> str:
    number, choice = edit.base.draft, _CHOICES[edit.word]
    draft = drafts.get(db, number)
    if choice is Choice.HOLD and draft.state is State.POSTED and draft.posted_by_hand:
        decisions.undo(db, number, voter=VOTER, target=target, now=now)
    elif choice is not Choice.HOLD and not _seen_as_it_is(db, draft, edit, choice, target):
        return " of an older version: look at it as it is now and say it again. Put back."
    draft = decisions.vote(db, number, choice, voter=VOTER, target=target, now=now)
    if draft.word == edit.word:
        return ""
    return f": noted, but the draft is {draft.state}, so the sheet says “{draft.word}”."


def _seen_as_it_is(db: Database, draft: Draft, edit: Edit, choice: Choice, target: str) -> bool:
    """Whether the row showed what the vote would be bound to now: an old row can come back much later.

    A denial is of the revision; an approval of all that a fingerprint holds, the caption being the one the
    row has by now.
    """
    base = edit.base
    if draft.state is State.POSTED or choice is Choice.DENY:
        return draft.revision == base.revision or draft.state is State.POSTED
    caption = base.caption if edit.caption is None else edit.caption
    as_written = drafts.print_of(db, replace(draft, caption=base.caption), target)
    return draft.caption == caption and as_written == base.fingerprint


def _posted(db: Database, edit: Edit, target: str, now: datetime) -> str:
    number = edit.base.draft
    draft = drafts.get(db, number)
    if draft.state is State.POSTED:
        return ""
    if draft.state is State.PUBLISHING:
        # Whether our own publish takes place is not known yet. If not, it must not be tried again: a hold.
        decisions.vote(db, number, Choice.HOLD, voter=VOTER, target=target, now=now)
        rows.wait(db, number, edit.link or "Posted")
        return " while it is being published: this waits until it is clear whether it went out."
    decisions.posted_by_hand(db, number, edit.link, voter=VOTER, now=now)
    return ""


def _posted_after_all(db: Database, number: int, now: datetime) -> None:
    word = rows.shown(db)[number].waiting
    rows.wait(db, number, "")
    rows.forget(db, [number])
    if drafts.get(db, number).state is State.POSTED:
        return  # the operator's own publish went out
    link = "" if word == "Posted" else word
    try:
        decisions.posted_by_hand(db, number, link, voter=VOTER, now=now)
    except Refused as error:
        _note(db, number, f"the sheet said “Posted”: {error} Put back.", now)


def _problem(draft: Draft, finding: Finding, row: SheetRow) -> str:
    """What a person should know of a row that decides nothing; "" when nothing of theirs was passed over."""
    if finding is Finding.CONFLICT:
        return "the sheet had several rows of this draft that differ: none counts, and the copy lost its id."
    same = status_of(row.status) == status_of(draft.word)
    if finding is Finding.COPY or (same and same_caption(draft.caption, row.caption, row.encoding)):
        return ""
    said = f"the sheet said “{_said(row.status)}”" if not same else "the sheet had another caption"
    if finding is Finding.STALE:
        return f"{said} in a row written before this: an older copy was saved back. Put back."
    return f"{said} in a row whose Draft id is not one the operator wrote: put back."


def _note_lost(db: Database, lost: Sequence[int], now: datetime) -> None:
    if len(lost) == 1:
        _note(db, lost[0], "the row was missing in the sheet: it is written again.", now)
        return
    named = ", ".join(map(str, lost[:20])) + (" …" if len(lost) > 20 else "")
    _note(db, None, f"rows were missing in the sheet and are written again: drafts {named}.", now)


def _note(db: Database, number: int | None, text: str, now: datetime, **data: Any) -> None:
    if number is None:
        journal.add(db, Kind.NOTE, voter=journal.OPERATOR, now=now, text=text, **data)
    else:
        journal.about(db, drafts.get(db, number), Kind.NOTE, now=now, text=text, **data)


def _said(status: str) -> str:
    """A person's word as a note repeats it: one line, not long."""
    word = " ".join(status.split())
    return word if len(word) <= _MOST_SAID else f"{word[:_MOST_SAID]}…"
