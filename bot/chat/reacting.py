"""A reaction in a chat is a vote: the store decides what it is, the person hears when it was none."""

from __future__ import annotations

from bot.chat.port import Chat
from bot.operator import Operator
from services.errors import OperatorError
from services.log import get_logger
from services.store import reactions
from services.store.reactions import Outcome, Reaction

log = get_logger(__name__)


async def reacted(op: Operator, chat: Chat, message: str, reaction: Reaction) -> Outcome:
    """Somebody put an emoji below a message of the operator. What does not count is taken away later."""
    outcome = await op.store.do(reactions.added, chat.name, message, reaction, target=op.target, now=op.now())
    await say(chat, reaction.voter, outcome)
    return outcome


async def unreacted(op: Operator, chat: Chat, message: str, voter: str, emoji: str) -> Outcome:
    """Somebody took an emoji back."""
    return await op.store.do(
        reactions.removed, chat.name, message, voter, emoji, target=op.target, now=op.now()
    )


async def say(chat: Chat, voter: str, outcome: Outcome) -> None:
    """Tell the person why their reaction did not count; that they cannot be told changes nothing."""
    if not outcome.sentence:
        return
    try:
        await chat.tell(voter, outcome.sentence)
    except OperatorError as error:
        log.info("%s could not be told that a reaction did not count: %s", voter, error)
