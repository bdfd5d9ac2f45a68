"""The settings of rendering at JSON2Video; bot/settings.py takes them in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from bot.setting_types import Duration, Lower, setting, vendor_address

RENDERING = "Rendering"
_CAP = "a whole number from 0 (no cap) to 10000000"


class Json2VideoSettings(BaseSettings):
    """Fields of Settings; JSON2VIDEO_API_KEY selects the twin (bot/twins.py)."""

    json2video_api_key: SecretStr | None = setting(
        None,
        RENDERING,
        "The key of an account at json2video.com, whose renders cost credits. It selects the renderer "
        "json2video and needs GCS_BUCKET, as the service fetches media by address; without it videos are "
        "rendered here, for nothing.",
        "a key without spaces",
        "",
        words="(none)",
    )
    render_preview: Annotated[Literal["local", "remote"], Lower] = setting(
        "local",
        RENDERING,
        "What is reviewed when JSON2Video renders: local is a draft rendered here, and the paid render is "
        "bought only after the approval; remote buys every render before the review.",
        "local or remote",
        "local",
    )
    json2video_daily_credits: int = setting(
        0,
        RENDERING,
        "The most credits a day's renders may use, by estimate before and by what it was after. 0: no cap.",
        _CAP,
        "200",
        ge=0,
        le=10_000_000,
    )
    json2video_monthly_credits: int = setting(
        0,
        RENDERING,
        "The same for a calendar month. 0: no cap.",
        _CAP,
        "2000",
        ge=0,
        le=10_000_000,
    )
    json2video_timeout: Duration = setting(
        timedelta(seconds=300),
        RENDERING,
        "How long a render there is followed in one go. One that takes longer goes on and is asked for "
        "again; it is never bought twice.",
        "a duration from 10s to 2h, like 5m",
        "5m",
        ge=timedelta(seconds=10),
        le=timedelta(hours=2),
    )
    json2video_base_url: Annotated[str, vendor_address("json2video.com")] = setting(
        "https://api.json2video.com/v2", RENDERING,
        "Where JSON2Video is asked; another address is for tests.",
        "JSON2Video's address, or one of this machine", "http://127.0.0.1:8090/v2",
    )  # fmt: skip
