"""The words of forms that ask one question: why, what, when, where."""

from __future__ import annotations

from bot.operations.pressed import Pressed

_TITLES = {
    "deny": "Deny draft {number}",
    "revise": "Revise draft {number}",
    "post": "Post draft {number} at a time",
    "posted": "Draft {number} was posted by hand",
    "edit": "Caption of draft {number}",
}
_LABELS = {
    "reason": "Why? The planner is told",
    "wish": "What should change?",
    "at": "When?",
    "permalink": "The post's address",
    "caption": "The new caption",
}


def title(button: Pressed) -> str:
    text = _TITLES.get(button.name, f"{button.name.capitalize()} draft {{number}}")
    return text.format(number=button.number)


def label(button: Pressed) -> str:
    return _LABELS.get(button.asks, button.asks.capitalize())


def identity(button: Pressed) -> str:
    """All that is needed to take the form's answer, also after a restart."""
    return f"{button.name}:{button.number}:{button.revision}:{button.asks}:{button.shows}"
