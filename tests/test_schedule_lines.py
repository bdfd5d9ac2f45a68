"""Cron lines mean what cron(5) means by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.schedule_lines import cron_trigger, duration_text, parse_duration


def days(line: str) -> list[str]:
    """Weekdays of the runs in the week from Sunday, 3 January 2027, on."""
    trigger = cron_trigger(line, UTC)
    found, now = [], datetime(2027, 1, 3, tzinfo=UTC)
    while (run := trigger.get_next_fire_time(None, now)) < datetime(2027, 1, 10, tzinfo=UTC):
        found.append(run.strftime("%a").lower())
        now = run + timedelta(seconds=1)
    return found


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("0", "sun"), ("7", "sun"), ("1", "mon"), ("SUN", "sun"), ("mon-wed", "mon tue wed"),
        ("1-5", "mon tue wed thu fri"), ("5-7", "sun fri sat"), ("fri-sun", "sun fri sat"),
        ("6,0", "sun sat"),
        ("1,3,fri", "mon wed fri"), ("*/2", "sun tue thu sat"), ("1-5/2", "mon wed fri"), ("3/2", "wed fri"),
        ("0-7", "sun mon tue wed thu fri sat"), ("*", "sun mon tue wed thu fri sat"),
    ],
)  # fmt: skip
def test_weekdays(field: str, expected: str) -> None:
    assert days(f"0 9 * * {field}") == expected.split()


def test_day_of_month_and_weekday_mean_either() -> None:
    assert days("0 9 5 * 6") == ["tue", "sat"]  # the 5th was a Tuesday
    assert days("0 9 */1 * 6") == ["sat"]  # a star restricts nothing


@pytest.mark.parametrize(
    "line",
    [
        "", "0 9 * *", "0 9 * * * *", "@daily", "60 * * * *", "x * * * *", "0 9 * * 8", "0 9 * * 5-1",
        "0 9 * * */0", "0 9 * * mo", "0 9 * * 1-", "0 9 * * 1,,2", "0 9 * 13 *", "0 0 30 2 *", "* * * * 1;2",
        "0 9 * * ²",
    ],
)  # fmt: skip
def test_lines_that_are_none(line: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        cron_trigger(line, UTC)


def test_the_time_zone_counts() -> None:
    run = cron_trigger("30 9 * * *", ZoneInfo("Europe/Berlin")).get_next_fire_time(
        None, datetime(2027, 7, 1, tzinfo=UTC)
    )
    assert run.astimezone(UTC) == datetime(2027, 7, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0s", "90s", "2m", "1h", "1h30m", "1d", "365d", "7"])
def test_durations_round_trip(text: str) -> None:
    assert parse_duration(duration_text(parse_duration(text))) == parse_duration(text)


@pytest.mark.parametrize("text", ["", "s", "1.5h", "-1m", "1h1d", "366d", "999999d", "1 h"])
def test_durations_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="a duration is"):
        parse_duration(text)
