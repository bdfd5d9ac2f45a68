"""Whatever captions, titles and names say, Slack shows it as text, within its limits; nobody is called."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.invisible import visible
from bot.chat.port import Field, Message
from bot.reply import Action
from bot.surfaces.slack_app import answers, text
from bot.surfaces.slack_app import card as drawing
from services.model.draft import State
from services.store import drafts
from tests.doubles.slack_blocks import TOO_LONG, pings, problems_of, texts_of, words
from tests.doubles.slack_state import Message as Posted
from tests.doubles.slack_state import Workspace
from tests.reconcilers.helpers import proposal
from tests.surfaces.slack.live import Live

HOSTILE = (
    "<!channel> @everyone <@U123|you> <https://evil.example|good> *bold* ~gone~ `code` ```\n> quote\n"
    "&lt;!here&gt; \u202egnp.exe \u200b שלום 👩\u200d👩\u200d👧 :skull: \ud800"
)
PARTS = (HOSTILE, "<!channel>", '"\\\n', "\u200b", "&", " ")
long = st.builds(
    lambda part, times: PARTS[part] * times, st.integers(0, len(PARTS) - 1), st.sampled_from([1, 40, 400])
)
hostile = st.one_of(st.text(max_size=200), long)


@settings(max_examples=150, deadline=None)
@given(
    title=hostile,
    body=hostile,
    foot=hostile,
    label=hostile,
    fields=st.lists(st.tuples(hostile, hostile), max_size=14),
    note=hostile,
)
def test_any_message_is_one_that_slack_takes_and_calls_nobody(
    title: str, body: str, foot: str, label: str, fields: list[tuple[str, str]], note: str
) -> None:
    message = Message(
        "draft:7", "0007-abc", title, body, tuple(Field(*each) for each in fields), foot=foot,
        link="https://www.instagram.com/reel/abc/|<!channel>",
        actions=tuple(Action(f"approve:{n}:1", label or "x") for n in range(30)),
    )  # fmt: skip
    drawn = drawing.blocks(message, drawing.Attached("", note))
    assert problems_of(Workspace(), drawn) == []
    assert len(json.dumps(drawn, separators=(",", ":"), ensure_ascii=False)) <= TOO_LONG
    fallback = drawing.fallback(message)
    assert 0 < len(fallback) <= 4000
    shown = Posted("C", "1", "U", fallback, blocks=drawn)
    assert pings(shown) == []
    json.dumps(drawn).encode()  # no half characters
    for kind, part in texts_of(drawn):
        assert kind == "plain_text" or part.startswith(("*", "<https://www.instagram.com/reel/abc/%7C%3C"))


def test_a_message_is_known_by_what_it_carries_unseen_and_by_its_foot() -> None:
    message = Message("draft:7", "0007-abc", "Title", foot="revision 2 · 0007-abc")
    attached = drawing.Attached("F0123456789", "too large")
    unseen = {"metadata": drawing.metadata(message, attached), "blocks": []}
    seen = {"blocks": drawing.blocks(message)}
    for found in (unseen, seen):
        assert drawing.marked(found, "0007-abc")
        assert not drawing.marked(found, "0007-ab")
    assert drawing.attached_to(unseen) == attached
    assert drawing.attached_to(seen) == drawing.Attached()
    assert not drawing.marked({"metadata": {"event_type": "other", "event_payload": "x"}}, "x")
    assert not drawing.marked({"blocks": drawing.blocks(drawing.unsigned(message))}, "0007-abc")


@settings(deadline=None)
@given(st.lists(hostile, min_size=1, max_size=30), st.integers(answers.LEAST, drawing.WHOLE))
def test_an_answer_of_any_lines_fits_its_room(lines: list[str], room: int) -> None:
    parts, cut = answers._within(lines, room)
    drawn = [text.section(text.plain(part, drawing.SECTION)) for part in parts]
    assert problems_of(Workspace(), drawn) == []
    assert len(json.dumps(drawn, separators=(",", ":"), ensure_ascii=False)) <= room + 400
    if not cut:
        assert "\n".join(parts).split() == "\n".join(lines).split()


def test_an_address_that_no_block_takes_is_left_out() -> None:
    message = Message(
        "k", "m", "t", link="https://a.example/" + "x" * 2000, video_link="https://b.example/v.mp4"
    )
    drawn = drawing.blocks(message)
    assert problems_of(Workspace(), drawn) == []
    assert "https://b.example/v.mp4" in str(drawn)


@given(st.text())
def test_what_is_escaped_reads_as_before(given_text: str) -> None:
    assert html.unescape(text.escaped(given_text)) == visible(given_text)
    assert not set("<>") & set(text.escaped(given_text))


@given(st.text(), st.integers(1, 50))
def test_what_is_fitted_fits(given_text: str, most: int) -> None:
    assert len(text.fitted(given_text, most)) <= most
    assert 0 < len(text.plain(given_text, most)["text"]) <= most


@pytest.mark.parametrize(
    "caption", [HOSTILE[:-1], HOSTILE[:-1] * 30, "\u200b" * 5000, "`" * 5000, "@here " * 800]
)
async def test_hostile_captions_are_shown_as_text(live: Live, caption: str) -> None:
    wild = proposal("<!channel> *x* " * 8).model_copy(update={"caption": caption[:5000]})
    number = await live.op.store.do(drafts.file, wild, job=None, sample=False, now=live.op.now())
    await live.state(number, State.DRAFT)
    card = await live.carded(number)
    await live.says(number, "waits for ✅ or ❌")
    ann = live.slack.person("<!here>")
    await live.press(ann, card, "Details")
    shown = await live.whispered(ann, "<!channel> *x*")
    await live.slack.people.react(ann, card, "x")
    await live.says(number, "Denied by <!here>")
    answer = await live.slash(ann, "drafts", "<!channel>")
    wish = await live.slack.people.write(
        ann, live.slack.home, "<!channel> *shorter*", thread_ts=card.ts, mention=True
    )
    await live.slash(ann, "approve <!channel>", "<!channel>")
    said: list[Any] = [card, shown, answer, *live.slack.messages(), *live.slack.whispers(ann)]
    assert [pings(one) for one in said if one is not wish and pings(one) and one.bot] == []
    assert "\u202e" not in words(card)
