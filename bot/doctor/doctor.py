"""All checks in their groups, and what a person is shown of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console as Rich
from rich.padding import Padding
from rich.text import Text

from bot.doctor import (
    approving,
    of_clock,
    of_codecs,
    of_database,
    of_discord,
    of_files,
    of_google,
    of_instagram,
    of_json2video,
    of_operator,
    of_services,
    of_settings,
    of_slack,
    of_software,
)
from bot.doctor.check import Check, State, fail, failed_by
from bot.reply import Reply
from bot.settings import read_settings
from bot.surfaces.console import printable
from services.errors import OperatorError

Groups = dict[str, list[Check]]

_MARKS = {State.OK: ("✓", "green"), State.WARN: ("!", "yellow"), State.FAIL: ("✗", "bold red")}


def examine(env_files: Sequence[Path] | None = None) -> Groups:
    """Look at everything. Nothing is changed, whether an operator runs or not."""
    groups: Groups = {"Software": of_software.checks()}
    try:
        reading = read_settings(env_files)
    except OperatorError as error:
        groups["Settings"] = [failed_by("file", error)]
        groups["Codecs"] = of_codecs.checks()
        return groups
    groups["Settings"] = of_settings.checks(reading, env_files)
    groups["Codecs"] = of_codecs.checks()
    settings = reading.settings
    if settings is None:
        rest = "Files, services, database, clock and operator are looked at once the settings are right."
        groups["Rest"] = [fail("not looked at", rest)]
        return groups
    groups["Files"] = of_files.checks(settings)
    groups["Database"] = of_database.checks(settings.data_dir)
    if keys := of_google.checks(settings):
        groups["Google"] = keys
    groups["Services"] = _services(settings)
    if of_instagram.selected(settings):
        groups["Instagram"] = asyncio.run(of_instagram.checks(settings))
    if credits := asyncio.run(of_json2video.checks(settings)):
        groups["JSON2Video"] = credits
    if discord := asyncio.run(of_discord.checks(settings)):
        groups["Discord"] = discord
    if slack := asyncio.run(of_slack.checks(settings)):
        groups["Slack"] = slack
    if unused := approving.unused(settings):
        groups["Chats"] = unused
    groups["Clock"] = of_clock.checks(settings, reading, datetime.now(UTC))
    groups["Operator"] = of_operator.checks(settings)
    return groups


def verdict(groups: Groups) -> Reply:
    """The summary; ``data`` is what --json prints. Only a failed check makes it fail."""
    counts = Counter(check.state for checks in groups.values() for check in checks)
    data = {
        "ok": not counts[State.FAIL],
        "counts": {str(state): counts[state] for state in State},
        "checks": [_as_dict(group, check) for group, checks in groups.items() for check in checks],
    }
    told = [f"{counts[State.OK]} ok"]
    if counts[State.WARN]:
        told.append(f"{counts[State.WARN]} to look at")
    if counts[State.FAIL]:
        told.append(f"{counts[State.FAIL]} that must be put right")
    return Reply(f"{', '.join(told)}.", data=data, ok=not counts[State.FAIL])


def show(groups: Groups, *, quiet: bool = False) -> None:
    """One line for each check, remedies below it; ``quiet`` shows only what is not well."""
    out = Rich(highlight=False)
    for group, checks in groups.items():
        shown = [check for check in checks if not quiet or check.state is not State.OK]
        if shown:
            out.print(Text(f"\n{group}", style="bold"))
        for check in shown:
            mark, style = _MARKS[check.state]
            line = Text.assemble((f"{mark} ", style), (f"{printable(check.what)}  ", "dim"))
            line.append(printable(check.message))
            out.print(line, soft_wrap=True)
            if check.remedy:
                words, _, address = printable(check.remedy).rpartition(": https://")
                out.print(Padding(Text(f"{words}:" if words else address, style=style), (0, 0, 0, 4)))
                if words:  # unbroken, so that it can be opened or copied
                    out.print(Text(f"    https://{address}", style=style), soft_wrap=True)
    out.print()


def _services(settings: Any) -> list[Check]:
    try:
        return asyncio.run(of_services.checks(settings))
    except OperatorError as error:
        return [failed_by("services", error)]


def _as_dict(group: str, check: Check) -> dict[str, str]:
    return {
        "group": group.lower(),
        "what": check.what,
        "state": str(check.state),
        "message": check.message,
        "remedy": check.remedy,
    }
