"""The Slack surface: logs in, finds its channel, and stays there until it is told to end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.operator import Operator
from bot.surfaces.slack_app import listeners
from bot.surfaces.slack_app.attached import Attachments
from bot.surfaces.slack_app.channel import SETTLE, SlackChat
from bot.surfaces.slack_app.client import QUIET, session, web_client
from bot.surfaces.slack_app.context import Context
from bot.surfaces.slack_app.errors import APP, BOT, token_refused
from bot.surfaces.slack_app.files import Files
from bot.surfaces.slack_app.home import look
from bot.surfaces.slack_app.life import Stay
from bot.surfaces.slack_app.line import FIRST_REST, Line
from bot.surfaces.slack_app.people import People
from services.errors import Misconfigured

OFFICIAL = "https://slack.com/api/"


class SlackApp:
    """One run of the connection. ``channel`` is an id; ``approvers`` ids of people and user groups.

    ``settle`` and ``first_rest`` are seconds: after which an abandoned post has no effect any more, and
    between two tries to connect.
    """

    name = "slack"

    def __init__(
        self,
        op: Operator,
        *,
        bot_token: str,
        app_token: str,
        channel: str,
        approvers: frozenset[str],
        base_url: str = OFFICIAL,
        settle: float = SETTLE,
        first_rest: float = FIRST_REST,
    ) -> None:
        self._op, self._bot_token, self._app_token = op, bot_token, app_token
        self._channel, self._approvers, self._base_url = channel, approvers, base_url
        self._settle, self._first_rest = settle, first_rest

    async def run(self) -> None:
        """Until cancelled. Misconfigured when a person has to change something first; Unavailable when
        Slack cannot be reached at the start."""
        async with session() as web:
            barred = Barred()
            client = web_client(self._bot_token, self._base_url, web, barred.bot)
            home = await look(client, self._channel)
            people, files = People(client, home, self._approvers), Files(client, web)
            attachments = Attachments(files, self._op.services.bucket, home.channel)
            chat = SlackChat(client, home, people, attachments, settle=self._settle)
            context = Context(self._op, client, home, people, files, chat)
            stay = Stay(context)
            app = bolt(client, context)
            listeners.listen(app, context, stay)
            line = Line(
                web_client(self._app_token, self._base_url, web, barred.app),
                web,
                lambda payload: taken(app, payload),
                stay,
                first_rest=self._first_rest,
            )
            try:
                await barred.until(line.run())
            finally:
                stay.left()
                await context.work.end()


class Barred:
    """Whether Slack took one of the tokens no more: no other try mends that."""

    def __init__(self) -> None:
        self._reason: asyncio.Future[Misconfigured] = asyncio.get_running_loop().create_future()

    def bot(self, code: str) -> None:
        self._say(token_refused(code, BOT))

    def app(self, code: str) -> None:
        self._say(token_refused(code, APP))

    def _say(self, error: Misconfigured) -> None:
        if not self._reason.done():
            self._reason.set_result(error)

    async def until(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it until it ends, or a token is refused: Misconfigured."""
        working = asyncio.create_task(work, name="slack line")
        try:
            either: set[asyncio.Future[Any]] = {working, self._reason}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        if self._reason.done():
            raise self._reason.result()
        working.result()


def bolt(client: AsyncWebClient, context: Context) -> AsyncApp:
    """The framework that tells listeners apart. It is told of its own app's events, too: somebody's deletion
    of a card is one of those."""
    who = AuthorizeResult(
        enterprise_id=None,
        team_id=context.home.team,
        bot_user_id=context.home.user,
        bot_id=context.home.bot,
        bot_token=client.token,
    )

    async def authorize() -> AuthorizeResult:
        return who

    return AsyncApp(
        name="autopotter",
        client=AsyncWebClient(base_url=client.base_url, logger=QUIET, retry_handlers=[]),
        logger=QUIET,
        authorize=authorize,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
    )


async def taken(app: AsyncApp, payload: dict[str, Any]) -> dict[str, Any] | None:
    """Hand one payload to its listener; answers what goes with the acknowledgement, None for none at all."""
    answer = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
    if answer.status == 404:  # nobody listens to it
        return {}
    if answer.status != 200:
        return None
    if not answer.body:
        return {}
    if "json" in str(answer.headers.get("content-type")):
        return dict(json.loads(answer.body))
    return {"text": answer.body}
