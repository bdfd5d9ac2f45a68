"""Media by id, never by path: a draft's files, the bucket's files, and small pictures of those."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from aiohttp import web

from bot.operator import draft_folder
from bot.surfaces.desk.context import CONTEXT, HttpProblem, number_in, operator, or_missing
from bot.surfaces.desk.thumbs import Thumbs, placeholder
from services.model.asset import Asset
from services.store import drafts
from services.store import media as store_media

# Only what browsers show without running anything in it; the extension decides, never the file's own word.
SAFE_TYPES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp",
    ".gif": "image/gif", ".avif": "image/avif", ".bmp": "image/bmp",
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/mp4", ".webm": "video/webm",
    ".mkv": "video/x-matroska", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac",
    ".wav": "audio/wav", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".flac": "audio/flac",
}  # fmt: skip
DRAFT_TYPES = {
    "video": "video/mp4",
    "preview": "video/mp4",
    "cover": "image/jpeg",
    "storyboard": "image/jpeg",
}
FOREVER = "private, max-age=31536000, immutable"  # an address that names its content
_THUMBS: web.AppKey[Thumbs] = web.AppKey("desk_thumbs", Thumbs)


def set_up(app: web.Application) -> None:
    app.on_startup.append(_start)
    app.on_cleanup.append(_end)
    app.router.add_get("/media/drafts/{number}/{revision}/{file}", draft_file)
    app.router.add_get("/media/assets/{id}", asset_file)
    app.router.add_get("/media/assets/{id}/thumb", asset_thumb)
    app.router.add_get("/media/assets/{id}/sheet", asset_sheet)


async def _start(app: web.Application) -> None:
    op = app[CONTEXT].op
    app[_THUMBS] = Thumbs(op.options.data_dir / "cache" / "thumbs", op.services.bucket)


async def _end(app: web.Application) -> None:
    if _THUMBS in app:  # a start that failed ends, too
        await asyncio.to_thread(app[_THUMBS].close)


async def draft_file(request: web.Request) -> web.StreamResponse:
    """The video, preview, cover or storyboard of a draft's revision, or its movie as JSON to keep."""
    op, file = operator(request), request.match_info["file"]
    number, revision = number_in(request, "number", low=1), number_in(request, "revision", low=1)
    draft = await or_missing(op.store.do(drafts.get, number))
    if file == "movie" and revision == draft.revision:
        name = f"draft-{number}-r{revision}.json"
        text = json.dumps(draft.movie, indent=2)
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(text=text, content_type="application/json", headers=disposition)
    rendered = draft.rendered if revision == draft.revision else None
    if file not in DRAFT_TYPES or rendered is None:
        raise HttpProblem(
            404, f"Draft {number} has no such file.", remedy="Reload the page: it may show an older revision."
        )
    name = Path(getattr(rendered, file)).name
    path = draft_folder(op.drafts_dir, draft.number, draft.tag, revision) / name
    known = request.query.get("of") == f"{draft.tag}-{rendered.sha256[:12]}"
    return _file(path, DRAFT_TYPES[file], FOREVER if known else "private, no-cache")


async def asset_file(request: web.Request) -> web.StreamResponse:
    """A file of the bucket as it is, if it is a picture, a clip or a sound."""
    asset = await asset_of(request)
    content_type = SAFE_TYPES.get(Path(asset.file.name).suffix.lower())
    if content_type is None:
        raise HttpProblem(
            415, "This kind of file is not shown here.", remedy="Open it where it lies; its folder is named."
        )
    return _file(
        await operator(request).services.bucket.fetch(asset.file.key), content_type, "private, no-cache"
    )


async def asset_thumb(request: web.Request) -> web.StreamResponse:
    """A small JPEG of a picture or clip; a drawn sign for everything else and for what cannot be read."""
    asset = await asset_of(request)
    path = await request.app[_THUMBS].get(asset)
    if path is None:
        headers = {"Cache-Control": "private, max-age=60"}
        return web.Response(text=placeholder(asset), content_type="image/svg+xml", headers=headers)
    return _file(path, "image/jpeg", "private, max-age=300")


async def asset_sheet(request: web.Request) -> web.StreamResponse:
    """Pictures of a clip in the order of time, or a photo, as one JPEG."""
    path = await operator(request).services.looker.sheet(await asset_of(request))
    if path is None:
        raise HttpProblem(404, "There are no pictures of it yet.", remedy="It is looked at by and by.")
    return _file(path, "image/jpeg", "private, max-age=300")


async def asset_of(request: web.Request) -> Asset:
    """The file that the address names by its id."""
    identity = request.match_info["id"][:20]
    found = await operator(request).store.do(store_media.by_ids, [identity])
    if identity not in found:
        raise HttpProblem(404, "There is no such file any more.", remedy="Collect again and reload the page.")
    return found[identity]


def _file(path: Path, content_type: str, cache: str) -> web.StreamResponse:
    """The file with ranges. Its type is ours, so nothing in it is ever taken for a page."""
    if not path.is_file():
        raise HttpProblem(404, "The file is gone.", remedy="It was moved or deleted outside the operator.")
    headers = {"Content-Type": content_type, "Content-Disposition": "inline", "Cache-Control": cache}
    return web.FileResponse(path, headers=headers)
