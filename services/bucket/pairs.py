"""Which files belong together: a timelapse, its still, the finished piece. By names, and by the brand's word.

A piece is a design ("rv06"), named by letters and digits in the file's name, or by a name that a clip and a
photo share. An object is one thing made by that design. The still beside a timelapse shows the timelapse's
object; a finished piece shows it when the design was printed once, or when the brand says from which print it
came. Otherwise only the piece is known: a likeness of names proves no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.model.asset import Category, name_of, subfolder_of
from services.model.footage import Mapped, Role
from services.model.names import is_group, is_timelapse, pieces_in, role_of, stem_of

_SHARED = (Category.VIDEO, Category.IMAGE)
LONGEST_ID = 80  # letters of a piece's name


@dataclass(frozen=True, slots=True)
class Named:
    """A file of the catalogue, as far as its name says anything; ``id`` is the asset's."""

    id: str
    category: Category
    folder: str
    path: str

    @property
    def name(self) -> str:
        return name_of(self.path)

    @property
    def subfolder(self) -> str:
        return subfolder_of(self.path)


@dataclass(frozen=True, slots=True)
class Belonging:
    piece: str
    role: Role
    object: str = ""  # "" where it is not known which object it shows


def belongings(assets: Iterable[Named], mapped: Sequence[Mapped] = ()) -> dict[str, Belonging]:
    """Asset id → what it belongs to; files that nothing is known of are absent."""
    files = [asset for asset in assets if asset.category in _SHARED]
    told = {name: entry for entry in mapped for name in entry.files}
    found = {asset.id: known for asset in files if (known := _by_name(asset)) is not None}
    for asset in files:
        entry = told.get(asset.name.lower())
        if entry is not None and (entry.sure or asset.id not in found):
            role = entry.files[asset.name.lower()] or (
                found[asset.id].role if asset.id in found else _role(asset)
            )
            found[asset.id] = Belonging(entry.piece, role)
    found |= _by_shared_name([asset for asset in files if asset.id not in found])
    return _with_objects(files, found, told)


def _by_name(asset: Named) -> Belonging | None:
    stem = stem_of(asset.name)
    piece = next(pieces_in(stem), "")
    return Belonging(piece, _role(asset)) if piece and not is_group(stem) else None


def _by_shared_name(assets: Sequence[Named]) -> dict[str, Belonging]:
    """A clip and a photo of one name in one folder, which is how cameras and people save the two."""
    groups: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for asset in assets:
        groups[asset.folder + "/" + asset.subfolder, stem_of(asset.name).lower()].append(asset)
    return {
        asset.id: Belonging(stem[:LONGEST_ID], _role(asset))
        for (_, stem), group in groups.items()
        if {asset.category for asset in group} == set(_SHARED)
        for asset in group
    }


def _with_objects(
    files: Sequence[Named], found: Mapping[str, Belonging], told: Mapping[str, Mapped]
) -> dict[str, Belonging]:
    """Objects: those the brand names first, then prints by their stem, then what can only be one print's."""
    pieces: dict[str, list[Named]] = defaultdict(list)
    for asset in files:
        if asset.id in found:
            pieces[found[asset.id].piece].append(asset)
    result = dict(found)
    for piece, group in pieces.items():
        objects = {a.id: f"{piece}/{stem_of(a.name).lower()}" for a in group if _is_print(a, found[a.id])}
        prints = set(objects.values())
        for asset in group:
            if (entry := told.get(asset.name.lower())) is not None and entry.sure:
                objects[asset.id] = _of_entry(entry, group, objects)
        failed = {objects[a.id] for a in group if a.id in objects and found[a.id].role is Role.FAILED}
        candidates = {Role.FINISHED: prints - failed, Role.FAILED: prints & failed, Role.PROGRESS: prints}
        for asset in group:
            possible: set[str] = candidates.get(found[asset.id].role, set())
            if len(possible) == 1:
                objects.setdefault(asset.id, next(iter(possible)))
        for identity, name in objects.items():
            result[identity] = replace(found[identity], object=name)
    return result


def _of_entry(entry: Mapped, group: Sequence[Named], objects: Mapping[str, str]) -> str:
    """The entry's print, so that a still that the brand did not name is with it; else its first file."""
    for asset in group:
        if asset.name.lower() in entry.files and asset.id in objects:
            return objects[asset.id]
    return f"{entry.piece}/{min(entry.files)}"


def _is_print(asset: Named, known: Belonging) -> bool:
    return known.role in (Role.TIMELAPSE, Role.STILL) or is_timelapse(stem_of(asset.name))


def _role(asset: Named) -> Role:
    return role_of(stem_of(asset.name), asset.subfolder, asset.folder, asset.category)
