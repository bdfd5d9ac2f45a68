"""One sound file, decoded as far as it is needed: stereo at 48 kHz, every sample at its own time.

Times count from where the file itself begins (some begin late, some have a lead-in of the codec), so that
a clip's sound stays with its picture. What cannot be read is left silent; how much says ``Heard``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import InputContainer

from services.renderer.local.media import AssetFile, open_media, origin_of
from services.renderer.local.output.encode import RATE

Track = npt.NDArray[np.float32]  # (2, samples)

_BEFORE = 0.25  # seconds decoded before the wanted place: a codec needs some frames to come into step
_JUMP = 0.05  # seconds: a time stamp that is off by more is a gap, or a cut
_MOST_BROKEN = 200  # packets in a row that cannot be decoded before the rest is given up
_MISSING = 0.5  # seconds: a file that ends so much earlier than it says was cut off
_RECKONED = frozenset({"mp3", "aac"})
_FORMAT, _LAYOUT = "fltp", "stereo"


@dataclass(frozen=True, slots=True)
class Heard:
    """``samples`` were written; ``whole`` is False if some of them could not be read."""

    samples: int
    whole: bool


def fill(room: Track, asset: AssetFile, seek: float) -> Heard:
    """Write the sound from ``seek`` seconds on into ``room`` (zeros before), as far as there is any.

    Nothing behind the end of ``room`` is decoded. Refused if the file cannot be opened.
    """
    length = room.shape[1]
    reader = _Reader()
    until = 0
    with open_media(asset, "sound") as container:
        stream = container.streams.audio[0]
        origin = origin_of(container)
        _go_to(container, stream, seek + origin)
        at: int | None = None
        for frame, begins in _gapless(reader.frames(container, stream)):
            if begins is not None:
                at = round((begins - origin - seek) * RATE)
            if at is None:  # a file without time stamps begins at its beginning
                at = round(-seek * RATE)
            skipped = max(0, -at)
            part = frame[:, skipped : max(skipped, length - at)]
            if part.shape[1]:
                first = at + skipped
                room[:, first : first + part.shape[1]] = part
                until = max(until, first + part.shape[1])
            at += frame.shape[1]
            if at >= length:
                break
        promised = min(length, round((_promised(container, stream) - seek) * RATE))
    return Heard(until, reader.broken == 0 and until >= promised - _MISSING * RATE)


def _promised(container: InputContainer, stream: AudioStream) -> float:
    """Seconds the file says it lasts; 0 where that is only reckoned from its size."""
    if container.format.name in _RECKONED or not stream.duration or not stream.time_base:
        return 0.0
    return float(stream.duration * stream.time_base)


def _go_to(container: InputContainer, stream: AudioStream, seconds: float) -> None:
    """As near before that place as the file allows; where it cannot seek, it is read from its start."""
    before = seconds - _BEFORE
    if before <= 0 or not stream.time_base:
        return
    try:
        container.seek(round(before / stream.time_base), stream=stream, backward=True)
    except MemoryError:
        raise
    except av.FFmpegError:
        container.seek(0)


class _Reader:
    """Decodes packet by packet, so that a broken one costs no more than itself."""

    def __init__(self) -> None:
        self.broken = 0

    def frames(self, container: InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame]:
        in_a_row = 0
        packets = container.demux(stream)
        while in_a_row < _MOST_BROKEN:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                frames = packet.decode()
            except MemoryError:  # libav's is an FFmpegError too
                raise
            except (av.FFmpegError, EOFError, ValueError):
                self.broken += 1
                in_a_row += 1
                continue
            in_a_row = 0
            yield from (frame for frame in frames if isinstance(frame, av.AudioFrame) and frame.samples)


def _gapless(frames: Iterator[av.AudioFrame]) -> Iterator[tuple[Track, float | None]]:
    """(samples, time): the time in seconds is given where the run before it does not simply go on."""
    converter = _Converter()
    expected: float | None = None
    for frame in frames:
        stamp = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
        goes_on = stamp is None or (expected is not None and abs(stamp - expected) <= _JUMP)
        if not goes_on or not converter.takes(frame):
            yield from ((part, None) for part in converter.rest())
        begins = None if goes_on else stamp
        lasts = frame.samples / frame.sample_rate
        expected = (stamp if stamp is not None else expected or 0.0) + lasts
        for part in converter.convert(frame):
            yield part, begins
            begins = None
        if begins is not None:  # all of it is still in the converter: its time goes with what comes out
            for part in converter.rest():
                yield part, begins
                begins = None
    yield from ((part, None) for part in converter.rest())


class _Converter:
    """Any rate, format and layout to 48 kHz stereo floats."""

    def __init__(self) -> None:
        self._made: av.AudioResampler | None = None
        self._for: tuple[object, ...] = ()

    def takes(self, frame: av.AudioFrame) -> bool:
        """Whether it can go on with ``frame``: some streams change in the middle."""
        return self._made is None or self._for == _shape(frame)

    def convert(self, frame: av.AudioFrame) -> Iterator[Track]:
        if self._made is None:
            self._made = av.AudioResampler(format=_FORMAT, layout=_LAYOUT, rate=RATE)
            self._for = _shape(frame)
        frame.pts = None  # the time was read before; here only the order counts
        return self._arrays(self._made.resample(frame))

    def rest(self) -> Iterator[Track]:
        if self._made is None:
            return iter(())
        made, self._made = self._made, None
        return self._arrays(made.resample(None))

    @staticmethod
    def _arrays(frames: list[av.AudioFrame]) -> Iterator[Track]:
        for frame in frames:
            array = np.asarray(frame.to_ndarray(), np.float32)
            if array.size:
                yield np.nan_to_num(array, nan=0.0, posinf=0.0, neginf=0.0)


def _shape(frame: av.AudioFrame) -> tuple[object, ...]:
    return frame.format.name, frame.layout.name, frame.layout.nb_channels, frame.sample_rate
