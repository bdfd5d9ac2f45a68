"""Drafts as cards, and one draft with everything about it."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.operations.review import entry_view
from bot.operator import Operator
from bot.surfaces.desk.context import context, number_in, operator, or_missing, query_number, render
from bot.surfaces.desk.events import seen, shape
from bot.surfaces.desk.groups import GROUPS, LABELS, group, group_counts, headline
from bot.views import draft_cards, draft_view
from services.brand import read_brand
from services.model.draft import State
from services.store import drafts, journal, messages

PAGE = 24  # cards
MEDIA = ("video", "preview", "cover", "storyboard", "movie")
SEARCHED = 500  # the newest drafts a search looks through
_FIXED = (State.PUBLISHING, State.UNKNOWN, State.POSTED)  # the caption is out, or may be
_EMPTY = {
    "review": "No draft waits for a decision. Generate some, or see what is in the making.",
    "making": "Nothing is being rendered now.",
    "approved": "No approved draft waits to be posted.",
    "posted": "Nothing was posted yet. What is approved shows up here once it is out.",
    "denied": "No draft was denied. When one is, the planner learns from the reason.",
    "attention": "Nothing needs attention.",
}


async def show_drafts(request: web.Request) -> web.Response:
    """The home page. Query: status (a group's key), q (text), page."""
    op = operator(request)
    chosen = group(request.query.get("status", ""))
    text = request.query.get("q", "").strip()[:100]
    page = query_number(request, "page", 1, low=1, high=10_000)
    found, pages = await _find(op, chosen.states if chosen else (), text, page)
    cards = [dress(card.data) for card in await draft_cards(op, found)]
    counts = group_counts(await op.store.do(drafts.counts))
    kept = {"status": chosen.key if chosen else "", "q": text}
    return render(
        request,
        "drafts.html",
        cards=cards,
        counts=counts,
        groups=GROUPS,
        chosen=chosen.key if chosen else "",
        query=text,
        page=page,
        pages=pages,
        pager_href="/?" + urlencode({key: value for key, value in kept.items() if value} | {"": ""})[:-1],
        intents=await _intents(op),
        headline=headline(counts),
        empty_text=_EMPTY.get(chosen.key, "") if chosen else "",
    )


async def _find(op: Operator, states: tuple[State, ...], text: str, page: int) -> tuple[list[Any], int]:
    """The drafts of one page, and how many pages there are."""
    if text:
        wanted = text.casefold()
        newest = await op.store.do(drafts.listed, states=states, limit=SEARCHED)
        found = [d for d in newest if wanted in f"{d.title}\n{d.caption}\n{d.strategy}".casefold()]
    else:
        found = await op.store.do(drafts.listed, states=states, limit=page * PAGE)
    total = len(found)
    if not text:
        counts = await op.store.do(drafts.counts)
        total = sum(counts.get(str(state), 0) for state in (states or tuple(State)))
    return found[(page - 1) * PAGE : page * PAGE], max(1, -(-total // PAGE))


async def show_draft(request: web.Request) -> web.Response:
    op, number = operator(request), number_in(request, "number", low=1)
    view = await or_missing(draft_view(op, number))
    entries = await op.store.do(journal.entries, draft=number)
    names = await op.store.do(messages.names)
    told = [entry_view(entry, names) for entry in entries]
    return render(request, "draft.html", d=dress(view), journal=told)


async def show_card(request: web.Request) -> web.Response:
    """One card alone: what an open page puts in the place of the card it has."""
    view = dress(await or_missing(draft_view(operator(request), number_in(request, "number", low=1))))
    html = context(request).templates.get_template("_card.html").render(d=view, now=operator(request).now())
    return web.Response(text=html, content_type="text/html")


def dress(view: dict[str, Any]) -> dict[str, Any]:
    """A draft's view with what a page needs besides: addresses of its media, its pill, its digests."""
    base = f"/media/drafts/{view['number']}/{view['revision']}"
    state = State(view["state"])
    # The tag keeps the browser from showing what another DATA_DIR had under the same number, the content what
    # a final or another render replaced.
    urls = {f"{name}_url": f"{base}/{name}?of={view['tag']}-{view['content']}" for name in MEDIA}
    return {
        **view,
        **urls,
        "shape": shape(view),
        "seen": seen(view),
        "label": LABELS[state],
        "editable": state not in _FIXED,
    }


async def _intents(op: Operator) -> list[str]:
    brand = await asyncio.to_thread(read_brand, op.options.brand_dir)
    return [intent.name for intent in brand.intents]
