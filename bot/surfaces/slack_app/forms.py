"""Modals that ask one question: why, what, when, where. Their state is in them, also after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import forms
from bot.chat.buttons import must_be_told
from bot.operations.pressed import Pressed, pressed
from bot.surfaces.slack_app.text import line
from services.errors import Refused

FORM = "form"
FIELD = "answer"
TITLE, LONGEST = 24, 3000


def view(button: Pressed, value: str = "") -> dict[str, Any]:
    """The modal for ``button.asks``; ``value`` stands in it already."""
    parameter = button.parameter
    assert parameter is not None
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": FIELD,
        "multiline": parameter.about.multiline,
        "max_length": LONGEST,
        "focus_on_load": True,
    }
    if value:
        element["initial_value"] = value[:LONGEST]
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": forms.identity(button),
        "title": line(forms.title(button) if len(forms.title(button)) <= TITLE else _short(button), TITLE),
        "submit": line("Send", TITLE),
        "close": line("Cancel", TITLE),
        "blocks": [
            {
                "type": "input",
                "block_id": FIELD,
                "optional": not must_be_told(button),
                "label": line(forms.label(button), 150),
                "hint": line(parameter.about.help, 150),
                "element": element,
            }
        ],
    }


def _short(button: Pressed) -> str:
    return f"{button.name.capitalize()} draft {button.number}"


def answered(sent: Mapping[str, Any]) -> str:
    """What was typed into the modal."""
    values = (sent.get("state") or {}).get("values") or {}
    return str(((values.get(FIELD) or {}).get(FIELD) or {}).get("value") or "")


def missing(sent: Mapping[str, Any]) -> dict[str, str]:
    """What to say beside the field where nothing was filled in that has to be: spaces alone are nothing, and
    without a time, say, it would be posted now. {} if all is well."""
    try:
        button = pressed(str(sent.get("private_metadata") or ""))
    except Refused:  # of an older version: that is said when it is taken
        return {}
    if must_be_told(button) and not answered(sent).strip():
        return {FIELD: "Nothing was filled in: nothing was done."}
    return {}
