"""Numbers and moments as people say them: the filters of the templates. What is not known is said so."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname
from zoneinfo import ZoneInfo

import humanize
from jinja2 import Environment

UNKNOWN = "not known"
_CRON_DAYS = {
    "*": "every day", "mon-fri": "Monday to Friday", "1-5": "Monday to Friday", "sat,sun": "at weekends",
    "0": "Sundays", "7": "Sundays", "1": "Mondays", "2": "Tuesdays", "3": "Wednesdays", "4": "Thursdays",
    "5": "Fridays", "6": "Saturdays", "sun": "Sundays", "mon": "Mondays", "tue": "Tuesdays",
    "wed": "Wednesdays", "thu": "Thursdays", "fri": "Fridays", "sat": "Saturdays",
}  # fmt: skip


def size(count: float | None) -> str:
    """Bytes: "6.1 MB"."""
    return UNKNOWN if count is None else humanize.naturalsize(count)


def clock(seconds: float | None) -> str:
    """A video's length: "0:18", "12:05"."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def took(seconds: float | None) -> str:
    """How long something took: "3 ms", "1.4 s", "2 min"."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def span(seconds: float | None) -> str:
    """How long until something: "2 min", "1 h 20 min"."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    said = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(said[:2]) or "0 s"


def count(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def rate(value: float | None) -> str:
    """A share: 0.043 is "4.3 %"."""
    return UNKNOWN if value is None else f"{value * 100:.1f} %"


def moment(value: datetime | str | None) -> datetime | None:
    """A time of the store or of a document; None for what is no time."""
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def place(address: str) -> str:
    """Where something lies: a file address as the path it means, everything else as it is."""
    parts = urlsplit(address)
    return url2pathname(parts.path) if parts.scheme == "file" else address


def plural(number: int, one: str, many: str = "") -> str:
    """ "1 file", "3 files"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def cron_words(line: str) -> str:
    """What a cron line means, for the common ones; the line itself otherwise."""
    minute, hour, day, month, weekday = (line.split() + [""] * 5)[:5]
    if day != "*" or month != "*" or not minute.isdigit():
        return f"by the cron line “{line}”"
    days = weekday.lower()
    when = _CRON_DAYS.get(days) or ", ".join(_CRON_DAYS.get(part, part) for part in days.split(","))
    if hour == "*":
        return f"{when}, every hour at minute {int(minute)}".capitalize()
    if not all(part.isdigit() for part in hour.split(",")):
        return f"by the cron line “{line}”"
    times = " and ".join(f"{int(part):02d}:{int(minute):02d}" for part in hour.split(","))
    return f"{when[0].upper()}{when[1:]} at {times}"


def install(environment: Environment, zone: ZoneInfo) -> None:
    """Put the filters into an environment; times are shown in ``zone``."""

    def when(value: datetime | str | None) -> str:
        at = moment(value)
        return UNKNOWN if at is None else f"{at.astimezone(zone):%-d %b %Y, %H:%M}"

    def ago(value: datetime | str | None, now: datetime) -> str:
        at = moment(value)
        return UNKNOWN if at is None else humanize.naturaltime(now - at)

    def run(value: datetime | str | None) -> str:
        at = moment(value)
        return UNKNOWN if at is None else f"{at.astimezone(zone):%A, %-d %b, %H:%M}"

    def day(value: datetime | str | None) -> str:
        at = moment(value)
        return UNKNOWN if at is None else f"{at.astimezone(zone):%-d %b %Y}"

    filters: dict[str, Any] = {
        "size": size, "clock": clock, "took": took, "span": span, "count": count, "rate": rate,
        "plural": plural, "place": place, "cron_words": cron_words, "when": when, "ago": ago, "day": day,
        "run": run,
    }  # fmt: skip
    environment.filters.update(filters)
