"""A command, a click or a form runs an operation: acknowledged within 3 s, answered while Discord takes it.

https://docs.discord.com/developers/interactions/receiving-and-responding: the first answer is due within
3 seconds, the token lives for 15 minutes. Work that lasts longer goes on; its progress has a message of its
own in the channel.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import discord

from bot.chat.approvers import refusal
from bot.chat.buttons import ensure_fresh
from bot.operations.pressed import Pressed
from bot.operations.registry import find
from bot.reply import Reply, for_error
from bot.surfaces.base import dispatch
from bot.surfaces.discord_app import answers, forms
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.errors import asking
from bot.surfaces.discord_app.text import fitted
from services.errors import OperatorError, Unavailable
from services.log import get_logger
from services.store import messages

log = get_logger(__name__)

Interaction = discord.Interaction[Any]

ACKNOWLEDGE_SECONDS = 2.8
ANSWER_SECONDS = 60.0
FOLLOW_SECONDS = 14 * 60.0
_PUBLIC = ("insights",)  # what the whole channel may want to see; all else is the asker's own


async def welcome(context: Context, interaction: Interaction) -> bool:
    """Whether it is of the operator's channel and told for the first time; else it is refused."""
    if not context.work.first(interaction.id):
        return False
    if context.home.here(interaction.guild_id, interaction.channel):
        return True
    if interaction.guild_id == context.home.guild_id:
        await refuse(interaction, f"The operator only works in <#{context.home.channel_id}>.")
    else:
        await refuse(interaction, "The operator only works in the channel it was set up for.")
    return False


async def refuse(interaction: Interaction, markup: str) -> None:
    """Answer with one sentence that only this person reads; nothing was done."""
    try:
        async with asking("answer", seconds=ACKNOWLEDGE_SECONDS):
            await interaction.response.send_message(markup, ephemeral=True)
    except OperatorError as error:
        log.info("an interaction could not be answered: %s", error)


def allowed(context: Context, interaction: Interaction, name: str) -> bool:
    return not find(name).decides or context.people.requester(interaction.user).decides


async def ask(context: Context, interaction: Interaction, button: Pressed, value: str = "") -> None:
    """Open the form for what ``button`` asks; ``value`` stands in it already. Strangers get none."""
    if not allowed(context, interaction, button.name):
        await refuse(interaction, fitted(str(refusal()), 1900))
        return
    try:
        async with asking("open a form", seconds=ACKNOWLEDGE_SECONDS):
            await interaction.response.send_modal(forms.form(button, value))
    except OperatorError as error:
        log.info("a form could not be opened: %s", error)


async def run(
    context: Context,
    interaction: Interaction,
    name: str,
    given: dict[str, Any],
    button: Pressed | None = None,
) -> None:
    """Run it and answer. ``button``: what it stood below must still be so."""
    if not await _acknowledged(interaction, private=name not in _PUBLIC):
        return
    by = context.people.requester(interaction.user)
    await context.op.store.do(messages.name_people, [(by.voter, by.name)])
    try:
        if button is not None:
            await ensure_fresh(context.op, button)
        async with asyncio.timeout(FOLLOW_SECONDS):
            async with aclosing(dispatch(context.op, by, name, given)) as replies:
                async for reply in replies:
                    await _show(context, interaction, name, reply)
    except OperatorError as error:
        await _show(context, interaction, name, for_error(error))
    except TimeoutError:
        log.debug("%s goes on; its token for answers is about to end", name)


async def _acknowledged(interaction: Interaction, *, private: bool) -> bool:
    """Without it Discord says that it failed, so nothing is done then: somebody will ask again."""
    try:
        async with asking("acknowledge a command", seconds=ACKNOWLEDGE_SECONDS):
            await interaction.response.defer(ephemeral=private, thinking=True)
    except Unavailable:  # it may have arrived all the same: then there is an answer to fill in
        return await _awaited(interaction)
    except OperatorError as error:
        log.warning("a command was not acknowledged in time, and not run: %s", error)
        return False
    return True


async def _awaited(interaction: Interaction) -> bool:
    try:
        async with asking("look whether a command was acknowledged", seconds=ANSWER_SECONDS):
            await interaction.original_response()
    except OperatorError as error:
        log.warning("a command was not acknowledged, and not run: %s", error)
        return False
    return True


async def _show(context: Context, interaction: Interaction, name: str, reply: Reply) -> None:
    """The latest reply stands in the answer; progress has a message of its own."""
    if not (reply.text or reply.table or reply.cards):
        return
    try:
        answer = await answers.drawn(context, name, reply)
        async with asking("answer a command", seconds=ANSWER_SECONDS):
            await interaction.edit_original_response(embeds=answer.embeds, attachments=answer.files)
    except OperatorError as error:
        log.warning("an answer to %s could not be shown: %s", name, error)
