"""Look closely at some seconds of one clip: the only look that decodes every frame, so only when asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.reply import Reply
from services.errors import Refused
from services.model.asset import Asset, Category

WINDOW = 20.0  # seconds looked at when no end is named; more are not decoded at once
_NAMED = 200  # files of a like name that are looked through


@operation(media=True, group="material")
async def moments(
    op: Operator,
    by: Requester,
    clip: Annotated[str, About("the clip: its file name, or its id as the brief shows it")],
    start: Annotated[float, About("from this second of it", 0, 86400)] = 0.0,
    end: Annotated[float, About("to this second; at most 20 are looked at", 0, 86400)] = 0.0,
) -> AsyncGenerator[Reply]:
    """Find the best moments of some seconds of a clip."""
    asset = await _clip(op, clip.strip())
    length = asset.facts.duration if asset.facts and asset.facts.duration else None
    last = end or min(start + WINDOW, length or start + WINDOW)
    if last <= start:
        raise Refused(
            f"There is nothing of {asset.file.name!r} from {start:g} s to {last:g} s.",
            remedy=f"It is {length:.1f} s long." if length else "",
        )
    found = await op.services.looker.moments(asset, start, last)
    until = min(last, start + WINDOW)
    window = f"{round(start, 1):g} and {round(until, 1):g} s"
    told = ", ".join(f"{moment.at:.1f} s" for moment in found) or "none stands out"
    rows = tuple({"second": f"{m.at:.1f}", "strength": f"{m.strength:.2f}"} for m in found)
    yield Reply(
        f"The best moments of {asset.file.name} between {window}: {told}.",
        data={
            "id": asset.id, "file": asset.file.key, "from": start, "to": until,
            "moments": [{"at": m.at, "strength": m.strength} for m in found],
        },
        table=rows,
    )  # fmt: skip


async def _clip(op: Operator, wanted: str) -> Asset:
    """The clip of that id, or the only one of that name; Refused with what to do otherwise."""
    library = op.services.inventory
    asset = await library.asset(wanted)
    if asset is None:
        await library.scan_folders()
        near = await library.find(search=wanted, category=Category.VIDEO, limit=_NAMED)
        low = wanted.casefold()
        named = [a for a in near if a.file.name.casefold() == low]
        named = named or [a for a in near if low in a.file.name.casefold()]
        if len(named) > 1:
            ids = ", ".join(f"{a.id} ({a.file.key})" for a in named[:5])
            raise Refused(
                f"{len(named)} clips are called like {wanted!r}.", remedy=f"Name one by its id: {ids}."
            )
        asset = named[0] if named else None
    if asset is None or asset.category is not Category.VIDEO:
        raise Refused(f"There is no clip {wanted!r}.", remedy="`autopotter inventory` lists what there is.")
    return asset
