"""A line for every setting: its value, where it comes from, and what is wrong with it. No secret is shown."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from bot.doctor.check import Check, fail, ok, warn
from bot.setting_sources import DEFAULT_FILE
from bot.setting_texts import as_text, is_secret
from bot.settings import Reading, Settings, settings_table


def checks(reading: Reading, env_files: Sequence[Path] | None) -> list[Check]:
    wrong = {problem.variable: problem for problem in reading.problems}
    values = as_text(reading.settings) if reading.settings else {}
    rows = {row["name"]: row for row in settings_table()}
    found = []
    for variable in rows:
        if variable in wrong:
            problem = wrong.pop(variable)
            found.append(fail(variable, problem.what, problem.remedy))
            continue
        source = reading.given.sources.get(variable, "default")
        found.append(ok(variable, f"{_shown(variable, values, rows[variable], reading)} ({source})"))
    found += [fail(problem.variable, problem.what, problem.remedy) for problem in wrong.values()]
    found += [
        warn(name, f"{reading.given.files.places[name]}: not a setting, ignored.", "Correct the name.")
        for name in reading.given.files.values
        if name not in rows and name not in reading.given.files.helpers
    ]
    return [*found, *_readable_by_others(reading, env_files)]


def _shown(variable: str, values: dict[str, str], row: dict[str, str], reading: Reading) -> str:
    field = variable.lower()
    if is_secret(Settings.model_fields[field]):
        return "set, not shown" if field in reading.given.values else row["words"]
    if variable in reading.given.sources:
        return values.get(variable) or reading.given.values[field]
    value = values.get(variable, "")
    # The value itself where the default is a rule or a path of this clone, else as people write it.
    rule = value.startswith("/") or (value and "machine" in row["words"])
    return value if rule else row["words"]


def _readable_by_others(reading: Reading, env_files: Sequence[Path] | None) -> list[Check]:
    """A settings file with a secret in it that other users of the machine may read."""
    secrets = {name for name, field in Settings.model_fields.items() if is_secret(field)}
    places = {reading.given.sources[name.upper()] for name in secrets & set(reading.given.values)}
    found = []
    for path in env_files if env_files is not None else [Path(DEFAULT_FILE)]:
        if not any(place.startswith(f"{path.name} line ") for place in places):
            continue
        if os.stat(path).st_mode & (stat.S_IRGRP | stat.S_IROTH):  # noqa: PTH116
            found.append(
                warn(path.name, "It holds a secret and other users may read it.", f"chmod 600 {path}")
            )
    return found
