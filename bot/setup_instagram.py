"""Connecting Instagram in `autopotter setup`: a token that lives long, and the number of the account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.settings import Settings
from bot.setup_steps import Question
from bot.setup_walks import Choose, Found, Walk
from services.errors import Misconfigured, OperatorError, Refused
from services.log import get_logger

if TYPE_CHECKING:
    from bot.wiring.connections import Connections
    from services.account.token_file import Token
    from services.graph.wire import Wire

log = get_logger(__name__)
_FACEBOOK = "INSTAGRAM_LOGIN=facebook"
_ASKED = (
    "instagram_login", "instagram_access_token", "fb_app_id", "fb_app_secret", "graph_version",
    "graph_base_url", "graph_upload_url",
)  # fmt: skip


async def look_at_instagram(texts: Mapping[str, str], choose: Choose) -> Found:
    """Exchange the token, find the account, and ask what the token may do. Raises OperatorError."""
    given = {name: text for name in _ASKED if (text := texts.get(name.upper(), ""))}
    settings = Settings(**given)  # type: ignore[arg-type]
    token = settings.instagram_access_token
    if token is None:
        return Found("No token was given: Instagram is not connected.", ok=False)
    from bot.wiring.connections import Connections  # loads every reconciler: only for who connects Instagram

    connections = Connections()
    try:
        wire = _wire(settings, connections, "")
        long, note = await _long_lived(wire, token)
        user_id, username = await _account(wire, long.secret, choose)
        standing = await _standing(_wire(settings, connections, user_id), long)
    finally:
        await connections.aclose()
    answers = {"INSTAGRAM_USER_ID": user_id, "INSTAGRAM_ACCESS_TOKEN": long.secret.get_secret_value()}
    if long.expires is not None:
        answers["INSTAGRAM_TOKEN_EXPIRATION"] = f"{long.expires.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return Found(f"Connected to @{username} (number {user_id}); {standing}{note}", answers=answers)


def _wire(settings: Settings, connections: Connections, user_id: str) -> Wire:
    from services.graph.login import Login
    from services.graph.wire import Wire

    login = Login(
        settings.instagram_login,
        user_id,
        version=settings.graph_version,
        base_url=settings.graph_host,
        upload_url=settings.graph_upload_url,
        app_id=settings.fb_app_id,
        app_secret=settings.fb_app_secret or SecretStr(""),
    )
    return Wire(connections(), login)


async def _long_lived(wire: Wire, token: SecretStr) -> tuple[Token, str]:
    """The token that will be kept, and a word about it where it is not a fresh one of 60 days."""
    from services.account import token_calls
    from services.account.token_file import Token
    from services.redaction import register_secret

    register_secret(token.get_secret_value())
    login = wire.login
    if login.flavour == "instagram" and not login.app_secret.get_secret_value():
        return Token(token), " It is kept as it is: without FB_APP_SECRET no short-lived one is exchanged."
    try:
        long = await token_calls.exchange(wire, token, datetime.now(UTC))
    except Refused:
        if login.flavour == "facebook":
            raise
        return Token(token), " It is long-lived already and kept as it is."
    register_secret(long.secret.get_secret_value())
    return long, ""


async def _account(wire: Wire, token: SecretStr, choose: Choose) -> tuple[str, str]:
    """Number and name of the professional account; a person chooses among several."""
    version = wire.login.version
    if wire.login.flavour == "instagram":
        me = _only(await wire.ask("GET", f"/{version}/me", {"fields": "user_id,username"}, token))
        if not me.get("user_id"):
            raise Misconfigured(
                "The token belongs to no professional Instagram account.",
                remedy="Make the account a professional one in the Instagram app, then a new token.",
                variable="INSTAGRAM_ACCESS_TOKEN",
            )
        return str(me.get("user_id") or ""), str(me.get("username") or "")
    fields = {"fields": "instagram_business_account", "limit": "100"}
    pages = await wire.ask("GET", f"/{version}/me/accounts", fields, token)
    ids = list(dict.fromkeys(filter(None, map(_linked, pages.get("data") or ()))))
    if not ids:
        raise Misconfigured(
            "None of this person's Facebook pages has a professional Instagram account.",
            remedy="Link them in the Instagram app (Settings, Account), or use INSTAGRAM_LOGIN=instagram.",
            variable="INSTAGRAM_USER_ID",
        )
    names = {}
    for user_id in ids:
        found = await wire.ask("GET", f"/{version}/{user_id}", {"fields": "username"}, token)
        names[str(found.get("username") or user_id)] = user_id
    name = choose("Which account?", list(names)) if len(names) > 1 else next(iter(names))
    return names[name], name


def _only(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Meta's guide shows the account in a list, its reference shows it bare."""
    rows = answer.get("data")
    return rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) else answer


def _linked(page: Any) -> str:
    account = page.get("instagram_business_account") if isinstance(page, Mapping) else None
    return str(account.get("id") or "") if isinstance(account, Mapping) else ""


async def _standing(wire: Wire, token: Token) -> str:
    from services.account import token_calls

    try:
        found = await token_calls.inspect(wire, token.secret)
    except OperatorError as error:
        log.info("what the token may do could not be asked: %s", error)
        found = None
    if found is None:
        return "what the token may do is seen when it is used."
    lacking = [ability.words for ability in wire.login.lacking(found.scopes)]
    return f"the token may not {' or '.join(lacking)}." if lacking else "the token may do all that is needed."


INSTAGRAM_WALK = Walk(
    "instagram",
    "Instagram",
    (
        Question(
            "INSTAGRAM_LOGIN", "Does the app reach the account through its Facebook page, or without one?"
        ),
        Question(
            "FB_APP_ID", "What is the Meta app's id?", when=_FACEBOOK,
            how="At developers.facebook.com: My Apps, your app, App settings, Basic.",
        ),
        Question(
            "FB_APP_SECRET", "What is the app's secret?",
            how="With facebook it stands beside the app's id; with instagram take the Instagram app secret, "
            "in the app's page API setup with Instagram login.",
        ),
        Question(
            "INSTAGRAM_ACCESS_TOKEN", "Paste a token of the account, a short-lived one will do.",
            how="With facebook from the Graph API Explorer in Tools, with the permissions README names under "
            "Your Instagram account; with instagram from Generate token in API setup with Instagram login.",
        ),
        Question("PUBLISH_TO", "Where do approved videos go from now on?"),
    ),
    look_at_instagram,
)  # fmt: skip
