"""The one border where what Slack, its libraries and the line fail with becomes an error people may read.

Codes are Slack's own: each method's page lists its errors, https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.chat.port import Gone
from services.chat_access.reading import word
from services.errors import Misconfigured, OperatorError, Refused, Unavailable

# A ValueError is an answer that is no JSON; a TimeoutError is an OSError.
FOREIGN = (SlackClientError, aiohttp.ClientError, OSError, ValueError)
BOT, APP = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"  # the settings of the two tokens
SECONDS = 90.0  # of one request, with its waits for rate limits

TOKEN_REFUSED = frozenset((
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
    "not_allowed_token_type", "user_removed_from_team", "team_access_not_granted", "org_login_required",
))  # fmt: skip
_GONE = frozenset(("message_not_found", "cant_update_message", "thread_not_found"))
_NO_CHANNEL = frozenset(("channel_not_found", "is_archived", "invalid_channel"))
_LATER = frozenset((
    "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org",
    "accesslimited", "rollup_error", "ekm_access_denied",
))  # fmt: skip
_AGAIN = "start the operator again."
_REMEDY = {
    BOT: f"Copy the Bot User OAuth Token of the app's page OAuth & Permissions into "
    f"SLACK_BOT_TOKEN and {_AGAIN}",
    APP: "Make an app-level token with the scope connections:write on the app's page Basic "
    f"Information, put it into SLACK_APP_TOKEN and {_AGAIN}",
}


class Code(Refused):
    """A refusal that no sentence of its own is made for; ``code`` is Slack's."""

    def __init__(self, code: str, message: str, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code


@contextlib.asynccontextmanager
async def asking(what: str, *, setting: str = BOT, seconds: float = SECONDS) -> AsyncIterator[None]:
    """``what`` is tried within, said as "post a message"; ``setting`` names the token it is done with.

    Raises OperatorError only, for whatever Slack, its libraries or the line fail with.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except FOREIGN as error:
        raise sentence(error, what, setting) from error


def sentence(error: BaseException, what: str, setting: str = BOT) -> OperatorError:
    """What an exception of FOREIGN means."""
    if isinstance(error, SlackApiError):
        return _answered(error, what, setting)
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return Unavailable(f"Slack took no connection ({error.status}).", remedy="It is tried again.")
    if isinstance(error, (SlackClientError, ValueError)):
        return Unavailable(f"Slack's answer was no answer when asked to {what}.", remedy="It is tried again.")
    said = "did not answer in time" if isinstance(error, TimeoutError) else "cannot be reached"
    return Unavailable(f"Slack {said} when asked to {what}.", remedy="It is tried again.")


def _answered(error: SlackApiError, what: str, setting: str) -> OperatorError:
    body, status, headers = _parts(error)
    code = word(body, "error")
    if code in ("ratelimited", "rate_limited") or status == 429:
        return Unavailable(f"Slack limits how often one may {what}.", retry_after=seconds_of(headers))
    if status >= 500 or code in _LATER or not code:
        said = code or (str(status) if status != 200 else "an answer that cannot be read")
        return Unavailable(f"Slack failed when asked to {what} ({said}).", remedy="It is tried again.")
    if code in _GONE:
        return Gone("The message was deleted.")
    if code in TOKEN_REFUSED:
        return Misconfigured(f"Slack refused the token ({code}).", remedy=_REMEDY[setting], variable=setting)
    if code == "missing_scope":
        return lacks_scopes([word(body, "needed") or "that is needed"], what, setting)
    if code == "not_in_channel":
        return not_invited()
    if code in _NO_CHANNEL:
        return no_channel("is archived" if code == "is_archived" else "is not there, or the app is not in it")
    details = body.get("errors") or (body.get("response_metadata") or {}).get("messages") or []
    return Code(code, f"Slack refused to {what} ({code}).", remedy=" ".join(map(str, details))[:300])


def token_refused(code: str, setting: str) -> Misconfigured:
    return Misconfigured(f"Slack refused the token ({code}).", remedy=_REMEDY[setting], variable=setting)


def _parts(error: SlackApiError) -> tuple[Mapping[str, Any], int, Mapping[str, Any]]:
    """Body, status and headers of the answer; for one that is no JSON the library keeps another object."""
    answer: Any = error.response
    data = getattr(answer, "data", None)
    status = getattr(answer, "status_code", None) or getattr(answer, "status", None) or 0
    return data if isinstance(data, dict) else {}, int(status), getattr(answer, "headers", None) or {}


def seconds_of(headers: Mapping[str, Any]) -> float:
    """What Retry-After says; 30 where it is missing or no number."""
    text = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(text) if text.isascii() and text.isdigit() else 30.0


def lacks_scopes(names: list[str], what: str = "", setting: str = BOT) -> Misconfigured:
    words = ", ".join(names)
    scopes = "the scope" if len(names) == 1 else "the scopes"
    aim = f" to {what}" if what else ""
    if setting == APP:
        return Misconfigured(
            f"The app-level token lacks {scopes} {words}{aim}.", remedy=_REMEDY[setting], variable=setting
        )
    return Misconfigured(
        f"The Slack app lacks {scopes} {words}{aim}.",
        remedy="Give the app the manifest data/slack_manifest.json (its page App Manifest), install it "
        f"to the workspace again and {_AGAIN}",
    )


def not_invited() -> Misconfigured:
    return Misconfigured(
        "The Slack app is not in its channel.",
        remedy=f"Write /invite @ and its name in the channel, then {_AGAIN}",
        variable="SLACK_CHANNEL",
    )


def no_channel(wrong: str) -> Misconfigured:
    return Misconfigured(
        f"The Slack channel {wrong}.",
        remedy="Copy the channel's id (at the foot of its details) into SLACK_CHANNEL, invite the app there "
        f"with /invite, and {_AGAIN}",
        variable="SLACK_CHANNEL",
    )
