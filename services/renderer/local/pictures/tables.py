"""Colour correction as one table of 256 values for each plane: what ffmpeg's eq filter computes.

Tables are applied by the interpreter's own byte translation, which is faster here than gathering with numpy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.planning.treatment import Correction

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tables:
    """New values of y, u and v, 256 bytes each; None where nothing changes."""

    y: bytes | None = None
    u: bytes | None = None
    v: bytes | None = None

    def apply(self, y: Plane, u: Plane, v: Plane) -> tuple[Plane, Plane, Plane]:
        return translated(y, self.y), translated(u, self.u), translated(v, self.v)

    def of(self, colour: tuple[int, int, int]) -> tuple[int, int, int]:
        """What becomes of one colour."""
        found = [value if t is None else t[value] for value, t in zip(colour, self.all(), strict=True)]
        return (found[0], found[1], found[2])

    def all(self) -> tuple[bytes | None, bytes | None, bytes | None]:
        return self.y, self.u, self.v

    def then(self, other: Tables) -> Tables:
        """Both after another, as one."""
        both = [_chained(a, b) for a, b in zip(self.all(), other.all(), strict=True)]
        return Tables(*both)


def correction_tables(correction: Correction) -> Tables:
    """v = ((s − ½) · contrast + ½ + brightness) ^ (1 / gamma); chroma: distance from grey · saturation."""
    shares = np.arange(256) / 255
    luma = None
    if (correction.brightness, correction.contrast, correction.gamma) != (0.0, 1.0, 1.0):
        straight = (shares - 0.5) * correction.contrast + 0.5 + correction.brightness
        luma = table(np.maximum(straight, 0.0) ** (1 / correction.gamma))
    chroma = None
    if correction.saturation != 1.0:
        chroma = chroma_table(correction.saturation)
    return Tables(luma, chroma, chroma)


def chroma_table(saturation: float) -> bytes:
    return table((np.arange(256) - 128) / 255 * saturation + 128 / 255)


def table(shares: Shares) -> bytes:
    """256 shares (0 … 1) as bytes."""
    return np.clip(np.rint(shares * 255), 0, 255).astype(np.uint8).tobytes()


def translated(plane: Plane, values: bytes | None) -> Plane:
    if values is None:
        return plane
    return np.frombuffer(plane.tobytes().translate(values), np.uint8).reshape(plane.shape)


def _chained(first: bytes | None, second: bytes | None) -> bytes | None:
    if first is None or second is None:
        return first or second
    return first.translate(second)
