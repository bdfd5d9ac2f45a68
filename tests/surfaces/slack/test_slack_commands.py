"""Every operation by /autopotter: answered so that only whoever asked reads it."""

from __future__ import annotations

import pytest

from bot.operations.registry import operations
from bot.operator import Operator
from bot.surfaces.slack_app import grammar
from services.model.draft import State
from tests.doubles.slack_blocks import words
from tests.doubles.slack_error import Fault
from tests.doubles.slack_server import SlackServer
from tests.reconcilers.helpers import make_draft, state
from tests.surfaces.slack.live import Live, button, living

# What each operation is asked in the parity test, and a word of its answer.
ASKED = {
    "generate": ("generate 1", "1 draft ready"),
    "drafts": ("drafts --limit 3", "RV06 grows"),
    "show": ("show {number}", "RV06 grows"),
    "approve": ("approve {number}", "is approved"),
    "deny": ("deny {number} too dark", "too dark"),
    "undo": ("undo {number}", "Took back the approval"),
    "edit": ("edit {number} A new caption", "caption"),
    "revise": ("revise {number} shorter", "is being revised: shorter"),
    "post": ("post {number} --at tomorrow 18:00", "is posted"),
    "posted": ("posted {number} https://www.instagram.com/reel/abc/", "counts as posted"),
    "unpublished": ("unpublished {number}", "nothing"),
    "retry": ("retry {number}", "only a failed one"),
    "schedule": ("schedule", "Approved drafts are posted"),
    "inventory": ("inventory --limit 2", ""),
    "look": ("look", ""),
    "moments": ("moments nothing.mp4", ""),
    "collect": ("collect", ""),
    "insights": ("insights", ""),
    "brief": ("brief", ""),
    "jobs": ("jobs", ""),
    "status": ("status", "planner"),
    "digest": ("digest", "Waits for a decision"),
    "help": ("help deny", "/autopotter deny NUMBER [REASON]"),
}


def test_every_operation_is_asked() -> None:
    assert ASKED.keys() == operations().keys()
    for name, (line, _) in ASKED.items():
        assert grammar.read(line.format(number=1)).operation.name == name


@pytest.mark.parametrize("name", list(ASKED))
async def test_every_operation_answers_the_one_who_asked(live: Live, name: str) -> None:
    number = await make_draft(live.op)
    await live.carded(number)
    ann, bob = live.slack.person("ann"), live.slack.person("bob")
    line, said = ASKED[name]
    if name == "undo":
        await live.slash(ann, f"approve {number}", "is approved")
    answer = await live.slash(ann, line.format(number=number), said)
    assert "Something unexpected" not in words(answer)
    assert answer.text
    assert live.slack.whispers(bob) == []
    assert all(delivery.took < 3 for delivery in live.slack.socket.of("slash_commands"))


async def test_what_a_line_lacks_is_asked_for_in_a_modal(live: Live) -> None:
    number, _ = await live.draft()
    ann = live.slack.person("ann")
    for line, label in ((f"edit {number}", "The new caption"), (f"revise {number}", "What should change?")):
        before = set(live.slack.space.views)
        await live.slack.people.slash(ann, live.slack.home, "/autopotter", line)
        view = await live.opened(before)
        assert view.body["blocks"][0]["label"]["text"] == label
        if line.startswith("edit"):
            assert view.body["blocks"][0]["element"]["initial_value"] == "Layer by layer. #ceramics"
            await live.send(ann, view, "Another\ncaption & <more>")
            await live.says(number, "Another\ncaption & <more>")


async def test_insights_answer_with_charts(live: Live) -> None:
    answer = await live.slash(live.slack.person("ann"), "insights", "followers")
    (image,) = [block for block in answer.blocks if block["type"] == "image"]
    file = live.slack.space.files[image["slack_file"]["id"]]
    assert file.data.startswith(b"\x89PNG")


async def test_a_modal_that_came_too_late_is_said(live: Live) -> None:
    _, card = await live.draft()
    ann = live.slack.person("ann")
    live.slack.fail("views.open", Fault(error="expired_trigger_id"), Fault(status=503))
    await live.press(ann, card, "Deny…")
    await live.whispered(ann, "It took too long to open the form", "Try it again.")
    await live.press(ann, card, "Deny…")
    await live.whispered(ann, "Slack failed when asked to open a form")
    await live.form(ann, card, "Deny…")


async def test_wrong_lines_are_answered_at_once(live: Live) -> None:
    ann = live.slack.person("ann")
    await live.slash(ann, "publish 7", "There is no operation 'publish'", "/autopotter help")
    await live.slash(ann, "edit 99", "edit needs caption")
    await live.slash(ann, "approve 99", "There is no draft 99")
    await live.slash(ann, "approve <!channel>", "must be a whole number")


async def test_drafts_lead_to_their_cards(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    answer = await live.slash(ann, "drafts", f"{number} · RV06 grows")
    (to_card,) = [block["accessory"] for block in answer.blocks if "accessory" in block]
    assert to_card["url"].endswith(f"{live.slack.home.id}/p{card.ts.replace('.', '')}")
    clicked = await live.slack.people.click(ann, answer, button(answer, "Card"))
    assert await clicked.settled() == "acknowledged"


async def test_a_long_answer_comes_as_a_file_too_in_direct_messages(op: Operator, slack: SlackServer) -> None:
    ann = slack.person("ann")
    async with living(op, slack) as live:
        answer = await live.slash(ann, "brief", "see the file")
        private = slack.space.direct(ann.id)
        (message,) = await live.until(lambda: slack.messages(private))
        file = slack.space.files[message.files[0]]
        assert file.name == "brief.txt"
        assert len((file.data or b"").decode()) > len(words(answer)) - 200


async def test_approving_by_command_moves_the_card(live: Live) -> None:
    number, _ = await live.draft()
    ann = live.slack.person("ann")
    await live.slash(ann, f"approve {number}", "is approved")
    await live.says(number, "Approved by ann")
    await live.slash(ann, f"undo {number}")
    await live.says(number, "waits for")
    assert await state(live.op, number) is State.DRAFT
