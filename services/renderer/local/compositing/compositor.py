"""Plan → frames: layers painted into the encoder's own frame, segment by segment."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import av

from services.renderer.local.compositing.open_layer import Source, open_layer
from services.renderer.local.compositing.transitions import mix
from services.renderer.local.media import Assets
from services.renderer.local.pictures.planes import OPAQUE, Planes, blank, copy, fill, planes_of, yuv
from services.renderer.local.planning.layers import ClipSpec, Layer, Plan, ScenePlan, Segment

_BLACK = yuv(0, 0, 0)


class Compositor:
    """Draws a plan. Sources are opened when first seen and closed after their last frame.

    Frames are asked for in rising order, best one after the other: a clip is opened anew after a gap.
    Not for use by two threads; each has its own.
    """

    def __init__(self, plan: Plan, assets: Assets) -> None:
        self._plan, self._assets = plan, assets
        self._open: dict[int, tuple[Layer, Source]] = {}
        self._old = blank(plan.width, plan.height)
        self._new = blank(plan.width, plan.height)
        self._below = blank(plan.width, plan.height)
        self._next = 0
        self._size = (plan.width, plan.height)
        self._notes: list[str] = []

    def frames(self, taken: int = 0) -> Iterator[av.VideoFrame]:
        """Every frame of the movie, in order, yuv420p BT.709 limited range.

        A frame is used again after ``taken`` others (0: never); new memory for each would be costly.
        """
        size = self._size
        pool = [av.VideoFrame(*size, "yuv420p") for _ in range(taken)]
        with contextlib.closing(self):
            for segment in self._plan.segments:
                for number in range(segment.first, segment.last):
                    frame = pool[number % taken] if taken else av.VideoFrame(*size, "yuv420p")
                    self.compose(segment, number, planes_of(frame))
                    yield frame

    def compose(self, segment: Segment, number: int, out: Planes) -> None:
        """Frame ``number`` of the movie, which is in ``segment``, into ``out``."""
        if number != self._next:
            self._jump(number)
        self._next = number + 1
        on = [scene for scene in segment.scenes if scene.first <= number < scene.last]
        if not on or any(scene.background is None for scene in on):
            fill(self._below, _BLACK)
            self._layers(segment.under, number, self._below)
        if not on:
            copy(self._below, out)
        elif len(on) == 1:
            self._scene(on[0], number, out)
        else:
            leaving, coming = on[-2:]
            self._scene(leaving, number, self._old)
            self._scene(coming, number, self._new)
            share = (number - coming.first + 0.5) / coming.transition
            mix(coming.style, self._old, self._new, share, out)
        self._layers(segment.over, number, out)
        if number + 1 == segment.last:
            self._close(lambda layer: layer.last <= segment.last)

    def take_notes(self) -> tuple[str, ...]:
        """What was found out about the files drawn since the last call: sentences, as approximations are."""
        for _, source in self._open.values():
            self._learn(source)
        found = tuple(dict.fromkeys(self._notes))
        self._notes.clear()
        return found

    def close(self) -> None:
        self._close(lambda layer: True)

    def _scene(self, scene: ScenePlan, number: int, out: Planes) -> None:
        seen = [layer for layer in scene.layers if layer.first <= number < layer.last]
        for at in range(len(seen) - 1, 0, -1):  # what a full picture hides need not be drawn
            if seen[at].opacity(number) >= 1 and self._source(seen[at]).covers(out):
                seen = seen[at:]
                break
        hidden = bool(seen) and seen[0].opacity(number) >= 1 and self._source(seen[0]).covers(out)
        if not hidden:
            if scene.background is None:
                copy(self._below, out)
            else:
                fill(out, scene.background)
        self._layers(tuple(seen), number, out)

    def _layers(self, layers: tuple[Layer, ...], number: int, out: Planes) -> None:
        for layer in layers:
            if layer.first <= number < layer.last:
                opacity = round(layer.opacity(number) * OPAQUE)
                self._source(layer).draw(number - layer.first, out, opacity)

    def _source(self, layer: Layer) -> Source:
        found = self._open.get(id(layer))
        if found is None:
            source = open_layer(layer, self._assets, self._plan.fps, self._size)
            found = self._open[id(layer)] = (layer, source)
        return found[1]

    def _jump(self, number: int) -> None:
        """Frames were left out: what plays is opened anew at its place, what stands still is kept."""
        back = number < self._next
        self._close(lambda layer: back or layer.last <= number or isinstance(layer.spec, ClipSpec))

    def _close(self, unwanted: Callable[[Layer], bool]) -> None:
        for key, (layer, source) in list(self._open.items()):
            if unwanted(layer):
                self._learn(source)
                source.close()
                del self._open[key]

    def _learn(self, source: Source) -> None:
        """Only what reads on in its file while it is drawn has anything to say."""
        found = getattr(source, "notes", None)
        self._notes += found() if found else ()
