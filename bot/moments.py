"""Moments as people write and read them: "tomorrow 18:00" to a time, and back, in the settings' time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as fixed_offset

from dateutil import parser as dates
from dateutil.parser import ParserError

from services.errors import Refused

MOST_AHEAD = timedelta(days=180)  # farther away is a slip of the pen: last week's date without its year
_MOST_TEXT = 60
_REMEDY = "Write for example “tomorrow 18:00”, “fri 18:00”, “2026-12-24 18:00” or “in 2 hours”."

_DAY_WORDS = (
    (re.compile(r"\b(?:the )?day after tomorrow\b"), 2),
    (re.compile(r"\btomorrow\b"), 1),
    (re.compile(r"\b(?:today|tonight)\b"), 0),
)
_IN_DAYS = re.compile(r"\bin (\d{1,3}) (day|week)s?\b")
_IN_TIME = re.compile(r"in (?:(\d{1,4}) ?h(?:ours?)?)? ?(?:(?:and )?(\d{1,5}) ?m(?:in(?:ute)?s?)?)?")
_CLOCK_WORDS = ((re.compile(r"\b(?:noon|midday)\b"), "12:00"), (re.compile(r"\bmidnight\b"), "00:00"))
_WEEKDAY = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b")
_YEAR = re.compile(r"\b\d{4}\b")
_ISO_DATE = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}(?!\d)")
_EITHER_WAY = re.compile(r"\b\d{1,2}[-/.]\d{1,2}\b")


def parse_moment(text: str, *, now: datetime, timezone: tzinfo) -> datetime:
    """The moment in UTC that ``text`` names, read in ``timezone``; at most 180 days after ``now``.

    A time that spring leaves out is an hour later, as cron slots are; of two equal ones in autumn the first
    that is still to come is meant. Refused, with a sentence, when it is past or cannot be understood.
    """
    plain = " ".join(text.lower().replace(",", " ").split())
    plain = re.sub(r"\bin an? (?=hour|minute|day|week)", "in 1 ", plain)
    if not plain or len(plain) > _MOST_TEXT:
        raise _not_understood(text)
    elapsed = _IN_TIME.fullmatch(plain)
    if elapsed and any(elapsed.groups()):
        hours, minutes = (int(part or 0) for part in elapsed.groups())
        found = now.astimezone(UTC) + timedelta(hours=hours, minutes=minutes)
    else:
        try:
            found = _on_the_clock(text, plain, now.astimezone(timezone), timezone)
        except (OverflowError, ValueError) as error:  # the year 1 or 9999, 29 Feb
            raise _not_understood(text) from error
    if found <= now:
        raise Refused(f"The posting time {moment_text(found, now, timezone)} is past.", remedy=_REMEDY)
    if found - now > MOST_AHEAD:
        raise Refused(
            f"{moment_text(found, now, timezone)} is more than {MOST_AHEAD.days} days ahead.",
            remedy="Choose a nearer time.",
        )
    return found


def _on_the_clock(text: str, plain: str, local: datetime, timezone: tzinfo) -> datetime:
    """A time of day, on a day that is named or is the next that has it."""
    today = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    for word, days in _DAY_WORDS:
        plain = word.sub(f"{today + timedelta(days=days):%Y-%m-%d}", plain)
    plain = _IN_DAYS.sub(
        lambda m: f"{today + timedelta(days=int(m[1]) * (7 if m[2] == 'week' else 1)):%Y-%m-%d}", plain
    )
    for word, clock in _CLOCK_WORDS:
        plain = word.sub(clock, plain)
    if len(_ISO_DATE.findall(plain)) > 1:
        raise _not_understood(text)
    if _EITHER_WAY.search(_ISO_DATE.sub("", plain)):
        raise Refused(
            f"“{_said(text)}” could have the day or the month first.",
            remedy="Write a date as 2026-12-24 and a time as 18:30.",
        )
    other = today.replace(day=today.day - 1 if today.day > 1 else 2)
    found, elsewhere = _parsed(text, plain, today), _parsed(text, plain, other)
    if _parsed(text, plain, today.replace(hour=1, minute=1)).hour != found.hour:
        raise Refused(f"“{_said(text)}” says no time of day.", remedy=_REMEDY)
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    weekday = _WEEKDAY.search(plain)
    if weekday and not f"{found:%A}".lower().startswith(weekday[0][:3]):
        raise Refused(f"{found:%-d %B %Y} is a {found:%A}.", remedy=_REMEDY)
    if (found.date(), elsewhere.date()) == (today.date(), other.date()):
        step = timedelta(days=1)  # no date: today, or tomorrow if that is past
    elif weekday and _parsed(text, _WEEKDAY.sub("", plain), today).date() == today.date():
        step = timedelta(days=7)
    elif found.date() != elsewhere.date():
        raise Refused(f"“{_said(text)}” says no day.", remedy=_REMEDY)
    else:
        step = timedelta(0)
    moment = _in_zone(found, local, timezone)
    if moment <= local and step:
        return _in_zone(found + step, local, timezone)
    if moment < local - timedelta(days=31) and not _YEAR.search(plain):
        return _in_zone(found.replace(year=found.year + 1), local, timezone)  # in December: 5 Jan
    return moment


def _parsed(text: str, plain: str, default: datetime) -> datetime:
    """What dateutil reads, missing parts taken from ``default``; aware only if the text names an offset."""
    try:
        found: datetime = dates.parse(plain, default=default, tzinfos=_zone)
    except (ParserError, OverflowError, ValueError, TypeError) as error:
        raise _not_understood(text) from error
    return found


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    if offset is not None:
        return fixed_offset(timedelta(seconds=offset))
    if name is not None:
        raise ValueError("the name of a time zone")  # CST means several; the settings' zone is meant
    return None


def _in_zone(wall: datetime, local: datetime, timezone: tzinfo) -> datetime:
    """The wall time in UTC. Where it comes twice: the first, unless that is past."""
    first, second = (wall.replace(tzinfo=timezone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return second if first <= local < second else first


def moment_text(moment: datetime, now: datetime, timezone: tzinfo) -> str:
    """ "today 18:00", "tomorrow 18:00", "Sat 28 Nov 18:00"; with the year where it is another one."""
    there, here = moment.astimezone(timezone), now.astimezone(timezone)
    days = (there.date() - here.date()).days
    if days in (0, 1):
        return f"{'tomorrow' if days else 'today'} {there:%H:%M}"
    return f"{there:%a %-d %b %H:%M}" if there.year == here.year else f"{there:%a %-d %b %Y %H:%M}"


def _not_understood(text: str) -> Refused:
    return Refused(f"“{_said(text)}” is no time that can be understood.", remedy=_REMEDY)


def _said(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else f"{plain[:40]}…"
