"""Cron lines and durations as people write them, made into what the scheduler takes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY_ITEM = re.compile(r"(?:(?P<all>\*)|(?P<first>\w{1,3})(?:-(?P<last>\w{1,3}))?)(?:/(?P<step>\d))?")
_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?", re.IGNORECASE)
LONGEST = timedelta(days=365)
_HOUR = timedelta(hours=1)
_SPANS = (_HOUR, timedelta(days=1), timedelta(days=31))


def cron_trigger(line: str, timezone: tzinfo | str) -> BaseTrigger:
    """The trigger of a five-field cron line, read as cron(5) reads it. Raises ValueError with a reason.

    Two things differ in APScheduler and are put right here: it counts weekdays from Monday = 0 (cron: 0 and
    7 are Sunday), and where day of month and weekday are both given it wants both (cron: either).
    """
    fields = line.split()
    if len(fields) != 5:
        raise ValueError("a cron line has five fields: minute hour day month weekday")
    minute, hour, day, month, weekday = fields
    days = _weekdays(weekday)
    common = {"minute": minute, "hour": hour, "month": month, "timezone": timezone}
    try:
        if day.startswith("*") or days == "*":
            trigger: BaseTrigger = CronTrigger(day=day, day_of_week=days, **common)
        else:
            trigger = OrTrigger([CronTrigger(day=day, **common), CronTrigger(day_of_week=days, **common)])
        never = trigger.get_next_fire_time(None, datetime(2027, 1, 1, tzinfo=UTC)) is None
    except ValueError:
        raise  # APScheduler's own reason
    except (TypeError, OverflowError) as error:
        raise ValueError(f"it is no cron line: {error}") from error
    if never:
        raise ValueError("that date never comes")
    return trigger


def _weekdays(text: str) -> str:
    """The weekday field as names: "1-5" -> "mon,tue,wed,thu,fri". "*" stays."""
    if text == "*":
        return "*"
    chosen: set[int] = set()
    for item in text.lower().split(","):
        found = _DAY_ITEM.fullmatch(item)
        if not found:
            raise ValueError("a weekday is 0-7 or sun-sat, a range or a list of them")
        step = int(found["step"] or 1)
        first = 0 if found["all"] else _weekday(found["first"])
        last = 6 if found["all"] else _weekday(found["last"]) if found["last"] else first
        if found["step"] and not found["all"] and not found["last"]:
            last = 6  # "2/2": from Tuesday to the end of the week
        if last == 0 < first:
            last = 7  # "fri-sun"
        if step == 0 or last < first:
            raise ValueError("a range of weekdays runs forwards, with a step of at least 1")
        chosen.update(day % 7 for day in range(first, last + 1, step))
    return ",".join(_DAYS[day] for day in sorted(chosen))


def _weekday(word: str) -> int:
    if word in _DAYS:
        return _DAYS.index(word)
    if word in "01234567" and len(word) == 1:
        return int(word)
    raise ValueError("a weekday is 0-7 or sun-sat")


def parse_duration(text: str) -> timedelta:
    """ "90s", "2m", "1h30m", "1d" or a number of seconds; at most a year. Raises ValueError."""
    plain = text.strip()
    if re.fullmatch(r"\d{1,9}", plain):
        plain += "s"
    found = _DURATION.fullmatch(plain)
    if not plain or not found:
        raise ValueError("a duration is written like 90s, 2m, 1h30m or 1d")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if duration > LONGEST:
        raise ValueError("a duration is at most 365 days")
    return duration


def duration_text(duration: timedelta) -> str:
    """The shortest spelling that parse_duration reads back: "2m", "1h30m", "0s"."""
    rest = int(duration.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def next_runs(line: str, timezone: tzinfo, now: datetime, count: int) -> list[datetime]:
    """The next ``count`` times a cron line comes up after ``now``."""
    return list(itertools.islice(_runs(cron_trigger(line, timezone), now), count))


def last_run(line: str, timezone: tzinfo, now: datetime, within: timedelta) -> datetime | None:
    """The newest time a cron line came up in the span that ends ``now``; None if it did not."""
    trigger = cron_trigger(line, timezone)
    for span in (*(span for span in _SPANS if span < within), within):  # a year of minutes is long to walk
        newest = None
        # From a little earlier: begun inside the hour that spring leaves out, its times would not come up.
        for run in itertools.takewhile(lambda run: run <= now, _runs(trigger, now - span - 2 * _HOUR)):
            newest = run if run >= now - span else None
        if newest is not None:
            return newest
    return None


def _runs(trigger: BaseTrigger, begin: datetime) -> Iterator[datetime]:
    """When the trigger comes up, from ``begin`` on.

    Stepped in UTC: local time loses which of autumn's two equal hours it means as soon as it is added to,
    and the same half hour would come up for ever.
    """
    moment = begin.astimezone(UTC)
    while (run := trigger.get_next_fire_time(None, moment)) is not None:
        if run >= moment:
            yield run
        moment = max(moment, run.astimezone(UTC)) + timedelta(seconds=1)
