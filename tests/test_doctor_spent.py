"""`autopotter doctor` tells what was spent as the operator's store knows it, and caps that are reached."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.planner.assistant.prices import Price
from services.planner.assistant.purse import Purse
from services.planner.assistant.talk import Tokens
from services.store import Store, credits
from tests.doubles import media
from tests.doubles.everywhere import Everywhere
from tests.doubles.openai_contract import Contract
from tests.test_doctor import everything_below, run, told

PRICE = "gpt-test=2/10"


@pytest.fixture
def given(tmp_path: Path) -> Iterator[dict[str, str]]:
    services = Everywhere(media.photo(tmp_path / "unused.jpg"), Contract(None))
    services.bucket.add("video_uploads/a.mp4", b"x")
    keys = tmp_path / "keys"
    keys.mkdir()
    with services.running():
        yield services.env(keys) | {"OPENAI_PRICES": PRICE}
    assert services.problems == []


async def spend(data: Path) -> None:
    """20 credits and 30 cents today."""
    data.mkdir()
    store = await Store.open(data / "operator.db")
    try:
        await store.do(credits.take, "0001-1-1", 20, now=datetime.now(UTC))
        prices = {"gpt-test": Price(2, 10, 0.2)}
        purse = Purse(store, prices=prices, zone=UTC, clock=lambda: datetime.now(UTC))
        await purse.pay("run", "propose", "gpt-test", Tokens(100_000, 0, 10_000, 0), 0)
    finally:
        await store.close()


async def test_what_was_spent_and_caps_that_are_reached(given: dict[str, str], tmp_path: Path) -> None:
    await spend(tmp_path / "data")
    before = everything_below(tmp_path / "data")

    def look(**caps: str) -> dict[str, dict[str, str]]:
        return told(run(tmp_path, "--json", TIMEZONE="UTC", **given, **caps))

    checks = await asyncio.to_thread(look, JSON2VIDEO_DAILY_CREDITS="20", JSON2VIDEO_MONTHLY_CREDITS="100")
    assert "20" in checks["renderer json2video"]["message"].partition("Used: ")[2]
    assert "Today: 1 calls, $0.300." in checks["planner openai"]["message"]
    cap = checks["cap of JSON2Video"]
    assert cap["state"] == "warn"
    assert "All 20 credits of today are used" in cap["message"]
    assert "JSON2VIDEO_DAILY_CREDITS" in cap["remedy"]
    checks = await asyncio.to_thread(look, JSON2VIDEO_DAILY_CREDITS="50", JSON2VIDEO_MONTHLY_CREDITS="20")
    assert "All 20 credits of this month are used" in checks["cap of JSON2Video"]["message"]
    assert "JSON2VIDEO_MONTHLY_CREDITS" in checks["cap of JSON2Video"]["remedy"]
    checks = await asyncio.to_thread(look, JSON2VIDEO_DAILY_CREDITS="50", OPENAI_DAILY_BUDGET="0.3")
    assert "$0.300 of $0.30. That is all of OPENAI_DAILY_BUDGET" in checks["planner openai"]["message"]
    assert checks["cap of JSON2Video"]["state"] == "ok"
    assert everything_below(tmp_path / "data") == before, "nothing is changed"
