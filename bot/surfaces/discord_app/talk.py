"""Talking to the operator: a reply to a card, or a message in its thread, that mentions it is a wish.

Without the privileged intent Discord shows what people write only where the operator is mentioned, and in
direct messages. There it explains itself and does nothing.
"""

from __future__ import annotations

import re
from contextlib import aclosing

import discord

from bot.chat.spelling import spelled
from bot.surfaces.base import dispatch
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.errors import asking
from bot.surfaces.discord_app.text import fitted
from services.errors import OperatorError
from services.log import get_logger
from services.store import messages

log = get_logger(__name__)

HEARD = "👀"
_AGAIN_SECONDS = 3600.0  # it explains itself to one person once in this time
_LONGEST = 2000


async def written(context: Context, message: discord.Message) -> None:
    me = context.home.guild.me.id
    if message.author.bot or message.author.id == me or not context.work.first(message.id):
        return
    if message.guild is None:
        await _explain(context, message, _from_afar(context))
    elif context.home.here(message.guild.id, message.channel) and any(u.id == me for u in message.mentions):
        draft = await _meant(context, message)
        if draft is None:
            await _explain(context, message, _nearby())
        else:
            await _revise(context, message, draft, _wish(message, me))


async def _meant(context: Context, message: discord.Message) -> int | None:
    """The draft whose card the message answers, or in whose thread it stands."""
    about = [message.channel.id]  # a thread has the id of the message it was begun from
    if message.reference is not None and message.reference.message_id is not None:
        about.insert(0, message.reference.message_id)
    for id_ in about:
        row = await context.op.store.do(messages.by_message, context.chat.name, str(id_))
        if row is not None and row.draft is not None:
            return row.draft
    return None


def _wish(message: discord.Message, me: int) -> str:
    return " ".join(re.sub(rf"<@!?{me}>", " ", message.content).split())


async def _revise(context: Context, message: discord.Message, draft: int, wish: str) -> None:
    """The operation says what comes of it: its progress has a message of its own, so only a sign here."""
    by = context.people.requester(message.author)
    if not wish:
        await _say(
            context, message, "Say what should change: “shorter, other music”.", stranger=not by.decides
        )
        return
    await context.op.store.do(messages.name_people, [(by.voter, by.name)])
    heard = False
    async with aclosing(dispatch(context.op, by, "revise", {"number": draft, "wish": wish})) as replies:
        async for reply in replies:
            if reply.ok and not heard:
                heard = True
                await _sign(message)
            elif not reply.ok:
                text = " ".join(filter(None, (reply.text, reply.remedy)))
                await _say(context, message, text, stranger=not by.decides)


async def _sign(message: discord.Message) -> None:
    try:
        async with asking("react to a message", needs="Add Reactions"):
            await message.add_reaction(HEARD)
    except OperatorError as error:
        log.info("a wish was heard, but not acknowledged: %s", error)


async def _say(context: Context, message: discord.Message, text: str, *, stranger: bool) -> None:
    """Why nothing comes of it: to strangers privately, to others where they wrote."""
    try:
        if stranger:
            await context.chat.tell(context.people.requester(message.author).voter, text)
            return
        async with asking("answer a message", needs="Send Messages"):
            await message.reply(fitted(spelled(text, "discord"), _LONGEST), mention_author=False)
    except OperatorError as error:
        log.info("somebody could not be answered: %s", error)


async def _explain(context: Context, message: discord.Message, markup: str) -> None:
    cause = "explained in private" if message.guild is None else "explained here"
    if not context.telling.seldom.due(str(message.author.id), cause, _AGAIN_SECONDS):
        return
    try:
        async with asking("answer a message", needs="Send Messages"):
            await message.reply(markup, mention_author=False)
    except OperatorError as error:
        log.info("somebody could not be answered: %s", error)


def _nearby() -> str:
    return (
        "To have a draft changed, reply to its card, mention me and say what should change: "
        "“shorter, other music”. Type / to see everything I do."
    )


def _from_afar(context: Context) -> str:
    return (
        "I make videos for the people of one channel and take requests only there: "
        f"<#{context.home.channel_id}>. Here I do nothing."
    )
