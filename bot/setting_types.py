"""How single settings are written: lists, sizes, durations, cron lines, folders, time zones, addresses.

Every check raises ValueError; what a person then reads is the field's own ``wanted`` (bot/settings.py), so
that no value, which may be a secret pasted into the wrong line, is ever repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import tzlocal
from pydantic import AfterValidator, BeforeValidator, Field

from bot.schedule_lines import cron_trigger, parse_duration
from services.errors import Misconfigured
from services.http.places import base_address
from services.log import parse_size

ROOT = Path(__file__).resolve().parent.parent  # the clone this runs from


class Explained(ValueError):
    """A reason that is a whole sentence of its own and replaces the field's ``wanted``."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def setting(default: Any, group: str, text: str, wanted: str, example: str, **more: Any) -> Any:
    """A field of Settings with all that its tables and its error need.

    ``text`` is its documentation, ``wanted`` completes "X must be …", ``example`` a value that is right;
    ``shown`` (in ``more``) is the default as people write it, ``words`` the default as people say it.
    """
    extra: dict[str, Any] = {"group": group, "wanted": wanted, "example": example}
    extra |= {key: more.pop(key) for key in ("shown", "words") if key in more}
    kind = "default_factory" if callable(default) else "default"
    return Field(**{kind: default}, description=text, json_schema_extra=extra, **more)


def local_timezone() -> str:
    """The machine's IANA zone; UTC where its name cannot be found out."""
    try:
        return ZoneInfo(tzlocal.get_localzone_name()).key
    except (ValueError, OSError, KeyError, UserWarning):  # KeyError: ZoneInfoNotFoundError
        return "UTC"


def items(value: object) -> object:
    """Comma-separated or a JSON list; doubles go, order stays."""
    if not isinstance(value, str):
        return value
    found: Iterable[object] = json.loads(value) if value.lstrip().startswith("[") else value.split(",")
    if not all(isinstance(item, str) for item in found):
        raise ValueError("not a list of texts")
    return tuple(dict.fromkeys(text for item in found if (text := str(item).strip())))


def vendor_address(*domains: str) -> AfterValidator:
    """For the address of a service: https at one of its ``domains`` or below it, or a server on this machine.

    A key travels to whoever is named, so no other host is accepted.
    """

    def check(url: str) -> str:
        try:
            return base_address(url, domains)
        except ValueError as error:
            raise Explained(
                "is neither an address of the service itself nor of this machine",
                f"Use an https:// address at {domains[0]}, or one at 127.0.0.1 or localhost",
            ) from error

    return AfterValidator(check)


def _folder(name: str) -> str:
    """A folder below the media root: relative, without steps upwards, without control characters."""
    plain = name.strip().strip("/") if not name.startswith("/") else ""
    if not plain or not plain.isprintable() or {"..", "."} & set(plain.split("/")):
        raise ValueError("not a folder name")
    return plain


def _path(value: object) -> object:
    return Path(value).expanduser().absolute() if isinstance(value, str | Path) else value


def _existing(path: Path | None) -> Path | None:
    try:
        if path is not None and not path.is_dir():
            raise ValueError("no such folder")
    except OSError as error:  # a folder above it that this user may not enter, a disk that fails
        raise Explained(
            f"cannot be looked into ({error.strerror})", "Allow this user to read it, or name another folder"
        ) from error
    return path


def _size(value: object) -> int:
    try:
        return parse_size(value)
    except Misconfigured as error:
        raise ValueError("not a size") from error


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _cron(line: str) -> str:
    """Five fields in one canonical spacing, or "" for never."""
    if line.strip():
        try:
            cron_trigger(line, UTC)
        except ValueError as error:
            raise ValueError("not a cron line") from error
    return " ".join(line.split())


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError) as error:
        raise ValueError("not a time zone") from error


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


Lower = BeforeValidator(_lower)
Upper = BeforeValidator(_upper)
FolderName = Annotated[str, AfterValidator(_folder)]
Folders = Annotated[tuple[FolderName, ...], BeforeValidator(items), Field(min_length=1)]
Folder = Annotated[Path, BeforeValidator(_path)]
ExistingFolder = Annotated[Path | None, AfterValidator(_existing), BeforeValidator(_path)]
File = Annotated[Path | None, BeforeValidator(_path)]
Bytes = Annotated[int, BeforeValidator(_size)]
Duration = Annotated[timedelta, BeforeValidator(_duration), Field(ge=timedelta(0))]
CronLine = Annotated[str, AfterValidator(_cron)]
ZoneName = Annotated[str, AfterValidator(_zone)]
