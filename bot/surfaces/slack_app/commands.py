"""/autopotter: every operation of the registry, by the little grammar of a line."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.chat.spelling import spelled
from bot.operations.pressed import Pressed
from bot.surfaces.slack_app import asking, grammar
from bot.surfaces.slack_app.context import Context
from bot.surfaces.slack_app.grammar import Call
from bot.surfaces.slack_app.text import escaped
from services.errors import OperatorError, Refused
from services.store import drafts

FOREIGN = "I take requests only from people of my own workspace. Nothing was done."


async def called(context: Context, ack: AsyncAck, body: dict[str, Any]) -> None:
    """Acknowledged at once; what is wrong with the line itself is said with that."""
    home, user = context.home, str(body.get("user_id") or "")
    if body.get("team_id") != home.team:
        await ack(FOREIGN)
        return
    if body.get("channel_id") != home.channel:
        await ack(f"I only work in <#{home.channel}>. Here I do nothing.")
        return
    if not context.work.first(body["trigger_id"]):
        await ack()
        return
    try:
        call = grammar.read(str(body.get("text") or ""))
    except Refused as error:
        await ack(escaped(spelled(str(error), "slack")))
        return
    await ack()
    context.work.begin(_run(context, user, str(body["trigger_id"]), call), call.operation.name)


async def _run(context: Context, user: str, trigger: str, call: Call) -> None:
    """What a long text is still missing is asked for in a modal; all else the operation says itself."""
    name, given, missing = call.operation.name, call.given, call.missing
    asks = next((p for p in call.operation.parameters if p.name == missing), None)
    number = str(given.get("number", ""))
    if asks is not None and asks.about.multiline and number.isascii() and number.isdigit():
        try:
            draft = await context.op.store.do(drafts.get, int(number[:9]))
        except OperatorError:
            pass
        else:
            button = Pressed(name, draft.number, draft.revision, missing)
            await asking.ask(context, user, trigger, button, draft.caption if missing == "caption" else "")
            return
    await asking.run(context, user, name, given)
