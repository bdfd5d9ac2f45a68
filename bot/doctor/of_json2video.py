"""JSON2Video: how many credits are left, and what keeps renders from using them up.

Whether the key is accepted is asked with the other services.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.doctor.check import Check, ok, warn
from bot.doctor.reading import store_of
from bot.settings import Settings
from services.errors import OperatorError
from services.store import credits

LOW = 120  # credits: two minutes of video


async def checks(settings: Settings) -> list[Check]:
    """None where nothing is rendered there."""
    key = settings.json2video_api_key
    if key is None:
        return []
    from services.http.client import Http
    from services.renderer.json2video.api import Api

    found = [await _caps(settings)]
    http = Http()
    try:
        left = await Api(http, key, settings.json2video_base_url).left()
    except OperatorError:
        return found  # it is told of with the other services
    finally:
        await http.aclose()
    if left:  # none at all: that is told of with the other services, too
        few = f"Only {left:,} credits are left: about {left} seconds of video."
        found.append(
            ok("credits of JSON2Video", f"{left:,} are left.")
            if left >= LOW
            else warn("credits of JSON2Video", few, "Buy credits at json2video.com.")
        )
    return found


async def _caps(settings: Settings) -> Check:
    async with store_of(settings) as store:
        reached = await store.do(_reached, settings)
    if reached is not None:
        return reached
    caps = {"a day": settings.json2video_daily_credits, "a month": settings.json2video_monthly_credits}
    told = " and ".join(f"{most:,} credits {span}" for span, most in caps.items() if most)
    bought = "after the approval" if settings.render_preview == "local" else "before the review"
    limit = f"at most {told}" if told else "no cap is set"
    return ok("cap of JSON2Video", f"Videos are bought {bought}; {limit}.")


def _reached(db: Database, settings: Settings) -> Check | None:
    """The cap that holds renders back now."""
    day = datetime.now(settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = credits.spent(db, day=day, month=day.replace(day=1))
    for span, name, used, most in (
        ("this month", "MONTHLY", spent.month, settings.json2video_monthly_credits),
        ("today", "DAILY", spent.day, settings.json2video_daily_credits),
    ):
        if most and used >= most:
            told = f"All {most:,} credits of {span} are used: nothing is bought until the next begins."
            remedy = f"It goes on by itself then; or raise JSON2VIDEO_{name}_CREDITS."
            return warn("cap of JSON2Video", told, remedy)
    return None
