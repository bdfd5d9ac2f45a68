"""What both chats share: commands in their spelling, text made to fit, buttons, addresses of videos."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import answers, buttons
from bot.chat.port import Message
from bot.chat.shortening import shortened
from bot.chat.spelling import spelled, usage
from bot.chat.video_link import video_link
from bot.operations.pressed import pressed
from bot.operations.registry import find, operations
from bot.operator import Operator
from bot.views import actions
from services.errors import Refused, Unavailable
from services.model.draft import State
from services.store import decisions, drafts
from tests.reconcilers.helpers import make_draft

SPELLINGS = {
    "`autopotter undo 7`": ("/undo number:7", "/autopotter undo 7"),
    "x `autopotter schedule resume` y": ("x /schedule action:resume y", "x /autopotter schedule resume y"),
    '`autopotter revise 7 "a, b"`': ("/revise number:7 wish:a, b", '/autopotter revise 7 "a, b"'),
    '`autopotter post 7 --at "18:00"`': ("/post number:7 at:18:00", '/autopotter post 7 --at "18:00"'),
    "`autopotter inventory --neglected`": ("/inventory neglected:True", "/autopotter inventory --neglected"),
    "`autopotter look`": ("/look", "/autopotter look"),
    "`autopotter setup`": ("`autopotter setup`", "`autopotter setup`"),
    '`autopotter undo "7`': ('`autopotter undo "7`', '/autopotter undo "7'),
    "undo takes it back": ("undo takes it back", "undo takes it back"),
}


@pytest.mark.parametrize(("said", "spellings"), SPELLINGS.items())
def test_commands_are_spelled_as_the_chat_takes_them(said: str, spellings: tuple[str, str]) -> None:
    assert (spelled(said, "discord"), spelled(said, "slack")) == spellings


def test_usage_names_what_is_needed() -> None:
    assert usage(find("deny"), "discord") == "/deny number: [reason:]"
    assert usage(find("deny"), "slack") == "/autopotter deny NUMBER [REASON]"
    assert usage(find("post"), "slack") == "/autopotter post NUMBER [--at AT]"
    assert all(usage(found, "discord").startswith(f"/{name}") for name, found in operations().items())


@given(st.text(max_size=300), st.integers(0, 200))
def test_shortened_text_fits_and_is_the_texts_beginning(text: str, most: int) -> None:
    short = shortened(text, most)
    assert len(short) <= most
    assert short == text if len(text) <= most else text.startswith(short.removesuffix("…"))
    twice = shortened(text, most, lambda part: 2 * len(part))
    assert 2 * len(twice.removesuffix("…")) <= most


async def test_the_buttons_of_every_state_can_be_pressed_and_ask_what_they_must(op: Operator) -> None:
    number = await make_draft(op)
    draft = await op.store.do(drafts.get, number)
    asked = {}
    for state in State:
        for action in actions(dataclasses.replace(draft, state=state)):
            id_ = buttons.button_id(action, "a" * 16)
            assert len(id_) <= 100
            button = pressed(id_)
            assert (button.number, button.revision, button.shows) == (number, 1, "a" * 16)
            asked[action.label] = (button.asks, buttons.must_be_told(button))
    assert asked["Deny…"] == ("reason", False)
    assert asked["Revise…"] == ("wish", True)
    assert asked["Post at…"] == ("at", True)
    assert asked["Posted by hand…"] == ("permalink", False)
    assert asked["It is live"] == asked["Approve"] == asked["Post now"] == ("", False)


NO_BUTTONS = ("", "approve", "approve:x:1", "nonsense:1:1", "approve:1:1:reason", "status:1:1", "deny:1:-1")


@pytest.mark.parametrize("text", [*NO_BUTTONS, "deny:\u0663:1"])
def test_what_is_no_button_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        pressed(text)


async def test_a_judgement_is_bound_to_what_was_shown(op: Operator) -> None:
    number = await make_draft(op)
    draft = await op.store.do(drafts.get, number)
    shown = (await op.store.do(drafts.print_of, draft, op.target))[:16]
    old = [pressed(f"{name}:{number}:1::{shown}") for name in ("approve", "post", "deny", "undo")]
    for button in old:
        await buttons.ensure_fresh(op, button)
    with pytest.raises(Refused, match="changed meanwhile"):  # a button that does not say what it stood below
        await buttons.ensure_fresh(op, pressed(f"approve:{number}:1"))
    await op.store.do(decisions.edit_caption, number, "Other.", voter="desk", target=op.target, now=op.now())
    for button in old[:2]:
        with pytest.raises(Refused, match="changed meanwhile"):
            await buttons.ensure_fresh(op, button)
    for button in old[2:]:
        await buttons.ensure_fresh(op, button)
    with pytest.raises(Refused, match="changed meanwhile"):
        await buttons.ensure_fresh(op, pressed(f"deny:{number}:2"))


class _Addresses:
    """A bucket of which only addresses are asked."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def url(self, key: str) -> str:
        if not self._address:
            raise Unavailable("The bucket does not answer.")
        return f"{self._address}/{key}"


@pytest.mark.parametrize(
    ("address", "found"),
    [("https://b.example", "https://b.example/drafts/7.mp4"), ("file:///m", ""), ("", "")],
)
async def test_a_video_has_an_address_where_the_bucket_gives_one(address: str, found: str) -> None:
    message = Message("draft:7", "k7f3", "Seven", video_key="drafts/7.mp4")
    assert await video_link(message, _Addresses(address)) == found  # type: ignore[arg-type]
    assert await video_link(Message("note:1", "n", "One"), _Addresses(address)) == ""  # type: ignore[arg-type]


def test_a_row_says_the_name_of_what_a_figure_alone_would_not_tell() -> None:
    given = {
        "posted": "2026-11-19",
        "caption": "Squeezing clay",
        "saved_by": "1,512",
        "rate": "11.3%",
        "views": "–",
    }
    assert answers.row(given) == "2026-11-19 · Squeezing clay · saved by 1,512 · rate 11.3% · views –"
