"""What there is to make videos of, and how the account's posts did."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.charts import CHARTS
from bot.operations.inventory import asset_view
from bot.operator import Operator
from bot.surfaces.desk.context import context, operator, query_number, render
from bot.surfaces.desk.footage import detail, swatches
from bot.surfaces.desk.media import asset_of
from services.bucket.categories import MEDIA
from services.bucket.look import VERSION
from services.model.asset import Asset, Category
from services.store import footage, media

PAGE = 60  # files
NEWEST = 1200  # how far back the pages without a folder go
FOUND = 1000  # at most so many search results
KIN = 12  # other files of the same piece, and of those that look alike
CHIPS = ("sharp", "blurry", "bright", "dark", "moving", "still", "slow", "fast", "duplicate")

CATEGORIES = (
    (Category.VIDEO, "Clips"),
    (Category.IMAGE, "Photos"),
    (Category.AUDIO, "Music"),
    (Category.MODEL_3D, "3D models"),
    (Category.DOCUMENT, "Documents"),
    (Category.ARCHIVE, "Archives"),
    (Category.OTHER, "Other"),
)


async def show_inventory(request: web.Request) -> web.Response:
    """Query: q, category, folder, problem=1, and page (newest first) or after (a key, within a folder)."""
    op, query = operator(request), request.query
    text, folder = query.get("q", "").strip()[:100], query.get("folder", "")[:1000]
    category = next((c for c, _ in CATEGORIES if c == query.get("category", "")), None)
    problem, after = query.get("problem") == "1", query.get("after", "")[:2000]
    page = query_number(request, "page", 1, low=1, high=NEWEST // PAGE)
    found, more = await _files(op, text, folder, category, problem, page, after)
    by_key = bool(problem or (folder and not text))
    kept = {"q": text, "category": category or "", "folder": folder, "problem": "1" if problem else ""}
    onward = {"after": found[-1].file.key if found else ""} if by_key else {"page": str(page + 1)}
    back = {} if by_key else {"page": str(page - 1)}
    counts = await op.store.do(media.counts)
    alike = await op.store.do(footage.alike, [asset.family for asset in found])
    return render(
        request,
        "inventory.html",
        files=[_dressed(asset, alike.get(asset.family, 1)) for asset in found],
        looked=await op.store.do(footage.counts, VERSION),
        chips=_chips(kept),
        query=text,
        folder=folder,
        category=category or "",
        problem=problem,
        tabs=_tabs(counts, kept, category),
        folders=_folders(counts, await op.services.bucket.folders()),
        total=sum(count.files for count in counts),
        total_size=sum(count.size for count in counts),
        unreadable=await op.store.do(media.unreadable),
        next_href=_href(kept | onward) if more else "",
        back_href=_href(kept | back) if (after if by_key else page > 1) else "",
        back_label="First page" if by_key else "Newer",
    )


async def show_footage(request: web.Request) -> web.Response:
    """What one file shows: a part of a page, for the window that shows the file itself."""
    op, asset = operator(request), await asset_of(request)
    same = await op.store.do(media.like_it, asset, KIN)
    kin = await op.store.do(media.of_piece, asset, KIN)
    groups = [
        ("Looks like", same),
        ("The same object", [one for one in kin if asset.object and one.object == asset.object]),
        (
            f"Also {asset.piece.upper()}",
            [one for one in kin if not asset.object or one.object != asset.object],
        ),
    ]
    html = (
        context(request)
        .templates.get_template("_footage.html")
        .render(
            id=asset.id,
            f=detail(asset),
            media=asset.category in MEDIA,
            groups=[
                {"title": title, "files": [asset_view(a) for a in some]} for title, some in groups if some
            ],
        )
    )
    return web.Response(text=html, content_type="text/html")


def _dressed(asset: Asset, alike: int) -> dict[str, Any]:
    seen = asset.footage
    tempo = seen.sound.tempo if seen and seen.sound else None
    return asset_view(asset, alike) | {
        "swatches": swatches(seen),
        "tempo": tempo,
        "sheet": bool(seen and seen.motion),
    }


def _chips(kept: dict[str, str]) -> list[dict[str, Any]]:
    """Searches by what files show, each of which a second press takes back."""
    return [
        {
            "label": word,
            "current": kept["q"] == word,
            "href": _href(kept | {"q": "" if kept["q"] == word else word}),
        }
        for word in CHIPS
    ]


def _href(values: dict[str, str]) -> str:
    # Names of files can be any bytes: what is no text is carried as such.
    return "/inventory?" + urlencode({k: v for k, v in values.items() if v}, errors="surrogatepass")


async def _files(
    op: Operator, text: str, folder: str, category: Category | None, problem: bool, page: int, after: str
) -> tuple[list[Asset], bool]:
    """The files of one page, and whether more follow."""
    start = (page - 1) * PAGE
    if text:
        hits = await op.store.do(media.search, text, FOUND)
        found = [a for a in hits if category in (None, a.category) and folder in ("", a.file.folder)]
        return found[start : start + PAGE], len(found) > start + PAGE
    if problem or folder:
        found = await op.store.do(
            media.page, folder=folder, category=category, unreadable=problem, after=after, limit=PAGE + 1
        )
    else:
        newest = await op.store.do(media.latest, start + PAGE + 1, category)
        return newest[start : start + PAGE], len(newest) > start + PAGE and start + PAGE < NEWEST
    return found[:PAGE], len(found) > PAGE


def _tabs(counts: list[media.Count], kept: dict[str, str], chosen: Category | None) -> list[dict[str, Any]]:
    tabs = [{"label": "All", "n": sum(c.files for c in counts), "current": chosen is None, "key": ""}]
    for category, label in CATEGORIES:
        number = sum(count.files for count in counts if count.category is category)
        if number or category is chosen:
            tabs.append({"label": label, "n": number, "current": category is chosen, "key": str(category)})
    return [{**tab, "href": _href(kept | {"category": str(tab["key"])})} for tab in tabs]


def _folders(counts: list[media.Count], names: list[str]) -> list[dict[str, Any]]:
    """Every folder of the settings with its files and bytes, also an empty one."""
    return [
        {
            "name": name,
            "files": sum(count.files for count in counts if count.folder == name),
            "size": sum(count.size for count in counts if count.folder == name),
        }
        for name in names
    ]


async def show_analytics(request: web.Request) -> web.Response:
    """The last collected analytics; collecting is a button, never a side effect of looking."""
    op = operator(request)
    latest = await op.services.collector.latest()
    document = latest.analytics
    if document is None:
        return render(request, "analytics.html", document=None, notes=latest.notes, charts=())
    return render(request, "analytics.html", document=document, notes=latest.notes, charts=CHARTS)
