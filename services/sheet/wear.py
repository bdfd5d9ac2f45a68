"""When two captions are the same though a spreadsheet program saved one of them. Pure.

Programs change line ends, compose accents, trim, guard against formulas and, in an old encoding, lose what
it cannot hold ("🏺" becomes "?"). None of that is a person's edit (votes, rule 11).
"""

from __future__ import annotations

import difflib
import re
import unicodedata

_GUARD = re.compile(r"\A'+(?=[=+\-@\t\r])")
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")  # as services.sheet.rows writes it
OLD_ENCODINGS = ("ascii", "cp1252")  # encodings that cannot hold every character
_MARK = "?"  # what programs write for a character they cannot save; "??" for one of two UTF-16 units
_MANY = 300  # lost characters up to which each one is looked for in its place
_MOST = 20_000  # characters up to which an edit is compared letter by letter


def same_caption(base: str, cell: str, encoding: str = "utf-8") -> bool:
    """Whether ``cell``, read from a sheet in ``encoding``, is ``base`` as it was written."""
    if plain(base) == plain(cell):
        return True
    if encoding not in OLD_ENCODINGS or base.isascii():
        return False
    # Composed or not: a program that cannot save an accent on its own loses only the accent.
    bases = {plain(base), _GUARD.sub("", tidy(base))}
    return any(_worn(text, _GUARD.sub("", tidy(cell)), encoding) for text in bases)


def plain(text: str) -> str:
    """The text without what programs change: NFC, LF line ends, no outer spaces, no formula guard."""
    return _GUARD.sub("", unicodedata.normalize("NFC", tidy(text))).strip()


def tidy(text: str) -> str:
    """LF line ends, no outer spaces, nothing a sheet cannot hold."""
    text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def repaired(base: str, cell: str, encoding: str) -> str:
    """A real edit of ``base``, with what the encoding lost put back where the text around stayed."""
    base, cell = tidy(base), unicodedata.normalize("NFC", tidy(cell))
    lost = [encoding in OLD_ENCODINGS and not _holds(char, encoding) for char in base]
    if not any(lost) or len(cell) > _MOST:
        return cell
    best = max(
        (_Degraded(base, lost, units) for units in (False, True)),
        key=lambda degraded: degraded.likeness(cell),
    )
    return best.restored(cell)


def _holds(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _worn(base: str, cell: str, encoding: str) -> bool:
    """Whether ``cell`` is ``base`` with lost characters as marks, likenesses or nothing.

    Follows every way at once: positions in the cell that the base read so far can have come to.
    """
    if sum(not _holds(char, encoding) for char in base) > _MANY:
        return _without_marks(base, encoding) == _without_marks(cell, encoding)
    at = {0}
    for char in base:
        forms = _forms(char, encoding)
        at = {place + len(form) for place in at for form in forms if cell.startswith(form, place)}
        if not at:
            return False
    return any(not cell[place:].strip() for place in at)


def _without_marks(text: str, encoding: str) -> str:
    """The text without what was lost and what stands for it."""
    marks = (_MARK, "\N{REPLACEMENT CHARACTER}")
    return "".join(char for char in text if char not in marks and _holds(char, encoding)).strip()


def _forms(char: str, encoding: str) -> tuple[str, ...]:
    """How programs may have saved the character."""
    if char.isascii():
        return (char,)
    if _holds(char, encoding):
        # Latin-1 reads as cp1252, but lacks its dashes, quotes and the euro.
        return (char,) if _holds(char, "latin-1") else (char, _MARK)
    likeness = "".join(c for c in unicodedata.normalize("NFKD", char) if c.isascii())
    return tuple({_MARK, _MARK * 2, "\N{REPLACEMENT CHARACTER}", "", likeness})


class _Degraded:
    """The base as the encoding left it, each character knowing which one of the base it stands for."""

    def __init__(self, base: str, lost: list[bool], units: bool) -> None:
        self._base = base
        self._owners: list[int] = []
        text: list[str] = []
        for index, char in enumerate(base):
            marks = _MARK * (2 if units and ord(char) > 0xFFFF else 1) if lost[index] else char
            text.append(marks)
            self._owners += [index] * len(marks)
        self._text = "".join(text)
        self._matcher = difflib.SequenceMatcher(None, self._text, "", autojunk=False)

    def likeness(self, cell: str) -> float:
        self._matcher.set_seq2(cell)
        return self._matcher.ratio()

    def restored(self, cell: str) -> str:
        """The cell, with the base's own characters wherever its text is the base's."""
        self._matcher.set_seq2(cell)
        out: list[str] = []
        for tag, i1, i2, j1, j2 in self._matcher.get_opcodes():
            if tag == "equal":
                owners = dict.fromkeys(self._owners[i1:i2])
                out += [self._base[owner] for owner in owners]
            else:
                out.append(cell[j1:j2])
        return "".join(out)
