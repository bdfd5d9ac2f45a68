"""The colours a picture lives on: a palette with shares, and the plain name of each colour.

Distances are taken in CIE L*a*b* (D65), where equal steps look about equally large; names follow hue in HSV,
where people's borders between them lie. Pure arithmetic on arrays.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (n, 3): red, green, blue
Floats = NDArray[np.float32]

MOST = 6  # colours in a palette
_ROUNDS = 8  # of k-means; it stands still long before on pictures
_SAME = 14.0  # colours nearer than this in L*a*b* are one
_LEAST = 0.04  # a smaller share is no colour of the picture
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]],
    np.float32,
)
_WHITE = np.array([0.95047, 1.0, 1.08883], np.float32)
_HUES = (
    (14, "red"), (40, "orange"), (62, "yellow"), (160, "green"), (195, "teal"), (255, "blue"),
    (290, "purple"), (345, "pink"), (361, "red"),
)  # fmt: skip


def palette(pixels: Pixels) -> list[tuple[str, float, str]]:
    """("#a86242", share of the pixels, "brown") for up to six colours, the largest first."""
    lab = to_lab(pixels)
    centres = _seeds(lab)
    nearest = np.zeros(len(lab), np.intp)
    for _ in range(_ROUNDS):
        nearest = ((lab[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        moved = np.array(
            [
                lab[nearest == k].mean(axis=0) if (nearest == k).any() else centres[k]
                for k in range(len(centres))
            ],
            np.float32,
        )
        if np.allclose(moved, centres, atol=0.2):
            break
        centres = moved
    parts = [(lab[nearest == k], pixels[nearest == k]) for k in range(len(centres))]
    merged = _merged([part for part in parts if len(part[0])])
    found = []
    for _, rgb in merged:
        share = len(rgb) / len(pixels)
        red, green, blue = (int(value) for value in rgb.mean(axis=0).round())
        if share >= _LEAST:
            found.append((f"#{red:02x}{green:02x}{blue:02x}", round(share, 3), name((red, green, blue))))
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))


def name(rgb: Sequence[int]) -> str:
    """One of black, grey, white, beige, brown, red, orange, yellow, green, teal, blue, purple, pink."""
    lightness, a, b = (float(value) for value in to_lab(np.array([rgb], np.uint8))[0])
    chroma = float(np.hypot(a, b))
    if lightness < 14 or (lightness < 24 and chroma < 10):
        return "black"
    if chroma < 8:
        return "white" if lightness > 86 else "grey"
    hue, saturation, _ = colorsys.rgb_to_hsv(*(value / 255 for value in rgb))
    word = next(word for top, word in _HUES if hue * 360 < top)
    if word in {"orange", "yellow", "red"}:
        warm = 12 <= hue * 360 < 62
        if warm and lightness > 66 and chroma < 40:
            return "white" if lightness > 92 and chroma < 12 else "beige"
        if warm and lightness < 66 and not (word == "yellow" and chroma > 45) and chroma < 62:
            return "brown"
        if word == "red" and lightness > 64:
            return "pink"
    if chroma < 12:
        return "white" if lightness > 86 else "grey"
    return "brown" if word == "red" and saturation < 0.5 and lightness < 45 else word


def to_lab(pixels: Pixels) -> Floats:
    """(n, 3) of sRGB bytes as L* (0 … 100), a*, b*."""
    light = pixels.astype(np.float32) / 255
    linear = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    xyz = (linear @ _TO_XYZ.T) / _WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
    return np.asarray(lab, np.float32)


def _seeds(lab: Floats) -> Floats:
    """Where k-means begins, the same each time: the colour met most, then each farthest from those taken."""
    cells = np.floor(lab / 12).astype(np.int32)
    _, first, counts = np.unique(cells, axis=0, return_index=True, return_counts=True)
    candidates, weights = lab[first], np.sqrt(counts.astype(np.float32))
    taken = [int(weights.argmax())]
    distance = np.full(len(candidates), np.inf, np.float32)
    while len(taken) < min(MOST + 2, len(candidates)):
        distance = np.minimum(distance, ((candidates - candidates[taken[-1]]) ** 2).sum(axis=1))
        taken.append(int((distance * weights).argmax()))
    return np.asarray(candidates[taken], np.float32)


def _merged(parts: list[tuple[Floats, Pixels]]) -> list[tuple[Floats, Pixels]]:
    """Parts joined while two look the same, or there are more than a palette holds."""
    while len(parts) > 1:
        middles = np.array([lab.mean(axis=0) for lab, _ in parts])
        distance = np.sqrt(((middles[:, None] - middles[None]) ** 2).sum(axis=2))
        distance[np.diag_indices(len(parts))] = np.inf
        i, j = divmod(int(distance.argmin()), len(parts))
        if distance[i, j] > _SAME and len(parts) <= MOST:
            break
        joined = np.concatenate([parts[i][0], parts[j][0]]), np.concatenate([parts[i][1], parts[j][1]])
        parts = [part for k, part in enumerate(parts) if k not in (i, j)] + [joined]
    return parts
