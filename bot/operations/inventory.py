"""Show the media, look at what it shows, and have it described."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from humanize import naturalsize

from bot.operations.common import EXPORT, export_path
from bot.operations.driving import follow
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.reply import Reply
from services.bucket.look import VERSION
from services.model.asset import Asset, Category
from services.model.footage import as_document
from services.planner.used import Use, Used
from services.store import drafts, footage, jobs

LEDGER = 1000  # drafts back that --neglected looks
_SEARCH = (
    'what to look for: part of a name or folder, or what it shows, like "blue", "bright sharp", "moving", '
    '"120 bpm" or "duplicate"'
)


@operation(media=True, group="material")
async def inventory(
    op: Operator,
    by: Requester,
    search: Annotated[str, About(_SEARCH)] = "",
    category: Annotated[
        str, About("only this kind", choices=tuple(str(c) for c in Category), option=True)
    ] = "",
    limit: Annotated[int, About("at most so many, newest first", 1, 1000, option=True)] = 50,
    describe: Annotated[
        bool, About("have a vision model describe what has no description, at most LIMIT files", option=True)
    ] = False,
    neglected: Annotated[
        bool, About("photos and clips no draft has used, then those used longest ago", option=True)
    ] = False,
    export: Annotated[str, About(EXPORT, option=True, file="gcs_inventory_result.json")] = "",
) -> AsyncGenerator[Reply]:
    """Show the media: scans the folders, then lists the newest files or those that match."""
    library = op.services.inventory
    if export:
        path = export_path(op, by, export)
        document = await library.generate_inventory(path)
        total = document["bucket_summary"]["total_files"]
        yield Reply(f"{total} files are described in {path}.", data={"file": str(path), **document})
        return
    if describe:
        op.services.describing.ensure_possible()
    await library.scan_folders()
    if describe:
        async for reply in _described(op, by, limit):
            yield reply
    if neglected:
        found, used = await _neglected(op, category, limit)
    else:
        found, used = await library.find(search=search, category=category, limit=limit), {}
    summary = await library.summary()
    seen = await op.store.do(footage.counts, VERSION)
    alike = await op.store.do(footage.alike, [asset.family for asset in found])
    counts = summary["bucket_summary"]
    rows = tuple(_row(asset, alike.get(asset.family, 1), used.get(asset.id)) for asset in found)
    text = f"{counts['total_files']:,} files, {counts['total_size_mb']:,.1f} MB."
    if seen["waiting"]:
        text += f" {seen['waiting']:,} not looked at yet: `autopotter look` does it now."
    if not rows:
        text += " None matches." if search or category else " Put photos, clips and music into MEDIA_DIR."
    files = [asset_view(asset, alike.get(asset.family, 1)) for asset in found]
    files = [file | ({"used": used[file["id"]]} if file["id"] in used else {}) for file in files]
    yield Reply(text, data={"summary": summary, "looked_at": seen, "files": files}, table=rows)


@operation(long=True, media=True, group="material")
async def look(op: Operator, by: Requester) -> AsyncGenerator[Reply]:
    """Look at what new media shows: colours, sharpness, where clips move, tempo and beats, what is alike.

    A running operator does it by itself after each scan, when no videos are being made.
    """
    await op.services.inventory.scan_folders()
    job = await _look_job(op, by)
    async for reply in _followed(op, job, "Looking at the media."):
        yield reply
    seen = await op.store.do(footage.counts, VERSION)
    ended = await op.store.do(jobs.get, job)
    text = f"{ended.message[:1].upper()}{ended.message[1:]}." if ended.message else ended.error
    if seen["alike"]:
        text += f" {seen['alike']:,} files look like another one: `autopotter inventory duplicate`."
    yield Reply(text, ok=ended.state != "failed", data={"job": job, **seen})


async def _neglected(op: Operator, category: str, limit: int) -> tuple[list[Asset], dict[str, str]]:
    """Photos and clips as the ledger knows them, the least used first, and in words how each was used."""
    known = Used.of(await op.store.do(drafts.past, LEDGER)).by_asset
    kinds = (Category(category),) if category else (Category.IMAGE, Category.VIDEO)
    usable = [a for a in await op.services.inventory.assets() if a.usable and a.category in kinds]
    usable.sort(key=lambda a: (a.id in known, -known[a.id].ago if a.id in known else 0, a.file.key))
    found = usable[:limit]
    return found, {asset.id: _use(known.get(asset.id)) for asset in found}


def _use(use: Use | None) -> str:
    if use is None:
        return "never"
    parts = ", ".join(f"{start:g}–{end:g} s" for start, end in use.parts[:4])
    times = "once" if use.times == 1 else f"{use.times} times"
    when = f"{use.ago + 1} drafts ago" if use.ago else "in the newest draft"
    return f"{times}, {when}" + (f" ({parts})" if parts else "")


async def _described(op: Operator, by: Requester, limit: int) -> AsyncGenerator[Reply]:
    """Look at what was not looked at, as there are no contact sheets without it; then describe."""
    if await op.services.looker.waiting():
        async for reply in _followed(op, await _look_job(op, by), "Looking at the media first."):
            yield reply
    job = await _queue(op, by, "describe", {"limit": limit})
    async for reply in _followed(op, job, "Describing the media."):
        yield reply
    ended = await op.store.do(jobs.get, job)
    yield Reply(ended.error or f"{ended.message}.", ok=ended.state != "failed")


async def _look_job(op: Operator, by: Requester) -> int:
    """The look that is under way or waits, else a new one."""
    known = await op.store.do(jobs.listed, kinds=["look"], open_only=True)
    return known[-1].id if known else await _queue(op, by, "look", {})


async def _followed(op: Operator, job: int, text: str) -> AsyncGenerator[Reply]:
    yield Reply(text, data={"job": job})
    async with aclosing(follow(op, job)) as replies:
        async for reply in replies:
            yield reply


async def _queue(op: Operator, by: Requester, kind: str, params: dict[str, Any]) -> int:
    return await op.store.do(jobs.queue, kind, params, by=by.voter, now=op.now())


def asset_view(asset: Asset, alike: int = 1) -> dict[str, Any]:
    """One file as lists show it. ``alike`` counts the files that look like it, itself included."""
    facts = asset.facts
    return {
        "id": asset.id,
        "name": asset.file.name,
        "folder": asset.file.folder,
        "subfolder": asset.file.subfolder,
        "category": str(asset.category),
        "size": asset.file.size,
        "updated": asset.file.updated.isoformat(),
        "duration": facts.duration if facts else None,
        "width": facts.width if facts else None,
        "height": facts.height if facts else None,
        "fps": facts.fps if facts else None,
        "has_audio": facts.has_audio if facts else None,
        "problem": asset.problem or (asset.footage.problem if asset.footage else None),
        "footage": as_document(asset.footage) if asset.footage else None,
        "description": asset.description.sentence if asset.description else None,
        "tags": list(asset.description.tags) if asset.description else [],
        "piece": asset.piece,
        "role": str(asset.role),
        "object": asset.object,
        "alike": alike,
    }


def _row(asset: Asset, alike: int, used: str | None = None) -> dict[str, Any]:
    """``used``: in words; who asks for that wants it beside the name, and less of the rest."""
    if used is not None:
        shown = {"kind": str(asset.category), "shows": _shows(asset, alike)}
        return {"name": asset.file.name, "used": used, "folder": asset.file.folder} | shown
    facts = asset.facts
    size = f"{facts.width}×{facts.height}" if facts and facts.width else ""
    length = f"{facts.duration:.1f} s" if facts and facts.duration else ""
    return {
        "name": asset.file.name,
        "folder": asset.file.folder,
        "kind": str(asset.category),
        "picture": size,
        "length": length,
        "size": naturalsize(asset.file.size),
        "shows": _shows(asset, alike),
        "problem": asset.problem or (asset.footage.problem if asset.footage else None) or "",
    }


def _shows(asset: Asset, alike: int) -> str:
    """ "brown, grey, sharp, moving; 2 alike"; "112 bpm, −16 LUFS" for music; before it a description."""
    if asset.footage is None:
        return ""
    words = []
    if picture := asset.footage.picture:
        named = list(dict.fromkeys(c.name for c in picture.palette))
        words += [name for name in named if name in asset.footage.words]
    words += sorted(asset.footage.words - set(words))
    if sound := asset.footage.sound:
        words = [f"{sound.tempo:g} bpm"] if sound.tempo else ["no steady beat"]
        words += [f"{sound.loudness:.0f} LUFS".replace("-", "−")] if sound.loudness is not None else []
    text = ", ".join(words)
    if asset.description:
        text = f"{asset.description.sentence} ({text})"
    return f"{text}; {alike} alike" if alike > 1 else text
