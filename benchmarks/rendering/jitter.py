"""How much a slow zoom shakes: where a line stands in each frame, against where it should."""

from __future__ import annotations

import numpy as np

from services.renderer.local.pictures.moving import SPARE
from services.renderer.local.pictures.slide import Slide

_SIDE, _OUT, _FRAMES = round(1080 * SPARE), 1080, 150


def jitter() -> float:
    """Pixels rms, over a zoom of 5 % in five seconds, of soft lines all over the picture."""
    lines = np.arange(60, _SIDE - 60, 40, dtype=np.float64)
    x = np.arange(_SIDE)
    profile = 20 + 200 * np.exp(-((x[:, None] - lines) ** 2) / (2 * 3.0**2)).sum(axis=1)
    plane = np.tile(np.clip(profile, 0, 255).astype(np.uint8), (64, 1))
    slide, out, errors = Slide(plane), np.empty((64, _OUT), np.uint8), []
    for number in range(_FRAMES):
        share = 1 - 0.05 * number / (_FRAMES - 1)
        slide.sample(((1 - share) / 2, 0.0, share, 1.0), out)
        seen = out[32].astype(np.float64) - 20
        places = (lines + 0.5 - _SIDE * (1 - share) / 2) * _OUT / (_SIDE * share) - 0.5
        for place in places:
            left = int(place) - 9
            if left < 0 or left + 20 > _OUT:
                continue
            part = seen[left : left + 20]
            errors.append((part * np.arange(left, left + 20)).sum() / part.sum() - place)
    found = np.asarray(errors)
    return float(np.sqrt(np.mean((found - found.mean()) ** 2)))
