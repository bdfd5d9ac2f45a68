"""How a CSV file is spelt: encoding, delimiter, line ends. Bytes to rows of cells and back, pure.

Spreadsheet programs save the same table in many spellings; each is read, and kept when writing back.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.errors import Misconfigured
from services.sheet.rows import HEADER_WITHIN, missing_headers

MAX_BYTES = 64 * 1024 * 1024  # a sheet of drafts has kilobytes; more is another kind of file
_DELIMITERS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r"sep=([^\r\n])(?:\r\n|\r|\n|$)", re.IGNORECASE)
_MAGIC = (
    (b"PK\x03\x04", "an Excel or OpenDocument workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
)
# The module's own limit (128 KiB a cell) would lock us out of a file we wrote ourselves.
csv.field_size_limit(MAX_BYTES)
_REMEDY = "Save it as CSV (UTF-8), or move it away: a new one is then made from the store."


@dataclass(frozen=True, slots=True)
class Spelling:
    """``encoding`` is utf-8-sig, utf-8, ascii, utf-16-le, utf-16-be or cp1252; UTF-16 gets its mark.

    ``ascii`` is what UTF-8 and cp1252 look like before the first accent: nobody can tell which is meant.
    ``separator_line``: the file begins with Excel's "sep=;".
    """

    encoding: str = "utf-8-sig"
    delimiter: str = ","
    line_end: str = "\r\n"
    quote_all: bool = False
    separator_line: bool = False


NEW_FILE = Spelling()  # with its mark, as Excel otherwise reads UTF-8 as the machine's old code page


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding of a file. Misconfigured when it is no text at all."""
    if len(data) > MAX_BYTES:
        raise Misconfigured("The sheet's file is too large to be a table of drafts.", remedy=_REMEDY)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise Misconfigured(f"The sheet's file is {kind}, not CSV.", remedy=_REMEDY)
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.removeprefix("\ufeff"), encoding
    raise Misconfigured("The sheet's file is not text, so it cannot be CSV.", remedy=_REMEDY)


def _candidates(data: bytes) -> tuple[str, ...]:
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if data.startswith(codecs.BOM_UTF16_LE):
        return ("utf-16-le",)
    if data.startswith(codecs.BOM_UTF16_BE):
        return ("utf-16-be",)
    # UTF-16 without its mark: letters of the header leave every other byte zero.
    if data[1:2] == b"\x00":
        return ("utf-16-le",)
    if data[:1] == b"\x00":
        return ("utf-16-be",)
    return ("ascii", "utf-8", "cp1252")


def parse(data: bytes) -> tuple[list[list[str]], Spelling]:
    """All rows of a CSV file and its spelling. Misconfigured if it is no CSV, or is torn in a quote."""
    text, encoding = decode(data)
    separator = _SEPARATOR_LINE.match(text)
    body = text[separator.end() :] if separator else text
    delimiter = separator[1] if separator else _delimiter(body)
    if delimiter not in _DELIMITERS:
        raise Misconfigured(f"The sheet's file separates cells by “{delimiter}”.", remedy=_REMEDY)
    try:
        rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Misconfigured(
            f"The sheet's file is not valid CSV ({error}); a quotation mark may be missing.", remedy=_REMEDY
        ) from error
    spelling = Spelling(
        encoding=encoding,
        delimiter=delimiter,
        line_end=_line_end(body),
        separator_line=separator is not None,
    )
    return rows, replace(spelling, quote_all=_quotes_all(body, rows, spelling))


def _delimiter(text: str) -> str:
    """The one under which the most of our headers stand in one row; a comma when none does."""

    def missing(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            return min((len(missing_headers(r)) for r in itertools.islice(reader, HEADER_WITHIN)), default=99)
        except csv.Error:  # a cell over the csv module's limit: another delimiter may cut it
            return 99

    return min(_DELIMITERS, key=missing)


def _line_end(text: str) -> str:
    """How rows end, judged by the last one: a line end inside a quoted cell may differ."""
    if text.endswith("\r\n") or ("\n" not in text and "\r" not in text):
        return "\r\n"
    if text.endswith("\n"):
        return "\n"
    if text.endswith("\r"):
        return "\r"
    return "\r\n" if "\r\n" in text else "\n"


def _quotes_all(text: str, rows: Sequence[Sequence[str]], spelling: Spelling) -> bool:
    """Whether every cell is quoted, as LibreOffice offers; one row shows it."""
    return text.startswith('"') and text.startswith(
        _text(rows[:1], replace(spelling, quote_all=True)).rstrip("\r\n")
    )


def render(rows: Iterable[Sequence[str]], spelling: Spelling) -> bytes:
    """The file of these rows. An encoding that cannot hold them gives way to UTF-8 with its mark."""
    text = _text(rows, spelling)
    if spelling.separator_line:
        text = f"sep={spelling.delimiter}{spelling.line_end}{text}"
    mark = "\ufeff" if spelling.encoding.startswith("utf-16") else ""
    try:
        return (mark + text).encode(spelling.encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")


def _text(rows: Iterable[Sequence[str]], spelling: Spelling) -> str:
    # The csv module quotes a lone line end inside a cell only if it is part of the row's terminator:
    # so each row is written with both, and then ended as the file ends its rows.
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=spelling.delimiter,
        lineterminator="\r\n",
        quoting=csv.QUOTE_ALL if spelling.quote_all else csv.QUOTE_MINIMAL,
    )
    lines: list[str] = []
    for row in rows:
        writer.writerow(row)
        lines.append(out.getvalue().removesuffix("\r\n") + spelling.line_end)
        out.seek(0)
        out.truncate()
    return "".join(lines)
