"""Talking to the operator: whoever mentions it in a card's thread says what should change.

In direct messages, and to people of other workspaces, it explains itself and does nothing.
"""

from __future__ import annotations

import html
import re
from contextlib import aclosing
from typing import Any

from bot.surfaces.base import dispatch
from bot.surfaces.slack_app import asking
from bot.surfaces.slack_app.context import Context
from bot.surfaces.slack_app.emoji import HEARD
from bot.surfaces.slack_app.errors import asking as asked
from bot.surfaces.slack_app.line import AGAIN
from bot.surfaces.slack_app.people import Person
from services.errors import OperatorError
from services.log import get_logger
from services.store import messages

log = get_logger(__name__)

AGAIN_SECONDS = 3600.0  # it explains itself to one person once in this time
NEARBY = (
    "To have a draft changed, reply in the thread of its card, mention me and say what should change: "
    "“shorter, other music”. /autopotter help says everything I do."
)
_ENTITY = re.compile(r"<[@#!]?([^>|]*)(?:\|([^>]*))?>")


async def mentioned(context: Context, body: dict[str, Any], event: dict[str, Any]) -> None:
    """Somebody wrote to the operator in a channel."""
    user = str(event.get("user") or "")
    if not context.home.here(body.get("team_id"), event.get("channel")) or event.get("bot_id") or not user:
        return
    thread = str(event.get("thread_ts") or "")
    row = await context.op.store.do(messages.by_message, context.chat.name, thread)
    try:
        person = await context.people.person(user)
        if row is None or row.draft is None or not person.ours:
            if context.seldom.due(user, "explained here", AGAIN_SECONDS):
                await context.chat.whisper(user, NEARBY, thread=thread)
            return
        if body.get(AGAIN) and await context.chat.reacted_itself(str(event["ts"]), HEARD):
            return  # heard, maybe by the operator before this one; only Slack had not heard so
        await _revise(context, event, row.draft, person)
    except OperatorError as error:
        log.warning("somebody could not be answered: %s", error)


async def _revise(context: Context, event: dict[str, Any], draft: int, person: Person) -> None:
    """The operation says what comes of it; its progress has a message of its own, so only a sign here."""
    by = person.requester()
    await context.op.store.do(messages.name_people, [(by.voter, by.name)])
    wish, heard = wished(str(event.get("text") or ""), context.home.user), False
    async with aclosing(dispatch(context.op, by, "revise", {"number": draft, "wish": wish})) as replies:
        async for reply in replies:
            if not reply.ok:
                await asking.show(context, person.id, "revise", reply)
            elif not heard:
                heard = True
                await _sign(context, str(event["ts"]))


async def _sign(context: Context, message: str) -> None:
    try:
        await context.chat.react(message, HEARD)
    except OperatorError as error:
        log.info("a wish was heard, but not acknowledged: %s", error)


def wished(text: str, me: str) -> str:
    """What was written, without the mention, as people read it: links are their addresses."""
    text = re.sub(rf"<@{re.escape(me)}(?:\|[^>]*)?>", " ", text)
    text = _ENTITY.sub(lambda found: found[2] or found[1], text)
    return " ".join(html.unescape(text).split())


async def in_private(context: Context, event: dict[str, Any]) -> None:
    """Somebody wrote to the operator alone."""
    user, channel = str(event.get("user") or ""), str(event.get("channel") or "")
    own = user == context.home.user or event.get("bot_id") or event.get("subtype")
    if not user or not channel or own:
        return
    if not context.seldom.due(user, "explained in private", AGAIN_SECONDS):
        return
    text = (
        "I make videos for the people of one channel and take requests only there: "
        f"<#{context.home.channel}>. Here I do nothing."
    )
    try:
        async with asked("answer a direct message"):
            await context.client.chat_postMessage(channel=channel, text=text, unfurl_links=False)
    except OperatorError as error:
        log.info("somebody could not be answered: %s", error)
