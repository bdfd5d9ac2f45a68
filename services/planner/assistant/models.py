"""Which model is asked: the first of an ordered list that the server has, and a word when its end is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import httpx2
import openai

from services.errors import Misconfigured
from services.planner.assistant.trouble import Trouble, sentence, trouble_of

DEFAULTS = ("gpt-6.1-sol", "gpt-6-sol", "gpt-6-luna")  # at OpenAI, when nothing is named
_SHOWN = 5  # of a server's models, in a sentence
NEAR = 60  # days before a model's end from which on it is said


@dataclass(frozen=True, slots=True)
class Choice:
    """``models`` in the order they are tried, never empty; ``notes`` are sentences."""

    models: tuple[str, ...]
    notes: tuple[str, ...] = ()


async def choose_models(
    client: openai.AsyncOpenAI,
    wanted: Sequence[str],
    *,
    server: str,
    default: Sequence[str],
    today: date,
    sure: bool = False,
) -> Choice:
    """``wanted`` in order, those the server does not have last; without any, ``default`` or the first it has.

    A server that has no list of models is no error; one that refuses the key or is not there is, and one that
    fails if ``sure`` is asked for: raises OperatorError. So is, where there is a ``default``, a list with
    none of them: it is OpenAI's, which is complete. Other servers may take names that they do not list; they
    are asked, and it is said.
    """
    try:
        page = await client.models.list()
    except (openai.APIError, httpx2.HTTPError) as error:
        trouble = trouble_of(error)
        fails = (Trouble.KEY, Trouble.NEVER_SENT, Trouble.QUOTA, *((Trouble.UNCLEAR,) if sure else ()))
        if trouble in fails or not (wanted or default):
            raise sentence(error, server, "") from None
        return Choice(tuple(wanted or default))
    ends = {model.id: _day(model.shutdown_date) for model in page.data}
    order = list(wanted or default) or list(ends)[:1]
    if not order:
        raise Misconfigured(f"{server} offers no model.", remedy="Load one there.", variable="OPENAI_MODEL")
    alive = [m for m in order if m in ends and not _over(ends[m], today)]
    notes = []
    if not alive and default:
        raise Misconfigured(
            f"{server} offers this key none of these models: {', '.join(order)}.",
            remedy="Name another in OPENAI_MODEL, or allow the key to use one of them.",
            variable="OPENAI_MODEL",
        )
    if not alive:
        told = f"The model {order[0]} is not in the list of {server}, which has {_some(list(ends))}"
        notes.append(f"{told}: see OPENAI_MODEL.")
    if alive and alive[0] != order[0]:
        over = _over(ends.get(order[0]), today)
        why = "has ended" if over else f"is not offered by {server} to this key"
        notes.append(f"The model {order[0]} {why}: {alive[0]} is used.")
    chosen = [*alive, *(m for m in order if m not in alive)]
    end = ends.get(chosen[0])
    if end is not None and (end - today).days <= NEAR:
        notes.append(f"The model {chosen[0]} ends on {end}: name another in OPENAI_MODEL.")
    return Choice(tuple(chosen), tuple(notes))


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "") or "none"


def _over(end: date | None, today: date) -> bool:
    return end is not None and end <= today


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
