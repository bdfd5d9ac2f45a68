"""A moving view shows what lies where it looks, to a part of a pixel, wherever it is and however large."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from services.renderer.local.pictures.slide import Slide

SIZES = st.sampled_from([(96, 160), (270, 480), (540, 300)])  # of the plane, wide and high


def ramp(width: int, height: int) -> npt.NDArray[np.uint8]:
    """Brightness that rises evenly to the right and down."""
    x, y = (np.arange(side) + 0.5 for side in (width, height))
    return np.rint(10 + 120 * x[None, :] / width + 110 * y[:, None] / height).astype(np.uint8)


@settings(max_examples=80, deadline=None)
@given(
    SIZES, st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0, 1), st.floats(0, 1),
    st.integers(20, 300), st.integers(20, 300),
)  # fmt: skip
def test_every_sample_is_what_lies_there(
    size: tuple[int, int], wide: float, high: float, across: float, down: float, width: int, height: int
) -> None:
    out = np.empty((height, width), np.uint8)
    x, y = across * (1 - wide), down * (1 - high)
    Slide(ramp(*size)).sample((x, y, wide, high), out)
    columns = 10 + 120 * (x + (np.arange(width) + 0.5) / width * wide)
    rows = 110 * (y + (np.arange(height) + 0.5) / height * high)
    # Within half a pixel of the border (more where the view is larger) there is nothing further to mix in.
    sides = (max(1, int(width / size[0] / wide) + 1), max(1, int(height / size[1] / high) + 1))
    inner = (slice(sides[1], height - sides[1]), slice(sides[0], width - sides[0]))
    apart = np.abs(out[inner] - (columns[None, :] + rows[:, None])[inner])
    assert apart.size == 0 or apart.max() < 2.0


def test_the_whole_plane_at_its_own_size_is_the_plane() -> None:
    plane = np.random.default_rng(1).integers(0, 256, (200, 120), np.uint8)
    out = np.empty_like(plane)
    Slide(plane).sample((0.0, 0.0, 1.0, 1.0), out)
    assert np.array_equal(out, plane)


def test_a_view_of_one_place_does_not_depend_on_those_before() -> None:
    plane = np.random.default_rng(2).integers(0, 256, (400, 300), np.uint8)
    again, fresh = np.empty((320, 240), np.uint8), np.empty((320, 240), np.uint8)
    slide = Slide(plane)
    for share in (0.9, 0.8, 0.97, 0.7):
        slide.sample((0.01, 0.02, share, share), again)
    Slide(plane).sample((0.01, 0.02, 0.7, 0.7), fresh)
    assert np.array_equal(again, fresh)
