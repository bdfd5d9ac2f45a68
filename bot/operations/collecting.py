"""Read the account and the media, and show how the account's posts did."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

from bot.operations.common import EXPORT, export_path
from bot.operations.driving import follow
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.reply import Reply
from services.evidence import evidence_lines, findings
from services.store import jobs, results


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


@operation(group="material")
async def insights(
    op: Operator,
    by: Requester,
    export: Annotated[str, About(EXPORT, option=True, file="instagram_analytics_result.json")] = "",
) -> AsyncGenerator[Reply]:
    """Show how the account's posts did, and which labels did better than its average."""
    path = export_path(op, by, export) if export else None
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
    known = await op.store.do(results.results)
    lines = evidence_lines(known)
    text = " ".join([text, *(line if line.endswith(".") else f"{line}." for line in lines)])
    evidence = {"posts": len(known), "lines": list(lines), "labels": [asdict(f) for f in findings(known)]}
    rows = tuple(_media_row(media) for media in document["recent_media"][:15])
    yield Reply(text, data=document | {"evidence": evidence}, table=rows)


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
