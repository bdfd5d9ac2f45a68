"""A movie out of segments: those that are known come out of the cache, the others are encoded side by side.

Every segment is encoded by one thread alone: that is what costs least, and the bytes are the same however
many workers there are. The packets of all segments then follow each other in one file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import PIL

from services import files
from services.log import get_logger
from services.renderer.local.compositing.compositor import Compositor
from services.renderer.local.output.cache import Cache
from services.renderer.local.output.coding import PictureEncoder, Track, coded_sound
from services.renderer.local.output.encode import Mp4
from services.renderer.local.output.runs import Runs
from services.renderer.local.output.segment_file import Damaged, Encoded, as_bytes, read
from services.renderer.local.output.sizing import keep_below
from services.renderer.local.output.stills import StillTaker
from services.renderer.local.output.streamed import Reducer
from services.renderer.local.output.work import Codings, Work, codings
from services.renderer.local.pictures.planes import planes_of
from services.renderer.local.planning.layers import Segment
from services.renderer.local.sound.soundtrack import soundtrack, soundtrack_key

_log = get_logger(__name__)

_POOL = 8  # frames of memory used in turn: the encoder may still look at a few


def versions() -> list[str]:
    """Of the libraries that make pixels and packets."""
    return [av.__version__, json.dumps(av.library_versions), np.__version__, PIL.__version__]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where a render's own pieces lie, and the cache they come from and go to."""

    folder: Path
    cache: Cache

    def place(self, name: str) -> Path:
        return self.folder / name

    def find(self, name: str) -> Encoded | None:
        """What was encoded before under that name; a damaged file is forgotten."""
        place = self.place(name)
        if not place.exists() and not self.cache.take(name, place):
            return None
        try:
            return read(place)
        except Damaged:
            _log.warning("%s in the cache is damaged; it is made again", name)
            place.unlink()
            self.cache.drop(name)
            return None

    def keep(self, name: str, encoded: Encoded) -> None:
        place = self.place(name)
        part = place.with_suffix(".part")
        part.write_bytes(as_bytes(encoded))
        part.replace(place)
        self.cache.give(name, place)


def join(work: Work, cache: Cache, workers: int) -> tuple[tuple[str, ...], int, int]:
    """Write video and preview: what could not be heard or seen, how many segments, how many were known."""
    plan, found = work.plan, codings(work.plan, work.profile)
    contents = {name: files.sha256(asset.path) for name, asset in work.assets.items()}
    settings = {"codings": found.settings(), "versions": versions()}
    names = [f"{segment.key(contents, settings)}.segment" for segment in plan.segments]
    with tempfile.TemporaryDirectory(dir=work.folder, prefix="pieces-") as folder:
        shelf = Shelf(Path(folder), cache)
        with ThreadPoolExecutor(workers, "segments") as pool:  # not one thread more: each needs memory
            heard = pool.submit(_sound, work, found, soundtrack_key(plan, contents), shelf)
            known = _encode_missing(work, found, names, shelf, pool, workers)
            large, small = (_ready(heard.result().tracks[at]) for at in (0, -1))
        notes: tuple[str, ...] = ()
        with contextlib.ExitStack() as opened:
            targets = [opened.enter_context(Mp4(work.place("video"), found.video, large))]
            if found.preview:
                targets.append(opened.enter_context(Mp4(work.place("preview"), found.preview, small)))
            for segment, name in zip(plan.segments, names, strict=True):
                encoded = read(shelf.place(name))
                for target, track in zip(targets, encoded.tracks, strict=True):
                    assert target.header == track.header, "one coding, one header"
                    target.add_packets(track.packets, encoded.frames)
                work.board.add(segment.first, encoded.stills)
                notes += encoded.notes
            for target in targets:
                target.finish()
    cache.trim()
    if found.preview:
        keep_below(work.place("preview"), work.profile.preview_bytes, found.preview)
    return (*heard.result().notes, *notes), len(names), known


def _sound(work: Work, found: Codings, key: str, shelf: Shelf) -> Encoded:
    """The soundtrack, coded for the video and for the preview (once, if both are coded alike)."""
    wanted = list(dict.fromkeys(rate for rate in (found.sound, found.small_sound) if rate))
    name = hashlib.sha256(json.dumps([key, wanted, versions()]).encode()).hexdigest() + ".sound"
    known = shelf.find(name)
    if known is not None:
        return known
    heard = soundtrack(work.plan, work.assets)
    tracks = tuple(coded_sound(heard.track, rate) for rate in wanted)
    made = Encoded(work.plan.frames, tracks, (), heard.notes)
    shelf.keep(name, made)
    return made


def _encode_missing(
    work: Work, found: Codings, names: list[str], shelf: Shelf, pool: ThreadPoolExecutor, workers: int
) -> int:  # fmt: skip
    """Encode what is not on the shelf and put it there; how many segments were there already."""
    segments = work.plan.segments
    lengths = [0 if shelf.find(name) else s.last - s.first for s, name in zip(segments, names, strict=True)]
    known = lengths.count(0)
    for at, name in enumerate(names):  # the same pictures twice are encoded once
        if name in names[:at]:
            lengths[at] = 0
    work.on_frames(work.plan.frames - sum(lengths))
    count = min(workers, sum(map(bool, lengths)))
    if not count:
        return known
    runs = Runs(lengths, count)

    def run(worker: int) -> None:
        maker = _Maker(work, found)
        try:
            while (at := runs.take(worker)) is not None:
                shelf.keep(names[at], maker.encoded(segments[at]))
        except BaseException:  # not handled: whatever ends one worker, the others must not go on for nothing
            runs.stop()  # they end with the segment they are at
            raise
        finally:
            maker.close()

    for done in [pool.submit(run, worker) for worker in range(count)]:
        done.result()
    return known


def _ready(track: Track) -> Future[Track]:
    done: Future[Track] = Future()
    done.set_result(track)
    return done


class _Maker:
    """One worker: its own open sources and memory, one segment after the other."""

    def __init__(self, work: Work, found: Codings) -> None:
        self._work, self._codings = work, found
        self._compositor = Compositor(work.plan, work.assets)
        self._reducer = Reducer(found.preview) if found.preview else None
        self._pool = [av.VideoFrame(work.plan.width, work.plan.height, "yuv420p") for _ in range(_POOL)]

    def encoded(self, segment: Segment) -> Encoded:
        video = PictureEncoder(self._codings.video)
        preview = PictureEncoder(self._codings.preview) if self._codings.preview else None
        taker = StillTaker(segment, self._work.plan.fps)
        for number in range(segment.first, segment.last):
            frame = self._pool[number % _POOL]
            self._compositor.compose(segment, number, planes_of(frame))
            taker.see(number - segment.first, frame)
            if preview and self._reducer:
                preview.add(self._reducer.reduced(frame))
            video.add(frame)
            self._work.on_frames(1)
        tracks = tuple(encoder.finish() for encoder in (video, preview) if encoder)
        notes = self._compositor.take_notes()
        return Encoded(segment.last - segment.first, tracks, tuple(taker.taken), notes)

    def close(self) -> None:
        self._compositor.close()
