"""The faces text is set in: families installed by pip packages, and fonts of the system for the rest.

Font names of a movie only choose from these tables (or name an installed package); they never become a path.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features
from PIL.ImageFont import Axis

from services.errors import Misconfigured
from services.renderer.local.text.coverage import Coverage, coverage_of

# Shaping and right-to-left text need libraqm with FriBiDi; Pillow brings the one and finds the other.
SHAPES = bool(features.check("raqm"))

Font = ImageFont.FreeTypeFont

_NAMES = {"normal": 400, "bold": 700, "bolder": 800, "lighter": 300}
_WEIGHTS = {
    "thin": 100, "extralight": 200, "light": 300, "regular": 400, "": 400, "medium": 500,
    "semibold": 600, "bold": 700, "extrabold": 800, "black": 900,
}  # fmt: skip
_FILE = re.compile(r"([A-Za-z]+)(?:-([A-Za-z]*?)(Italic|Oblique)?)?(?:\[([a-z,]+)\])?\.(?:ttf|otf)")
_PACKAGES = {
    "roboto": "font_roboto", "anton": "fontpkg_anton", "arimo": "fontpkg_arimo",
    "bebas neue": "fontpkg_bebas_neue", "inter": "fontpkg_inter", "montserrat": "fontpkg_montserrat",
    "oswald": "fontpkg_oswald", "playfair display": "fontpkg_playfair_display", "poppins": "fontpkg_poppins",
}  # fmt: skip
_DEJAVU = {"dejavu sans": "DejaVuSans", "dejavu serif": "DejaVuSerif", "dejavu sans mono": "DejaVuSansMono"}
# Other names of the same design, or of one that has the same measures: nothing to tell.
_SAME = {
    "": "roboto", "sans-serif": "roboto", "system-ui": "roboto", "arial": "arimo", "helvetica": "arimo",
    "helvetica neue": "arimo", "liberation sans": "arimo", "serif": "dejavu serif",
    "monospace": "dejavu sans mono", "bebas": "bebas neue",
}  # fmt: skip
# Families that are not installed, and what comes nearest; every other one is shown in Roboto.
_NEAREST = {
    "anton": ("impact", "league gothic", "bowlby one", "passion one", "alfa slab one", "fjalla one"),
    "oswald": ("roboto condensed", "pathway gothic one", "barlow condensed", "teko", "archivo narrow"),
    "montserrat": ("boldonse", "boldonse-regular", "archivo black", "raleway", "nunito", "kanit"),
    "poppins": ("dm sans", "quicksand", "josefin sans", "league spartan", "outfit", "fredoka"),
    "playfair display": (
        "georgia", "times new roman", "merriweather", "lora", "pt serif", "dm serif display",
        "abril fatface", "cormorant garamond", "libre baskerville", "eb garamond",
    ),
    "dejavu sans mono": (
        "roboto mono", "courier", "courier new", "source code pro", "jetbrains mono", "fira code",
        "ibm plex mono", "space mono", "inconsolata",
    ),
    "arimo": ("verdana", "tahoma", "segoe ui", "open sans", "lato", "pt sans", "noto sans"),
}  # fmt: skip
_INSTEAD = {name: family for family, names in _NEAREST.items() for name in names}
_CONDENSED = {"anton", "bebas neue", "oswald"}  # Oswald has the letters the other two lack
_HEAVY = {"anton", "bebas neue", "archivo black"}  # faces of one weight that look bold
# Big and optional, so not among the dependencies: used when somebody has installed them.
_CJK = tuple(
    (f"noto_cjk_sans_{language}_{weight.lower()}", f"NotoSansCJK{language}-{weight}.otf")
    for weight in ("Bold", "Regular") for language in ("jp", "sc", "kr", "tc")
)  # fmt: skip
_SYSTEM_CJK = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
)


@dataclass(frozen=True, eq=False, slots=True)
class Face:
    """A font at a size. ``zoom``: output pixels per pixel of the font (1 but for fonts of bitmaps)."""

    font: Font
    coverage: Coverage
    zoom: float = 1.0
    colour: bool = False

    def has(self, cluster: str) -> bool:
        """Whether it can draw all of the cluster; joiners and variation marks need no glyph."""
        return all(c in self.coverage for c in cluster if c not in "\u200d\ufe0e\ufe0f")

    def width(self, text: str, *, joined: bool = True) -> float:
        """Output pixels; ``joined``: with ligatures."""
        off = None if joined or not SHAPES else ["-liga", "-clig"]
        return self.font.getlength(text, features=off) * self.zoom


def weight_number(text: str) -> int:
    """400 for "normal", 700 for "bold", or the number itself."""
    word = text.strip().lower()
    if word in _NAMES:
        return _NAMES[word]
    return min(1000, max(1, int(word))) if word.isascii() and word.isdigit() and len(word) < 5 else 400


def display_name(family: str) -> str:
    """A family of shown_family() as people write it."""
    return family.title().replace("Dejavu", "DejaVu")


def shown_family(text: str) -> tuple[str, bool]:
    """The family (lower case) that CSS ``text`` is shown in, and whether that is what was asked for."""
    asked = [part.strip().strip("'\"").lower() for part in text[:200].split(",")]
    for name in asked:
        family = _SAME.get(name, name)
        if family in _PACKAGES or family in _DEJAVU or _own_package(family):
            return family, name == asked[0]
    return _INSTEAD.get(asked[0], "roboto"), False


def faces(family: str, weight: int, italic: bool, size: float) -> tuple[Face, ...]:
    """The face to use and those to look a missing character up in, in order."""
    shown, _ = shown_family(family)
    found = [_face(*_chosen(shown, weight, italic), size)]
    bold = max(weight, 700) if shown in _HEAVY else weight
    others = (["oswald"] if shown in _CONDENSED else []) + ["roboto", "arimo", "dejavu sans"]
    found += [_face(*_chosen(other, bold, italic), size) for other in others if other != shown]
    found += [_face(path, 0, size) for path in _east_asian(bold)]
    return tuple(found)


def has_italics(family: str) -> bool:
    return any(italic for _, italic, _, _ in _files(shown_family(family)[0]))


def _own_package(family: str) -> str | None:
    """The module of a font package that somebody has installed for this family."""
    slug = re.sub(r"[ -]+", "_", family)
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", slug):
        return None
    name = f"fontpkg_{slug}"
    return name if importlib.util.find_spec(name) else None


@lru_cache(maxsize=64)
def _files(family: str) -> tuple[tuple[int, bool, tuple[str, ...], Path], ...]:
    """(weight, italic, axes, path) of each file of the family; the weight of a variable one is 0."""
    stem = _DEJAVU.get(family)
    if stem:
        folder = package_folder("matplotlib") / "mpl-data" / "fonts" / "ttf"
    else:
        folder = package_folder(_PACKAGES.get(family) or _own_package(family) or "") / "files"
    found = []
    for path in sorted(folder.iterdir()):
        match = _FILE.fullmatch(path.name)
        if not match or (stem and match[1] != stem):
            continue
        weight = _WEIGHTS.get((match[2] or "").lower())
        axes = tuple((match[4] or "").split(",")) if match[4] else ()
        if weight is not None:
            found.append((0 if "wght" in axes else weight, bool(match[3]), axes, path))
    if not found:
        raise Misconfigured(f"The fonts of {family} are missing.", remedy="Install again.")
    return tuple(found)


def _chosen(family: str, weight: int, italic: bool) -> tuple[Path, int]:
    """The file nearest to the weight, and the weight to set it to (0: it has but one)."""

    def unlike(file: tuple[int, bool, tuple[str, ...], Path]) -> tuple[bool, int, bool]:
        away = abs(file[0] - weight) if file[0] else 0
        return file[1] != italic, away, (file[0] < weight) == (weight > 500)

    _, _, axes, path = min(_files(family), key=unlike)
    return path, weight if axes else 0


def _east_asian(weight: int) -> Iterator[Path]:
    for package, name in sorted(_CJK, key=lambda entry: ("Bold" in entry[1]) != (weight >= 600)):
        if importlib.util.find_spec(package):
            yield package_folder(package) / name
    yield from (path for path in map(Path, _SYSTEM_CJK) if path.is_file())


@lru_cache(maxsize=64)
def package_folder(package: str) -> Path:
    """Where the package lies, without importing it (matplotlib is slow to import)."""
    spec = importlib.util.find_spec(package) if package else None
    if spec is None or spec.origin is None:
        raise Misconfigured(f"The fonts of the package {package} are missing.", remedy="Install again.")
    return Path(spec.origin).parent


@lru_cache(maxsize=96)
def _face(path: Path, weight: int, size: float) -> Face:
    try:
        font = ImageFont.truetype(path, size)
        if weight:
            font.set_variation_by_axes([_place(axis, weight) for axis in font.get_variation_axes()])
    except OSError:
        raise Misconfigured(f"The font file {path.name} cannot be read.", remedy="Install again.") from None
    return Face(font, coverage_of(path))


def _place(axis: Axis, weight: int) -> float:
    """Where to set an axis of a variable font. Text in a movie is large: the shapes for headlines."""
    wanted = {b"weight": weight, b"optical size": 32}.get((axis["name"] or b"").lower(), axis["default"])
    return float(min(axis["maximum"] or 0, max(axis["minimum"] or 0, wanted or 0)))
