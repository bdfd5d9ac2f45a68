"""What keeps failing is said once for each cause, however often and for however many drafts."""

from __future__ import annotations

import logging

import pytest

from bot.engine import Engine
from bot.telling import Telling
from services.errors import Unavailable
from tests.test_engine import Counting

GONE, BUSY = Unavailable("The service is gone."), Unavailable("It is busy.")


def test_once_for_each_cause_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.telling")
    telling = Telling()
    for error in (GONE, GONE, BUSY, BUSY, GONE):
        for key in ("1", "2", "3"):
            telling.failed("render", key, error)
    telling.failed("sheet", "rows", GONE)
    assert caplog.messages == [
        "render 1: The service is gone.",
        "render 1: It is busy.",
        "render 1: The service is gone.",
        "sheet rows: The service is gone.",
    ]
    caplog.clear()
    telling.dropped("render", "3")
    for key in ("1", "2", "3", "4"):
        telling.worked("render", key)
    assert caplog.messages == ["render 2: it works again"]
    telling.failed("render", "1", GONE)
    assert caplog.messages[-1] == "render 1: The service is gone."


async def test_the_engine_says_it_once_and_that_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.telling")
    work, failures = Counting("work", {"a": 2}), iter([GONE, GONE, ValueError("odd"), ValueError("odd")])
    work.fail = lambda key: next(failures, None)
    engine = Engine(first_backoff=0.001)
    engine.add(work)
    await engine.drive(work.done, only={"work": None})
    assert caplog.messages == ["work a: The service is gone.", "work a failed", "work a: it works again"]
