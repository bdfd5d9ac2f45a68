"""The brand's own word on which files show one and the same object: lists of pieces in its YAML files.

Any YAML file in the brand's context folder counts whose top is ``pieces``, a list of entries like

    - model: rv06                                   # or piece: the design's name
      photo: rv06.jpg                               # the finished piece
      prints: [timelapse_rv06.gcode_20250430_1556.mp4]
      progress: [rv06_leather_hard.jpg]             # also: failed, still, files (of no particular role)
      note: Whatever else is to be remembered; it is read by planners, not here.

One entry is one object. Files are named without folders; those that are not there do no harm. Lines of other
context files that name one piece and files ("IMG_7788.jpg shows sv03") say of which piece a file is whose own
name does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from services.brand import Unreadable, refuse_bombs
from services.model.brief import Brand
from services.model.footage import Mapped, Role
from services.model.names import pieces_in

MOST = 5000  # entries that are read
_LONGEST = 255  # letters of a file's name
_FILE = re.compile(r"[\w.\-]+\.(?:jpe?g|png|webp|mp4|mov|mkv|webm)\b", re.IGNORECASE)
_ROLES = {
    "photo": Role.FINISHED,
    "photos": Role.FINISHED,
    "finished": Role.FINISHED,
    "print": Role.TIMELAPSE,
    "prints": Role.TIMELAPSE,
    "timelapse": Role.TIMELAPSE,
    "timelapses": Role.TIMELAPSE,
    "still": Role.STILL,
    "stills": Role.STILL,
    "progress": Role.PROGRESS,
    "wip": Role.PROGRESS,
    "failed": Role.FAILED,
    "files": Role.OTHER,
}


def brand_pairs(brand: Brand) -> list[Mapped]:
    """The objects that the brand's context names, in the order of files; what is no such list is left out."""
    said: list[Mapped] = []
    listed: list[Mapped] = []
    for name, text in sorted(brand.context.items()):
        if name.lower().endswith((".yaml", ".yml")):
            listed += [entry for raw in _pieces(text) if (entry := _entry(raw)) is not None]
        else:
            said += _said(text)
    return [*said[:MOST], *listed[:MOST]]  # of a file named twice, the last one counts


def _said(text: str) -> Iterator[Mapped]:
    for line in text.splitlines():
        files = [name.lower() for name in _FILE.findall(line[:2000]) if len(name) <= _LONGEST]
        pieces = set(pieces_in(_FILE.sub(" ", line[:2000])))
        if files and len(pieces) == 1:
            yield Mapped(pieces.pop(), dict.fromkeys(files, Role.OTHER), sure=False)


def _pieces(text: str) -> list[object]:
    try:
        refuse_bombs(text)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, Unreadable, ValueError, RecursionError):
        return []
    pieces = data.get("pieces") if isinstance(data, dict) else None
    return pieces if isinstance(pieces, list) else []


def _entry(raw: object) -> Mapped | None:
    if not isinstance(raw, dict):
        return None
    piece = raw.get("piece", raw.get("model"))
    files: dict[str, Role] = {}
    for key, role in _ROLES.items():
        value = raw.get(key)
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and 0 < len(name) <= _LONGEST:
                files[name.rpartition("/")[2].lower()] = role
    if not files or not isinstance(piece, str) or not piece.strip():
        return None
    return Mapped(piece.strip().lower()[:80], files)
