"""Why this video now: what the ledger, the dates and the names say for a choice, in words for the sheet."""

from __future__ import annotations

from collections.abc import Sequence

from services.model.asset import Category
from services.model.footage import Role
from services.planner.material import Material
from services.planner.pieces import Item
from services.planner.words import counted, numbered

_ALL_NEW = "nothing has been shown yet, so all of it is new"
_NEGLECTED = 10  # drafts without a series before that is worth saying


def why_now(material: Material, items: Sequence[Item], lead: Item, drafts: int) -> list[str]:
    """Clauses that complete "because …", the strongest first, never none; ``drafts`` were made before."""
    found = (
        _neglected(material, items, drafts),
        _unseen(material, items, lead, drafts),
        _matched(items),
        _newest(material, lead),
        _rested(material, lead),
    )
    return [clause for clause in found if clause] or [_ALL_NEW]


def with_reason(strategy: str, because: Sequence[str]) -> str:
    """One sentence: what the video does, and the strongest reason for doing it now."""
    return f"{strategy.rstrip('.')}; {because[0]}."


def why_this_one(
    material: Material, items: Sequence[Item], because: Sequence[str], neighbour: str, distance: float
) -> str:
    """All the reasons, what is new about it, and which video is nearest to it ("" if there is none)."""
    fresh = sum(material.ledger.uses[i.id] == 0 for i in items)
    used = counted(len(items), "photo or clip", "photos and clips")
    reasons = [*because, f"never used before: {numbered(fresh)} of its {used}"]
    why = f"Why this one: {'; '.join(reasons)}."
    if not neighbour:
        return f"{why} It is the first, so there is nothing it could repeat."
    return f"{why} Nearest is {neighbour}, at a distance of {distance:.2f} of 1."


def _neglected(material: Material, items: Sequence[Item], drafts: int) -> str:
    series = {i.series for i in items}
    if len(series) != 1 or "" in series or drafts < 4:
        return ""
    code = next(iter(series))
    ages = [
        material.ledger.age[i.id] for i in material.items if i.series == code and i.id in material.ledger.age
    ]
    if not ages:
        return f"no draft has shown the {code} series yet"
    if min(ages) >= _NEGLECTED:
        return f"the {code} series has not been seen for {counted(min(ages), 'draft')}"
    return ""


def _unseen(material: Material, items: Sequence[Item], lead: Item, drafts: int) -> str:
    if not drafts or material.ledger.uses[lead.id]:
        return ""
    fresh = sum(material.ledger.uses[i.id] == 0 for i in items)
    if fresh == len(items) > 1:
        return f"none of its {counted(len(items), 'file')} has been in a draft"
    return f"{lead.subject} has not opened a draft before, nor been in one"


def _matched(items: Sequence[Item]) -> str:
    pieces = {i.piece for i in items}
    clips = [i for i in items if i.category is Category.VIDEO]
    finished = [i for i in items if i.stage is Role.FINISHED]
    if len(pieces) == 1 and clips and finished:
        what = "timelapse" if clips[0].timelapse else "clip"
        return f"its {what} and its finished photo are matched by name"
    if len(pieces) == 1 and len(items) > 1 and finished:
        return "its photos are matched by name"
    return ""


def _newest(material: Material, lead: Item) -> str:
    same = [
        i.day
        for i in material.items
        if i.day and i.category is lead.category and i.timelapse == lead.timelapse
    ]
    if lead.day and len(set(same)) > 2 and lead.day == max(same):
        return f"it is the newest {'timelapse' if lead.timelapse else 'footage'} with a date"
    return ""


def _rested(material: Material, lead: Item) -> str:
    age = material.ledger.age.get(lead.id)
    return f"its first picture was last seen {counted(age + 1, 'draft')} ago" if age is not None else ""
