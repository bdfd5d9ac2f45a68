"""Captions: SRT, WebVTT and ASS as they come, and how cues become pages."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import Refused
from services.renderer.local.text.captions import Cue, divided, is_address, parse_captions, speech
from services.renderer.local.text.pages import pages_of, replaced

SRT = """\ufeff1\r
00:00:01,000 --> 00:00:02,500\r
Hello <i>big</i>\r
world &amp; all\r
\r
2
00:01:03.25 --> 01:00:00,5 X1:40
Later"""

VTT = """WEBVTT - a title

NOTE not shown

STYLE
::cue { color: red }

intro
00:01.000 --> 00:03.000 align:start position:10%
<v Anna>One <00:00:01.500>two <00:00:02.250><c.loud>three</c>
"""

ASS = r"""[Script Info]
Title: x
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\an8\k50}One {\k30}two{\k20}fold, {\kf100}three\Nfour
Comment: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,never
Dialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,Plain {\b1}text
"""


def words(cue: Cue) -> list[str]:
    return [word.text for word in cue.words]


def test_srt() -> None:
    found = parse_captions(SRT)
    assert found.notes == ()
    first, second = found.cues
    assert (first.start, first.end, first.timed) == (1.0, 2.5, False)
    assert words(first) == ["Hello", "big", "world", "&", "all"]
    assert first.words[0].start == 1.0
    assert first.words[-1].end == 2.5
    assert (second.start, second.end, words(second)) == (63.25, 3600.5, ["Later"])


def test_webvtt_times_words_by_stamps() -> None:
    (cue,) = parse_captions(VTT).cues
    assert cue.timed
    assert [(w.text, w.start, w.end) for w in cue.words] == [
        ("One", 1.0, 1.5), ("two", 1.5, 2.25), ("three", 2.25, 3.0),
    ]  # fmt: skip


def test_ass_times_words_by_karaoke_marks() -> None:
    sung, plain = parse_captions(ASS).cues
    assert sung.timed
    assert words(sung) == ["One", "twofold,", "three", "four"]
    assert [round(w.start, 2) for w in sung.words[:3]] == [1.0, 1.5, 2.0]
    assert sung.words[1].end == pytest.approx(2.0)
    assert not plain.timed
    assert words(plain) == ["Plain", "text"]


def test_a_missing_empty_line_does_not_swallow_the_next_caption() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:02,000 --> 00:00:03,000\nTwo"
    assert [words(cue) for cue in parse_captions(text).cues] == [["One"], ["Two"]]


def test_what_makes_no_sense_is_left_out_and_said() -> None:
    text = (
        "00:00:05,000 --> 00:00:04,000\nbackwards\n\n-00:00:01,000 --> 00:00:04,000\nnegative\n\n"
        "99999:00:00,000 --> x\nwild\n\n00:00:01,000 --> 00:00:03,000\nfirst\n\n"
        "00:00:02,000 --> 00:00:04,000\nsecond\n\n00:00:02,010 --> 00:00:03,000\nwith it"
    )
    found = parse_captions(text)
    assert [(cue.start, cue.end, words(cue)) for cue in found.cues] == [
        (1.0, 2.0, ["first"]), (2.0, 4.0, ["second", "with", "it"]),
    ]  # fmt: skip
    assert found.notes == (
        "3 of its captions have times that cannot be read; left out.",
        "captions that overlap are shown one after the other.",
    )


@pytest.mark.parametrize("text", ["hello", "{}", "[Script Info]", "WEBVTT", "\x00\x01"])
def test_what_is_no_caption_file_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="neither SRT nor WebVTT nor ASS"):
        parse_captions(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.com/a.srt", True), (" //example.com/x ", True), ("file:///etc/passwd", True),
        ("1\n00:00:01,000 --> 00:00:02,000\nhttps://example.com", False), ("", False),
    ],
)  # fmt: skip
def test_addresses_are_known(text: str, address: bool) -> None:
    assert is_address(text) is address


BOMBS = {
    "cues": "00:00:00,000 --> 00:00:59,000\na\n\n" * 5_400,
    "one cue": "00:00:00,000 --> 00:00:59,000\n" + "word " * 39_000,
    "one word": "00:00:00,000 --> 00:00:59,000\n" + "x" * 199_000,
    "tags": "00:00:00,000 --> 00:00:59,000\n" + "<" * 199_000,
    "stamps": "00:00:00,000 --> 00:00:59,000\n" + "<00:00:01.000>a" * 13_000,
    "arrows": "-->" * 66_000,
    "braces": "Dialogue: 0,0:00:00.00,0:00:59.00,,,,,,," + "{" * 199_000,
    "marks": "Dialogue: 0,0:00:00.00,0:00:59.00,,,,,,," + r"{\k1}a" * 33_000,
    "accents": "00:00:00,000 --> 00:00:59,000\n" + "e" + "\u0301" * 199_000,
    "lines": "00:00:00,000 --> 00:00:59,000\n" + "\n" * 199_000,
    "fields": "Format: Text" + ",a" * 99_000 + "\nDialogue: " + "," * 1_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_read_in_reasonable_time_and_bounded(name: str) -> None:
    begun = time.process_time()
    try:
        found = parse_captions(BOMBS[name]).cues
    except Refused:
        found = ()
    assert time.process_time() - begun < 5
    assert len(found) <= 2_000
    assert all(len(cue.words) <= 150 and all(len(w.text) <= 60 for w in cue.words) for cue in found)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9_999), st.integers(-500, 4_000), st.text("ab <>{}\\k&;.,é", max_size=30)),
        max_size=12,
    )
)  # fmt: skip
def test_cues_are_in_order_and_never_overlap(rows: list[tuple[int, int, str]]) -> None:
    def clock(value: int) -> str:
        return f"00:00:{value // 1000:02}{',' if value >= 0 else ';'}{abs(value) % 1000:03}"

    text = "\n\n".join(f"{clock(start)} --> {clock(start + long)}\n{body}" for start, long, body in rows)
    if "-->" not in text:
        return
    cues = parse_captions(text).cues
    for before, after in pairwise(cues):
        assert before.end <= after.start
    for cue in cues:
        assert cue.start < cue.end
        times = [t for word in cue.words for t in (word.start, word.end)]
        assert times == sorted(times)
        assert all(cue.start - 1e-9 <= t <= cue.end + 1e-9 for t in times)


def test_time_is_divided_by_length_with_pauses_after_punctuation() -> None:
    found = divided(["a", "elephants", "go.", "on"], 1.0, 3.0)
    assert found[0].start == 1.0
    assert found[-1].end == pytest.approx(3.0)
    long = [word.end - word.start for word in found]
    assert long[1] > long[2] > long[3] > long[0]
    assert [cue.timed for cue in speech("Good morning", 1.0, 2.0)] == [True]
    assert speech("  ", 1.0, 2.0) == ()
    assert speech("Hello", 2.0, 2.0) == ()


def cue(text: str, start: float = 0.0, end: float = 10.0, timed: bool = True) -> Cue:
    return Cue(start, end, divided(text.split(), start, end), timed)


def lines(page: object) -> list[str]:
    return [" ".join(w.text for w in line) for line in page.lines]  # type: ignore[attr-defined]


def test_timed_words_come_in_lines_of_even_length_that_end_with_sentences() -> None:
    pages = list(pages_of(cue("One two three four five six. Seven eight"), "classic", 4))
    assert [lines(page) for page in pages] == [["One two three"], ["four five six."], ["Seven eight"]]
    assert pages[0].start == 0
    assert pages[-1].end == 10
    assert all(a.end == b.start for a, b in pairwise(pages))
    assert all(page.marked for page in pages)


def test_captions_without_times_of_words_stay_whole() -> None:
    (page,) = pages_of(cue("One two three four five six seven", timed=False), "classic", 4)
    assert lines(page) == ["One two three", "four five six seven"]
    assert (page.start, page.end, page.marked) == (0, 10, False)
    many = list(pages_of(cue("w " * 20, timed=False), "boxed-line", 4))
    assert [len(page.lines) for page in many] == [3, 2]


def test_one_word_at_a_time() -> None:
    pages = list(pages_of(cue("One two three", timed=False), "classic-one-word", 4))
    assert [lines(page) for page in pages] == [["One"], ["two"], ["three"]]
    assert [page.start for page in pages] == [word.start for word in cue("One two three").words]


def test_words_are_replaced_with_their_punctuation_and_time() -> None:
    changed = replaced(
        cue("Hey, jason two video! Jason?"), {"Jason two Video": "JSON2Video", "jason": "JSON", "hey": ""}
    )
    assert words(changed) == ["JSON2Video!", "JSON?"]
    before = cue("Hey, jason two video! Jason?").words
    assert (changed.words[0].start, changed.words[0].end) == (before[1].start, before[3].end)
    assert replaced(cue("same"), {"": "x", " ": "y"}).words == cue("same").words
