"""Clips in high dynamic range on an ordinary screen: an approximation by tables, applied after decoding.

Light is computed from the signal (ITU-R BT.2100: PQ, or HLG at 1000 cd/m²), its reference white of 203 cd/m²
(BT.2408) becomes nearly the white of the screen, and what is brighter is rolled off. BT.2020's wider
primaries are answered by stronger colours.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.renderer.local.media import HDR, PQ
from services.renderer.local.pictures.tables import Tables, chroma_table, table

_WHITE = 203.0  # cd/m²
_KNEE = 0.5  # of reference white: from here on brightness is rolled off
_STRONGER = 1.25
_SCREEN = 2.4  # gamma

Shares = npt.NDArray[np.float64]


def hdr_tables(transfer: int) -> Tables:
    """For a clip's transfer characteristics; nothing for ordinary ones."""
    if transfer not in HDR:
        return Tables()
    signal = np.clip((np.arange(256) - 16) / 219, 0, 1)
    light = (_pq(signal) if transfer == PQ else _hlg(signal)) / _WHITE
    shown = np.where(light < _KNEE, light, 1 - (1 - _KNEE) * np.exp(-(light - _KNEE) / (1 - _KNEE)))
    luma = table((16 + 219 * shown ** (1 / _SCREEN)) / 255)
    chroma = chroma_table(_STRONGER)
    return Tables(luma, chroma, chroma)


def _pq(signal: Shares) -> Shares:
    """cd/m² by SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = signal ** (1 / m2)
    return np.asarray(10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1))


def _hlg(signal: Shares) -> Shares:
    """cd/m² by BT.2100, on a screen of 1000."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray(1000 * scene**1.2)
