"""What Graph says of tokens: makes long-lived ones, prolongs them, tells what they may do.

Sources (developers.facebook.com/docs, September 2026): facebook-login/guides/access-tokens/get-long-lived,
instagram-platform/reference/access_token, …/refresh_access_token, graph-api/reference/debug_token.
The Instagram ones have no version in their address. An expired token cannot be prolonged in either flavour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from services.account.token_file import Token
from services.errors import Misconfigured, OperatorError, Unavailable
from services.graph.errors import TABLE, Kind, fault_of
from services.graph.wire import Wire

_APP = TABLE[101, None]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What debug_token tells of one: ``expires`` None if it never does."""

    valid: bool
    expires: datetime | None
    scopes: tuple[str, ...]


async def exchange(wire: Wire, short: SecretStr, now: datetime) -> Token:
    """A long-lived token for a short-lived (or, with Facebook login, a still living long-lived) one."""
    login = wire.login
    needed = {"FB_APP_SECRET": login.app_secret.get_secret_value()}
    if login.flavour == "facebook":
        needed["FB_APP_ID"] = login.app_id
    for variable, value in needed.items():
        if not value:
            raise Misconfigured(
                f"{variable} is missing: without it no long-lived token can be made.",
                remedy="Copy it from the Meta app's dashboard.",
                variable=variable,
            )
    if login.flavour == "facebook":
        path = f"/{login.version}/oauth/access_token"
        params: dict[str, str | SecretStr] = {
            "grant_type": "fb_exchange_token",
            "client_id": login.app_id,
            "client_secret": login.app_secret,
            "fb_exchange_token": short,
        }
        return _token(await wire.ask("GET", path, params, None), now)
    params = {"grant_type": "ig_exchange_token", "client_secret": login.app_secret}
    return _token(await wire.ask("GET", "/access_token", params, short), now)


async def refresh(wire: Wire, token: SecretStr, now: datetime) -> Token:
    """The same for a living long-lived one, at least 24 hours old with Instagram login."""
    if wire.login.flavour == "facebook":
        return await exchange(wire, token, now)  # the only call there is; it may leave the end where it was
    params = {"grant_type": "ig_refresh_token"}
    return _token(await wire.ask("GET", "/refresh_access_token", params, token), now)


async def inspect(wire: Wire, token: SecretStr) -> Inspection | None:
    """Facebook login only, with the app's id and secret; None where it cannot be asked.

    Raises Misconfigured where the service does not know that app and secret.
    """
    login = wire.login
    secret = login.app_secret.get_secret_value()
    if login.flavour != "facebook" or not (login.app_id and secret):
        return None
    params = {"input_token": token, "access_token": SecretStr(f"{login.app_id}|{secret}")}
    try:
        data = (await wire.ask("GET", f"/{login.version}/debug_token", params, None)).get("data")
    except OperatorError as error:
        fault = fault_of(error)
        if fault is None or fault.entry.kind is not Kind.DEAD:
            raise
        # It is the app's own token that is refused, id and secret: of the account's nothing was said.
        raise Misconfigured(_APP.sentence, remedy=_APP.remedy, variable="FB_APP_SECRET") from fault
    if not isinstance(data, dict):
        return None
    ends = data.get("expires_at")
    scopes = data.get("scopes")
    return Inspection(
        data.get("is_valid") is True,
        datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) and ends > 0 else None,
        tuple(map(str, scopes)) if isinstance(scopes, list) else (),
    )


def _token(answer: dict[str, Any], now: datetime) -> Token:
    text, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(text, str) or not text:
        raise Unavailable("Instagram answered without a token.", remedy="It is tried again later.")
    usable = isinstance(seconds, int | float) and 0 < seconds < 10 * 365 * 86400
    permissions = answer.get("permissions")
    scopes = permissions.split(",") if isinstance(permissions, str) else permissions
    return Token(
        SecretStr(text),
        expires=now + timedelta(seconds=float(seconds)) if usable else None,  # type: ignore[arg-type]
        obtained=now,
        scopes=tuple(str(one).strip() for one in scopes) if isinstance(scopes, list) else (),
    )
