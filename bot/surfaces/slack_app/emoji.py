"""The reactions that are votes: ✅ 👍 approve, ❌ 👎 deny, in every skin tone, by their names in Slack."""

from __future__ import annotations

from services.model.vote import Choice

SEEDS = ("white_check_mark", "x")
HEARD = "eyes"
_CHOICES = {
    "white_check_mark": Choice.APPROVE,
    "heavy_check_mark": Choice.APPROVE,
    "+1": Choice.APPROVE,
    "x": Choice.DENY,
    "-1": Choice.DENY,
}
_ALIASES = {"thumbsup": "+1", "thumbsdown": "-1"}


def canonical(name: str) -> str:
    """One name for each: "thumbsup::skin-tone-3" is "+1::skin-tone-3"."""
    base, tone, shade = name.partition("::")
    return f"{_ALIASES.get(base, base)}{tone}{shade}"


def choice_of(name: str) -> Choice | None:
    """None for all other emoji: they say nothing to the operator."""
    return _CHOICES.get(canonical(name).partition("::")[0])
