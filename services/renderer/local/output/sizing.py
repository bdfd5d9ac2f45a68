"""Staying below a number of bytes: the rates a video of some length may have, and what if they are missed."""

from __future__ import annotations

import dataclasses
from concurrent.futures import Future
from pathlib import Path

import av

from services.log import get_logger
from services.renderer.local.output.coding import Coding, Packed, Track
from services.renderer.local.output.encode import Mp4

_log = get_logger(__name__)

# Lengths are rounded up to these, so that a scene that becomes a little longer changes no rate (and with it
# the segments of all others).
_LENGTHS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600)
_USED = 0.94  # of the bytes; the rest is for the container and what the rate control misses
_MOST_PICTURES = 4_000_000  # bit/s: more than a small picture needs
_LEAST_PICTURES = 32_000
_SOUND_SHARE = 0.15
_SOUNDS = (160_000, 128_000, 96_000, 64_000, 48_000, 32_000)
_TRIES = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Rates:
    """In bit/s: what pictures may have over any second, and what the sound is coded with."""

    pictures: int
    sound: int


def rates_for(seconds: float, limit: int) -> Rates:
    """For a video of that length that stays below ``limit`` bytes."""
    length = next((known for known in _LENGTHS if known >= seconds), seconds)
    bits = limit * 8 * _USED / length
    sound = next((rate for rate in _SOUNDS if rate <= bits * _SOUND_SHARE), _SOUNDS[-1])
    # One second more: the rate control may spend its store of a second at the start.
    pictures = (bits - sound) * length / (length + 1)
    return Rates(round(min(_MOST_PICTURES, max(_LEAST_PICTURES, pictures))), sound)


def keep_below(path: Path, limit: int, coding: Coding) -> None:
    """Code the video at ``path`` again, with ever lower rates, until it is no larger than ``limit`` bytes.

    Hardly ever needed: libx264 misses its rate only with very few bits for very restless pictures.
    """
    rate = coding.rate
    for _ in range(_TRIES):
        size = path.stat().st_size
        if size <= limit:
            return
        rate = max(_LEAST_PICTURES, round(rate * 0.85 * limit / size))
        _log.info("a preview of %s bytes is coded again to be below %s", size, limit)
        _again(path, coding.with_changes(rate=rate))


def _again(path: Path, coding: Coding) -> None:
    sound: Future[Track] = Future()
    part = path.with_suffix(".part")
    with av.open(str(path)) as source:
        audio = source.streams.audio[0]
        packets = tuple(
            Packed(packet.pts or 0, packet.dts, True, bytes(packet))
            for packet in source.demux(audio)
            if packet.dts is not None
        )
        sound.set_result(Track(bytes(audio.codec_context.extradata or b""), packets))
        source.seek(0)
        with Mp4(part, coding, sound) as smaller:
            for frame in source.decode(source.streams.video[0]):
                smaller.add(frame)
            smaller.finish()
    part.replace(path)
