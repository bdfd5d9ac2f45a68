"""How one scene becomes the next, by the vendor's names, which are those of ffmpeg's xfade filter.

Each style does what xfade's documentation and formulas say; edges of wipes are drawn smooth, and places are
rounded to the even pixels of yuv420p. A style is a function of both canvases and ``share``, which goes from
0 (old scene) to 1 (new scene).
"""

from __future__ import annotations

from collections.abc import Callable

from services.renderer.local.compositing import transition_masks as masks
from services.renderer.local.compositing import transition_moves as moves
from services.renderer.local.pictures.kernels import mix_planes
from services.renderer.local.pictures.planes import OPAQUE, Planes, yuv

Style = Callable[[Planes, Planes, float, Planes], None]

_BLACK, _WHITE = yuv(0, 0, 0), yuv(255, 255, 255)


def styles() -> tuple[str, ...]:
    return tuple(_STYLES)


def mix(style: str, old: Planes, new: Planes, share: float, out: Planes) -> None:
    """``share`` (0 … 1) of the way from ``old`` to ``new``, into ``out``."""
    _STYLES[style](old, new, min(1.0, max(0.0, share)), out)


def _fade(old: Planes, new: Planes, share: float, out: Planes) -> None:
    amount = round(share * OPAQUE)
    for a, b, c in zip(old.all(), new.all(), out.all(), strict=True):
        mix_planes(a, b, amount, c)


_STYLES: dict[str, Style] = {
    "fade": _fade,
    "fadeblack": moves.through(_BLACK),
    "fadewhite": moves.through(_WHITE),
    "fadegrays": moves.through_grey,
    "distance": moves.by_distance,
    "dissolve": masks.dissolve,
    "radial": masks.soft("radial"),
    "circlecrop": masks.circle_crop(_BLACK),
    "rectcrop": moves.rectangle_crop(_BLACK),
    "pixelize": moves.pixelize,
    "hblur": moves.blur_across,
    "squeezeh": moves.squeeze(across=False),
    "squeezev": moves.squeeze(across=True),
    "zoomin": moves.zoom_in,
    "slideleft": moves.slide(-1, 0),
    "slideright": moves.slide(1, 0),
    "slideup": moves.slide(0, -1),
    "slidedown": moves.slide(0, 1),
    "wipetl": moves.corner(right=False, bottom=False),
    "wipetr": moves.corner(right=True, bottom=False),
    "wipebl": moves.corner(right=False, bottom=True),
    "wipebr": moves.corner(right=True, bottom=True),
}
for _side in ("left", "right", "up", "down"):
    _STYLES[f"wipe{_side}"] = masks.wipe(_side)
    _STYLES[f"smooth{_side}"] = masks.soft(f"smooth{_side}")
for _name in ("circleopen", "circleclose", "vertopen", "vertclose", "horzopen", "horzclose"):
    _STYLES[_name] = masks.soft(_name)
for _name in ("diagtl", "diagtr", "diagbl", "diagbr"):
    _STYLES[_name] = masks.soft(_name)
for _name in ("hlslice", "hrslice", "vuslice", "vdslice"):
    _STYLES[_name] = masks.slices(_name)
