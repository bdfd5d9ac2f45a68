"""Read the account and the media, and show what is known of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any

from humanize import naturalsize

from bot.operations.driving import follow
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.reply import Reply
from services.errors import Refused
from services.model.asset import Asset, Category
from services.store import jobs

_EXPORT = "write the whole document to this file"


@operation(long=True, media=True, group="material")
async def collect(op: Operator, by: Requester) -> AsyncGenerator[Reply]:
    """Read the account's analytics and the media now, and keep both in collected_data."""
    job = await op.store.do(jobs.queue, "collect", {}, by=by.voter, now=op.now())
    yield Reply("Collecting analytics and media.", data={"job": job})
    async with aclosing(follow(op, job)) as replies:
        async for reply in replies:
            yield reply
    ended = await op.store.do(jobs.get, job)
    summary = ended.result.get("summary", {})
    if ended.state == "failed" and not summary:
        yield Reply(ended.error, ok=False, data={"error": ended.error})
        return
    sources = summary["sources"]
    table = tuple(
        {
            "source": name,
            "ok": "yes" if source["ok"] else "no",
            "seconds": source["seconds"],
            "found": ", ".join(f"{count} {what}" for what, count in (source["counts"] or {}).items()),
            "problem": source["error"] or "",
        }
        for name, source in sources.items()
    )
    good = summary["overall_success"]
    text = "Collected." if good else "Not everything could be collected."
    yield Reply(text, ok=good, data=summary, table=table, remedy="" if good else ended.error)


@operation(media=True, group="material")
async def inventory(
    op: Operator,
    by: Requester,
    search: Annotated[str, About("part of a name or folder")] = "",
    category: Annotated[
        str, About("only this kind", choices=tuple(str(c) for c in Category), option=True)
    ] = "",
    limit: Annotated[int, About("at most so many, newest first", 1, 1000, option=True)] = 50,
    export: Annotated[str, About(_EXPORT, option=True, file="gcs_inventory_result.json")] = "",
) -> AsyncGenerator[Reply]:
    """Show the media: scans the folders, then lists the newest files or those that match."""
    library = op.services.inventory
    if export:
        path = _export_path(op, by, export)
        document = await library.generate_inventory(path)
        total = document["bucket_summary"]["total_files"]
        yield Reply(f"{total} files are described in {path}.", data={"file": str(path), **document})
        return
    await library.scan_folders()
    if search:
        found = await library.search_files(search)
        found = [asset for asset in found if not category or asset.category == category][:limit]
    elif category:
        found = (await library.get_files_by_category(category))[:limit]
    else:
        found = await library.get_latest_files(limit)
    summary = await library.summary()
    counts = summary["bucket_summary"]
    rows = tuple(_asset_row(asset) for asset in found)
    text = f"{counts['total_files']:,} files, {counts['total_size_mb']:,.1f} MB."
    if not rows:
        text += " None matches." if search or category else " Put photos, clips and music into MEDIA_DIR."
    yield Reply(text, data={"summary": summary, "files": [asset_view(asset) for asset in found]}, table=rows)


@operation(group="material")
async def insights(
    op: Operator,
    by: Requester,
    export: Annotated[str, About(_EXPORT, option=True, file="instagram_analytics_result.json")] = "",
) -> AsyncGenerator[Reply]:
    """Show how the account's posts did."""
    path = _export_path(op, by, export) if export else None
    document = await op.services.account.export_to_json(path)
    metrics, account = document["summary_metrics"], document["account_info"]
    source = " (sample data)" if document["export_info"]["source"] == "sample" else ""
    rate = metrics["avg_engagement_rate"]
    engagement = f"{rate:.1%}" if rate is not None else "not known"
    text = (
        f"@{account['username']}{source}: {_known(account['followers_count'])} followers, "
        f"{len(document['recent_media'])} recent posts, average engagement {engagement}."
    )
    if path is not None:
        text += f" Written to {path}."
    rows = tuple(_media_row(media) for media in document["recent_media"][:15])
    yield Reply(text, data=document, table=rows)


def asset_view(asset: Asset) -> dict[str, Any]:
    """One file, short, as lists show it."""
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
        "problem": asset.problem,
    }


def _export_path(op: Operator, by: Requester, name: str) -> Path:
    """Where an export goes: anywhere for the command line, into DATA_DIR/exports for everybody else."""
    path = Path(name)
    if by.voter == "console":
        return path.expanduser()
    if path.name != name or name.startswith("."):
        raise Refused("An export is named by a plain file name here.", remedy="Leave out the folder.")
    return op.options.data_dir / "exports" / name


def _asset_row(asset: Asset) -> dict[str, Any]:
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
        "problem": asset.problem or "",
    }


def _media_row(media: dict[str, Any]) -> dict[str, Any]:
    insights = media["insights"]
    rate = media["engagement_rate"]
    return {
        "posted": (media["timestamp"] or "")[:10],
        "caption": (media["caption"] or "").partition("\n")[0][:48],
        "reach": _known(insights["reach"]),
        "views": _known(insights["views"]),
        "likes": _known(media["like_count"]),
        "comments": _known(media["comments_count"]),
        "engagement": f"{rate:.1%}" if rate is not None else "–",
    }


def _known(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
