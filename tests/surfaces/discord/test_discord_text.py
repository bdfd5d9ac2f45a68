"""Hostile words: what a caption, a name or an error says is shown, as text, within the limits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.port import TONES, Field, Message
from bot.reply import Action
from bot.surfaces.discord_app import answers, card
from bot.surfaces.discord_app.text import escaped, fitted, length, plain
from tests.doubles.discord_rules import check_message

_NASTY = st.sampled_from(
    [
        "@everyone", "@here", "<@123456789012345678>", "<@&1>", "<#1>", "</undo:1>", "<t:0>", "<:a:1>",
        "**b**", "__u__", "~~s~~", "||s||", "`c`", "```\n", "> q", "# h", "- l", "-# s", "1. o", "\\",
        "[a](https://evil.example)", "https://a.example/x_y_z", "https://a.example/", "\u202e", "\u200b",
        "\u2066", "\ufeff", "\U0001f469\u200d\U0001f469", "\U0001f44d\U0001f3fd", "\u05e9\u05dc\u05d5\u05dd",
        "\n", " ",
    ]
)  # fmt: skip
NASTY = st.lists(st.one_of(_NASTY, st.text(max_size=30)), max_size=400).map("".join)
SHORT = st.lists(st.one_of(_NASTY, st.text(max_size=10)), max_size=40).map("".join)


@given(NASTY, st.integers(1, 4096))
def test_it_fits(text: str, most: int) -> None:
    assert length(fitted(text, most)) <= most
    assert length(plain(text, most)) <= most
    assert "\n" not in plain(text, most)


# What Discord takes as an address: all up to a space or a "<", whatever stands before that.
_LINK = re.compile(r"https?://[^\s<]+")
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")


@given(NASTY)
def test_markup_and_mentions_are_text(text: str) -> None:
    shown = escaped(text)
    rest = _ESCAPE.sub("", _LINK.sub("", shown))
    assert not re.search(r"[*_~`|<\[\]]", rest)
    assert not re.search(r"^\s*(#|>|-|\+|\d+[.)])", _LINK.sub("", shown), re.MULTILINE)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ufeff]", shown)


@given(st.text(alphabet="aé 👍🏽שlם‍,;!?", max_size=200))
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert escaped(text) == text


_ACTIONS = st.lists(
    st.builds(Action, st.integers(1, 999).map(lambda number: f"show:{number}:1"), SHORT),
    max_size=8,
    unique_by=lambda action: action.id,
)
_MESSAGES = st.builds(
    Message,
    key=st.just("draft:7"),
    mark=st.just("k7f3"),
    title=NASTY,
    text=NASTY,
    fields=st.lists(st.builds(Field, SHORT, NASTY, st.booleans()), max_size=30).map(tuple),
    tone=st.sampled_from(TONES),
    foot=st.just("revision 2 · k7f3"),
    actions=_ACTIONS.map(tuple),
)


@given(_MESSAGES)
def test_every_message_is_one_that_discord_takes(message: Message) -> None:
    drawn = card.embed(message, card.fitting(message, 1000)).to_dict()
    buttons = card.view(message)
    components = [] if buttons is None else buttons.to_components()
    check_message({"embeds": [drawn], "components": components}, files=0, flags=0)
    assert sum(length(str(part)) for part in _texts(drawn)) <= 6000


def _texts(node: object) -> list[object]:
    if isinstance(node, dict):
        return [text for key, value in node.items() if key != "type" for text in _texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in _texts(value)]
    return [node] if isinstance(node, str) else []


@given(st.lists(st.builds(lambda text: answers._Line(text, escaped(text)), NASTY), max_size=60))
def test_an_answer_fits_and_says_what_it_leaves_out(lines: list[answers._Line]) -> None:
    shown, cut = answers._within(lines, 2000)
    assert length(shown) <= 2000
    assert cut == (sum(length(line.drawn) + 1 for line in lines) > 2000 - answers._MORE)
    assert cut or shown == "\n".join(line.drawn for line in lines)


def test_a_message_says_which_of_its_files_fit(tmp_path: Path) -> None:
    picture, video = tmp_path / "storyboard.JPG", tmp_path / "preview.mp4"
    picture.write_bytes(b"p" * 10)
    video.write_bytes(b"v" * 100)
    message = Message("draft:7", "k7f3", "Seven", image=picture, video=video)
    both = card.fitting(message, 100)
    assert list(both.files) == ["picture.jpg", "video.mp4"]
    assert card.embed(message, both).image.url == "attachment://picture.jpg"
    one = card.fitting(message, 99)
    assert list(one.files) == ["picture.jpg"]
    (field,) = card.embed(message, one, "https://b.example/7.mp4?sig=1").fields
    assert field.value == "too large for this server (0 MB): [watch it](https://b.example/7.mp4?sig=1)"
    (field,) = card.embed(message, one, f"https://b.example/{'x' * 1024}").fields
    assert field.value == "too large for this server (0 MB)"
    picture.unlink()
    assert card.embed(message, card.fitting(message, 100)).image.url is None


def test_a_request_stays_within_what_discord_takes(tmp_path: Path) -> None:
    """Also on a server that takes files of 100 MiB."""
    picture, video = tmp_path / "storyboard.jpg", tmp_path / "preview.mp4"
    for path, size in ((picture, 10 * 2**20), (video, 14 * 2**20)):
        with path.open("wb") as file:
            file.truncate(size)
    message = Message("draft:7", "k7f3", "Seven", image=picture, video=video)
    assert len(card.fitting(message, 100 * 2**20).files) == 2
    with video.open("ab") as file:
        file.write(b"x")
    assert list(card.fitting(message, 100 * 2**20).files) == ["picture.jpg"]


def test_a_post_is_told_from_its_repeat_by_mark_and_moment() -> None:
    noon, later = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 13, tzinfo=UTC)
    first, second = Message("draft:7", "k7f3", "Seven"), Message("draft:8", "k8f3", "Eight")
    assert card.nonce(first, noon) == card.nonce(first, noon)
    assert len({card.nonce(first, noon), card.nonce(first, later), card.nonce(second, noon)}) == 3
    assert len(card.nonce(first, noon)) <= 25
