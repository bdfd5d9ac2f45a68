"""The faces text is set in: Roboto from its package, DejaVu (in matplotlib's) for what Roboto lacks.

Font names of a movie only choose from this table; they never become a path.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from services.errors import Misconfigured

_WEIGHTS = ((250, "Thin"), (350, "Light"), (450, "Regular"), (550, "Medium"), (750, "Bold"), (9999, "Black"))
_NAMES = {"normal": 400, "bold": 700, "bolder": 800, "lighter": 300}
_KNOWN = {"roboto", "sans-serif", "system-ui", ""}
_DEJAVU = {
    "dejavu sans": "DejaVuSans", "dejavu serif": "DejaVuSerif", "serif": "DejaVuSerif",
    "dejavu sans mono": "DejaVuSansMono", "monospace": "DejaVuSansMono",
}  # fmt: skip
# A character no font has: what is drawn for it is the mark for a missing glyph.
_NOWHERE = "\U0010fffe"
_INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp", "Mn", "Me"}

Font = ImageFont.FreeTypeFont


def weight_number(text: str) -> int:
    """400 for "normal", 700 for "bold", or the number itself."""
    word = text.strip().lower()
    if word in _NAMES:
        return _NAMES[word]
    return min(1000, max(1, int(word))) if word.isascii() and word.isdigit() and len(word) < 5 else 400


def first_family(text: str) -> str:
    return text.split(",")[0].strip().strip("'\"").lower()


def is_known(family: str) -> bool:
    return first_family(family) in _KNOWN | set(_DEJAVU)


def faces(family: str, weight: int, italic: bool, size: int) -> tuple[Font, ...]:
    """The face to use and those to look a missing character up in, in order."""
    return tuple(_face(path, size) for path in _paths(first_family(family), weight, italic))


def _paths(family: str, weight: int, italic: bool) -> Iterator[Path]:
    bold = "-Bold" if weight >= 600 else ""
    if family in _DEJAVU:
        yield _dejavu_folder() / f"{_DEJAVU[family]}{bold}.ttf"
    else:
        name = next(name for limit, name in _WEIGHTS if weight < limit)
        slant = "Italic" if italic else ""
        name = {"RegularItalic": "Italic"}.get(name + slant, name + slant)
        yield _package_folder("font_roboto") / "files" / f"Roboto-{name}.ttf"
    yield _dejavu_folder() / f"DejaVuSans{bold}.ttf"


def _dejavu_folder() -> Path:
    return _package_folder("matplotlib") / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=4)
def _package_folder(package: str) -> Path:
    """Where the package lies, without importing it (matplotlib is slow to import)."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Misconfigured(f"The fonts of the package {package} are missing.", remedy="Install again.")
    return Path(spec.origin).parent


@lru_cache(maxsize=64)
def _face(path: Path, size: int) -> Font:
    try:
        return ImageFont.truetype(path, size)
    except OSError:
        raise Misconfigured(f"The font file {path.name} cannot be read.", remedy="Install again.") from None


@lru_cache(maxsize=4096)
def has(font: Font, character: str) -> bool:
    """Whether the face can draw the character (or it is invisible anyway)."""
    if unicodedata.category(character) in _INVISIBLE:
        return True
    mask, missing = font.getmask(character), font.getmask(_NOWHERE)
    return mask.size != missing.size or bytes(mask) != bytes(missing)


def runs(text: str, fonts: tuple[Font, ...]) -> tuple[list[tuple[str, Font]], set[str]]:
    """``text`` as pieces of one face each, and the characters that no face has (left out)."""
    pieces: list[tuple[str, Font]] = []
    lost: set[str] = set()
    for character in text:
        font = next((font for font in fonts if has(font, character)), None)
        if font is None:
            lost.add(character)
        elif pieces and pieces[-1][1] is font:
            pieces[-1] = (pieces[-1][0] + character, font)
        else:
            pieces.append((character, font))
    return pieces, lost
