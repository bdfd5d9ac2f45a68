"""One render from movie JSON to files. Runs in the child process; knows files, never chats or stores."""

from __future__ import annotations

import contextlib
import os
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.errors import OperatorError, Refused
from services.movie import lay_out, parse_movie
from services.movie.elements import Audio, Image, Video, Visual, Voice
from services.movie.movie import Movie
from services.movie.timeline import voice_name
from services.renderer.local import limits
from services.renderer.local.counter import Counter
from services.renderer.local.media import Assets, Facts, clip_facts, mask_facts, photo_facts, sound_facts
from services.renderer.local.output.cache import Cache
from services.renderer.local.output.joined import join
from services.renderer.local.output.storyboard import Storyboard
from services.renderer.local.output.streamed import stream
from services.renderer.local.output.work import NAMES, Work
from services.renderer.local.planning.layers import Plan
from services.renderer.local.planning.plan import make_plan
from services.renderer.local.profile import Profile
from services.renderer.local.sound.voice import Speaker, with_voices

__all__ = ["NAMES", "Result", "approximations", "files_of", "planned", "render", "with_spoken"]

_MOST_WORKERS = 4  # each needs about 150 MB


@dataclass(frozen=True, slots=True)
class Result:
    """Facts of a finished render; its files are NAMES in the folder it was given.

    Without a preview of its own (see Profile) there is no file of that name. ``segments`` is how many the
    movie was encoded in (0: by one encoder), ``cached`` how many of them were known from before. Processor
    seconds are those of the whole process and what it started.
    """

    duration: float  # seconds
    size: int  # bytes of the video
    approximations: tuple[str, ...]
    cpu_seconds: float
    wall_seconds: float
    segments: int = 0
    cached: int = 0


def files_of(profile: Profile) -> dict[str, str]:
    """The files a render with that profile writes, by kind."""
    return {kind: name for kind, name in NAMES.items() if kind != "preview" or profile.preview_scale}


def planned(document: Mapping[str, Any], assets: Assets, profile: Profile) -> Plan:
    """The plan of a movie; Refused with a sentence when it cannot be rendered. Reads headers only."""
    movie = parse_movie(document)
    limits.ensure_movie(movie)
    facts = _facts(movie, assets)
    rate = limits.nearest_rate(movie.fps)
    lengths = {name: found.seconds for name, found in facts.items()}
    timeline = lay_out(movie, lengths, rate)
    limits.ensure_timeline(timeline)
    return make_plan(timeline, facts, profile.scale)


def with_spoken(document: Mapping[str, Any], assets: Assets, speaker: Speaker) -> Assets:
    """``assets`` and what the movie's voices say, spoken now: how long it takes is part of the plan."""
    movie = parse_movie(document)
    limits.ensure_movie(movie)
    return with_voices(movie, assets, speaker)


def approximations(document: Mapping[str, Any], plan: Plan) -> tuple[str, ...]:
    """Every sentence on what is shown otherwise than the movie asks for."""
    movie = parse_movie(document)
    found = [*movie.warnings, *plan.notes]
    if movie.exports:
        found.append("The movie's exports are not carried out by this renderer.")
    if round(movie.fps, 3) != plan.fps:
        found.append(f"The movie plays at {plan.fps} instead of {movie.fps:g} frames per second.")
    return tuple(dict.fromkeys(found))


def render(
    document: Mapping[str, Any], assets: Assets, folder: Path, profile: Profile,
    on_progress: Callable[[float], None], cache: Cache | None = None, workers: int | None = None,
) -> Result:  # fmt: skip
    """Write the files of files_of(profile) into ``folder``. ``on_progress`` hears 0 … 1, for each second of
    video. ``cache`` keeps segments of joined profiles; ``workers`` (default: as many as there are
    processors, up to four) changes the time, never the bytes."""
    started = time.monotonic()
    plan = planned(document, assets, profile)
    notes = approximations(document, plan)
    board = Storyboard(plan.frames, plan.fps)
    counter = Counter(plan.frames, plan.fps, lambda share: on_progress(0.98 * share))
    work = Work(plan, assets, profile, folder, board, counter.add)
    if profile.joined:
        heard, segments, cached = join(work, cache or Cache(None, 0), workers or _workers())
    else:
        heard, segments, cached = stream(work), 0, 0
    board.save(*(folder / NAMES[kind] for kind in ("cover", "storyboard", "thumbnails")))
    return Result(
        duration=plan.frames / plan.fps,
        size=(folder / NAMES["video"]).stat().st_size,
        approximations=tuple(dict.fromkeys([*notes, *heard])),
        cpu_seconds=_processor_seconds(), wall_seconds=time.monotonic() - started,
        segments=segments, cached=cached,
    )  # fmt: skip


def _workers() -> int:
    """As many as there are processors for this process."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(here, _MOST_WORKERS)


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _facts(movie: Movie, assets: Assets) -> dict[str, Facts]:
    """What each file the movie names holds; each is opened once."""
    found: dict[str, Facts] = {}
    kinds: dict[str, str] = {}
    elements = [*movie.elements, *(e for scene in movie.scenes for e in scene.elements)]
    read = {"image": photo_facts, "video": clip_facts, "audio": sound_facts}
    for element in elements:
        if not isinstance(element, Image | Video | Audio) or not element.src:
            continue
        if kinds.get(element.src) == element.type:
            continue
        asset = assets.get(element.src)
        if asset is None:
            raise Refused(
                f"{element.where}: there is no file {element.src[:60]!r} among those of this movie."
            )
        try:
            facts = read[element.type](asset)
        except OperatorError as error:
            raise Refused(f"{element.where}: {error.message}", remedy=error.remedy) from None
        if kinds.setdefault(element.src, element.type) == element.type or element.type == "video":
            found[element.src], kinds[element.src] = facts, element.type
    for element in elements:
        if isinstance(element, Voice) and (spoken := assets.get(voice_name(element))):
            with contextlib.suppress(OperatorError):  # a stand-in that cannot be read is not heard
                found[spoken.id] = sound_facts(spoken)
        if isinstance(element, Visual) and element.mask:
            _ensure_mask(element.where, element.mask, assets)
    return found


def _ensure_mask(where: str, name: str, assets: Assets) -> None:
    asset = assets.get(name)
    if asset is None:
        raise Refused(f"{where}: there is no file {name[:60]!r} among those of this movie, for its mask.")
    try:
        mask_facts(asset)
    except OperatorError as error:
        raise Refused(f"{where}: {error.message}", remedy=error.remedy) from None
