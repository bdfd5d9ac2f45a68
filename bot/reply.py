"""What operations answer, without knowing where it is shown. Surfaces turn it into their own form."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from services.errors import OperatorError
from services.log import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Action:
    """A button: ``id`` is "operation:number:revision", at most 100 characters, and survives restarts.

    A fourth part names the parameter to ask for first: "post:7:1:at".
    """

    id: str
    label: str
    style: str = "plain"  # plain, primary, danger


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. ``done`` of ``total`` steps of ``stage``; total 0 when it is not known."""

    job: int
    stage: str
    done: float = 0
    total: float = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A draft, as views show it: ``data`` is the object of `drafts --json`."""

    data: dict[str, Any]
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of an operation. ``data`` is what --json prints; the last reply with data wins.

    ``table`` is rows of equal keys for a terminal or a chat; ``ok`` False means the operation failed.
    """

    text: str = ""
    data: Any = None
    cards: tuple[Card, ...] = ()
    table: tuple[dict[str, Any], ...] = ()
    progress: Progress | None = None
    ok: bool = True
    remedy: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; ``from_dict`` reads them back (the command line asks a running operator)."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reply:
        cards = tuple(
            Card(card["data"], tuple(Action(**action) for action in card["actions"]))
            for card in data["cards"]
        )
        progress = Progress(**data["progress"]) if data["progress"] else None
        return cls(**{**data, "cards": cards, "table": tuple(data["table"]), "progress": progress})


def for_error(error: BaseException) -> Reply:
    """The one way from an exception to a person: its own sentence, or a calm one with an incident number."""
    if isinstance(error, OperatorError):
        return Reply(
            error.message,
            ok=False,
            remedy=error.remedy,
            data={"error": error.message, "remedy": error.remedy},
        )
    incident = secrets.token_hex(4)
    log.error("incident %s", incident, exc_info=error)
    text = f"Something unexpected went wrong (incident {incident})."
    remedy = f"The log has the details under {incident}; --debug shows more."
    return Reply(text, ok=False, remedy=remedy, data={"error": text, "remedy": remedy, "incident": incident})
