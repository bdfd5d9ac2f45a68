"""What happens to messages of the channel: reactions put there and taken away, cards deleted.

What is missed is read back by the reconciler of reactions (bot/reconcilers/reactions.py).
"""

from __future__ import annotations

from typing import Any

from bot.chat.reacting import reacted, unreacted
from bot.surfaces.slack_app.context import Context
from bot.surfaces.slack_app.emoji import canonical, choice_of
from bot.surfaces.slack_app.line import AGAIN
from bot.surfaces.slack_app.people import voter_of
from services.store import messages
from services.store.reactions import Reaction


async def added(context: Context, body: dict[str, Any], event: dict[str, Any]) -> None:
    emoji, user = canonical(str(event.get("reaction") or "")), str(event.get("user") or "")
    choice, message = choice_of(emoji), _ours(context, body, event)
    if choice is None or not message:
        return
    async with context.work.turn((message, user)):  # looking somebody up takes longer the first time
        if not await _known(context, message):
            return
        if body.get(AGAIN) and not await _stands(context, message, user, emoji):
            return
        person = await context.people.person(user)
        reaction = Reaction(voter_of(user), emoji, choice, person.name, person.decides)
        await reacted(context.op, context.chat, message, reaction)


async def removed(context: Context, body: dict[str, Any], event: dict[str, Any]) -> None:
    emoji, user = canonical(str(event.get("reaction") or "")), str(event.get("user") or "")
    message = _ours(context, body, event)
    if choice_of(emoji) is None or not message:
        return
    async with context.work.turn((message, user)):
        if body.get(AGAIN) and (
            not await _known(context, message) or await _stands(context, message, user, emoji)
        ):
            return
        await unreacted(context.op, context.chat, message, voter_of(user), emoji)


def gone(event: dict[str, Any]) -> str:
    """The message that somebody deleted, "" if the event tells of something else.

    One with a thread, as a card has, is told as changed: a tombstone stands in its place.
    """
    if event.get("subtype") == "message_deleted":
        return str(event.get("deleted_ts") or "")
    now = event.get("message") or {}
    if event.get("subtype") == "message_changed" and now.get("subtype") == "tombstone":
        return str(now.get("ts") or "")
    return ""


async def deleted(context: Context, body: dict[str, Any], event: dict[str, Any], message: str) -> None:
    """The store hears of messages that somebody deleted; a card comes back."""
    if context.home.here(body.get("team_id"), event.get("channel")):
        await context.op.store.do(messages.lost, context.chat.name, message)


def _ours(context: Context, body: dict[str, Any], event: dict[str, Any]) -> str:
    """The message below which somebody else's reaction stands, if it is in the operator's channel."""
    item = event.get("item") or {}
    here = context.home.here(body.get("team_id"), item.get("channel"))
    if not here or item.get("type") != "message" or event.get("user") in (None, context.home.user):
        return ""
    return str(item.get("ts") or "")


async def _stands(context: Context, message: str, user: str, emoji: str) -> bool:
    """Whether it stands there now: what comes late may be of long ago, and taken back since."""
    found = await context.chat.standing(message)
    return any((one.voter, one.emoji) == (voter_of(user), emoji) for one in found.reactions)


async def _known(context: Context, message: str) -> bool:
    """Whether it is a card: of whoever reacts to other messages nothing is asked."""
    row = await context.op.store.do(messages.by_message, context.chat.name, message)
    return row is not None and row.draft is not None
