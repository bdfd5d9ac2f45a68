"""What the brief says of the media: counts, then few files by name; as long for 10,000 as for 100."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from services.model.asset import Category
from services.planner.pieces import Item
from services.planner.quoted import plain
from services.planner.shelf import KINDS, Shelf, orientation

_FOLDERS, _SERIES = 10, 12  # rows of counts
_NEWEST, _NEVER, _NEGLECTED, _PAIRS, _MUSIC = 10, 24, 8, 8, 8  # files named
_LEDGER = 50


def media_lines(shelf: Shelf) -> list[str]:
    """The inventory digest, most useful first."""
    return list(_lines(shelf))


def _lines(shelf: Shelf) -> Iterator[str]:
    kinds = Counter(KINDS[i.category] for i in shelf.items)
    unreadable = f"; {shelf.unreadable} cannot be read" if shelf.unreadable else ""
    yield f"Usable: {_counted(kinds)}{unreadable}."
    shapes = Counter(f"{orientation(i)} {KINDS[i.category]}" for i in shelf.items if orientation(i))
    yield f"Shapes: {_counted(shapes)}."
    unused = Counter(KINDS[i.category] for i in shelf.items if not shelf.used.times(i.id))
    yield f"Never used in a draft: {_counted(unused)}."
    folders = Counter(i.asset.file.folder for i in shelf.items)
    for folder, count in folders.most_common(_FOLDERS):
        stages = Counter(
            str(i.stage) or "no stage named" for i in shelf.items if i.asset.file.folder == folder
        )
        yield f"Folder {plain(folder, 60)}: {count} files ({_counted(stages)})"
    for code, count in _series(shelf)[:_SERIES]:
        name = shelf.series.get(code, "")
        yield f"Series {plain(code, 24)}{f' ({plain(name, 40)})' if name else ''}: {count} files"
    yield from _named(shelf, "Never used, a cross-section", shelf.never_used()[:_NEVER])
    yield from _pairs(shelf)
    visible = [i for i in shelf.items if i.category is not Category.AUDIO]
    yield from _named(shelf, "Newest", shelf.newest(visible)[:_NEWEST])
    yield from _named(shelf, "Not seen for the longest time", shelf.neglected()[:_NEGLECTED])
    tracks = [i for i in shelf.items if i.category is Category.AUDIO]
    tracks.sort(key=lambda i: (shelf.used.times(i.id), i.asset.file.key))
    yield from _named(shelf, "Music, the least used first", tracks[:_MUSIC])


def ledger_lines(shelf: Shelf, cool_down: int) -> list[str]:
    """Assets of the last ``cool_down`` drafts, which should rest, with the seconds that were shown."""
    resting = sorted(
        ((use.ago, asset) for asset, use in shelf.used.by_asset.items() if use.ago < cool_down),
    )
    lines = []
    for ago, asset in resting[:_LEDGER]:
        use = shelf.used.by_asset[asset]
        parts = ", ".join(f"{start:g}–{end:g} s" for start, end in use.parts[:6])
        shown = f", shown {parts}" if parts else ""
        lines.append(f"{asset}: used {use.times}×, last {_ago(ago)}{shown}")
    return lines


def _ago(drafts: int) -> str:
    return f"{drafts + 1} drafts ago" if drafts else "in the newest draft"


def _named(shelf: Shelf, title: str, items: list[Item]) -> Iterator[str]:
    if items:
        yield f"{title}:"
        yield from (f"- {shelf.line(item)}" for item in items)


def _pairs(shelf: Shelf) -> Iterator[str]:
    groups = shelf.matched()[:_PAIRS]
    if groups:
        yield "Clips and photos of the same piece, the least used first:"
        for group in groups:
            members = ", ".join(f"{i.id} {KINDS[i.category]} {i.stage}".strip() for i in group[:5])
            yield f"- {plain(group[0].label or group[0].piece, 40)}: {members}"


def _series(shelf: Shelf) -> list[tuple[str, int]]:
    found = Counter(i.series for i in shelf.items if i.series)
    return sorted(found.items(), key=lambda row: (-row[1], row[0]))


def _counted(counts: Counter[str]) -> str:
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return ", ".join(f"{count} {name}" for name, count in rows[:8]) or "nothing"
