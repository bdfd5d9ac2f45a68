"""Small looks at Slack with the two tokens of an app: whose they are, what they may do, which channels.

Answers are data from outside: what is missing or of another form is as if it were empty.
https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from services.chat_access.chat_remote import chat_remote
from services.chat_access.reading import items, part, text, word
from services.chat_access.slack_scopes import MANIFEST
from services.errors import Misconfigured, OperatorError, Refused, Unavailable
from services.http.answer import Answer
from services.http.client import Http
from services.http.service import Again
from services.redaction import register_secret

NAME = "Slack"
APPS = "https://api.slack.com/apps"
BOT, APP = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
_PAGES = 20  # of channels, 200 each
_OF_TOKEN = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")
_REFUSED_TOKEN = frozenset((
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
    "not_allowed_token_type", "team_access_not_granted", "user_removed_from_team", "org_login_required",
))  # fmt: skip
_PASSING = frozenset(
    ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "accesslimited")
)
WHERE = {
    BOT: f"At {APPS}: your app, OAuth & Permissions, Bot User OAuth Token (xoxb-…).",
    APP: f"At {APPS}: your app, Basic Information, App-Level Tokens, one with the scope connections:write "
    "(xapp-…).",
}


REINSTALL = (
    f"At {APPS}: your app, App Manifest, paste {MANIFEST} and save; then Install App, reinstall to the "
    "workspace."
)


class Code(Refused):
    """A refusal with Slack's own word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, remedy="Ask again later; docs.slack.dev explains the word, if it stays.")
        self.code = code


class Lacking(Misconfigured):
    """A scope was not granted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of the bot's token: ``granted`` is the header X-OAuth-Scopes, None where it was not sent."""

    team: str
    bot: str
    name: str
    granted: str | None


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    member: bool
    private: bool
    archived: bool


class SlackLook:
    """All raise OperatorError: Misconfigured for a token that is refused, Code for other refusals."""

    def __init__(self, http: Http, base_url: str, *, bot: SecretStr, app: SecretStr) -> None:
        self._tokens = {BOT: bot, APP: app}
        for token in self._tokens.values():
            register_secret(token.get_secret_value())
        self._remote = chat_remote(http, NAME, base_url, "slack.com")

    async def standing(self) -> Standing:
        answer, found = await self._asked("auth.test", BOT)
        if not found.get("bot_id"):
            raise Misconfigured(
                "SLACK_BOT_TOKEN is the token of a person, not of a bot.", remedy=WHERE[BOT], variable=BOT
            )
        granted = answer.headers.get("x-oauth-scopes")
        return Standing(text(found, "team"), text(found, "bot_id"), text(found, "user"), granted)

    async def connects(self) -> None:
        """Whether Slack gives the app an address to connect to. No connection is made."""
        try:
            await self._asked("apps.connections.open", APP)
        except Code as error:
            raise Misconfigured(
                f"Slack gives the app no connection ({error.code}).",
                remedy=f"At {APPS}: your app, Socket Mode, switch it on.",
                variable=APP,
            ) from None

    async def ensure_one_app(self, standing: Standing) -> None:
        """Misconfigured if the tokens are of two apps; what cannot be told is taken as well."""
        named = _OF_TOKEN.match(self._tokens[APP].get_secret_value())
        if named is None:
            return
        try:
            _, found = await self._asked("bots.info", BOT, bot=standing.bot)
        except Code:
            return
        app = text(part(found, "bot"), "app_id")
        if app and app != named[1]:
            raise Misconfigured(
                f"The two tokens are of two apps: {BOT} of {app}, {APP} of {named[1]}.",
                remedy=f"Take both from the page of one app. {WHERE[APP]}",
                variable=APP,
            )

    async def joined(self) -> list[Channel]:
        """The channels the app was invited to, by name."""
        found: list[Channel] = []
        cursor = ""
        for _ in range(_PAGES):
            asked = {"types": "public_channel,private_channel", "exclude_archived": "true", "limit": "200"}
            _, page = await self._asked(
                "users.conversations", BOT, **asked, **({"cursor": cursor} if cursor else {})
            )
            found += [_channel(each) for each in items(page, "channels")]
            cursor = text(part(page, "response_metadata"), "next_cursor")
            if not cursor:
                break
        return sorted(found, key=lambda channel: channel.name)

    async def channel(self, id_: str) -> Channel | None:
        """None if there is none, or it is a private one without the app."""
        try:
            _, found = await self._asked("conversations.info", BOT, channel=id_)
        except Code as error:
            if error.code == "channel_not_found":
                return None
            raise
        return _channel(part(found, "channel"))

    async def named(self, id_: str) -> str:
        """What the person, or the user group, of this id is called; "" if there is none in the workspace."""
        group = id_.startswith("S")
        method, asked = ("usergroups.users.list", "usergroup") if group else ("users.info", "user")
        try:
            _, found = await self._asked(method, BOT, **{asked: id_})
        except Code as error:
            if error.code in ("user_not_found", "user_not_visible", "no_such_subteam", "subteam_not_found"):
                return ""
            raise
        if group:
            users = found.get("users")
            return f"the group {id_} of {len(users) if isinstance(users, list) else 0}"
        user = part(found, "user")
        if user.get("deleted") is True:
            return ""
        profile = part(user, "profile")
        return text(profile, "display_name") or text(profile, "real_name") or text(user, "name") or id_

    async def _asked(self, method: str, token: str, **given: str) -> tuple[Answer, dict[str, Any]]:
        key = SecretStr(f"Bearer {self._tokens[token].get_secret_value()}")
        answer = await self._remote.ask(
            "POST", f"/{method}", data=given, headers={"Authorization": key}, again=Again.SAFE
        )
        if not answer.ok:
            raise _refused(answer)
        found = answer.json()
        if found.get("ok") is not True:
            raise _trouble(found, token)
        return answer, found


def _refused(answer: Answer) -> OperatorError:
    if answer.status == 429:
        return Unavailable("Slack is asked too often for now.", remedy="Ask again in a minute.")
    if answer.status >= 500:
        return answer.trouble()
    # Refusals of its own Slack tells with status 200.
    said = f"What answered in Slack's place refused the request (status {answer.status})."
    return Refused(said, remedy="Check the network and SLACK_BASE_URL.")


def _trouble(found: Mapping[str, Any], token: str) -> OperatorError:
    code = word(found, "error") or "without a reason"
    if code in _REFUSED_TOKEN:
        return Misconfigured(f"Slack does not accept {token} ({code}).", remedy=WHERE[token], variable=token)
    if code == "missing_scope":
        needed = word(found, "needed") or "that is needed"
        remedy = WHERE[APP] if token == APP else REINSTALL
        return Lacking(f"{token} lacks the scope {needed}.", remedy=remedy, variable=token)
    if code in _PASSING:
        return Unavailable(f"Slack is out of order ({code}).", remedy="Ask again in a few minutes.")
    return Code(code, f"Slack refused to answer ({code}).")


def _channel(found: Mapping[str, Any]) -> Channel:
    return Channel(
        id=text(found, "id"),
        name=text(found, "name"),
        # users.conversations lists only those it is in, and does not say so of each.
        member=found.get("is_member") is not False,
        private=found.get("is_private") is True,
        archived=found.get("is_archived") is True,
    )
