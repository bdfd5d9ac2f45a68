"""How the Graph double answers about tokens and about whose they are, in both flavours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.doubles import graph_answers as answers
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_state import Instagram

Check = Callable[[str, str, None, dict[str, str]], None]


def me(state: Instagram, parts: list[str], params: dict[str, str]) -> Any:
    wanted = answers.read_fields(params.get("fields", ""))
    if state.flavour == "instagram":
        if parts != ["me"]:
            raise GraphError(2500, "(#2500) An active access token must be used")
        return answers.account(state, wanted)
    if parts == ["me"]:
        return {"id": "5000", "name": "A person"}
    page: dict[str, Any] = {"id": "7000"}
    if state.pages_linked and any(one.name == "instagram_business_account" for one in wanted):
        page["instagram_business_account"] = {"id": state.user_id}
    return {"data": [{"id": "6999"}, page], "paging": {"cursors": {"before": "a", "after": "b"}}}


def answer(state: Instagram, call: str, params: dict[str, str], check: Check) -> Any:
    """access_token, refresh_access_token and debug_token."""
    if call == "debug_token":
        return _debug(state, params)
    grant = params.get("grant_type")
    if state.flavour == "instagram":
        refresh = call == "refresh_access_token"
        node = "IGRefreshAccessTokenForIGOnlyAPI" if refresh else "IGAccessTokenForIGOnlyAPI"
        check("GET", node, None, params)
        if grant != ("ig_refresh_token" if refresh else "ig_exchange_token"):
            raise GraphError(100, "Unsupported grant type")
        if not refresh and params.get("client_secret") != state.app_secret:
            raise GraphError(101, "Error validating client secret.")
        text, seconds = state.exchange(params["access_token"], refresh=refresh)
        more = {"permissions": ",".join(state.tokens[text].scopes)} if refresh else {}
        return {"access_token": text, "token_type": "bearer", "expires_in": seconds} | more
    if grant != "fb_exchange_token":
        raise GraphError(100, "Unsupported grant type")
    if (params.get("client_id"), params.get("client_secret")) != (state.app_id, state.app_secret):
        raise GraphError(101, "Error validating application. Cannot get application info.")
    text, seconds = state.exchange(params.get("fb_exchange_token", ""))
    return {"access_token": text, "token_type": "bearer", "expires_in": seconds}


def _debug(state: Instagram, params: dict[str, str]) -> Any:
    if params.get("access_token") != f"{state.app_id}|{state.app_secret}":
        raise GraphError(190, "Invalid OAuth access token signature.")
    token = state.tokens.get(params.get("input_token", ""))
    ends = token.expires if token else None
    valid = token is not None and token.dead is None and (ends is None or ends > state.clock())
    data = {
        "app_id": state.app_id, "is_valid": valid, "scopes": list(token.scopes) if token else [],
        "expires_at": int(ends.timestamp()) if ends else 0,
        "data_access_expires_at": int((state.clock() + timedelta(days=90)).timestamp()),
    }  # fmt: skip
    return {"data": data}
