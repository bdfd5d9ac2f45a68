"""One render from movie JSON to files. Runs in the child process; knows files, never chats or stores."""

from __future__ import annotations

import queue
import resource
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from services.errors import OperatorError, Refused
from services.movie import lay_out, parse_movie
from services.movie.elements import Audio, Image, Video
from services.movie.movie import Movie
from services.renderer.local import limits, text
from services.renderer.local.audio import soundtrack
from services.renderer.local.compositor import Compositor
from services.renderer.local.encode import Encoder, preview_size
from services.renderer.local.layers import Plan
from services.renderer.local.media import Assets, Facts, clip_facts, photo_facts, sound_facts
from services.renderer.local.plan import make_plan
from services.renderer.local.profile import Profile
from services.renderer.local.storyboard import Storyboard

_AHEAD = 4  # frames the compositor may be ahead of the encoder
_REPORTS = 4  # a second
NAMES = {"video": "video.mp4", "preview": "preview.mp4", "cover": "cover.jpg", "storyboard": "storyboard.jpg"}


@dataclass(frozen=True, slots=True)
class Result:
    """Facts of a finished render; its files are NAMES in the folder it was given."""

    duration: float  # seconds
    approximations: tuple[str, ...]
    cpu_seconds: float
    wall_seconds: float


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


def approximations(document: Mapping[str, Any], plan: Plan) -> tuple[str, ...]:
    """Every sentence on what is shown otherwise than the movie asks for."""
    movie = parse_movie(document)
    found = [*movie.warnings, *plan.notes]
    if movie.exports:
        found.append("The movie's exports are not carried out by this renderer.")
    if round(movie.fps, 3) != plan.fps:
        found.append(f"The movie plays at {plan.fps} instead of {movie.fps:g} frames per second.")
    for layer in plan.texts():
        found += text.notes(layer)
    return tuple(dict.fromkeys(found))


def render(
    document: Mapping[str, Any], assets: Assets, folder: Path, profile: Profile,
    on_progress: Callable[[float], None],
) -> Result:  # fmt: skip
    """Write the files of NAMES into ``folder``. ``on_progress`` hears 0 … 1 about four times a second."""
    started = time.monotonic()
    plan = planned(document, assets, profile)
    notes = approximations(document, plan)
    sound = soundtrack(plan, assets)
    track, notes = sound.track, tuple(dict.fromkeys([*notes, *sound.notes]))
    board = Storyboard(plan.frames, plan.fps)
    size = (plan.width, plan.height)
    small = preview_size(size, profile.preview_scale)
    with (
        Encoder(folder / NAMES["video"], size, plan.fps, profile.preset, profile.crf, track) as video,
        Encoder(
            folder / NAMES["preview"], small, plan.fps, profile.preview_preset, profile.preview_crf, track
        ) as preview,
    ):
        told = 0.0
        for number, frame in enumerate(_ahead(Compositor(plan, assets).frames(taken=_AHEAD + 3))):
            board.see(number, frame)
            preview.add(frame.reformat(*small, interpolation="AREA"))
            video.add(frame)
            if time.monotonic() - told >= 1 / _REPORTS:
                told = time.monotonic()
                on_progress(0.98 * (number + 1) / plan.frames)
        video.finish()
        preview.finish()
    board.save(folder / NAMES["cover"], folder / NAMES["storyboard"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Result(
        plan.frames / plan.fps, notes, used.ru_utime + used.ru_stime, time.monotonic() - started
    )


def _facts(movie: Movie, assets: Assets) -> dict[str, Facts]:
    """What each file the movie names holds; each is opened once."""
    found: dict[str, Facts] = {}
    kinds: dict[str, str] = {}
    elements = [e for container in (movie, *movie.scenes) for e in container.elements]
    read = {"image": photo_facts, "video": clip_facts, "audio": sound_facts}
    for element in elements:
        if not isinstance(element, Image | Video | Audio) or not element.src:
            continue
        if kinds.get(element.src) == element.type:
            continue
        asset = assets.get(element.src)
        if asset is None:
            raise Refused(f"{element.where}: there is no file {element.src[:60]!r} among those of this movie.")
        try:
            facts = read[element.type](asset)
        except OperatorError as error:
            raise Refused(f"{element.where}: {error.message}", remedy=error.remedy) from None
        if kinds.setdefault(element.src, element.type) == element.type or element.type == "video":
            found[element.src], kinds[element.src] = facts, element.type
    return found


def _ahead(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """The same frames, made by a thread a few ahead: composing and encoding share the cores."""
    ready: queue.Queue[av.VideoFrame | BaseException | None] = queue.Queue(_AHEAD)
    stop = threading.Event()

    def work() -> None:
        try:
            for frame in frames:
                if stop.is_set():
                    return
                ready.put(frame)
            ready.put(None)
        except BaseException as error:  # task border: it is raised again where frames are taken
            ready.put(error)

    thread = threading.Thread(target=work, name="compositor", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        while thread.is_alive():
            try:
                ready.get(timeout=0.05)
            except queue.Empty:
                continue


