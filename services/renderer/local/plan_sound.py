"""The plan's soundtrack (pure): which file is heard from when, how loud, and how it comes and goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.movie import SceneSpan, Span, Timeline
from services.movie.elements import Audio, Video
from services.movie.timeline import seek_seconds
from services.renderer.local.layers import Sound
from services.renderer.local.media import Facts

_Times = tuple[float, float]


def sounds_of(timeline: Timeline, facts: Mapping[str, Facts]) -> tuple[Sound, ...]:
    """Every sound that is heard; ``facts`` by ``src``."""
    return tuple(_all(timeline, facts))


def _all(timeline: Timeline, facts: Mapping[str, Facts]) -> Iterator[Sound]:
    for span in timeline.spans:
        yield from _sound(span, timeline.fps, facts)
    for scene, following in zip(timeline.scenes, [*timeline.scenes[1:], None], strict=True):
        comes, goes = _crossing(scene, following, timeline.fps)
        for span in scene.spans:
            yield from _sound(span, timeline.fps, facts, comes, goes)


def _crossing(scene: SceneSpan, following: SceneSpan | None, fps: int) -> tuple[_Times, _Times]:
    """When the scene comes in and goes, in seconds: its sound goes with its picture."""
    outgoing = following.transition if following else 0
    return (
        (scene.first / fps, (scene.first + scene.transition) / fps),
        ((scene.last - outgoing) / fps, scene.last / fps),
    )


def _sound(
    span: Span, fps: int, facts: Mapping[str, Facts], comes: _Times = (0.0, 0.0), goes: _Times = (0.0, 0.0)
) -> Iterator[Sound]:
    element = span.element
    if not isinstance(element, Video | Audio) or element.muted or element.volume == 0:
        return
    found = facts[element.src]
    if not found.has_audio:
        return
    seek = seek_seconds(element.seek, found.seconds or 0.0)
    is_clip = isinstance(element, Video)
    # The picture of a clip begins its rounds on whole frames; its sound must not run away from it.
    once = round(((found.seconds or 0.0) - seek) * fps) / fps if is_clip else 0.0
    yield Sound(
        where=span.where, asset=element.src, kind="clip" if is_clip else "music",
        start=span.first / fps, seconds=(span.last - span.first) / fps,
        seek=seek, loop=max(0, element.loop), round=max(0.0, once), volume=element.volume,
        fade_in=element.fade_in, fade_out=element.fade_out, comes=comes, goes=goes,
    )  # fmt: skip
