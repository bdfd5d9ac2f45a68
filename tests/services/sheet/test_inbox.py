"""What counts as a person's edit: no program's save, no stale copy, exactly what was changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.ports import SheetRow
from services.sheet.csv_format import Spelling, parse, render
from services.sheet.inbox import Edit, Finding, Inbox, compare, edit_of, number_of, wanted_bases
from services.sheet.rows import drafts_in, empty_table, merge, table_of
from services.sheet.wear import plain, repaired, same_caption
from services.store.rows import Base, Shown

ROW = SheetRow("k7f3.17", "Draft", 7, "2026-11-20", "A pot 🏺", "file:///7.mp4", "It grows")
TAGS = {"k7f3": 7, "m2p9": 8}
WORDS = ("Draft", "Approved", "Denied", "Posted")


def base(row: SheetRow, number: int = 17, **more: str) -> Base:
    values = {"status": row.status, "caption": row.caption, **more}
    return Base(TAGS[row.draft_id[:4]], number, 1, "print", cells={"link": row.link}, digest="d", **values)


def read(rows: Sequence[SheetRow], *bases: Base, written: int = 17) -> Inbox:
    known = {(b.draft, b.number): b for b in bases}
    numbers = wanted_bases(rows, TAGS)
    return compare(
        rows,
        tags=TAGS,
        shown={7: Shown(written, written, "d")},
        bases={key: found for key, found in known.items() if key in numbers},
    )


def only(found: Inbox) -> Edit:
    (edit,) = found.edits
    return edit


def saved(rows: Sequence[SheetRow], spelling: Spelling) -> list[SheetRow]:
    """As a program that knows only this spelling writes them, and as the adapter reads that."""
    table, _ = merge(empty_table(), rows)
    text = render(table.all_rows(), replace(spelling, encoding="utf-8")).decode()
    mark = "\ufeff" if spelling.encoding.startswith("utf-16") else ""
    parsed, found = parse((mark + text).encode(spelling.encoding, "replace"))
    # A few texts in cp1252 ("ß–" and no other accent in the file) are UTF-8 as well: nobody can tell.
    assume(spelling.encoding != "cp1252" or found.encoding in ("cp1252", "ascii"))
    return list(drafts_in(table_of(parsed), found.encoding))


# The words.


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("Approved", "Approved"), (" approved\t", "Approved"), ("APPROVED\u00a0", "Approved"),
        ("denied", "Denied"), ("posted", "Posted"), ("aproved", ""), ("", ""), ("yes", ""), ("Approved!", ""),
    ],
)  # fmt: skip
def test_a_status_that_differs_is_an_edit_and_means_a_word_or_none(cell: str, word: str) -> None:
    edit = only(read([replace(ROW, status=cell)], base(ROW)))
    assert (edit.status, edit.word, edit.caption) == (cell, word, None)


@pytest.mark.parametrize("cell", ["Draft", " draft ", "DRAFT\n", "dRAFT\u00a0"])
def test_a_status_spelt_anew_is_none(cell: str) -> None:
    assert read([replace(ROW, status=cell)], base(ROW)).edits == ()


@pytest.mark.parametrize(
    ("before", "cell", "encoding"),
    [
        ("two\nlines", "two\r\nlines", "utf-8"),
        ("two\nlines", "two\rlines", "utf-8"),
        ("a caption", "  a caption\n", "utf-8"),
        (" a caption ", "a caption", "utf-8"),
        ("Größe", unicodedata.normalize("NFD", "Größe"), "utf-8"),
        (unicodedata.normalize("NFD", "Größe"), "Größe", "utf-8"),
        ("=1+1", "'=1+1", "utf-8"),
        ("'=1+1", "=1+1", "utf-8"),
        ("\ttabbed", "tabbed", "utf-8"),
        ("a\tb\x0bc\x1b", "abc", "utf-8"),  # through an .ods
        ("nul\x00", "nul\ufffd", "utf-8"),
        ("A pot 🏺", "A pot ?", "cp1252"),
        ("A pot 🏺", "A pot ??", "cp1252"),
        ("A pot 🏺", "A pot ", "cp1252"),
        ("A pot 🏺", "A pot \ufffd", "utf-8-lost"),
        ("🏺?🏺?🏺?", "?????????", "cp1252"),
        ("☕️ ā 👩‍🎨 “x” €", "?? a ????? “x” €", "cp1252"),
        ("“x” – €", "?x? ? ?", "cp1252"),  # latin-1, which reads as cp1252
        ("Größe – 🏺", "Gr??e ? ?", "ascii"),
        (unicodedata.normalize("NFD", "Größe"), "Gro?ße", "cp1252"),
        ("陶芸" * 400, "??" * 400, "ascii"),
        ("=🏺", "'=?", "cp1252"),
    ],
)
def test_what_a_program_does_to_a_caption_is_no_edit(before: str, cell: str, encoding: str) -> None:
    encoding = "cp1252" if encoding == "utf-8-lost" else encoding
    assert same_caption(before, cell, encoding)
    assert edit_of(replace(ROW, caption=cell, encoding=encoding), base(ROW, caption=before)) is None


@pytest.mark.parametrize(
    ("before", "cell", "encoding"),
    [
        ("A pot 🏺", "A pot ?", "utf-8"),
        ("A pot 🏺", "A pot", "utf-16-le"),
        ("A pot", "A pot?", "cp1252"),
        ("A pot 🏺", "A jar ?", "cp1252"),
        ("A pot é", "A pot", "cp1252"),
        ("A pot é", "A pot ?", "cp1252"),
        ("A pot", "a pot", "utf-8"),
        ("A  pot", "A pot", "utf-8"),
        ("A pot", "", "utf-8"),
        ("A pot 🏺 and ✨", "A pot  and ?", "cp1252"),
        ("陶芸" * 400, "x" + "??" * 400, "ascii"),
    ],
)
def test_what_a_person_does_is_one(before: str, cell: str, encoding: str) -> None:
    assert not same_caption(before, cell, encoding)
    edit = edit_of(replace(ROW, caption=cell, encoding=encoding), base(ROW, caption=before))
    assert edit is not None
    assert (edit.status, edit.caption is not None) == (None, True)


@pytest.mark.parametrize(
    ("before", "cell", "encoding", "after"),
    [
        ("A pot 🏺 grows", "A tall pot ? grows", "cp1252", "A tall pot 🏺 grows"),
        ("A pot 🏺 grows", "A tall pot ?? grows", "cp1252", "A tall pot 🏺 grows"),
        ("🏺✨ glaze – ok", "?? glazes – ok", "cp1252", "🏺✨ glazes – ok"),
        ("🏺✨ glaze", "new text", "cp1252", "new text"),
        ("A pot 🏺", "Another ? text", "utf-8", "Another ? text"),
        ("Größe 🏺 x", "Gr??e ? y", "ascii", "Größe 🏺 y"),
    ],
)
def test_an_edit_in_an_old_encoding_loses_nothing_it_did_not_touch(
    before: str, cell: str, encoding: str, after: str
) -> None:
    assert repaired(before, cell, encoding) == after


def test_what_was_seen_under_a_number_is_no_edit_again_but_another_word_is() -> None:
    known = replace(base(ROW), seen_status=" approved", seen_caption="Mine")
    again = replace(ROW, status="Approved", caption="Mine")
    assert read([again], known).edits == ()
    edit = only(read([replace(again, status="Denied")], known))
    assert (edit.word, edit.caption) == ("Denied", None)


def test_a_worn_caption_is_remembered_and_repaired_also_after_another_save() -> None:
    row = replace(ROW, caption="A pot ?", encoding="cp1252")
    ((known, worn),) = read([row], base(ROW)).worn
    later = replace(known, seen_caption=worn)
    assert read([replace(row, encoding="utf-8")], later).edits == ()
    edit = only(read([replace(row, caption="A new pot ?", encoding="utf-8")], later))
    assert edit.caption == "A new pot 🏺"


def test_an_address_given_with_posted_is_taken_and_nothing_else() -> None:
    for link, taken in (
        ("https://www.instagram.com/reel/x/", "https://www.instagram.com/reel/x/"),
        (ROW.link, ""), ("javascript:alert(1)", ""), ("https://x/ y", ""), ("https://" + "x" * 600, ""),
    ):  # fmt: skip
        assert only(read([replace(ROW, status="Posted", link=link)], base(ROW))).link == taken
    assert only(read([replace(ROW, status="Denied", link="https://x/")], base(ROW))).link == ""


# The rows.


@pytest.mark.parametrize(
    ("draft_id", "number"),
    [("k7f3.17", 17), (" K7F3. 017 ", 17), ("k7f3", None), ("k7f3.", None), ("k7f3.1x", None),
     ("k7f3.1e5", None), ("k7f3.99999999999999999999", None), ("k7f3.-1", None), ("k7f3.１", None)],
)  # fmt: skip
def test_the_number_of_a_draft_id(draft_id: str, number: int | None) -> None:
    assert number_of(draft_id) == number


def test_an_old_number_is_compared_with_what_it_stood_for() -> None:
    old = base(ROW, 12, status="Approved", caption="older")
    row = replace(ROW, draft_id="k7f3.12", status="Approved", caption="older")
    found = read([row], old, base(ROW))
    assert (found.edits, found.findings[7][0]) == ((), Finding.STALE)
    edit = only(read([replace(row, status="Denied")], old, base(ROW)))
    assert (edit.word, edit.caption, edit.base) == ("Denied", None, old)


def test_a_number_nobody_gave_out_decides_nothing() -> None:
    for draft_id in ("k7f3", "k7f3.99", "k7f3.x", "K7F3 .99"):
        found = read([replace(ROW, draft_id=draft_id, status="Approved")], base(ROW))
        assert (found.edits, found.findings[7][0]) == ((), Finding.NO_BASE)


def test_rows_of_other_tags_are_a_persons_own() -> None:
    own = replace(ROW, draft_id="zzzz.1", status="Approved")
    found = read([own, ROW], base(ROW))
    assert (found.edits, dict(found.findings), found.order) == ((), {}, (ROW, own))


def test_a_row_that_is_gone_is_lost_unless_it_was_never_there() -> None:
    assert read([], base(ROW)).lost == (7,)
    assert compare([], tags=TAGS, shown={7: Shown(1, 0, "")}, bases={}).lost == ()


@pytest.mark.parametrize(
    ("first", "second", "finding", "kept", "edits"),
    [
        ("Draft", "Draft", Finding.COPY, 0, 0),
        ("Approved", "Approved", Finding.COPY, 0, 1),
        ("Approved", "Draft", Finding.CONFLICT, 1, 0),
        ("Draft", "Approved", Finding.CONFLICT, 0, 0),
        ("Denied", "Approved", Finding.CONFLICT, 0, 0),
    ],
)
def test_copies(first: str, second: str, finding: Finding, kept: int, edits: int) -> None:
    rows = [replace(ROW, status=first), replace(ROW, status=second)]
    found = read(rows, base(ROW))
    assert found.findings[7][0] is finding
    assert (found.order[0] is rows[kept], len(found.edits)) == (True, edits)


def test_a_copy_under_an_old_number_stays_the_copy() -> None:
    old = replace(ROW, draft_id="k7f3.12")
    found = read([old, ROW], base(ROW, 12), base(ROW))
    assert (found.findings[7][0], found.order) == (Finding.COPY, (ROW, old))
    edited = replace(old, status="Approved")
    found = read([edited, ROW], base(ROW, 12), base(ROW))
    assert (found.findings[7][0], found.edits, found.order) == (Finding.CONFLICT, (), (ROW, edited))


# Any file.

TEXT = st.text(st.sampled_from("abc ?\n“–é🏺✨āß'=+-@;,\"\t\u0301"), max_size=30) | st.text(max_size=30)
SPELLINGS = st.builds(
    Spelling,
    st.sampled_from(["utf-8-sig", "utf-8", "ascii", "utf-16-le", "utf-16-be", "cp1252"]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\r\n", "\n"]),
    st.booleans(),
    st.booleans(),
)
ROWS = st.builds(
    lambda status, caption, other: (
        replace(ROW, status=status, caption=caption),
        replace(ROW, draft_id="m2p9.17", number=8, caption=other),
    ),
    st.sampled_from(WORDS), TEXT, TEXT,
)  # fmt: skip


def inbox_of(found: Sequence[SheetRow], written: Sequence[SheetRow]) -> Inbox:
    bases = {(TAGS[row.draft_id[:4]], 17): base(row) for row in written}
    return compare(found, tags=TAGS, shown={7: Shown(17, 17, "d"), 8: Shown(17, 17, "d")}, bases=bases)


@settings(deadline=None, max_examples=150)
@given(rows=ROWS, spelling=SPELLINGS)
def test_an_untouched_file_in_any_spelling_has_no_edit(
    rows: tuple[SheetRow, SheetRow], spelling: Spelling
) -> None:
    found = inbox_of(saved(rows, spelling), rows)
    assert (found.edits, dict(found.findings), found.lost) == ((), {}, ())


@settings(deadline=None, max_examples=100)
@given(old=ROWS, new=ROWS, spelling=SPELLINGS)
def test_a_stale_copy_saved_back_decides_nothing(
    old: tuple[SheetRow, SheetRow], new: tuple[SheetRow, SheetRow], spelling: Spelling
) -> None:
    stale = [replace(row, draft_id=f"{row.draft_id[:4]}.12") for row in old]
    bases = {(TAGS[row.draft_id[:4]], 12): base(row, 12) for row in old}
    bases |= {(TAGS[row.draft_id[:4]], 17): base(row) for row in new}
    shown = {7: Shown(17, 17, "d"), 8: Shown(17, 17, "d")}
    found = compare(saved(stale, spelling), tags=TAGS, shown=shown, bases=bases)
    assert found.edits == ()
    assert [finding for finding, _ in found.findings.values()] == [Finding.STALE] * 2


@settings(deadline=None, max_examples=150)
@given(rows=ROWS, spelling=SPELLINGS, which=st.integers(0, 1), word=st.sampled_from([*WORDS, "aproved", ""]))
def test_a_single_status_edit_is_exactly_that(
    rows: tuple[SheetRow, SheetRow], spelling: Spelling, which: int, word: str
) -> None:
    file = saved(rows, spelling)
    file[which] = replace(file[which], status=word)
    found = inbox_of(file, rows)
    if word == rows[which].status:
        assert found.edits == ()
        return
    edit = only(found)
    assert (edit.base.draft, edit.status, edit.caption) == (7 + which, word, None)
    assert edit.word == (word if word in WORDS else "")


@settings(deadline=None, max_examples=150)
@given(rows=ROWS, spelling=SPELLINGS, at=st.integers(0, 30), typed=st.sampled_from(["x", "xyz", "KILN 5"]))
def test_a_single_caption_edit_is_exactly_that(
    rows: tuple[SheetRow, SheetRow], spelling: Spelling, at: int, typed: str
) -> None:
    file = saved(rows, spelling)
    caption = file[0].caption
    file[0] = replace(file[0], caption=caption[:at] + typed + caption[at:])
    edit = only(inbox_of(file, rows))
    assert (edit.base.draft, edit.status) == (7, None)
    assert edit.caption is not None
    assert typed in unicodedata.normalize("NFD", edit.caption)  # an accent behind it may have joined it
    if file[0].encoding not in ("cp1252", "ascii"):
        assert plain(edit.caption) == plain(caption[:at] + typed + caption[at:])
