"""Numbers, flags and colours as movie JSON writes them: lenient in spelling, strict in meaning.

Numbers may arrive as strings ("1.5"); what is not finite, or absurdly large, is refused.
"""

from __future__ import annotations

import colorsys
import math
import re
from typing import Annotated, Any

from PIL import ImageColor
from pydantic import AfterValidator, BeforeValidator, Field

_BIGGEST = 1_000_000.0
_YES = {"true", "yes", "1", "on"}
_NO = {"false", "no", "0", "off", ""}
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]{1,60})\)")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


def number(value: Any) -> float:
    """A finite number of a sane size, from a number or its spelling."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("must be a number.")
    if isinstance(value, str):
        text = value.strip().removesuffix("px").removesuffix("s").rstrip()
        if not _PLAIN_NUMBER.fullmatch(text):
            raise ValueError(f"must be a number, not {value[:40]!r}.")
        value = float(text)
    elif isinstance(value, int) and abs(value) > _BIGGEST:
        raise ValueError("is absurdly large.")
    result = float(value)
    if not math.isfinite(result):
        raise ValueError("must be a finite number.")
    if abs(result) > _BIGGEST:
        raise ValueError("is absurdly large.")
    return result


def words(value: Any) -> Any:
    """A number where a text is meant counts as its digits; everything else stays."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = number(value)
        return str(int(found)) if found.is_integer() else f"{found:.10g}"
    return value


def style_number(value: Any) -> Any:
    """3, "3" and "003" are the same text style."""
    text = words(value)
    return text.strip().zfill(3) if isinstance(text, str) and text.strip().isdecimal() else text


def flag(value: Any) -> bool:
    """True or false, also spelt as a word or as 0 and 1."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in _YES | _NO:
        return value.strip().lower() in _YES
    raise ValueError("must be true or false.")


def _duration(value: float) -> float:
    if value in (-1, -2) or value > 0:
        return value
    raise ValueError("must be above 0 seconds, or -1 (natural length), or -2 (as long as the rest).")


def _start(value: float) -> float:
    if value == -1 or value >= 0:
        return value
    raise ValueError("must be 0 or more seconds, or -1 (after the elements before it).")


def parse_colour(text: str) -> tuple[int, int, int, float]:
    """Red, green, blue (0 … 255) and alpha (0 … 1) of a CSS colour; ValueError if it is none."""
    name = text.strip().lower()
    if name == "transparent":
        return (0, 0, 0, 0.0)
    match = _FUNCTION.fullmatch(name)
    try:
        if match:
            return _mixed(match[1], re.split(r"[\s,/]+", match[2].strip()))
        rgb = ImageColor.getrgb(name[:60])
    except ValueError:
        raise ValueError(f"must be a colour such as #1A2B3C, not {text[:40]!r}.") from None
    return (rgb[0], rgb[1], rgb[2], rgb[3] / 255 if len(rgb) == 4 else 1.0)


def _mixed(space: str, parts: list[str]) -> tuple[int, int, int, float]:
    """rgb(255 0 0 / 50%), rgba(255,0,0,.5), hsl(120deg, 50%, 50%) and their like; values are cut to size."""
    if len(parts) not in (3, 4):
        raise ValueError
    alpha = _part(parts[3], 1.0) if len(parts) == 4 else 1.0
    if space == "rgb":
        red, green, blue = (_part(part, 255.0) for part in parts[:3])
    else:
        hue = number(parts[0].removesuffix("deg")) % 360 / 360
        saturation, lightness = (_part(part, 1.0) for part in parts[1:3])
        red, green, blue = (255 * c for c in colorsys.hls_to_rgb(hue, lightness, saturation))
    return (round(red), round(green), round(blue), alpha)


def _part(text: str, full: float) -> float:
    """A share of a colour between 0 and ``full``, also in percent."""
    value = number(text[:-1]) * full / 100 if text.endswith("%") else number(text)
    return min(full, max(0.0, value))


def _colour(value: str) -> str:
    parse_colour(value)
    return value


Number = Annotated[float, BeforeValidator(number)]
Whole = Annotated[int, BeforeValidator(lambda value: round(number(value)))]
Flag = Annotated[bool, BeforeValidator(flag)]
Seconds = Annotated[Number, Field(ge=0, le=36_000)]
Duration = Annotated[Number, Field(le=36_000), AfterValidator(_duration)]
Start = Annotated[Number, Field(le=36_000), AfterValidator(_start)]
Offset = Annotated[Number, Field(ge=-20_000, le=20_000)]  # pixels
Extent = Annotated[Number, Field(ge=-1, le=7_680)]  # pixels; -1 = natural
Volume = Annotated[Number, Field(ge=0, le=10)]
Colour = Annotated[str, AfterValidator(_colour)]
Words = Annotated[str, BeforeValidator(words), Field(max_length=20_000)]
Name = Annotated[str, BeforeValidator(words), Field(max_length=2_000)]
