"""One thing that was looked at: a line for a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.errors import OperatorError


class State(StrEnum):
    OK = "ok"
    WARN = "warn"  # works, but somebody should know
    FAIL = "fail"  # something does not work until a person acts


@dataclass(frozen=True, slots=True)
class Check:
    """``what`` names what was looked at, ``message`` says how it is, ``remedy`` what to do, if anything."""

    what: str
    state: State
    message: str
    remedy: str = ""


def ok(what: str, message: str) -> Check:
    return Check(what, State.OK, message)


def warn(what: str, message: str, remedy: str = "") -> Check:
    return Check(what, State.WARN, message, remedy)


def fail(what: str, message: str, remedy: str = "") -> Check:
    return Check(what, State.FAIL, message, remedy)


def failed_by(what: str, error: OperatorError) -> Check:
    return fail(what, error.message, error.remedy)
