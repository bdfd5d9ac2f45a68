"""The buttons below a card: their ids, what they ask for, and whether what they stood below still is so."""

from __future__ import annotations

from bot.chat.cards import SHOWN
from bot.operations.pressed import Pressed
from bot.operations.registry import find
from bot.operator import Operator
from bot.reply import Action
from services.errors import Refused
from services.store import drafts


def button_id(action: Action, shows: str) -> str:
    """ "approve:7:1::3f2a…": all that is needed to press it, also after any number of restarts; at most 100
    characters. ``shows`` is the message's: what an approval by this button is bound to (votes, rule 6)."""
    name, number, revision, asks = [*action.id.split(":", 3), ""][:4]
    if not asks and action.label.endswith("…"):  # "Deny…" may be told a reason, but needs none
        asks = next(p.name for p in find(name).parameters if p.name != "number")
    return f"{name}:{number}:{revision}:{asks}:{shows}"


def must_be_told(button: Pressed) -> bool:
    """Whether its question has to be answered: "post" without a time would post now."""
    parameter = button.parameter
    return parameter is not None and (parameter.required or not parameter.about.blank)


async def ensure_fresh(op: Operator, button: Pressed) -> None:
    """Refused when the draft is another by now than what the button stood below."""
    draft = await op.store.do(drafts.get, button.number)
    bound = await op.store.do(drafts.print_of, draft, op.target)
    if draft.revision != button.revision or (button.judges and button.shows != bound[:SHOWN]):
        raise Refused(
            f"Draft {button.number} was changed meanwhile: nothing was done.",
            remedy="Look at its card as it is now, then decide.",
        )
