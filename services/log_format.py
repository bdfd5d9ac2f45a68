"""How a log record becomes a line: text for people, JSON for machines, and the fields around it.

Everything in a record may be hostile. Secrets are taken out first, then characters that could start a
line of their own or steer a terminal are escaped; lines of a traceback are always indented.
"""

from __future__ import annotations

import json
import logging
import math
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from services.redaction import redact

_fields: ContextVar[dict[str, object] | None] = ContextVar("log_fields", default=None)
# C0, DEL, C1, line and paragraph separators, direction overrides, lone surrogates.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Lines logged inside carry ``fields``, also those of awaited calls, new tasks and asyncio.to_thread."""
    token = _fields.set({**(_fields.get() or {}), **fields})
    try:
        yield
    finally:
        _fields.reset(token)


class TextLines(logging.Formatter):
    """``2026-11-20 14:03:11+01:00 INFO    services.log: text  draft=7``, tracebacks indented below."""

    def format(self, record: logging.LogRecord) -> str:
        when = _when(record).isoformat(" ", "seconds")
        fields = "".join(f" {_one_line(key)}={_quoted(value)}" for key, value in _context(record).items())
        head = f"{when} {record.levelname:<7} {_one_line(record.name)}: {_one_line(_message(record))}"
        head += f" {fields}" if fields else ""
        return "\n".join([head, *("    | " + _one_line(line) for line in _trace(record).splitlines())])


class JsonLines(logging.Formatter):
    """One ASCII JSON object per line: time, level, logger, message, context, and trace if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _when(record).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "context": _context(record),
        }
        if trace := _trace(record):
            line["trace"] = trace
        return json.dumps(line)


def _when(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC).astimezone()


def _message(record: logging.LogRecord) -> str:
    try:
        return redact(record.getMessage())
    except (TypeError, ValueError, KeyError) as error:  # the call's text and arguments do not fit
        return redact(f"{record.msg} (arguments do not fit: {error})")


def _context(record: logging.LogRecord) -> dict[str, Any]:
    own = getattr(record, "context", None)
    fields = {**(_fields.get() or {}), **(own if isinstance(own, dict) else {})}
    return {str(key): _plain(str(key), value) for key, value in fields.items()}


def _plain(key: str, value: object) -> object:
    """Numbers stay numbers; anything else becomes text without secrets, its name being a hint of one."""
    if value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value  # JSON knows no infinity
    return redact(f"{key}={value}").removeprefix(f"{key}=")


def _trace(record: logging.LogRecord) -> str:
    parts = []
    if record.exc_info and record.exc_info[0] is not None:
        parts.append("".join(traceback.format_exception(*record.exc_info)).rstrip())
    elif record.exc_text:
        parts.append(record.exc_text)
    if record.stack_info:
        parts.append(record.stack_info)
    return redact("\n".join(parts))


def _quoted(value: object) -> str:
    text = _one_line(str(value))
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
