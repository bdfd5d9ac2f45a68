"""A command, a click or a modal runs an operation; only whoever asked reads the answer."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from bot.chat.approvers import refusal
from bot.chat.buttons import ensure_fresh
from bot.operations.pressed import Pressed
from bot.operations.registry import find
from bot.reply import Reply, for_error
from bot.surfaces.base import dispatch
from bot.surfaces.slack_app import answers, forms
from bot.surfaces.slack_app.context import Context
from bot.surfaces.slack_app.errors import Code, asking
from bot.surfaces.slack_app.people import Person
from services.errors import OperatorError, Refused
from services.log import get_logger
from services.store import messages

log = get_logger(__name__)

TRIGGER_SECONDS = 3.0  # in which Slack opens a form after a click
_TOO_LATE = ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id")
FILE_TITLE = "The whole answer"


async def run(
    context: Context, user: str, name: str, given: dict[str, Any], button: Pressed | None = None
) -> None:
    """Run it and answer. ``button``: what it stood below must still be so."""
    try:
        by = (await context.people.person(user)).requester()
        await context.op.store.do(messages.name_people, [(by.voter, by.name)])
        if button is not None:
            await ensure_fresh(context.op, button)
        async with aclosing(dispatch(context.op, by, name, given)) as replies:
            async for reply in replies:
                await show(context, user, name, reply)
    except OperatorError as error:
        await show(context, user, name, for_error(error))


async def ask(context: Context, user: str, trigger: str, button: Pressed, value: str = "") -> None:
    """Open the modal for what ``button`` asks; ``value`` stands in it already. Strangers get none."""
    try:
        if not allowed(await context.people.person(user), button.name):
            raise refusal()
        async with asking("open a form", seconds=TRIGGER_SECONDS):
            await context.client.views_open(trigger_id=trigger, view=forms.view(button, value))
    except Code as error:
        late = error.code in _TOO_LATE
        again = Refused("It took too long to open the form: nothing was done.", remedy="Try it again.")
        await show(context, user, button.name, for_error(again if late else error))
    except OperatorError as error:
        await show(context, user, button.name, for_error(error))


def allowed(person: Person, name: str) -> bool:
    return person.decides or not find(name).decides


async def show(context: Context, user: str, name: str, reply: Reply) -> None:
    """Progress has a message of its own in the channel, so replies that only carry it are not shown."""
    if not (reply.text or reply.table or reply.cards):
        return
    try:
        answer = await answers.drawn(context, name, reply)
        await context.chat.whisper(user, answer.text, answer.blocks)
        if answer.full:
            await _send_file(context, user, name, answer.full)
    except OperatorError as error:
        log.warning("an answer to %s could not be shown: %s", name, error)


async def _send_file(context: Context, user: str, name: str, text: str) -> None:
    """In direct messages: nobody else reads it there."""
    async with asking("open direct messages"):
        private = (await context.client.conversations_open(users=user))["channel"]["id"]
    id_ = await context.files.upload(text.encode("utf-8", "replace"), f"{name}.txt")
    await context.files.share(id_, FILE_TITLE, str(private))
