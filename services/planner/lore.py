"""What the brand's own files say about series and pieces, sentence by sentence, ready to be quoted.

Only words that stand there are handed on: a heading "RV — ripple vases" and the text below it, lines such as
"RV06: leans a little", blocks of `model:`, `photo:`, `note:`, and sentences that name a series or a piece.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.model.footage import Role
from services.model.names import series_of
from services.planner.pieces import Item, series_names
from services.planner.words import first_upper, harmless, singular

_LONGEST = 150  # characters of a quoted sentence
_MOST_TEXT = 200_000  # characters read of all files
_HEADING = re.compile(r"^#{1,6}\s*([A-Z]{2,3})\b")
_BLOCK = re.compile(r"^\s*(?:-\s+)?([A-Za-z][A-Za-z ]{1,20}):\s+(\S.*)$")
_LINE = re.compile(r"^[\s\-*|]*([A-Za-z]{2,3}\d{1,3})\s*[:|–—]\s*([^|]+?)\s*\|?\s*$")
_FILE = re.compile(r"[\w.\-]+\.\w{2,4}\b")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_STARTS = ("model", "piece", "id")
_NAMES_FILES = ("photo", "photos", "print", "prints", "file", "files", "video", "clip")
_QUOTED = ("glaze", "clay", "material", "wood", "yarn", "colour", "color", "size")


@dataclass(frozen=True, slots=True)
class Note:
    """What is noted of one piece. ``files``: the note holds for these only; empty: for all of the piece."""

    piece: str
    files: frozenset[str] = frozenset()
    sentence: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Lore:
    """``series``: sentences by the series' letters; ``notes``: by piece (lower case)."""

    series: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, context: Mapping[str, str]) -> Lore:
        series: dict[str, list[str]] = defaultdict(list)
        notes: dict[str, list[Note]] = defaultdict(list)
        names = {code: name.lower() for code, name in series_names(context).items()}
        left = _MOST_TEXT
        for text in context.values():
            lines, left = text[:left].splitlines(), max(0, left - len(text))
            for code, sentence in _told(lines, names):
                series[code].append(sentence)
            for note in (*_blocks(lines), *_lines(lines)):
                notes[note.piece].append(note)
        return cls(
            {code: tuple(dict.fromkeys(found)) for code, found in series.items()},
            {piece: tuple(dict.fromkeys(found)) for piece, found in notes.items()},
        )

    def noted(self, items: Sequence[Item]) -> list[str]:
        """Sentences about the one piece that ``items`` show; a failed print is another one."""
        found = []
        for note, shown in self._fitting(items):
            if note.sentence:
                found.append(note.sentence)
            finished = any(i.stage is Role.FINISHED for i in shown)
            found += [
                f"{first_upper(key)}: {value}." for key, value in note.facts if key != "glaze" or finished
            ]
        return found

    def _fitting(self, items: Sequence[Item]) -> Iterable[tuple[Note, list[Item]]]:
        pieces = {i.piece for i in items}
        if len(pieces) != 1 or any(i.stage is Role.FAILED for i in items):
            return
        for note in self.notes.get(next(iter(pieces)), ()):
            shown = [i for i in items if not note.files or _stem(i.asset.file.name) in note.files]
            if shown:
                yield note, shown


def _stem(name: str) -> str:
    return name.rpartition(".")[0].lower() or name.lower()


def _told(lines: Sequence[str], names: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """(series, sentence) from texts under a series' heading, and from sentences that name a series."""
    code, paragraph = "", list[str]()
    for line in [*lines, "#"]:
        if line.startswith("#") or not line.strip() or line.lstrip().startswith(("- ", "* ", "|")):
            for sentence in _sentences(" ".join(paragraph)):
                low = sentence.lower()
                if code in names:
                    yield code, _standing_alone(sentence, names[code])
                else:
                    for other, name in names.items():
                        if re.search(rf"\b(?:{re.escape(name)}|{re.escape(singular(name))})\b", low):
                            yield other, sentence
            paragraph = []
        if line.startswith("#"):
            heading = _HEADING.match(line)
            code = heading.group(1) if heading else ""
        elif line.strip() and not line.lstrip().startswith("|"):
            paragraph.append(line.strip().removeprefix("- ").removeprefix("* "))


def _standing_alone(sentence: str, name: str) -> str:
    """``sentence`` with what it is about, if it only says "they"."""
    if not re.search(r"\b(?:they|them|their|these|some|each|all)\b", sentence, re.IGNORECASE):
        return sentence
    if ":" in sentence or re.search(rf"\b{re.escape(name)}\b", sentence, re.IGNORECASE):
        return sentence
    return f"{first_upper(name)}: {sentence[0].lower()}{sentence[1:]}"


def _sentences(text: str) -> Iterable[str]:
    for part in _END.split(text):
        if (sentence := _quotable(part)) and sentence.count(" ") >= 3:
            yield sentence


def _quotable(text: str) -> str:
    """``text`` as a sentence, "" if anything in it may not be shown or leads to a file."""
    plain = re.sub(r"(?<!\w)[*_]+|[*_]+(?!\w)", "", " ".join(text.split())).rstrip(" .")
    # A sentence that opens with a definition list's term or a pronoun of the one before says little alone.
    if len(plain) > _LONGEST or _FILE.search(plain) or harmless(plain, _LONGEST) != plain.strip(" -_.,:;'"):
        return ""
    return f"{plain}." if plain and plain[-1] not in "!?" else plain


def _blocks(lines: Sequence[str]) -> Iterable[Note]:
    """Blocks such as "model: rv06", "photo: rv06.jpg", "note: …"."""
    block: dict[str, str] = {}
    for line in [*lines, "model: end"]:
        found = _BLOCK.match(line)
        if not found:
            continue
        key, value = found.group(1).lower(), found.group(2).strip().strip("'\"")
        if key in _STARTS:
            yield from _note(block)
            block = {"model": value}
        elif "model" in block:
            block[key] = value


def _note(block: Mapping[str, str]) -> Iterable[Note]:
    piece = block.get("model", "").lower()
    if not series_of(piece):
        return
    files = {_stem(name) for key in _NAMES_FILES for name in _FILE.findall(block.get(key, ""))}
    facts = tuple((key, harmless(block[key], 30)) for key in _QUOTED if harmless(block.get(key, ""), 30))
    # Several short sentences belong together: "Leans by two degrees. It always did."
    parts = [_quotable(part) for part in _END.split(block.get("note", ""))]
    sentence = " ".join(parts) if all(parts) else ""
    yield Note(piece, frozenset(files), sentence if len(sentence) <= _LONGEST else parts[0], facts)


def _lines(lines: Sequence[str]) -> Iterable[Note]:
    """Lines such as "RV06: leans a little"."""
    for line in lines:
        found = _LINE.match(line)
        if found and found.group(2).count(" ") >= 2 and (sentence := _quotable(first_upper(found.group(2)))):
            yield Note(found.group(1).lower(), sentence=sentence)
