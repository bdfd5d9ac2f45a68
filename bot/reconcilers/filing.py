"""A finished render into the drafts folder and the bucket, and what is then known of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.operator import Operator, draft_folder, filed_name
from bot.reconcilers.attempts import keys_of
from services import files
from services.errors import Refused
from services.log import get_logger
from services.model.draft import Draft, Rendered
from services.ports import Renderer, RenderFiles

log = get_logger(__name__)

SHORTEST = 2.0  # seconds; what is shorter is no video anybody meant to make


async def file_result(
    op: Operator, draft: Draft, renderer: Renderer, handle: str, *, final: bool = False
) -> tuple[Rendered, dict[str, str], str]:
    """Bring the result into the draft's folder; Refused if it is no video anybody would post.

    A ``final`` lies beside the preview it was made after. Answers what was rendered, the content hashes of
    its assets, and what a person should know of it.
    """
    result = await renderer.collect(handle)
    if result.duration < SHORTEST:
        raise Refused(f"The video lasts only {result.duration:.1f} s.")
    folder = draft_folder(op.drafts_dir, draft.number, draft.tag, draft.revision)
    prefix = "final-" if final else ""
    digest = await asyncio.to_thread(_install, result, folder, prefix)
    video = folder / f"{prefix}video.mp4"
    name = filed_name(draft.number, draft.tag, draft.revision, final=final)
    await op.services.bucket.put(video, name, "video/mp4")
    rendered = Rendered(
        video=video.name,
        preview=f"{prefix}preview.mp4",
        cover=f"{prefix}cover.jpg",
        storyboard=f"{prefix}storyboard.jpg",
        duration=result.duration,
        size=video.stat().st_size,
        sha256=digest,
        renderer=renderer.name,
        approximations=result.approximations,
        cpu_seconds=result.cpu_seconds,
        wall_seconds=result.wall_seconds,
        thumbnails=f"{prefix}thumbnails.jpg" if result.thumbnails else "",
        segments=result.segments,
        cached=result.cached,
    )
    return rendered, await _contents(op, draft), result.note


async def _contents(op: Operator, draft: Draft) -> dict[str, str]:
    """asset id → sha256 of what it is made of; "" for what a person removed while it was rendered."""
    contents: dict[str, str] = {}
    for asset, key in (await op.store.do(keys_of, draft)).items():
        try:
            path = await op.services.bucket.fetch(key)
            contents[asset] = await asyncio.to_thread(files.sha256, path)
        except (Refused, OSError) as error:
            log.warning("draft %s: %r is gone since it was rendered: %s", draft.number, key, error)
            contents[asset] = ""
    return contents


def _install(result: RenderFiles, folder: Path, prefix: str) -> str:
    """Copy the files under their fixed names; answers the video's sha256."""
    for source, name in (
        (result.video, "video.mp4"),
        (result.preview, "preview.mp4"),
        (result.cover, "cover.jpg"),
        (result.storyboard, "storyboard.jpg"),
    ):
        files.copy(source, folder / f"{prefix}{name}")
    if result.thumbnails is not None:
        files.copy(result.thumbnails, folder / f"{prefix}thumbnails.jpg")
    return files.sha256(folder / f"{prefix}video.mp4")
