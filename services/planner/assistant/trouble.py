"""What an SDK error means for us, and the sentence for a person. No error of the SDK goes further than here.

Errors of a server are data: what they say is shortened and redacted, and a refused key is never repeated,
whatever the server echoes.
"""

from __future__ import annotations

from enum import Enum

import httpx2
import openai

from services.errors import Misconfigured, OperatorError, Refused, Unavailable
from services.planner.assistant.clean import inert
from services.redaction import redact

LONGEST_WAIT = 60.0  # seconds a server may ask us to wait in a run


class Trouble(Enum):
    NEVER_SENT = "no connection was made, so nothing was accepted"
    UNCLEAR = "the connection broke, or the server failed: it may have been accepted"
    BUSY = "asked too often; later it will do"
    QUOTA = "the account's own limit is used up"
    KEY = "the key is refused"
    MODEL = "there is no such model for us"
    CONVERSATION = "there is no such conversation"
    LOCKED = "the conversation is in use"
    DANGLING = "a tool call of the conversation was never answered"
    FILE = "an uploaded file is not there any more"
    REQUEST = "the request itself is refused"


def trouble_of(error: Exception) -> Trouble:
    """Classify an error of the SDK; unknown model and unknown conversation are both 404."""
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__
        never = isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
        return Trouble.NEVER_SENT if never else Trouble.UNCLEAR
    if isinstance(error, openai.APIStatusError):
        return _of_status(error.status_code, str(error.code or ""), str(error.message).lower())
    if isinstance(error, openai.APIError):  # an error event in a stream
        code = str(error.code or "")
        return Trouble.BUSY if code == "rate_limit_exceeded" else Trouble.UNCLEAR
    return Trouble.UNCLEAR  # the transport broke in the middle of a stream


def _of_status(status: int, code: str, message: str) -> Trouble:
    if status == 429:
        return Trouble.QUOTA if code == "insufficient_quota" else Trouble.BUSY
    if code == "model_not_found" or ("model" in message and status in (403, 404)):
        return Trouble.MODEL
    if status in (401, 403):
        return Trouble.KEY
    if code == "conversation_locked":
        return Trouble.LOCKED
    if "no tool output found" in message:
        return Trouble.DANGLING
    if "conversation" in message and status in (400, 404, 410):
        return Trouble.CONVERSATION
    if "file" in message and status in (400, 404):
        return Trouble.FILE
    return Trouble.UNCLEAR if status >= 500 or status in (408, 409) else Trouble.REQUEST


def sentence(error: Exception, server: str, model: str) -> OperatorError:
    """The error for a person; raise it ``from None``, as its cause holds the request."""
    trouble = trouble_of(error)
    said = inert(redact(str(getattr(error, "message", "") or "")), 200)
    match trouble:
        case Trouble.KEY:
            return Misconfigured(
                f"{server} refuses the key.",
                remedy="Put a valid key into OPENAI_API_KEY.",
                variable="OPENAI_API_KEY",
            )
        case Trouble.QUOTA:
            return Refused(
                f"The account at {server} has used up its own limit.",
                remedy="Raise the limit or add credit there; nothing was proposed.",
            )
        case Trouble.MODEL:
            return Misconfigured(
                f"{server} has no model {model!r} for this key.",
                remedy="Name one it has in OPENAI_MODEL.",
                variable="OPENAI_MODEL",
            )
        case Trouble.NEVER_SENT:
            return Unavailable(
                f"{server} cannot be reached.", remedy="Check the connection, or OPENAI_BASE_URL."
            )
        case Trouble.BUSY:
            return Unavailable(
                f"{server} is asked too often for now.", remedy="Try again later.", retry_after=wait_of(error)
            )
        case Trouble.REQUEST:
            return Refused(f"{server} refused the request: {said}", remedy="The log says more with --debug.")
    return Unavailable(
        f"{server} did not answer to the end, and what it may have made is not there.",
        remedy="Try again; what was accepted may be billed.",
    )


def wait_of(error: Exception) -> float | None:
    """Seconds the server asked to wait, if it did and they are a number."""
    if not isinstance(error, openai.APIStatusError):
        return None
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= seconds < 1e6:
            return seconds
    return None
