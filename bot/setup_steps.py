"""What `autopotter setup` asks, step by step. A service that needs settings adds a step of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from bot.setting_texts import is_secret
from bot.settings import Settings, settings_table


@dataclass(frozen=True, slots=True)
class Question:
    """One setting. ``unless`` names another whose value makes this one pointless."""

    variable: str
    ask: str
    path: bool = False
    unless: str = ""

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
            Question("MEDIA_DIR", "Where are your photos, clips and music?", path=True),
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


def options(steps: Sequence[Step] = STEPS) -> list[click.Parameter]:
    """--non-interactive, and an option for every question."""
    text = {row["name"]: row["description"] for row in settings_table()}
    return [
        click.Option(["--non-interactive"], is_flag=True, help="Ask nothing: take the options given."),
        *(
            click.Option([question.option, question.variable], help=text[question.variable])
            for step in steps
            for question in step.questions
        ),
    ]
