"""Every operation is a slash command, made from the registry; each answers in time, only to who asked."""

from __future__ import annotations

from typing import Any

import pytest

from bot.operations.registry import Operation, operations
from bot.operator import Operator
from services.store import facts, jobs
from tests.doubles.discord_server import DiscordServer
from tests.reconcilers.helpers import make_draft
from tests.surfaces.discord.live import Live, living

_TYPES = {str: 3, int: 4, bool: 5, float: 10}


async def _commands(live: Live) -> dict[str, dict[str, Any]]:
    await live.until(lambda: live.discord.commands.of(live.discord.guild))
    return {one["name"]: one for one in live.discord.commands.of(live.discord.guild)}


async def test_every_operation_is_a_command_with_its_help_types_ranges_and_choices(live: Live) -> None:
    told = await _commands(live)
    assert list(told) == list(operations())
    for found in operations().values():
        command = told[found.name]
        assert command["description"] == found.summary[:100]
        options = command.get("options", [])
        assert [one["name"] for one in options] == [p.name for p in found.parameters]
        _same(found, {one["name"]: one for one in options})


def _same(found: Operation, options: dict[str, dict[str, Any]]) -> None:
    for parameter in found.parameters:
        option, about = options[parameter.name], parameter.about
        assert option["type"] == _TYPES[parameter.type]
        assert option["description"].removesuffix("…") in about.help
        assert [one["value"] for one in option.get("choices", ())] == list(about.choices)
        assert bool(option.get("autocomplete")) == bool(about.completes)
        # What has several lines may be left out: a form asks for it.
        assert option.get("required", False) == (parameter.required and not about.multiline)
        if parameter.type is not str:
            for bound, name in ((about.low, "min_value"), (about.high, "max_value")):
                assert bound is None or option[name] == bound


async def test_the_server_is_told_only_when_the_commands_changed(
    op: Operator, discord: DiscordServer
) -> None:
    async with living(op, discord) as live:
        await live.stored(lambda: op.store.do(facts.get, "discord commands"))
        await live.stop()
        await live.start()
        await live.answered(discord.people.slash(live.person("Ann"), "status"), "Running")
        assert discord.commands.syncs == 1
        await live.stop()
        await op.store.do(facts.put, "discord commands", {"commands": "of an older version"})
        await live.start()
        await live.until(lambda: discord.commands.syncs == 2)


@pytest.mark.parametrize(
    "name", ["drafts", "jobs", "schedule", "help", "inventory", "brief", "status", "digest"]
)
async def test_what_only_reads_answers_at_once_and_privately(live: Live, name: str) -> None:
    await _commands(live)
    await make_draft(live.op)
    asked = live.discord.people.slash(live.person("Ann"), name)
    await live.until(lambda: asked.replies)
    assert asked.private
    assert asked.took < 3
    assert "went wrong" not in asked.text


async def test_a_brief_that_is_too_long_comes_as_a_file_too(live: Live) -> None:
    await _commands(live)
    asked = live.discord.people.slash(live.person("Ann"), "brief")
    await live.until(lambda: asked.replies)
    (file,) = asked.replies[0].files
    assert file.name == "brief.txt"
    assert len(file.content) > 4096
    assert "see the file" in asked.text or asked.text.endswith("…")


async def test_insights_answer_everybody_with_charts(live: Live) -> None:
    await _commands(live)
    asked = live.discord.people.slash(live.person("Ann"), "insights")
    await live.until(lambda: asked.replies)
    (answer,) = asked.replies
    assert answer.only_for is None
    assert answer.embeds[0]["image"]["url"] == "attachment://charts.png"
    assert answer.files[0].content.startswith(b"\x89PNG")
    assert "followers" in asked.text


async def test_help_speaks_as_discord_does(live: Live) -> None:
    await _commands(live)
    ann = live.person("Ann")
    whole = await live.answered(live.discord.people.slash(ann, "help"), "/deny number: \\[reason:\\]")
    assert "autopotter" not in whole.text
    one = await live.answered(live.discord.people.slash(ann, "help", {"topic": "undo"}), "/undo number:")
    assert "Take back" in one.text


