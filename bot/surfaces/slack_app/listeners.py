"""Who hears of what: everything Slack may tell, and the one function that takes it.

Only what happened in the operator's own channel is taken, once, whatever is told twice. Slack is answered
at once; the work goes on beside it.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.surfaces.slack_app import buttons, commands, forms, reactions, talk
from bot.surfaces.slack_app.buttons import BUTTON
from bot.surfaces.slack_app.context import Context
from bot.surfaces.slack_app.forms import FORM

# What the app is subscribed to: data/slack_manifest.json asks for exactly these.
EVENTS = (
    "app_mention",
    "channel_left",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
)
COMMAND = "/autopotter"


class Life(Protocol):
    async def sent_away(self) -> None: ...
    async def invited(self) -> None: ...


def listen(app: AsyncApp, context: Context, life: Life) -> None:
    """Register everything with the framework."""
    _events(app, context)
    _membership(app, context, life)
    _interactions(app, context)


def _events(app: AsyncApp, context: Context) -> None:
    work = context.work

    @app.event("reaction_added")
    async def added(body: dict[str, Any], event: dict[str, Any]) -> None:
        if work.first(body["event_id"]):
            work.begin(reactions.added(context, body, event), "reaction")

    @app.event("reaction_removed")
    async def removed(body: dict[str, Any], event: dict[str, Any]) -> None:
        if work.first(body["event_id"]):
            work.begin(reactions.removed(context, body, event), "reaction")

    @app.event("message")
    async def message(body: dict[str, Any], event: dict[str, Any]) -> None:
        if not work.first(body["event_id"]):
            return
        if gone := reactions.gone(event):
            work.begin(reactions.deleted(context, body, event, gone), "deleted message")
        elif event.get("channel_type") == "im":
            work.begin(talk.in_private(context, event), "private message")

    @app.event("app_mention")
    async def mention(body: dict[str, Any], event: dict[str, Any]) -> None:
        if work.first(body["event_id"]):
            work.begin(talk.mentioned(context, body, event), "mention")


def _membership(app: AsyncApp, context: Context, life: Life) -> None:
    @app.event("channel_left")
    async def left(event: dict[str, Any]) -> None:
        if event.get("channel") == context.home.channel:
            await life.sent_away()

    @app.event("member_joined_channel")
    async def joined(event: dict[str, Any]) -> None:
        if event.get("channel") == context.home.channel and event.get("user") == context.home.user:
            context.work.begin(life.invited(), "invitation")


def _interactions(app: AsyncApp, context: Context) -> None:
    @app.command(COMMAND)
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await commands.called(context, ack, body)

    @app.action(BUTTON)
    async def click(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        await ack()
        if context.work.first(body["trigger_id"]):
            context.work.begin(buttons.click(context, body, action), "click")

    @app.action(re.compile(r"open:.*"))
    async def opened(ack: AsyncAck) -> None:
        """A button that is a link: Slack opens it, and tells of it all the same."""
        await ack()

    @app.view(FORM)
    async def submit(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        missing = forms.missing(view)
        if missing:
            await ack(response_action="errors", errors=missing)
            return
        await ack()
        if context.work.first(view["id"]):
            context.work.begin(buttons.submit(context, body, view), "form")
