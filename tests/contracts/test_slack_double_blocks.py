"""The Slack double takes the blocks Slack takes, and says in Slack's words what is wrong with others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models import blocks as kit

from tests.doubles.slack_blocks import TOO_LONG, problems_of
from tests.doubles.slack_clients import client_of, refused
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_state import Workspace

VIDEO = "https://media.example.org/reel.mp4"


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def button(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Approve"), "action_id": f"approve:{number}", **more}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": plain("x"), **more}


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "alt_text": "a pot", "image_url": "https://media.example.org/pot.png", **more}


def video(**more: Any) -> dict[str, Any]:
    thumbnail = "https://media.example.org/cover.jpg"
    shown = {"title": plain("Reel"), "alt_text": "a reel", "video_url": VIDEO, "thumbnail_url": thumbnail}
    return {"type": "video", **shown, **more}


TAKEN = [
    {"type": "header", "text": plain("x" * 150)},
    section(text={"type": "mrkdwn", "text": "x" * 3000}),
    section(fields=[plain("x" * 2000)] * 10, text=plain("x")),
    section(accessory=button(value="x" * 2000)),
    actions(*(button(number) for number in range(25))),
    actions(button(text=plain("x" * 75)), button(1, action_id="x" * 255, style="danger")),
    image(alt_text="x" * 2000),
    section(block_id="x" * 255),
    {"type": "context", "elements": [image(), plain("x")]},
    {"type": "divider"},
]
REFUSED = [
    ({"type": "header", "text": plain("x" * 151)},
     "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "must be one of: plain_text"),
    (section(text=plain("x" * 3001)), "must be less than 3001 characters"),
    (section(text=plain("")), "must be more than 0 characters"),
    (section(fields=[plain("x")] * 11), "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    (section(fields=[plain("x" * 2001)]), "must be less than 2001 characters"),
    ({"type": "section"}, "missing required field: text"),
    (section(colour="red"), "invalid additional property: colour"),
    (section(block_id="x" * 256), "must be less than 256 characters"),
    (actions(*(button(number) for number in range(26))), "no more than 25 items allowed"),
    (actions(), "no fewer than 1 items allowed"),
    (actions(button(text=plain("x" * 76))), "must be less than 76 characters"),
    (actions(button(value="x" * 2001)), "must be less than 2001 characters"),
    (actions(button(action_id="x" * 256)), "must be less than 256 characters"),
    (actions(button(text={"type": "mrkdwn", "text": "x"})), "must be one of: plain_text"),
    (actions(button(style="green")), "must be one of: primary, danger"),
    (actions(button(url="pot.png")), "Invalid URL"),
    (actions(button(), button()), "`action_id` `approve:0` already exists for another element"),
    (image(alt_text="x" * 2001), "must be less than 2001 characters"),
    (image(image_url="http://127.0.0.1:8080/pot.png"), "downloading image failed"),
    (image(slack_file={"id": "F0123456789"}), "must provide either image_url or slack_file"),
    ({"type": "image", "alt_text": "x", "slack_file": {"id": "nofile"}}, "input must match regex pattern"),
    ({"type": "image", "alt_text": "x", "slack_file": {"id": "F0123456789"}}, "invalid slack file"),
    (video(), "missing scope: links.embed:write"),
    ({"type": "input", "label": plain("x"), "element": {}}, "unsupported type: input"),
    ({"type": "carousel"}, "unsupported type: carousel"),
]  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer().running() as running:
        running.rates.enforced = False
        yield running


@pytest.mark.parametrize("block", TAKEN)
async def test_takes_what_fits(server: SlackServer, block: dict[str, Any]) -> None:
    if block.get("fields"):  # ten of the longest are too long together
        assert problems_of(server.space, [block]) == []
        return
    await client_of(server).chat_postMessage(channel=server.home.id, text="x", blocks=[block])


@pytest.mark.parametrize(("block", "problem"), REFUSED)
async def test_refuses_what_does_not(server: SlackServer, block: dict[str, Any], problem: str) -> None:
    asked = client_of(server).chat_postMessage(channel=server.home.id, text="x", blocks=[block])
    error, answer = await refused(asked)
    assert error == "invalid_blocks"
    assert any(line.startswith(problem) for line in answer["errors"]), answer["errors"]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {line}" for line in answer["errors"]]
    assert server.messages() == []


async def test_all_blocks_together(server: SlackServer) -> None:
    async def post(blocks: Any) -> Any:
        return await client_of(server).chat_postMessage(channel=server.home.id, text="x", blocks=blocks)

    await post([{"type": "divider"}] * 50)
    assert "no more than 50 items" in (await refused(post([{"type": "divider"}] * 51)))[1]["errors"][0]
    assert (await refused(post([section(text=plain("x" * 3000))] * 5)))[0] == "msg_blocks_too_long"
    twins = [section(block_id="card"), section(block_id="card")]
    assert "Block ID needs to be unique" in (await refused(post(twins)))[1]["errors"][0]
    assert (await refused(post({"type": "divider"})))[0] == "invalid_blocks_format"
    hidden = client_of(server).chat_postMessage(
        channel=server.home.id, text="x", attachments=[{"blocks": [{"type": "carousel"}]}]
    )
    assert "/attachments/0/blocks/0" in (await refused(hidden))[1]["errors"][0]


async def test_videos_need_a_scope_and_a_domain_of_the_app(server: SlackServer) -> None:
    space = server.space
    space.scopes.add("links.embed:write")
    assert "not a valid unfurl domain" in problems_of(space, [video()])[0]
    space.unfurl_domains.add("example.org")
    assert problems_of(space, [video()]) == []
    local = video(video_url="http://127.0.0.1:1/reel.mp4")
    assert problems_of(space, [local]) == ["must be an https URL [json-pointer:/blocks/0/video_url]"]
    assert problems_of(space, [video(title=plain("x" * 200))])[0].startswith("must be less than 200")


def test_takes_what_slacks_own_models_make() -> None:
    """slack_sdk's models check limits of their own: what passes there must pass here."""
    made = [
        kit.HeaderBlock(text=kit.PlainTextObject(text="Reel 7")),
        kit.SectionBlock(text="*words*", fields=["a", "b"], accessory=kit.ButtonElement(
            text="Open", action_id="open", url="https://example.org/x")),
        kit.ContextBlock(elements=[kit.MarkdownTextObject(text="0:12"), kit.ImageElement(
            image_url="https://example.org/a.png", alt_text="a")]),
        kit.ActionsBlock(elements=[
            kit.ButtonElement(text="Approve", action_id="a", value="7:1", style="primary"),
            kit.ButtonElement(text="Deny…", action_id="b", confirm=kit.ConfirmObject(
                title="Sure?", text="It goes.", confirm="Yes", deny="No")),
            kit.StaticSelectElement(placeholder="Which?", action_id="c", options=[
                kit.Option(text="One", value="1")]),
        ]),
        kit.DividerBlock(),
    ]  # fmt: skip
    assert problems_of(Workspace(), [block.to_dict() for block in made]) == []


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "text", "elements", "element", "accessory", "fields", "alt_text", "value"]),
        inner | st.sampled_from(["section", "actions", "button", "plain_text", "header", "context", "image"]),
        max_size=4,
    ),
    max_leaves=12,
))  # fmt: skip
def test_nonsense_is_refused_and_never_breaks_it(block: Any) -> None:
    """Whatever is sent as a block gets an answer."""
    problems = problems_of(Workspace(), [block])
    assert all("[json-pointer:/blocks" in line for line in problems)
    assert problems or isinstance(block, dict)


def test_the_limit_of_everything_is_what_people_found() -> None:
    assert 12_500 < TOO_LONG < 13_172
