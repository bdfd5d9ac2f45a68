"""The clock: its zone, the schedule's next runs, and whether it went back behind what was recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import tzlocal

from bot.doctor.check import Check, fail, ok, warn
from bot.doctor.of_database import newest_entry
from bot.schedule_lines import next_runs
from bot.settings import Reading, Settings, chats

SLACK = timedelta(minutes=2)
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)  # before this version was written: the clock was never set


def checks(settings: Settings, reading: Reading, now: datetime) -> list[Check]:
    return [_zone(settings, reading, now), *_runs(settings, now), _clock(settings, now)]


def _zone(settings: Settings, reading: Reading, now: datetime) -> Check:
    told = f"{settings.timezone}, where it is {now.astimezone(settings.zone):%Y-%m-%d %H:%M}."
    if "TIMEZONE" not in reading.given.sources and _unnamed():
        remedy = "Set TIMEZONE, for example TIMEZONE=Europe/Berlin."
        return warn("time zone", f"The machine does not name its time zone: {told}", remedy)
    return ok("time zone", told)


def _unnamed() -> bool:
    try:
        return not tzlocal.get_localzone_name()
    except (ValueError, OSError, KeyError, UserWarning):
        return True


def _runs(settings: Settings, now: datetime) -> list[Check]:
    found = []
    lines = {"GENERATE_CRON": settings.generate_cron, "AUTOPOST_CRON": settings.autopost_cron}
    lines["DIGEST_CRON"] = settings.digest_cron if chats(settings) else ""
    for variable, line in lines.items():
        if not line:
            continue
        runs = [f"{run:%a %d %b %H:%M}" for run in next_runs(line, settings.zone, now, 3)]
        found.append(ok(variable, f"{line}: next {', '.join(runs)}."))
    return found


def _clock(settings: Settings, now: datetime) -> Check:
    remedy = "Set the machine's clock (timedatectl set-ntp true)."
    if now < EARLIEST:
        return fail("clock", f"It says {now:%Y-%m-%d}, which is past.", remedy)
    newest = newest_entry(settings.data_dir / "operator.db")
    if newest is not None and newest > now + SLACK:
        ahead = f"{newest.astimezone(settings.zone):%Y-%m-%d %H:%M}"
        return fail("clock", f"It was set back: the journal's newest entry is of {ahead}.", remedy)
    return ok("clock", f"{now.astimezone(settings.zone):%Y-%m-%d %H:%M:%S}.")
