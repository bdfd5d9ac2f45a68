"""The soundtrack: every sound decoded, placed, faded and mixed in memory, then brought to one loudness."""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np
import numpy.typing as npt

from services.errors import OperatorError, Refused
from services.renderer.local.encode import RATE
from services.renderer.local.layers import Sound
from services.renderer.local.loudness import normalised
from services.renderer.local.media import AssetFile, Assets, open_media

Track = npt.NDArray[np.float32]  # (2, samples)

_CLICK = 0.005  # seconds: the shortest fade, so that no cut clicks


def soundtrack(sounds: Sequence[Sound], assets: Assets, frames: int, fps: int) -> Track:
    """Exactly as long as ``frames``; silence where nothing sounds."""
    total = round(frames * RATE / fps)
    mixed = np.zeros((2, total), np.float32)
    for sound in sounds:
        try:
            _add(mixed, sound, assets[sound.asset])
        except OperatorError as error:
            raise Refused(f"{sound.where}: {error.message}", remedy=error.remedy) from None
    return normalised(mixed, RATE) if sounds else mixed


def _add(mixed: Track, sound: Sound, asset: AssetFile) -> None:
    first = round(sound.start * RATE)
    length = min(round(sound.seconds * RATE), mixed.shape[1] - first)
    if length <= 0:
        return
    once = _decoded(asset, sound.seek, length)
    if not once.shape[1]:
        return
    times = -(-length // once.shape[1]) if sound.loop == 0 else sound.loop
    played = np.tile(once, (1, min(times, -(-length // once.shape[1]))))[:, :length]
    _fade(played, sound.fade_in, sound.fade_out)
    mixed[:, first : first + played.shape[1]] += played * np.float32(sound.volume)


def _decoded(asset: AssetFile, seek: float, length: int) -> Track:
    """At most ``length`` samples from ``seek`` seconds on; a file that breaks in the middle ends there."""
    parts: list[Track] = []
    have = 0
    skip: int | None = None
    with open_media(asset, "sound") as container:
        stream = container.streams.audio[0]
        if seek and stream.time_base:
            container.seek(round(seek / stream.time_base), stream=stream, backward=True)
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
        try:
            for frame in container.decode(stream):
                if skip is None:  # the first frame says how far before the wanted place we are
                    begins = float((frame.pts or 0) * (frame.time_base or 0))
                    skip = max(0, round((seek - begins) * RATE)) if seek else 0
                for piece in resampler.resample(frame):
                    part = np.asarray(piece.to_ndarray()[:, skip:], np.float32)
                    skip = max(0, skip - piece.samples)
                    parts.append(part)
                    have += part.shape[1]
                if have >= length:
                    break
        except (av.FFmpegError, EOFError):
            if not parts:
                raise
    return np.concatenate(parts, axis=1)[:, :length] if parts else np.zeros((2, 0), np.float32)


def _fade(track: Track, into: float, out: float) -> None:
    """Fades of equal-power shape at both ends, in place; they never meet."""
    samples = track.shape[1]
    for seconds, at_end in ((into, False), (out, True)):
        length = min(samples // 2 if into and out else samples, round(max(seconds, _CLICK) * RATE))
        if length < 2:
            continue
        curve = np.sin(np.linspace(0, np.pi / 2, length, dtype=np.float32))
        if at_end:
            track[:, samples - length :] *= curve[::-1]
        else:
            track[:, :length] *= curve
