"""The settings of what is proposed, by whatever planner; bot/settings.py takes them in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo
from pydantic_settings import BaseSettings

from bot.setting_types import Explained, setting

PROPOSING = "Proposing"
ROOM = 5  # seconds between the shortest and the longest video


def _with_room(longest: int, info: ValidationInfo) -> int:
    shortest = info.data.get("video_min_seconds", 0)
    if longest < shortest + ROOM:
        raise Explained(
            f"is {longest}, too near to VIDEO_MIN_SECONDS: few videos would fit between the two",
            f"Leave at least {ROOM} seconds between them",
        )
    return longest


LongestVideo = Annotated[int, AfterValidator(_with_room)]


class ProposingSettings(BaseSettings):
    """Fields of Settings."""

    drafts_per_run: int = setting(
        3,
        PROPOSING,
        "How many videos one run proposes (1–10).",
        "a whole number from 1 to 10",
        "3",
        ge=1,
        le=10,
    )
    variety_window: int = setting(
        60,
        PROPOSING,
        "From how many of the last drafts a new one must differ.",
        "a whole number from 1 to 1000",
        "60",
        ge=1,
        le=1000,
    )
    cool_down: int = setting(
        10,
        PROPOSING,
        "For how many drafts a used file rests while an unused one of its kind exists (0–1000).",
        "a whole number from 0 to 1000",
        "10",
        ge=0,
        le=1000,
    )
    video_min_seconds: int = setting(
        5,
        PROPOSING,
        "How long a video must be at least, in seconds (3–60).",
        "a whole number from 3 to 60",
        "5",
        ge=3,
        le=60,
    )
    video_max_seconds: LongestVideo = setting(
        60,
        PROPOSING,
        "How long a video may be, in seconds (10–90).",
        "a whole number from 10 to 90",
        "60",
        ge=10,
        le=90,
    )
