"""A movie through one encoder, frame by frame: the smallest file of the best quality, and nothing is kept."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import av
from av.video.reformatter import Interpolation, VideoReformatter

from services.renderer.local.compositing.compositor import Compositor
from services.renderer.local.output.coding import Coding, Track, coded_sound
from services.renderer.local.output.encode import Mp4
from services.renderer.local.output.sizing import keep_below
from services.renderer.local.output.stills import StillTaker
from services.renderer.local.output.work import Codings, Work, codings
from services.renderer.local.sound.soundtrack import soundtrack

_AHEAD = 4  # frames the compositor may be ahead of the encoder


def stream(work: Work) -> tuple[str, ...]:
    """Write the video, and the preview if there is one; what could not be heard or seen, as sentences."""
    found = codings(work.plan, work.profile)
    with ThreadPoolExecutor(1, "sound") as pool:
        heard = pool.submit(soundtrack, work.plan, work.assets)
        large = pool.submit(lambda: coded_sound(heard.result().track, found.sound))
        small = pool.submit(lambda: coded_sound(heard.result().track, found.small_sound or found.sound))
        seen = _pictures(work, found, large, small)
    if work.profile.max_bytes:
        keep_below(work.place("video"), work.profile.max_bytes, found.video)
    if found.preview:
        keep_below(work.place("preview"), work.profile.preview_bytes, found.preview)
    return (*heard.result().notes, *seen)


def _pictures(work: Work, found: Codings, large: Future[Track], small: Future[Track]) -> tuple[str, ...]:
    with contextlib.ExitStack() as open_files:
        video = open_files.enter_context(Mp4(work.place("video"), found.video, large))
        preview, reducer = None, None
        if found.preview:
            preview = open_files.enter_context(Mp4(work.place("preview"), found.preview, small))
            reducer = Reducer(found.preview)
        compositor = Compositor(work.plan, work.assets)
        frames = _ahead(compositor.frames(taken=_AHEAD + 3))
        for segment in work.plan.segments:
            taker = StillTaker(segment, work.plan.fps)
            for index in range(segment.last - segment.first):
                frame = next(frames)
                taker.see(index, frame)
                if preview and reducer:
                    preview.add(reducer.reduced(frame))
                video.add(frame)
                work.on_frames(1)
            work.board.add(segment.first, taker.taken)
        for file in (video, preview):
            if file:
                file.finish()
        return compositor.take_notes()


class Reducer:
    """Frames at the size of a coding. One for each thread: the scaler keeps megabytes for the next frame."""

    def __init__(self, to: Coding) -> None:
        self._width, self._height = to.width, to.height
        self._scaler = VideoReformatter()

    def reduced(self, frame: av.VideoFrame) -> av.VideoFrame:
        return self._scaler.reformat(
            frame, self._width, self._height, interpolation=Interpolation.AREA, threads=1
        )


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
