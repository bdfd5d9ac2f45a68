"""A studio of any size with the sample studio's structure: timelapses with stills, finished pieces, progress,
build photos, loose clips and music, under the names a potter gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.bucket.pairs import Named, belongings
from services.model.asset import Asset, Category, MediaFacts, StoredFile

SERIES = ("tu", "tm", "sv", "rv", "sm")
_WHEN = datetime(2025, 5, 1, tzinfo=UTC)
_UPRIGHT, _WIDE, _CLIP = (600, 800), (800, 600), (144, 256)


@dataclass(frozen=True, slots=True)
class Shown:
    """One file: ``what`` it shows of piece ``number``; ``seconds`` 0 for photos, ``size`` 0, 0 for music."""

    key: str
    what: str  # timelapse, still, finished, glazed, failed, drying, workshop, hands, loose, music
    number: int
    seconds: float
    size: tuple[int, int]

    @property
    def category(self) -> Category:
        if not self.size[0]:
            return Category.AUDIO
        return Category.VIDEO if self.seconds else Category.IMAGE


def contents(files: int) -> Iterator[Shown]:
    """The first ``files`` files, seven for each piece."""
    made = 0
    for number in range(-(-files // 7)):
        for shown in _of_piece(number):
            if made == files:
                return
            made += 1
            yield shown


def _of_piece(n: int) -> Iterator[Shown]:
    piece = f"{SERIES[n % 5]}{n // 5 + 1:02}"
    stem = f"video_uploads/timelapse_{piece}.gcode_2025{n % 12 + 1:02}{n % 28 + 1:02}_1556"
    yield Shown(f"{stem}.mp4", "timelapse", n, 7.0 + n % 20, _CLIP)
    yield Shown(f"{stem}.jpg", "still", n, 0.0, (450, 800))
    yield Shown(f"completed_works/{piece}.jpg", "finished", n, 0.0, _UPRIGHT)
    yield Shown(f"completed_works/{piece}_glazed_2.jpg", "glazed", n, 0.0, _WIDE)
    state = "drying" if n % 3 else "failed"
    yield Shown(f"wip_photos/{piece}_{state}.jpg", state, n, 0.0, _UPRIGHT)
    if n % 2:
        yield Shown(f"build_photos/extruder/{n:04}.jpg", "workshop", n, 0.0, _WIDE)
    else:
        yield Shown(f"video_uploads/MVI_{n:04}.mov", "hands", n, 14.0 + n % 9, _CLIP)
    if n % 4:
        yield Shown(f"wip_photos/IMG_{n:04}.jpg", "loose", n, 0.0, _UPRIGHT)
    else:
        yield Shown(f"music_uploads/song_{n:04}.wav", "music", n, 30.0 + n % 40, (0, 0))


def unopened(files: int) -> list[Asset]:
    """Assets of that many files that exist in name only: planning reads facts, never files."""
    formats = {Category.IMAGE: "jpeg", Category.VIDEO: "mp4", Category.AUDIO: "wav"}
    found = []
    for shown in contents(files):
        folder, _, path = shown.key.partition("/")
        width, height = shown.size
        facts = MediaFacts(
            formats[shown.category], shown.seconds or None, width or None, height or None,
            6.0 if width and shown.seconds else None, not width,
        )  # fmt: skip
        file = StoredFile(folder, path, 100_000, "1", _WHEN, _WHEN, "", "")
        found.append(Asset(file, shown.category, facts))
    kin = belongings([Named(a.id, a.category, a.file.folder, a.file.path) for a in found])
    return [replace(a, piece=kin[a.id].piece, role=kin[a.id].role) if a.id in kin else a for a in found]
