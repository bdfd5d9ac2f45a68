"""What Google Sheets allows, for docs/limits.md."""

from __future__ import annotations

from services.limits import Limit, ServiceLimits, size, span
from services.sheet.google_calls import (
    DEADLINE,
    LOGIN_SECONDS,
    MAX_BYTES,
    PATIENCE,
    SETTLE,
    TIMEOUT,
    TOTAL_SECONDS,
    TRIES,
)
from services.sheet.google_layout import LONGEST_CELL
from services.sheet.google_pace import PER_MINUTE, WINDOW_SECONDS

LIMITS = ServiceLimits(
    service="Google Sheets",
    twins=("sheet google",),
    limits=(
        Limit(
            "Calls",
            f"60 reads and 60 writes in {span(WINDOW_SECONDS)} for the service account; the operator makes "
            f"{PER_MINUTE} of each at most. A poll is one read; a change of many rows two reads and three "
            "writes at most",
            "counted beforehand; error 429",
            f"nothing up to {span(PATIENCE)}; then the row follows a minute later, and `status` says “Google "
            "Sheets is asked as often as it allows”",
        ),
        Limit(
            "A cell",
            f"{LONGEST_CELL:,} characters",
            "cut before it is written; captions have 2,200 at most",
            "the beginning of a text",
        ),
        Limit(
            "An answer",
            size(MAX_BYTES),
            "counted while it comes",
            "“Google Sheets answered something that cannot be read”",
        ),
        Limit(
            "The right to edit",
            "who the sheet is shared with as an editor",
            "error 403, also asked by `doctor` and `setup` without writing anything",
            "a sentence with the address to share it with; decisions go on in chat and on the desk",
        ),
        Limit(
            "Two writers at once",
            "there is no write that depends on what stands there",
            "each write begins with a look where the rows are now, and ends with one at what it hit",
            "a row that was sorted away in that moment has its cells again, and is written where it is",
        ),
    ),
    waits=(
        ("A connection", span(TIMEOUT[0])),
        ("The next piece of an answer", span(TIMEOUT[1])),
        ("A whole answer", span(TOTAL_SECONDS)),
        ("A token of Google's", span(LOGIN_SECONDS)),
        ("After a write whose answer was lost, before looking for it", span(SETTLE)),
    ),
    repeats=f"A read is tried {TRIES} times within {span(DEADLINE)} when the line breaks, or the service is "
    "busy or out of order. A write only if it was refused for being too many (429) or never left; after any "
    "other unclear answer the rows are looked for by their ids first. gspread's own repeating, which has no "
    "end, is not used.",
    source="developers.google.com/workspace/sheets/api/limits",
)
