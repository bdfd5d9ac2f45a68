"""What `autopotter setup` asks, step by step. A service that needs settings adds a step of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.setting_texts import is_secret
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Question:
    """One setting. ``unless`` names another whose value makes this one pointless; ``when`` is "NAME=value"
    without which it is; ``how`` says where the answer comes from. ``like`` names another whose value is
    offered; ``heard`` says something about an answer at once, or raises OperatorError about it."""

    variable: str
    ask: str
    path: bool = False
    unless: str = ""
    when: str = ""
    how: str = ""
    like: str = ""
    heard: Callable[[str], str] | None = None

    @property
    def option(self) -> str:
        return f"--{self.variable.lower().replace('_', '-')}"

    @property
    def secret(self) -> bool:
        return is_secret(Settings.model_fields[self.variable.lower()])


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    questions: tuple[Question, ...]


STEPS: tuple[Step, ...] = (
    Step(
        "Media and brand",
        (
            Question("MEDIA_DIR", "Where are your photos, clips and music?", path=True, unless="GCS_BUCKET"),
            Question("BRAND_DIR", "Where is your brand (personality, instructions, intents)?", path=True),
            Question("DATA_DIR", "Where may the operator keep what it makes?", path=True),
        ),
    ),
    Step(
        "Posting",
        (
            Question("AUTOPOST_CRON", "At which times is an approved video posted, as a cron line?"),
            Question("POST_DELAY", "How long after an approval is it posted?", unless="AUTOPOST_CRON"),
        ),
    ),
    Step("Desk", (Question("DESK_PORT", "On which port does the desk listen?"),)),
)
