"""The planner and the describer of pictures: a language model, or none."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import SecretStr

from bot.settings import Settings, twins
from bot.wiring.options import brief_rules
from services.planner.offline import OfflinePlanner
from services.ports import Describer, Planner
from services.store import Store


def open_offline(settings: Settings) -> OfflinePlanner:
    """The planner that needs no service; it also fills places that another one leaves empty."""
    return OfflinePlanner(settings.variety_window, settings.cool_down)


def open_language_model(settings: Settings, store: Store) -> tuple[Planner, Describer | None]:
    """What plans and what describes pictures: one service, one purse."""
    if twins(settings)["planner"] == OfflinePlanner.name:
        return open_offline(settings), None
    # The SDK takes about a second to load: only who uses it waits for it.
    from services.planner.assistant.client import is_openai
    from services.planner.assistant.prices import parse_price
    from services.planner.assistant.purse import Purse
    from services.planner.openai import Habits, OpenAIPlanner, Where
    from services.planner.openai_describer import OpenAIDescriber

    purse = Purse(
        store,
        budget=settings.openai_daily_budget,
        prices=dict(map(parse_price, settings.openai_prices)),
        free=not is_openai(settings.openai_base_url),
        zone=settings.zone,
        clock=lambda: datetime.now(UTC),
    )
    where = Where(
        settings.openai_api_key or SecretStr(""),
        settings.openai_base_url,
        settings.openai_api,
        settings.openai_timeout.total_seconds(),
    )
    habits = Habits(
        settings.openai_model,
        settings.openai_thread,
        settings.openai_conversation_id,
        brief_rules(settings),
        settings.openai_upload_tokens,
    )
    sees = settings.openai_vision_model
    if not sees and settings.openai_base_url:
        sees = settings.openai_model
    return OpenAIPlanner(store, purse, where, habits), OpenAIDescriber(purse, where, sees)
