"""The reactions that are votes: ✅ 👍 approve, ❌ 👎 deny, in every skin tone."""

from __future__ import annotations

from services.model.vote import Choice

SEEDS = ("✅", "❌")
_CHOICES = {"✅": Choice.APPROVE, "👍": Choice.APPROVE, "❌": Choice.DENY, "👎": Choice.DENY}
_LOOKS = dict.fromkeys((*range(0x1F3FB, 0x1F400), 0xFE0F))  # skin tones, and "as a picture"


def choice_of(emoji: str) -> Choice | None:
    """None for all other emoji: they say nothing to the operator."""
    return _CHOICES.get(emoji.translate(_LOOKS))
