"""Letters as pixels: atoms of set text drawn into masks, with outline, shadow and colour."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from services.renderer.local.text.fonts import SHAPES
from services.renderer.local.text.look import Colour, Shadow
from services.renderer.local.text.scripts import clusters
from services.renderer.local.text.typeset import Atom

Placed = tuple[Atom, float, float]  # an atom, the left end of it and its baseline, in pixels of the image


def inked(
    size: tuple[int, int], atoms: Sequence[Placed], colour: Colour, shadows: Iterable[Shadow] = (),
    outline: tuple[float, Colour] | None = None,
) -> Image.Image:  # fmt: skip
    """RGBA of ``size`` with the atoms in ``colour``; shadows lie below, emoji keep their own colours."""
    letters, pictures = _letters(size, atoms), _pictures(size, atoms)
    whole = letters
    image = Image.new("RGBA", size)
    if outline and outline[0] > 0:
        whole = _letters(size, atoms, outline[0])
    cast = whole if pictures is None else ImageChops.lighter(whole, pictures.getchannel("A"))
    for shadow in reversed(tuple(shadows)):
        if shadow.colour[3] > 0:
            image = Image.alpha_composite(image, _shadow(cast, shadow))
    if outline and outline[0] > 0:
        image = Image.alpha_composite(image, tinted(whole, outline[1]))
    image = Image.alpha_composite(image, tinted(letters, colour))
    if pictures is not None:
        if colour[3] < 1:
            pictures.putalpha(pictures.getchannel("A").point([round(v * colour[3]) for v in range(256)]))
        image = Image.alpha_composite(image, pictures)
    return image


def tinted(mask: Image.Image, colour: Colour) -> Image.Image:
    image = Image.new("RGBA", mask.size, colour[:3])
    image.putalpha(mask if colour[3] >= 1 else mask.point([round(v * colour[3]) for v in range(256)]))
    return image


def reach(shadows: Iterable[Shadow], outline: float = 0.0) -> int:
    """Pixels that shadows and outline stand out beyond the letters at most."""
    far = [max(abs(shadow.dx), abs(shadow.dy)) + 1.5 * shadow.blur for shadow in shadows]
    return math.ceil(max(far, default=0.0) + outline)


def cropped(image: Image.Image, x: int, y: int) -> tuple[Image.Image, int, int] | None:
    """The part that is not empty, at even places and of even size; None when nothing is seen."""
    seen = image.getchannel("A").getbbox()
    if seen is None:
        return None
    left, top = (x + seen[0]) // 2 * 2 - x, (y + seen[1]) // 2 * 2 - y
    box = (left, top, left + even_up(seen[2] - left), top + even_up(seen[3] - top))
    return image.crop(box), x + left, y + top


def even_up(value: float) -> int:
    return max(2, math.ceil(value / 2) * 2)


def rounded(size: tuple[int, int], boxes: Iterable[Sequence[float]], radius: float) -> Image.Image:
    """A mask of boxes (left, top, right, bottom) with round corners, drawn larger for smooth edges."""
    shape = Image.new("L", (size[0] * 2, size[1] * 2))
    pen = ImageDraw.Draw(shape)
    for left, top, right, bottom in boxes:
        corner = min(radius, (right - left) / 2, (bottom - top) / 2)
        box = (round(2 * left), round(2 * top), round(2 * right) - 1, round(2 * bottom) - 1)
        if box[2] >= box[0] and box[3] >= box[1]:
            pen.rounded_rectangle(box, radius=max(0, round(2 * corner)), fill=255)
    return shape.resize(size, Image.Resampling.BOX)


def _letters(size: tuple[int, int], atoms: Sequence[Placed], stroke: float = 0.0) -> Image.Image:
    """The coverage of the letters (mode L)."""
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    for atom, x, baseline in atoms:
        if atom.face.colour:
            continue
        at, text = (x, baseline), atom.text
        if SHAPES:
            way = "rtl" if atom.backward else "ltr"
            off = ["-liga", "-clig"] if len(clusters(text)) == 1 else None
            pen.text(
                at, text, fill=255, font=atom.face.font, anchor="ls", direction=way, features=off,
                stroke_width=stroke,
            )  # fmt: skip
        else:
            text = "".join(reversed(clusters(text))) if atom.backward else text
            pen.text(at, text, fill=255, font=atom.face.font, anchor="ls", stroke_width=stroke)
    return mask


def _pictures(size: tuple[int, int], atoms: Sequence[Placed]) -> Image.Image | None:
    """The emoji in their own colours; None when there are none."""
    found: Image.Image | None = None
    for atom, x, baseline in atoms:
        if not atom.face.colour:
            continue
        font, zoom = atom.face.font, atom.face.zoom
        left, top, right, bottom = font.getbbox(atom.text, anchor="ls")
        if right <= left or bottom <= top:
            continue
        drawn = Image.new("RGBA", (math.ceil(right - left), math.ceil(bottom - top)))
        ImageDraw.Draw(drawn).text((-left, -top), atom.text, font=font, anchor="ls", embedded_color=True)
        if zoom != 1.0:
            wide, high = (max(1, round(side * zoom)) for side in drawn.size)
            drawn = drawn.resize((wide, high), Image.Resampling.LANCZOS)
        layer = Image.new("RGBA", size)
        layer.paste(drawn, (round(x + left * zoom), round(baseline + top * zoom)))
        found = layer if found is None else Image.alpha_composite(found, layer)
    return found


def _shadow(mask: Image.Image, shadow: Shadow) -> Image.Image:
    whole_x, whole_y = math.floor(shadow.dx), math.floor(shadow.dy)
    cast = ImageChops.offset(mask, whole_x, whole_y)
    rest = (shadow.dx - whole_x, shadow.dy - whole_y)
    if any(rest):  # a shadow of half a pixel in a small preview must not vanish, nor jump
        cast = cast.transform(cast.size, Image.Transform.AFFINE, (1, 0, -rest[0], 0, 1, -rest[1]),
                              Image.Resampling.BILINEAR)  # fmt: skip
    if shadow.blur:
        cast = cast.filter(ImageFilter.GaussianBlur(shadow.blur / 2))
    return tinted(cast, shadow.colour)
