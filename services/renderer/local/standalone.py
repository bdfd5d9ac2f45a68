"""Rendering a movie file by itself, from a folder of media: `autopotter render MOVIE.json --assets DIR`."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.errors import OperatorError, Refused, Unavailable
from services.model.asset import asset_id
from services.movie import parse_movie
from services.ports import RenderFiles, RenderRequest
from services.renderer.local.local import CACHE_BYTES, LocalRenderer
from services.renderer.local.profile import FINAL, Profile

_MOST_JSON = 2 << 20  # bytes
_MOST_FILES = 200_000
_KEY = "movie"


async def render_file(
    movie_path: Path, assets_dir: Path, out: Path, on_progress: Callable[[float], None],
    *, profile: Profile = FINAL, cache_dir: Path | None = None, cache_bytes: int = CACHE_BYTES,
) -> RenderFiles:  # fmt: skip
    """Render ``movie_path`` to ``out`` (an mp4); preview, cover, storyboard and thumbnails are put beside it.

    A ``src`` is an asset id, a path relative to ``assets_dir``, or a file name that occurs there once.
    ``on_progress`` hears 0 … 1.
    """
    movie = await asyncio.to_thread(read_movie, movie_path)
    keys = await asyncio.to_thread(match_assets, movie, assets_dir)
    request = RenderRequest(_KEY, movie, keys)

    async def open_asset(key: str) -> Path:
        return assets_dir / key

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".render-") as folder:
            renderer = LocalRenderer(
                Path(folder), open_asset, profile=profile, cache_dir=cache_dir, cache_bytes=cache_bytes
            )
            try:
                return _moved(await _finished(renderer, request, on_progress), out)
            finally:
                await renderer.aclose()
    except OSError as error:
        raise Unavailable(
            f"{out.parent} cannot be written ({error.strerror}).", remedy="Choose another place with room."
        ) from None


def read_movie(path: Path) -> dict[str, Any]:
    """The JSON object in ``path``; Refused with the line when it is none."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_JSON + 1)
        if len(text) > _MOST_JSON:
            raise Refused(f"{path.name} is larger than any movie.")
        movie = json.loads(text, parse_constant=_no_constant)
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}).") from None
    except RecursionError:
        raise Refused(f"{path.name} is nested too deeply to be a movie.") from None
    except ValueError as error:
        raise Refused(f"{path.name} is not valid JSON: {error}.") from None
    if not isinstance(movie, dict):
        raise Refused(f"{path.name} holds no movie: a movie is a JSON object.")
    return movie


def match_assets(movie: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Each file of the movie and the one below ``folder`` (relative, "/") that it names."""
    wanted = parse_movie(movie).files
    if not wanted:
        return {}
    if not folder.is_dir():
        raise Refused(f"There is no folder {folder}.", remedy="Name the folder of the media with --assets.")
    found: dict[str, str] = {}
    by_name: dict[str, list[str]] = {}
    for key in _listing(folder):
        for name in (key, asset_id(key)):
            if name in wanted:
                found[name] = key
        by_name.setdefault(key.rsplit("/", 1)[-1], []).append(key)
    for name in sorted(wanted - set(found)):
        keys = by_name.get(name, [])
        if len(keys) != 1:
            reason = "several files have that name: write its path" if keys else "no file there has that name"
            raise Refused(f"The movie uses {name[:80]!r}, but {reason}.", remedy=f"The folder is {folder}.")
        found[name] = keys[0]
    return found


def _listing(folder: Path) -> Iterator[str]:
    """Every file below ``folder``; links are not followed, so nothing outside it is reached."""
    seen = 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root) / name
            if path.is_symlink() or not path.is_file():
                continue
            seen += 1
            if seen > _MOST_FILES:
                raise Refused(f"{folder} holds over {_MOST_FILES:,} files.", remedy="Name a smaller one.")
            yield path.relative_to(folder).as_posix()


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number")


async def _finished(
    renderer: LocalRenderer, request: RenderRequest, on_progress: Callable[[float], None]
) -> RenderFiles:
    handle = await renderer.submit(request)
    async for status in renderer.follow(handle):
        on_progress(status.progress)
        if status.state in ("failed", "gone"):
            raise OperatorError(status.message) if status.state == "gone" else Refused(status.message)
    return await renderer.collect(handle)


def _moved(files: RenderFiles, out: Path) -> RenderFiles:
    def moved(file: Path, ending: str) -> Path:
        return file.replace(out.with_name(out.stem + ending))

    preview = out if files.preview == files.video else moved(files.preview, ".preview.mp4")
    return replace(
        files, video=moved(files.video, out.suffix), preview=preview,
        cover=moved(files.cover, ".cover.jpg"), storyboard=moved(files.storyboard, ".storyboard.jpg"),
        thumbnails=moved(files.thumbnails, ".thumbnails.jpg") if files.thumbnails else None,
    )  # fmt: skip
