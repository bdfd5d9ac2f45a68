"""Times as people write them: understood in the settings' zone, or refused with a sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.moments import MOST_AHEAD, moment_text, parse_moment
from services.errors import Refused

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)  # a Saturday, 15:00 in Berlin


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("tomorrow 18:00", "2026-11-22 18:00"),
        ("Tomorrow, at 6:30 pm", "2026-11-22 18:30"),
        ("18:00", "2026-11-21 18:00"),
        ("14:00", "2026-11-22 14:00"),  # past today
        ("today 20:00", "2026-11-21 20:00"),
        ("tonight 20:00", "2026-11-21 20:00"),
        ("the day after tomorrow noon", "2026-11-23 12:00"),
        ("tomorrow midnight", "2026-11-22 00:00"),
        ("mon 18:00", "2026-11-23 18:00"),
        ("sat 18:00", "2026-11-21 18:00"),
        ("saturday 14:00", "2026-11-28 14:00"),
        ("fri 9am", "2026-11-27 09:00"),
        ("in 2 hours", "2026-11-21 17:00"),
        ("in an hour", "2026-11-21 16:00"),
        ("in a week 18:00", "2026-11-28 18:00"),
        ("in 1h30m", "2026-11-21 16:30"),
        ("in 45 min", "2026-11-21 15:45"),
        ("in 3 days 18:00", "2026-11-24 18:00"),
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("2026-12-24T18:00", "2026-12-24 18:00"),  # what a browser sends
        ("2026-12-24T18:00+00:00", "2026-12-24 19:00"),
        ("24 Dec 18:00", "2026-12-24 18:00"),
        ("5 January 9:00", "2027-01-05 09:00"),
    ],
)
def test_what_people_write(text: str, local: str) -> None:
    found = parse_moment(text, now=NOW, timezone=BERLIN)
    assert f"{found.astimezone(BERLIN):%Y-%m-%d %H:%M}" == local
    assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense", "understood"), ("", "understood"), ("x" * 3000 + " 18:00", "understood"),
        ("tomorrow 25:00", "understood"), ("tomorrow 12:61", "understood"), ("31 Feb 18:00", "understood"),
        ("29 feb 18:00", "understood"), ("tuesday 18:00 banana", "understood"), ("18:00 CST", "understood"),
        ("tomorrow at 6", "understood"), ("9" * 20 + " 18:00", "understood"),
        ("0001-01-01 0:00", "understood"),
        ("tomorrow tomorrow 18:00", "understood"), ("tomorrow; rm -rf 18:00", "understood"),
        ("tomorrow", "no time of day"), ("18", "no time of day"), ("fri", "no time of day"),
        ("may 18:00", "no day"), ("fri 22 nov 18:00", "is a Sunday"),
        ("18.30", "day or the month first"), ("in 1.5 hours", "day or the month first"),
        ("11/12 18:00", "day or the month first"), ("24.12. 18:00", "day or the month first"),
        ("today 14:00", "past"), ("20 Nov 18:00", "past"), ("2025-11-21 18:00", "past"), ("in 0 min", "past"),
        ("2027-11-22 18:00", "180 days"), ("9999-12-31 23:00", "180 days"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        parse_moment(text, now=NOW, timezone=BERLIN)
    assert refused.value.remedy
    assert len(refused.value.message) < 120


@pytest.mark.parametrize(
    ("now", "text", "local"),
    [
        # Spring leaves 02:00 to 03:00 out: an hour later, as a slot is.
        ("2026-03-28T12:00+00:00", "tomorrow 02:30", "2026-03-29T03:30:00+02:00"),
        ("2026-03-28T12:00+00:00", "tomorrow 18:00", "2026-03-29T18:00:00+02:00"),
        # Autumn has it twice: the first, unless that is past.
        ("2026-10-24T12:00+00:00", "tomorrow 02:30", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T00:40+00:00", "02:30", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25T01:40+00:00", "02:30", "2026-10-26T02:30:00+01:00"),
        # Hours that pass are hours, whatever the clock on the wall does.
        ("2026-10-24T22:00+00:00", "in 4 hours", "2026-10-25T03:00:00+01:00"),
        ("2026-10-24T12:00+00:00", "in 2 days 14:00", "2026-10-26T14:00:00+01:00"),
    ],
)
def test_the_clock_changes(now: str, text: str, local: str) -> None:
    found = parse_moment(text, now=datetime.fromisoformat(now), timezone=BERLIN)
    assert found.astimezone(BERLIN).isoformat() == local


def test_moments_are_said_in_the_zone() -> None:
    def said(moment: str) -> str:
        return moment_text(datetime.fromisoformat(moment), NOW, BERLIN)

    assert said("2026-11-21T23:30+00:00") == "tomorrow 00:30"
    assert said("2026-11-21T17:00+00:00") == "today 18:00"
    assert said("2026-11-28T17:00+00:00") == "Sat 28 Nov 18:00"
    assert said("2027-01-05T08:00+00:00") == "Tue 5 Jan 2027 09:00"


_WORDS = [
    "tomorrow", "today", "in", "at", "fri", "22", "2026-12-01", "18:00", "6pm", "nov", "day", "week", "hours",
    "2", "+05:00", "T", "/", ".", "-", ":", "99", "noon", "z",
]  # fmt: skip


@given(some.one_of(some.text(max_size=40), some.lists(some.sampled_from(_WORDS), max_size=5).map(" ".join)))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_near_future_moment_or_refused(text: str) -> None:
    try:
        found = parse_moment(text, now=NOW, timezone=BERLIN)
    except Refused:
        return
    assert NOW < found <= NOW + MOST_AHEAD
