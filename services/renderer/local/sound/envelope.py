"""How a sound comes and goes: its fades, the transitions of its scene, and the softening of cuts.

Fades follow a sine: two sounds that cross keep their power, so a crossfade has no hole in its middle.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.renderer.local.planning.layers import Sound

_CUT = 0.005  # seconds over which a sound that is cut open or cut off comes and goes, so that nothing clicks

Track = npt.NDArray[np.float32]  # (2, samples)


def shape(played: Track, sound: Sound, rate: int, *, cut_off: bool) -> None:
    """Volume and fades of ``sound``, in place; ``cut_off``: its file would have gone on."""
    seconds = played.shape[1] / rate
    rise(played, 0.0, max(sound.fade_in, _CUT if sound.seek else 0.0), rate)
    fall(played, seconds - max(sound.fade_out, _CUT if cut_off else 0.0), seconds, rate)
    rise(played, sound.comes[0] - sound.start, sound.comes[1] - sound.start, rate)
    if sound.goes[1] > sound.goes[0]:
        fall(played, sound.goes[0] - sound.start, sound.goes[1] - sound.start, rate)
    played *= np.float32(sound.volume)


def rise(played: Track, begins: float, ends: float, rate: int) -> None:
    """From silence at ``begins`` to all of it at ``ends`` (seconds from its first sample), in place."""
    if ends > begins:
        _bend(played, begins, ends, rate, into=True)


def fall(played: Track, begins: float, ends: float, rate: int) -> None:
    """From all of it at ``begins`` to silence at ``ends``, in place."""
    if ends > begins:
        _bend(played, begins, ends, rate, into=False)


def _bend(played: Track, begins: float, ends: float, rate: int, *, into: bool) -> None:
    first, last = round(begins * rate), round(ends * rate)
    left, right = max(0, first), min(played.shape[1], last)
    if right > left:
        share = (np.arange(left - first, right - first, dtype=np.float32) + 0.5) / np.float32(last - first)
        played[:, left:right] *= np.sin((share if into else 1 - share) * np.float32(np.pi / 2))
    if into:
        played[:, : max(0, min(left, played.shape[1]))] = 0
    else:
        played[:, max(0, right) :] = 0
