"""What happens to messages of the channel: reactions put there and taken away, cards deleted.

Only ids are used: nothing of a message has to be known beforehand. What is missed is read back by the
reconciler of reactions (bot/reconcilers/reactions.py).
"""

from __future__ import annotations

import discord

from bot.chat.reacting import reacted, unreacted
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.emoji import choice_of
from bot.surfaces.discord_app.people import roles, voter_of
from services.store import messages, reactions
from services.store.reactions import Reaction


async def added(context: Context, event: discord.RawReactionActionEvent) -> None:
    emoji = str(event.emoji)
    choice = choice_of(emoji)
    if choice is None or not _ours(context, event):
        return
    if event.member is not None and event.member.bot:
        return
    held = roles(event.member) if event.member is not None else []
    name = event.member.display_name if event.member is not None else ""
    decides = context.people.decides(event.user_id, held)
    reaction = Reaction(voter_of(event.user_id), emoji, choice, name, decides)
    await reacted(context.op, context.chat, str(event.message_id), reaction)


async def removed(context: Context, event: discord.RawReactionActionEvent) -> None:
    emoji = str(event.emoji)
    if choice_of(emoji) is not None and _ours(context, event):
        await unreacted(context.op, context.chat, str(event.message_id), voter_of(event.user_id), emoji)


async def cleared(
    context: Context, event: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent
) -> None:
    """A moderator took all away, or all of one emoji: no vote of anybody (votes, rule 4); ours come back."""
    emoji = str(event.emoji) if isinstance(event, discord.RawReactionClearEmojiEvent) else ""
    if not _here(context, event.guild_id, event.channel_id) or (emoji and choice_of(emoji) is None):
        return
    op, message = context.op, str(event.message_id)
    await op.store.do(reactions.cleared, context.chat.name, message, now=op.now(), emoji=emoji)
    row = await op.store.do(messages.by_message, context.chat.name, message)
    if row is not None and row.draft is not None:
        await context.chat.seed(message)


async def deleted(context: Context, guild: int | None, channel: int, ids: set[int]) -> None:
    """The store hears of messages that somebody deleted; a card comes back."""
    if _here(context, guild, channel):
        for id_ in sorted(ids):
            await context.op.store.do(messages.lost, context.chat.name, str(id_))


def _ours(context: Context, event: discord.RawReactionActionEvent) -> bool:
    return _here(context, event.guild_id, event.channel_id) and event.user_id != context.home.guild.me.id


def _here(context: Context, guild: int | None, channel: int) -> bool:
    return (guild, channel) == (context.home.guild_id, context.home.channel_id)
