"""What is done to a layer's picture besides framing it (values only; part of every segment's key)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Correction:
    """As ffmpeg's eq filter takes them; 0, 1, 1, 1 changes nothing."""

    brightness: float = 0.0
    contrast: float = 1.0
    gamma: float = 1.0
    saturation: float = 1.0


@dataclass(frozen=True, slots=True)
class Key:
    """The colour (YUV, BT.709 limited) that becomes transparent; ``tolerance`` 1 … 100."""

    colour: tuple[int, int, int]
    tolerance: float


@dataclass(frozen=True, slots=True)
class Treatment:
    """In this order: key and correction of the asset's own colours, flips, mask, growth and rotation.

    ``mask`` is an asset whose light parts let the picture be seen; it is stretched over the layer's box.
    ``angle`` is in degrees clockwise, ``about`` a point of the output (None: the middle of the box); with
    ``turn`` it is reached after that many frames, and the picture turns on. ``grow`` is the size at the
    first and at the last frame (for what has no pixels of its own to zoom into).
    """

    correction: Correction | None = None
    key: Key | None = None
    flip_horizontal: bool = False
    flip_vertical: bool = False
    mask: str = ""
    angle: float = 0.0
    turn: int = 0
    grow: tuple[float, float] = (1.0, 1.0)
    about: tuple[float, float] | None = None

    @property
    def reshapes(self) -> bool:
        """Whether the finished picture is masked, turned or grown."""
        return bool(self.mask or self.angle or self.grow != (1.0, 1.0))


PLAIN = Treatment()
