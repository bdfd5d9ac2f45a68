"""When two captions are the same though a spreadsheet program saved one of them. Pure.

Programs change line ends, compose accents, trim, drop controls, guard against formulas and, in an old
encoding, lose what it cannot hold ("🏺" becomes "?"). None of that is a person's edit (votes, rule 11).
"""

from __future__ import annotations

import difflib
import re
import unicodedata

_GUARD = re.compile(r"\A'+(?=[=+\-@\t\r])")
# XML cannot hold them, and LibreOffice's own files lose even tabs.
_CONTROL = re.compile("[\x01-\x09\x0b-\x1f\x7f]")
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")  # as services.sheet.rows writes it
OLD_ENCODINGS = ("ascii", "cp1252")  # encodings that cannot hold every character
_SPACES = " \t\n\x0b\x0c\r"
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
    # Trimmed of ASCII's spaces alone: another one was lost before anybody could trim it.
    bases = {plain(base), _bare(base), _bare(base, _SPACES)}
    worn = _bare(cell)
    return any(_worn(text, worn, encoding) or worn == _without_lost(text, encoding) for text in bases)


def plain(text: str) -> str:
    """The text without what programs change: NFC, LF line ends, no outer spaces, guard or controls."""
    return unicodedata.normalize("NFC", _bare(text))


def _bare(text: str, spaces: str | None = None) -> str:
    return _CONTROL.sub("", _GUARD.sub("", tidy(text, spaces))).strip(spaces)


def tidy(text: str, spaces: str | None = None) -> str:
    """LF line ends, no outer spaces, nothing a sheet cannot hold."""
    text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(spaces)


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
    """Whether ``cell`` is ``base`` with lost characters as marks or likenesses, or left out within emoji.

    Follows every way at once: the positions in the cell that the base read so far can have come to.
    """
    if sum(not _holds(char, encoding) for char in base) > _MANY:
        return _without_marks(base, encoding) == _without_marks(cell, encoding)
    at = {0}
    for char in base:
        forms = _forms(char, encoding)
        at = {place + len(form) for place in at for form in forms if cell.startswith(form, place)}
        if not at:
            return False
    return len(cell) in at


def _without_marks(text: str, encoding: str) -> str:
    """The text without what was lost and what stands for it."""
    marks = (_MARK, "\N{REPLACEMENT CHARACTER}")
    return "".join(char for char in text if char not in marks and _holds(char, encoding)).strip()


def _without_lost(text: str, encoding: str) -> str:
    """As the programs leave it that write nothing for what they cannot."""
    return "".join(char for char in text if _holds(char, encoding)).strip()


def _forms(char: str, encoding: str) -> tuple[str, ...]:
    """How programs may have saved the character."""
    if char.isascii():
        return (char,)
    if _holds(char, encoding):
        # Latin-1 reads as cp1252, but lacks its dashes, quotes and the euro.
        return (char,) if _holds(char, "latin-1") else (char, _MARK)
    likeness = "".join(c for c in unicodedata.normalize("NFKD", char) if c.isascii())
    forms = {_MARK, _MARK * 2, "\N{REPLACEMENT CHARACTER}", likeness or _MARK}
    return (*forms, "") if unicodedata.category(char) in ("Mn", "Cf") else tuple(forms)


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
