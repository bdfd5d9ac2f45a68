"""What a decision about a draft will cost, said in one place for every card, reply and command.

Only where what is reviewed is a preview and the final video is bought (RENDER_PREVIEW=local).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from bot.operator import Operator
from services.errors import Refused
from services.model.asset import Asset
from services.model.draft import Draft, State
from services.ports import Purse, RenderRequest
from services.store import credits, drafts, guards, media

# What buys the final of a draft in this state.
_BUYS = {
    State.DRAFT: "Approving buys its final video",
    State.DENIED: "Approving buys its final video",
    State.APPROVED: "Its final video is bought before it is posted",
    State.FAILED: "A retry buys its final video",
}


def awaits_final(op: Operator, draft: Draft) -> bool:
    """Whether its video is a preview, and another one is posted."""
    final, rendered = op.services.final, draft.rendered
    return final is not None and rendered is not None and rendered.renderer != final.name


@dataclass(frozen=True, slots=True)
class _Promise:
    """A final that is going to be bought: ``turn`` is when its draft was approved, as the journal counts."""

    number: int
    turn: int
    credits: int


Promised = Sequence[_Promise]


def promised(db: Database, op: Operator) -> Promised:
    """What approved drafts are still going to take of the caps."""
    final = op.services.final
    if final is None or final.purse is None:
        return ()
    waiting = [
        draft
        for draft in drafts.listed(db, states=[State.APPROVED, State.FINALISING])
        if awaits_final(op, draft) and not _is_bought(db, draft, final.name)
    ]
    assets = media.by_ids(db, sorted({asset for draft in waiting for asset in draft.assets}))
    amounts = [(draft, _amount(draft, assets, final.purse)) for draft in waiting]
    return [
        _Promise(draft.number, draft.decided_sequence or 0, amount) for draft, amount in amounts if amount
    ]


def purchase(
    db: Database, draft: Draft, assets: Mapping[str, Asset], op: Operator, others: Promised
) -> dict[str, Any] | None:
    """What is still to be bought for it; None: nothing.

    {credits, service, caps: [{span, left, of, promised}], allowed, text}: ``credits`` is an estimate,
    ``caps`` are those of the settings, and ``allowed`` whether they allow it when it is its turn; ``left`` is
    what is not spent and not ``promised`` to drafts approved before; ``text`` says all of it. ``others``: of
    promised().
    """
    final = op.services.final
    if final is None or final.purse is None or draft.state not in _BUYS or not awaits_final(op, draft):
        return None
    if _is_bought(db, draft, final.name):
        return None
    amount = _amount(draft, assets, final.purse)
    if amount is None:
        return None
    caps = _caps(db, final.purse, _before(draft, others))
    return {
        "credits": amount,
        "service": final.purse.service,
        "caps": caps,
        "allowed": all(amount <= cap["left"] for cap in caps),
        "text": _text(draft, amount, final.purse.service, caps),
    }


def _amount(draft: Draft, assets: Mapping[str, Asset], purse: Purse) -> int | None:
    """About so many credits; None: no final can be made of it, and whoever approves it is told why then."""
    used = {name: assets[name] for name in draft.assets if name in assets}
    keys = {name: asset.file.key for name, asset in used.items()}
    lengths = {name: asset.facts.duration for name, asset in used.items() if asset.facts}
    try:
        return purse.estimate(RenderRequest(f"{draft.tag}-{draft.revision}-0", draft.movie, keys), lengths)
    except Refused:
        return None


def _before(draft: Draft, others: Promised) -> int:
    """Credits that are taken before it is its turn: an approved one waits only for those approved earlier."""
    mine = next((promise.turn for promise in others if promise.number == draft.number), None)
    return sum(
        promise.credits
        for promise in others
        if promise.number != draft.number and (mine is None or promise.turn < mine)
    )


def _is_bought(db: Database, draft: Draft, renderer: str) -> bool:
    """Also one that was left alone when it was not wanted any more: it is taken up again."""
    found = (guards.open_render, guards.bought_render)
    return any(guard(db, draft.number, draft.revision, renderer) is not None for guard in found)


def _caps(db: Database, purse: Purse, before: int) -> list[dict[str, Any]]:
    return [
        {
            "span": cap.span,
            "left": max(0, cap.of - credits.since(db, cap.since) - before),
            "of": cap.of,
            "promised": before,
        }
        for cap in purse.caps()
    ]


def _text(draft: Draft, amount: int, service: str, caps: Sequence[Mapping[str, Any]]) -> str:
    cost = f"about {amount:,} credit{'' if amount == 1 else 's'} of {service}"
    forbidding = [cap for cap in caps if amount > cap["left"]]
    left = " and ".join(f"{cap['left']:,} of {cap['of']:,} {cap['span']}" for cap in forbidding or caps)
    if before := caps[0]["promised"] if caps else 0:
        left += f", as drafts approved before take {before:,}"
    if forbidding:
        return f"Its final video needs {cost}, but your caps leave {left}: it cannot be bought now."
    told = f"{_BUYS[draft.state]} for {cost}{f'; your caps leave {left}' if left else ''}."
    lacking = draft.rendered is not None and draft.rendered.approximations
    return (
        f"{told} As this preview cannot show all of it, it comes back for one more look." if lacking else told
    )
