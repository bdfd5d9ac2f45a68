"""What people said in the sheet: the differences from what was written under each row's number. Pure.

The rules are votes.md 9 to 12. Only Status and Caption are read as a person's words; other cells of the
operator's columns, like a date a program spelt anew, are no edit, and are right again when the row is next
written. What a word may do in a draft's state is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.model.draft import WORDS
from services.ports import SheetRow
from services.sheet.rows import tag_of
from services.sheet.wear import OLD_ENCODINGS, plain, repaired, same_caption
from services.store.rows import Base, Shown

_NUMBER = re.compile(r"\.\s*([0-9]{1,15})\s*\Z")
_WORDS = {word.casefold(): word for word in WORDS.values()}


class Finding(StrEnum):
    """Why a row is to be written again though nothing in it counts."""

    COPY = "copy"  # it stands more than once, with the same words
    CONFLICT = "conflict"  # it stands more than once, with differing words
    STALE = "stale"  # it carries an older number: a copy that was saved back
    NO_BASE = "no base"  # it carries a number that was never given out or is forgotten, or none


@dataclass(frozen=True, slots=True)
class Edit:
    """A person's words in one row, and the base they differ from.

    ``caption`` is the new caption, None if it was not edited. ``status`` is the Status as typed, None if it
    was not edited; ``word`` the sheet's word it means, "" for none. ``link`` is an address given together
    with Posted.
    """

    row: SheetRow
    base: Base
    caption: str | None = None
    status: str | None = None
    word: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """All that was found. ``findings`` are by draft number; ``worn`` captions that are no edit, but that a
    later save in another encoding could make look like one; ``lost`` drafts whose row is gone; ``order`` the
    rows as write() takes them: of several rows of one draft the one that stays the draft's comes first."""

    edits: tuple[Edit, ...]
    findings: Mapping[int, tuple[Finding, SheetRow]]
    worn: tuple[tuple[Base, str], ...]
    lost: tuple[int, ...]
    order: tuple[SheetRow, ...]


def number_of(draft_id: str) -> int | None:
    """The write number of "k7f3.17"; None for what is none."""
    found = _NUMBER.search(draft_id)
    return int(found[1]) if found else None


def wanted_bases(rows: Sequence[SheetRow], tags: Mapping[str, int]) -> set[tuple[int, int]]:
    """The (draft, write number) whose bases compare() needs."""
    found = set()
    for row in rows:
        draft, number = tags.get(tag_of(row.draft_id)), number_of(row.draft_id)
        if draft is not None and number is not None:
            found.add((draft, number))
    return found


def compare(
    rows: Sequence[SheetRow],
    *,
    tags: Mapping[str, int],
    shown: Mapping[int, Shown],
    bases: Mapping[tuple[int, int], Base],
) -> Inbox:
    """What the rows read say, against what stood under their numbers.

    ``tags`` maps tag to draft number for every draft that has a row, ``shown`` tells what the sheet should
    hold of each, ``bases`` has those of wanted_bases(). Rows of other tags are a person's own.
    """
    groups: dict[int, list[SheetRow]] = {}
    for row in rows:
        if (draft := tags.get(tag_of(row.draft_id))) is not None:
            groups.setdefault(draft, []).append(row)
    edits, worn, order = list[Edit](), list[tuple[Base, str]](), list[SheetRow]()
    findings: dict[int, tuple[Finding, SheetRow]] = {}
    for draft, group in groups.items():
        read = [_Read(row, bases.get((draft, number_of(row.draft_id) or 0))) for row in group]
        keeper = _keeper(read)
        order += [keeper.row, *(other.row for other in read if other is not keeper)]
        finding = _finding(read, keeper, shown[draft].written)
        if finding is not None:
            findings[draft] = finding, keeper.row
        if keeper.edit is not None and finding is not Finding.CONFLICT:
            edits.append(keeper.edit)
        worn += [(one.base, one.row.caption) for one in read if one.base is not None and one.worn]
    lost = [draft for draft, row in shown.items() if row.digest and draft not in groups]
    order += [row for row in rows if tag_of(row.draft_id) not in tags]
    return Inbox(tuple(edits), findings, tuple(worn), tuple(sorted(lost)), tuple(order))


class _Read:
    """One row read, with its base and the edit in it."""

    def __init__(self, row: SheetRow, base: Base | None) -> None:
        self.row = row
        self.base = base
        self.edit = edit_of(row, base) if base is not None else None

    @property
    def worn(self) -> bool:
        """The caption is no edit, though not the one that was written."""
        base, cell = self.base, plain(self.row.caption)
        if base is None or (self.edit is not None and self.edit.caption is not None):
            return False
        return base.seen_caption is None and cell != plain(base.caption)

    @property
    def words(self) -> tuple[str, str]:
        return status_of(self.row.status), plain(self.row.caption)

    @property
    def says(self) -> tuple[str | None, str | None]:
        edit = self.edit
        return (None, None) if edit is None else (edit.status and status_of(edit.status), edit.caption)


def edit_of(row: SheetRow, base: Base) -> Edit | None:
    """What a person changed in the row since it was written under its number; None for nothing new."""
    known = [text for text in (base.status, base.seen_status) if text is not None]
    status = None if status_of(row.status) in map(status_of, known) else row.status
    known = [text for text in (base.caption, base.seen_caption) if text is not None]
    edited = not any(same_caption(text, row.caption, row.encoding) for text in known)
    if status is None and not edited:
        return None
    word = "" if status is None else _WORDS.get(status_of(status), "")
    return Edit(
        row=row,
        base=base,
        caption=repaired(base.caption, row.caption, _saved_in(row, base)) if edited else None,
        status=status,
        word=word,
        link=_link(row, base) if word == "Posted" else "",
    )


def _saved_in(row: SheetRow, base: Base) -> str:
    """The encoding that wore the caption: the sheet's own, or an older one it was in before."""
    seen = base.seen_caption
    if row.encoding in OLD_ENCODINGS or seen is None or plain(seen) == plain(base.caption):
        return row.encoding
    return next((old for old in OLD_ENCODINGS if same_caption(base.caption, seen, old)), row.encoding)


def status_of(cell: str) -> str:
    """A Status as it is compared: trimmed, without regard to case."""
    return " ".join(cell.split()).casefold()


def _link(row: SheetRow, base: Base) -> str:
    """The post's address, if the person put it in the Link cell."""
    link = row.link.strip()
    fits = link.startswith(("https://", "http://")) and len(link) <= 500 and link.isprintable()
    return link if fits and " " not in link and link != base.cells.get("link") else ""


def _keeper(read: Sequence[_Read]) -> _Read:
    """Of several rows of one draft: an unedited one before an edited one, so that nobody's words go, then
    the highest number, then the first."""


    def rank(one: _Read) -> tuple[bool, bool, int]:
        return one.base is not None, one.edit is None, one.base.number if one.base else 0

    return max(read, key=rank)


def _finding(read: Sequence[_Read], keeper: _Read, written: int) -> Finding | None:
    if len(read) > 1:
        alike = all(one.words == keeper.words and one.says == keeper.says for one in read)
        return Finding.COPY if alike else Finding.CONFLICT
    if keeper.base is None:
        return Finding.NO_BASE
    return Finding.STALE if keeper.edit is None and keeper.base.number < written else None
