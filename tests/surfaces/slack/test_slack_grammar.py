"""What people type after /autopotter, as it is read; nothing they type goes wrong in another way than a
sentence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.spelling import spelled, usage
from bot.operations.registry import operations
from bot.surfaces.slack_app.grammar import read
from services.errors import Refused


@pytest.mark.parametrize(
    ("line", "name", "values"),
    [
        ("", "help", {}),
        ("  STATUS ", "status", {}),
        ("/status", "status", {}),
        ("generate 2", "generate", {"count": "2"}),
        ("generate --intent how-to 2", "generate", {"intent": "how-to", "count": "2"}),
        ("generate 2 --intent=how-to --seed 5", "generate", {"count": "2", "intent": "how-to", "seed": "5"}),
        ("drafts —status approved", "drafts", {"status": "approved"}),
        ("deny 7", "deny", {"number": "7"}),
        ("deny\n7", "deny", {"number": "7"}),
        ("deny 7 it's too long", "deny", {"number": "7", "reason": "it's too long"}),
        ('deny 7 "too long"', "deny", {"number": "7", "reason": "too long"}),
        ("deny 7 “too  long”", "deny", {"number": "7", "reason": "too  long"}),
        ("deny 7 'too long'", "deny", {"number": "7", "reason": "too long"}),
        ('deny 7 "too" long', "deny", {"number": "7", "reason": '"too" long'}),
        ('deny 7 "too long', "deny", {"number": "7", "reason": '"too long'}),
        ("deny 7 too long -- really", "deny", {"number": "7", "reason": "too long -- really"}),
        ("deny --reason no 7", "deny", {"number": "7", "reason": "no"}),
        ('deny 7 --reason="too long"', "deny", {"number": "7", "reason": "too long"}),
        ("revise 7 other music & <b>", "revise", {"number": "7", "wish": "other music & <b>"}),
        ("post 7 --at tomorrow 18:00", "post", {"number": "7", "at": "tomorrow 18:00"}),
        ('post 7 --at "tomorrow 18:00"', "post", {"number": "7", "at": "tomorrow 18:00"}),
        ("brief --new-thread", "brief", {"new_thread": True}),
        ("inventory red clay --limit 5", "inventory", {"search": "red clay", "limit": "5"}),
        ("inventory clay --describe", "inventory", {"search": "clay", "describe": True}),
        ("insights --export", "insights", {"export": "instagram_analytics_result.json"}),
        ("inventory clay --export", "inventory", {"search": "clay", "export": "gcs_inventory_result.json"}),
        ("moments a.mp4 1 2.5", "moments", {"clip": "a.mp4", "start": "1", "end": "2.5"}),
        (
            "edit 7 Layer by layer.\n#ceramics",
            "edit",
            {"number": "7", "caption": "Layer by layer.\n#ceramics"},
        ),
    ],
)
def test_lines_are_read_as_people_mean_them(line: str, name: str, values: dict[str, Any]) -> None:
    call = read(line)
    assert (call.operation.name, call.given) == (name, values)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("publish 7", "There is no operation 'publish'"),
        ("approve 7 8", "does not know what '8' is"),
        ("approve 7 --force", "does not know what '--force' is"),
        ("status now", "does not know what 'now' is"),
        ("drafts --status", "--status needs a value"),
    ],
)
def test_what_cannot_be_meant_is_refused(line: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        read(line)
    assert sentence in str(refused.value)


@given(st.text())
def test_any_line_is_a_call_or_a_sentence(line: str) -> None:
    try:
        call = read(line)
    except Refused:
        return
    assert set(call.given) <= {p.name for p in call.operation.parameters}


@given(st.sampled_from(["deny", "revise", "edit"]), st.text(alphabet="abc äß .,!?&<>*_~`\n", min_size=1))
def test_the_last_text_is_the_rest_of_the_line(name: str, text: str) -> None:
    call = read(f"{name} 7 {text}")
    assert list(call.given.values())[1:] == ([text.strip()] if text.strip() else [])


@given(st.text(max_size=40))
def test_an_option_in_quotes_is_taken_as_it_is(text: str) -> None:
    if '"' in text:
        return
    assert read(f'deny 7 --reason "{text}"').given == {"number": "7", "reason": text}


@pytest.mark.parametrize("name", list(operations()))
def test_the_usage_of_every_operation_can_be_typed(name: str) -> None:
    operation = operations()[name]
    line = usage(operation, "slack").removeprefix("/autopotter ").replace("[", "").replace("]", "")
    call = read(line)
    assert call.operation is operation
    assert call.given.keys() == {p.name for p in operation.parameters}


def test_commands_that_replies_name_can_be_typed() -> None:
    assert spelled("See `autopotter undo 7`.", "slack") == "See /autopotter undo 7."
    assert read("undo 7").given == {"number": "7"}
