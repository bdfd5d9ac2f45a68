"""Emoji in colour, when this system has a font of them; bitmaps are drawn as they are, then scaled."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from services.renderer.local.text.coverage import coverage_of
from services.renderer.local.text.fonts import Face

_PLACES = (
    "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
    "/usr/share/fonts/noto/NotoColorEmoji.ttf",
    "/usr/share/fonts/noto-emoji/NotoColorEmoji.ttf",
    "/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf",
    "/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf",
    "/usr/local/share/fonts/NotoColorEmoji.ttf",
    "/System/Library/Fonts/Apple Color Emoji.ttc",
)
_STRIKES = (109, 160, 136, 128, 96, 64)  # pixels; a font of bitmaps opens only at sizes it has
# What is drawn in colour without being asked (Unicode's Emoji_Presentation), or by the mark U+FE0F.
_SHOWN = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7f0"
    "\U0001f900-\U0001faff\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f201"
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1"
    "\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a"
    "\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55]"
)


def is_emoji(cluster: str) -> bool:
    """Whether the cluster of characters is meant as an emoji, not as a letter."""
    return "\ufe0f" in cluster or ("\ufe0e" not in cluster and _SHOWN.match(cluster) is not None)


def emoji_face(size: float) -> Face | None:
    """The emoji font for text of ``size`` pixels; None when there is none that can be drawn here."""
    found = _opened()
    if found is None:
        return None
    path, strike = found
    font = _font(path, strike or size)
    return Face(font, coverage_of(path), zoom=size * 1.05 / strike if strike else 1.0, colour=True)


@lru_cache(maxsize=1)
def _opened() -> tuple[Path, int] | None:
    """The first font that draws, and its size in pixels (0: any)."""
    for path in map(Path, _PLACES):
        if not path.is_file():
            continue
        for strike in (0, *_STRIKES):
            if _draws(path, strike):
                return path, strike
    return None


def _draws(path: Path, strike: int) -> bool:
    """Not every colour font can be drawn with this Pillow (layers with gradients leave nothing)."""
    try:
        image = Image.new("RGBA", (200, 200))
        ImageDraw.Draw(image).text((0, 0), "\U0001f600", font=_font(path, strike or 48), embedded_color=True)
    except OSError:
        return False
    return image.getchannel("A").getbbox() is not None


@lru_cache(maxsize=16)
def _font(path: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)
