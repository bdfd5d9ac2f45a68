"""The plan's soundtrack, and what shows it (pure): which file is heard from when, how it comes and goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.movie import SceneSpan, Span, Timeline
from services.movie.elements import Audio, Audiogram, Video, Voice
from services.movie.timeline import seek_seconds, voice_name
from services.movie.values import parse_colour
from services.renderer.local.media import Facts
from services.renderer.local.pictures.planes import yuv
from services.renderer.local.planning.layers import AudiogramSpec, Sound
from services.renderer.local.sound.soundtrack import VERSION

_Times = tuple[float, float]

_BARS = "#FFFFFF"  # the vendor names no colour of its own


def sounds_of(timeline: Timeline, facts: Mapping[str, Facts]) -> tuple[Sound, ...]:
    """Every sound that is heard; ``facts`` by ``src``."""
    return tuple(_all(timeline, facts))


def note_on_voice(where: str, voice: Voice, facts: Mapping[str, Facts]) -> str:
    """What a person should know about a voice of the local renderer."""
    if voice_name(voice) in facts:
        return f"{where}: the voice is a stand-in, spoken by espeak-ng on this machine."
    return f"{where}: the voice is not spoken in the local preview."


def audiogram_spec(
    span: Span, element: Audiogram, sounds: tuple[Sound, ...], frames: int, notes: list[str]
) -> AudiogramSpec:
    """Bars over all ``sounds`` of a movie of ``frames`` frames."""
    notes.append(f"{span.where}: the audiogram is drawn as bars; the vendor does not say how its own looks.")
    red, green, blue, alpha = parse_colour(element.color or _BARS)
    return AudiogramSpec(
        colour=yuv(red, green, blue), opacity=element.opacity * alpha, amplitude=element.amplitude,
        origin=span.first, frames=frames, sounds=sounds, mixing=VERSION,
    )  # fmt: skip


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
    if not isinstance(element, Video | Audio | Voice) or element.muted or element.volume == 0:
        return
    if isinstance(element, Voice):
        name = voice_name(element)
        if name in facts:  # words are not swallowed by a transition: no ``comes`` and ``goes``
            yield Sound(
                where=span.where, asset=name, kind="voice", start=span.first / fps,
                seconds=(span.last - span.first) / fps, volume=element.volume,
                fade_in=element.fade_in, fade_out=element.fade_out,
            )  # fmt: skip
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
