"""How different the drafts of many runs are, by the planner's own measure and to the eye.

    python -m benchmarks.variety [--files 560] [--runs 20] [--each 3] [--studio DIR] [--pages DIR] [--json]

A studio of small real files is drawn (kept in --studio, else in a temporary folder) and scanned like any
media folder. Then 20 runs of 3 drafts each are planned by the offline planner, and by a scripted model that
hands in near-duplicates, both through the product's rounds of check, gate and dry plan; beside them one
template with random files, and the offline planner that measures nothing. Every movie's storyboard is drawn
by the renderer from the files; --pages keeps them as pictures to look at. What the files show is looked at
once and kept beside the studio. Planning time at 10,000 files is
measured on files that exist in name only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.varying.boards import draw, mean_distance, page
from benchmarks.varying.drawing import write_all
from benchmarks.varying.figures import measure
from benchmarks.varying.planners import DullModel, GateOff, Played, Template, play, play_freely
from benchmarks.varying.studio import contents, unopened
from services.brand import read_brand
from services.bucket.folder import FolderBucket
from services.bucket.inventory import Inventory
from services.bucket.look import Looker
from services.log import initialize_logging
from services.model.asset import Asset
from services.model.proposal import Proposal
from services.planner.brief import write_brief
from services.planner.offline import OfflinePlanner
from services.renderer.local.media import AssetFile
from services.renderer.local.profile import PREVIEW
from services.renderer.local.render import approximations, planned
from services.store import Store

_FOLDERS = ("video_uploads", "music_uploads", "completed_works", "wip_photos", "build_photos")
_BRAND = Path(__file__).resolve().parent.parent / "data" / "brand"
TARGETS = {
    "minimum": lambda f: f["minimum"] >= 0.35,
    "mean": lambda f: f["mean"] >= 0.65,
    "leads": lambda f: f["leads"] >= 55,
    "resting": lambda f: f["resting"] == 0,
    "quota": lambda f: f["quota"] <= 1.0,
}


async def scanned(root: Path, home: Path) -> list[Asset]:
    """The studio as the product knows it."""
    store = await Store.open(home / "operator.db")
    bucket = FolderBucket(root, _FOLDERS, home / "drafts", "draft_videos")
    inventory, looker = Inventory(bucket, store), Looker(bucket, store, home / "sheets")
    try:
        await inventory.scan_folders()
        await looker.look()
        return await inventory.assets()
    finally:
        await looker.close()
        await inventory.close()
        await store.close()


def run(arguments: argparse.Namespace, home: Path) -> dict[str, Any]:
    root = arguments.studio or home / "studio"
    began = time.perf_counter()
    write_all(contents(arguments.files), root)
    drawn = time.perf_counter()
    known = root.with_name(f"{root.name}.known")  # what was seen is kept beside the studio
    known.mkdir(exist_ok=True)
    assets = asyncio.run(scanned(root, known))
    brand = read_brand(_BRAND)
    files = {asset.id: root / asset.file.key for asset in assets}
    result: dict[str, Any] = {
        "files": len(assets),
        "drawn_s": round(drawn - began, 1),
        "scanned_and_looked_s": round(time.perf_counter() - drawn, 1),
        "looked_at": sum(a.footage is not None for a in assets),
    }

    async def dry_plan(proposal: Proposal) -> list[str]:
        used = {r.asset: AssetFile(r.asset, files[r.asset], r.asset) for r in proposal.resources}
        return list(approximations(proposal.movie, planned(proposal.movie, used, PREVIEW)))

    runs, each = arguments.runs, arguments.each
    played = {
        "offline": play(assets, brand, OfflinePlanner(), dry_plan, runs, each),
        "dull model": play(assets, brand, DullModel(), dry_plan, runs, each),
        "gate off": play_freely(assets, brand, GateOff(), runs, each),
        "template": play_freely(assets, brand, Template(), runs, each),
    }
    for name, one in played.items():
        figures = asdict(measure(one, assets, brand))
        began = time.perf_counter()
        figures["looks_different"] = _looked(name, one, files, arguments.pages)
        figures["boards_s"] = round(time.perf_counter() - began, 1)
        figures["notes"] = len(one.notes)
        result[name] = figures
    result["at_10000"] = _large(brand)
    gated = [result["offline"], result["dull model"]]
    large = result["at_10000"]
    result["met"] = {name: all(target(one) for one in gated) for name, target in TARGETS.items()} | {
        "looks_different": result["offline"]["looks_different"] > result["gate off"]["looks_different"],
        "at_10000": large["processor_a_draft"] <= 2.0,
        "tokens": abs(large["brief_tokens_10000"] / large["brief_tokens_100"] - 1) <= 0.2,
    }
    return result


def _looked(name: str, played: Played, files: dict[str, Path], pages: Path | None) -> float:
    boards = draw([p.movie for p in played.proposals], files)
    if pages:
        pages.mkdir(parents=True, exist_ok=True)
        titles = [f"{n}. {p.labels.format} · {p.title[:60]}" for n, p in enumerate(played.proposals, 1)]
        for first in range(0, len(boards), 20):
            part = slice(first, first + 20)
            page(boards[part], titles[part], pages / f"{name.replace(' ', '_')}_{first // 20 + 1}.jpg")
    return round(mean_distance(boards), 4)


def _large(brand: Any) -> dict[str, Any]:
    """Time and tokens at 10,000 files, after 60 drafts."""

    async def accept(proposal: Proposal) -> list[str]:
        return []

    from services.model.brief import Brief

    assets = unopened(10_000)
    played = play(assets, brand, OfflinePlanner(), accept, 4, 3)
    tokens = {
        count: write_brief(Brief(brand, unopened(count), None, (), 3)).tokens for count in (100, 10_000)
    }
    return {
        "drafts": len(played.proposals),
        "seconds_a_draft": round(played.seconds / max(1, len(played.proposals)), 3),
        "processor_a_draft": round(played.processor / max(1, len(played.proposals)), 3),
        "brief_tokens_100": tokens[100],
        "brief_tokens_10000": tokens[10_000],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=560)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--studio", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    initialize_logging({"log_level": "ERROR"})
    with tempfile.TemporaryDirectory() as home:
        result = run(arguments, Path(home))
    if arguments.json:
        print(json.dumps(result))
        return
    names = [name for name in result if isinstance(result[name], dict) and "sent_back" in result[name]]
    print(f"{'':18}" + "".join(f"{name:>12}" for name in names))
    for figure in result[names[0]]:
        print(f"{figure:18}" + "".join(f"{result[name][figure]:>12}" for name in names))
    for name in result:
        if name not in names:
            print(f"{name:18}{result[name]}")


if __name__ == "__main__":
    main()
