"""Connecting JSON2Video in `autopotter setup`. Nothing is rendered, and so nothing is bought."""

from __future__ import annotations

from collections.abc import Mapping

from bot.settings import read_settings
from bot.setup_steps import Question
from bot.setup_walks import Choose, Found, Walk
from services.errors import CreditUsedUp, Misconfigured


async def look_at_json2video(texts: Mapping[str, str], choose: Choose) -> Found:
    """Whether the key is accepted, and how many credits are left. Raises OperatorError."""
    reading = read_settings([], texts)
    settings = reading.settings
    if settings is None:
        problem = reading.problems[0]
        raise Misconfigured(problem.what, remedy=problem.remedy, variable=problem.variable)
    if settings.json2video_api_key is None:
        return Found("No key was given: videos are rendered on this machine, for nothing.", ok=False)
    # httpx takes a moment to load: only who uses it waits for it.
    from services.http.client import Http
    from services.renderer.json2video.api import Api

    http = Http()
    try:
        left = await Api(http, settings.json2video_api_key, settings.json2video_base_url).left()
    finally:
        await http.aclose()
    if left == 0:
        raise CreditUsedUp(
            "JSON2Video accepts the key, but the account has no credits left.",
            remedy="Buy credits at json2video.com.",
        )
    what = f"{left:,} credits, a second of video each" if left is not None else "an account of an older plan"
    return Found(f"JSON2Video accepts the key: {what}.")


JSON2VIDEO_WALK = Walk(
    "video",
    "JSON2Video",
    (
        Question(
            "JSON2VIDEO_API_KEY",
            "What is your key for JSON2Video?",
            how="At json2video.com: Dashboard, API keys. Renders there cost credits; videos rendered on this "
            "machine cost nothing.",
        ),
        Question(
            "RENDER_PREVIEW", "Review a free draft and buy the video after (local), or before (remote)?"
        ),
        Question("JSON2VIDEO_DAILY_CREDITS", "How many credits may a day's videos use (0: no cap)?"),
        Question("JSON2VIDEO_MONTHLY_CREDITS", "And those of a month (0: no cap)?"),
    ),
    look_at_json2video,
    after="GCS_BUCKET",  # the service fetches media by address
)
