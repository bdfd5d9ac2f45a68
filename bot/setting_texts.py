"""What people read about settings: their table, their errors, warnings of names that are none.

Works on any model's fields made by bot/setting_types.setting(); never shows a value that was given.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Set
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.env_files import EnvFiles, Problem
from bot.schedule_lines import duration_text
from bot.setting_types import Explained
from services.log import get_logger

log = get_logger(__name__)


def table(fields: Mapping[str, FieldInfo]) -> list[dict[str, str]]:
    """One row per setting; ``default`` is what one would write in a file, ``words`` what one would say."""
    rows = []
    for name, field in fields.items():
        extra = _extra(field)
        default = extra["shown"] if "shown" in extra else written(field.default)
        rows.append(
            {
                "name": name.upper(),
                "default": default,
                "words": extra.get("words", default),
                "description": field.description or "",
                "group": extra["group"],
            }
        )
    return rows


def written(value: object) -> str:
    """A value as one writes it in a settings file; secrets in full, for comparing only."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, timedelta):
        return duration_text(value)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def as_text(settings: BaseModel) -> dict[str, str]:
    """Variable -> text of its value, defaults included."""
    return {name.upper(): written(getattr(settings, name)) for name in type(settings).model_fields}


def is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


def problems_of(
    error: ValidationError, fields: Mapping[str, FieldInfo], places: Mapping[str, str]
) -> list[Problem]:
    """A problem per wrong field, in the order of the fields. ``places``: variable -> "bot.env line 4"."""
    found: dict[str, Problem] = {}
    for detail in error.errors(include_input=False, include_url=False):
        name = str(detail["loc"][0])
        found.setdefault(name, _problem(name, detail.get("ctx", {}).get("error"), fields[name], places))
    return list(found.values())


def _problem(name: str, reason: object, field: FieldInfo, places: Mapping[str, str]) -> Problem:
    variable = name.upper()
    subject = f"{variable} ({places[variable]})" if variable in places else variable
    extra = _extra(field)
    if isinstance(reason, Explained):
        return Problem(variable, f"{subject} {reason.what}.", f"{reason.remedy}.")
    remedy = f"Write for example {variable}={extra['example']}." if extra["example"] else "Correct it."
    return Problem(variable, f"{subject} must be {extra['wanted']}.", remedy)


def warn_of_unknown(files: EnvFiles, known: Set[str]) -> None:
    """Say which names in the files are no settings, with the nearest one that is."""
    for name in files.values:
        if name in known or name in files.helpers:
            continue
        nearest = difflib.get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.6)
        hint = f" Did you mean {nearest[0]}?" if nearest else ""
        log.warning("%s: %s is not a setting and is ignored.%s", files.places[name], name, hint)


def _extra(field: FieldInfo) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
