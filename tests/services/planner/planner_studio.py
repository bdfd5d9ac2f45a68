"""Folders of made-up assets for planner tests: values only, no file is ever opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.bucket.pairs import Named, belongings
from services.model.asset import Asset, Category, MediaFacts, StoredFile
from services.model.brief import Brand, Brief, Intent, PastDraft
from services.model.proposal import Proposal

WHEN = datetime(2025, 5, 1, tzinfo=UTC)
SERIES = ("tu", "tm", "sv", "rv", "sm")
INTENTS = (
    Intent("show the piece", "Show a finished piece.", 3),
    Intent("teach", "Explain how it is made.", 2),
    Intent("ask", "Ask the audience something.", 2),
    Intent("behind the scenes", "Show the making.", 2),
    Intent("failures", "Show what failed, honestly.", 1),
)
BRAND = Brand(
    personality="A calm pottery studio with a robot that prints clay.",
    instructions="Short captions. #slowmaking",
    intents=INTENTS,
    context={"names.md": "RV: ribbed vases\n- TU = tulip vases, thin\n", "map.md": "IMG_7788.jpg shows sv03"},
)


def file(key: str) -> StoredFile:
    folder, _, path = key.partition("/")
    return StoredFile(folder, path, 1_000_000, "1", WHEN, WHEN, "", "")


def photo(key: str, width: int = 3000, height: int = 4000) -> Asset:
    return known(Asset(file(key), Category.IMAGE, MediaFacts("jpeg", None, width, height)))


def clip(key: str, seconds: float = 12.0, width: int = 720, height: int = 1280) -> Asset:
    return known(Asset(file(key), Category.VIDEO, MediaFacts("mp4", seconds, width, height, 30.0, False)))


def known(asset: Asset) -> Asset:
    """With the piece and role that the catalogue reads in its name."""
    found = belongings([Named(asset.id, asset.category, asset.file.folder, asset.file.path)])
    if asset.id not in found:
        return asset
    return replace(asset, piece=found[asset.id].piece, role=found[asset.id].role)


def track(key: str, seconds: float = 40.0) -> Asset:
    return Asset(file(key), Category.AUDIO, MediaFacts("mp3", seconds, None, None, None, True))


def small_studio() -> list[Asset]:
    """About 40 files, named as the real studio names its files."""
    made: list[Asset] = []
    for n, piece in enumerate(("rv06", "tu01", "sm03", "sv02", "tm04")):
        stem = f"video_uploads/timelapse_{piece}.gcode_202504{20 + n}_1556"
        made += [clip(f"{stem}.mp4", 9 + n), photo(f"{stem}.jpg", 720, 1280)]
    for series in SERIES:
        made += [photo(f"completed_works/{series}0{n}.jpg") for n in (1, 2, 6)]
    made.append(photo("completed_works/rv02_glazed_2.jpg", 4000, 3000))
    made += [
        photo(f"wip_photos/{name}.jpg")
        for name in ("rv06_drying", "tu01", "sm03_failed", "sv02", "tm_failed_2")
    ]
    made += [photo(f"build_photos/nozzle_{n}.jpg", 4000, 2250) for n in range(4)]
    made += [track(f"music_uploads/{name}.wav") for name in ("morning", "kiln hum", "wheel")]
    return made


def large_studio(files: int = 560) -> list[Asset]:
    """The studio's structure at size: timelapses with stills, finished pieces, progress, build, music."""
    made: list[Asset] = []
    for n in range(files // 7):
        piece = f"{SERIES[n % 5]}{n // 5 + 1:02}"
        stem = f"video_uploads/timelapse_{piece}.gcode_2025{n % 12 + 1:02}{n % 28 + 1:02}_1556"
        made += [clip(f"{stem}.mp4", 7 + n % 20), photo(f"{stem}.jpg", 720, 1280)]
        made += [
            photo(f"completed_works/{piece}.jpg"),
            photo(f"completed_works/{piece}_glazed_2.jpg", 4000, 3000),
        ]
        made.append(photo(f"wip_photos/{piece}_{'failed' if n % 3 == 0 else 'drying'}.jpg"))
        made.append(
            photo(f"build_photos/extruder/{n:03}.jpg") if n % 2 else clip(f"video_uploads/MVI_{n:04}.mov", 20)
        )
        made.append(
            track(f"music_uploads/song_{n:03}.mp3", 30 + n)
            if n % 4 == 0
            else photo(f"wip_photos/IMG_{n:04}.jpg")
        )
    return made


def arbitrary_folder() -> list[Asset]:
    made = [photo(f"media/IMG_{n}.jpg", 4032, 3024 if n % 2 else 5000) for n in range(1230, 1242)]
    made += [clip(f"media/MVI_{n}.mov", 5 + 3 * n, 1920, 1080) for n in range(4)]
    return [*made, track("media/track.mp3", 12)]


def brief(assets: Sequence[Asset], *, past: Sequence[PastDraft] = (), count: int = 3, **more: Any) -> Brief:
    return Brief(
        brand=more.pop("brand", BRAND), assets=assets, analytics=None, past=past, count=count, **more
    )


def remembered(proposal: Proposal, number: int) -> PastDraft:
    return PastDraft(
        number=number,
        title=proposal.title,
        format=proposal.labels.format,
        intent=proposal.labels.intent,
        state="draft",
        reason="",
        assets=tuple(dict.fromkeys(r.asset for r in proposal.resources)),
        movie=proposal.movie,
        caption=proposal.caption,
    )
