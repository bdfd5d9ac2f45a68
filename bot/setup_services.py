"""The real services that `autopotter setup` connects for whoever asks for one; each is a Walk of its own."""

from __future__ import annotations

import click

from bot.settings import settings_table
from bot.setup_discord import DISCORD_WALK
from bot.setup_google import BUCKET_WALK, SHEET_WALK
from bot.setup_instagram import INSTAGRAM_WALK
from bot.setup_json2video import JSON2VIDEO_WALK
from bot.setup_slack import SLACK_WALK
from bot.setup_steps import STEPS
from bot.setup_walks import Walk

WALKS: tuple[Walk, ...] = (
    BUCKET_WALK, SHEET_WALK, JSON2VIDEO_WALK, INSTAGRAM_WALK, DISCORD_WALK, SLACK_WALK,
)  # fmt: skip


def options() -> list[click.Parameter]:
    """--non-interactive, and an option for every question but those for secrets: others see command lines."""
    text = {row["name"]: row["description"] for row in settings_table()}
    groups = [*(step.questions for step in STEPS), *(walk.every_question for walk in WALKS)]
    # By variable: two services may ask the same.
    asked = {question.variable: question for group in groups for question in group if not question.secret}
    return [
        click.Option(["--non-interactive"], is_flag=True, help="Ask nothing: take the options given."),
        *(
            click.Option([question.option, question.variable], help=text[question.variable])
            for question in asked.values()
        ),
    ]