async def test_numbers_intents_and_operations_complete_themselves(live: Live) -> None:
    await _commands(live)
    first, second = await make_draft(live.op, "Bowls"), await make_draft(live.op, "Handles")
    ann, people = live.person("Ann"), live.discord.people

    async def offered(command: str, option: str, typed: str) -> list[Any]:
        asked = people.autocomplete(ann, command, option, typed)
        await live.until(lambda: asked.choices is not None)
        return [(one["name"], one["value"]) for one in asked.choices or ()]

    assert await offered("approve", "number", "") == [
        (f"{second} · Handles · draft", second),
        (f"{first} · Bowls · draft", first),
    ]
    assert await offered("deny", "number", "bow") == [(f"{first} · Bowls · draft", first)]
    assert await offered("generate", "intent", "") != []
    assert ("undo", "undo") in await offered("help", "topic", "un")
    elsewhere = live.discord.owner.channel("other")
    asked = people.autocomplete(ann, "approve", "number", "", channel=elsewhere)
    await live.until(lambda: asked.choices is not None)
    assert asked.choices == []


async def test_an_order_is_acknowledged_at_once_and_its_progress_is_a_message(live: Live) -> None:
    await _commands(live)
    asked = live.discord.people.slash(live.person("Ann"), "generate", {"count": 1})
    await live.answered(asked, "Generation 1")
    assert asked.took < 3
    await live.until(lambda: any("Making videos" in one.text for one in live.discord.messages))
    (job,) = await live.op.store.do(jobs.listed)
    assert job.by == f"discord:{asked.person.id}"


async def test_what_has_several_lines_is_asked_for_by_a_form_that_knows_what_is_there(live: Live) -> None:
    await _commands(live)
    number = await make_draft(live.op)
    asked = live.discord.people.slash(live.person("Ann"), "edit", {"number": number})
    await live.until(lambda: asked.modal)
    field = asked.modal["components"][0]["component"]  # type: ignore[index]
    assert field["value"] == "Layer by layer. #ceramics"
    assert field["required"]
    sent = live.discord.people.submit(asked, {"answer": "One line.\n\nAnother."})
    await live.answered(sent, f"The caption of draft {number} is changed.")
    await live.says(number, "One line.\n\nAnother.")


async def test_a_wrong_number_and_a_wrong_time_are_answered_with_a_sentence(live: Live) -> None:
    await _commands(live)
    number = await make_draft(live.op)
    ann, people = live.person("Ann"), live.discord.people
    await live.answered(people.slash(ann, "show", {"number": 4711}), "There is no draft 4711")
    await live.answered(people.slash(ann, "edit", {"number": 4711}), "There is no draft 4711")
    late = people.slash(ann, "post", {"number": number, "at": "yesterday"})
    await live.until(lambda: late.replies)
    assert "went wrong" not in late.text


async def test_a_command_that_is_told_twice_runs_once(live: Live) -> None:
    await _commands(live)
    asked = live.discord.people.slash(live.person("Ann"), "generate", {"count": 1})
    live.discord.world.happened("INTERACTION_CREATE", live.discord.channel, _told_again(live, asked))
    await live.answered(asked, "Generation 1")
    assert len(await live.op.store.do(jobs.listed)) == 1


def _told_again(live: Live, asked: Any) -> dict[str, Any]:
    return live.discord.interactions._told(asked)


async def test_details_show_the_whole_draft(live: Live) -> None:
    number = await make_draft(live.op)
    card = await live.carded(number)
    asked = live.discord.people.click(live.person("Ann"), card, "Details")
    await live.answered(asked, "One take.", f"{number} · RV06 grows")
    assert asked.private
    assert [one.name for one in asked.replies[0].files] == ["picture.jpg"]
    assert asked.replies[0].buttons == []
