"""The brand's own word on which files show one and the same object: lists of pieces in its YAML files.

Any YAML file in the brand's context folder counts whose top is ``pieces``, a list of entries like

    - model: rv06                                   # or piece: the design's name
      photo: rv06.jpg                               # the finished piece
      prints: [timelapse_rv06.gcode_20250430_1556.mp4]
      progress: [rv06_leather_hard.jpg]             # also: failed, still, files (of no particular role)
      note: Whatever else is to be remembered; it is read by planners, not here.

One entry is one object. Files are named without folders; those that are not there do no harm.
"""

from __future__ import annotations

import yaml

from services.brand import Unreadable, refuse_bombs
from services.model.brief import Brand
from services.model.footage import Mapped, Role

MOST = 5000  # entries that are read
_LONGEST = 255  # letters of a file's name
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
    found: list[Mapped] = []
    for name, text in sorted(brand.context.items()):
        if name.lower().endswith((".yaml", ".yml")):
            found += [entry for raw in _pieces(text) if (entry := _entry(raw)) is not None]
    return found[:MOST]


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
