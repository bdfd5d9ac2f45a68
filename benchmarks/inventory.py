"""How long N files take to scan, to scan again unchanged and to export, and the memory it costs.

    python -m benchmarks.inventory [--files 100000] [--json]

The files are empty text files in a temporary folder: media facts are measured by the tests, this measures
the catalogue. Peak memory is the growth of this process over what it used before the first scan.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from services.bucket.folder import FolderBucket
from services.bucket.inventory import Inventory
from services.files import sha256
from services.log import initialize_logging
from services.store import Store


async def measure(count: int, home: Path) -> dict[str, float | int | bool]:
    root = home / "media"
    for number in range(count):
        folder = root / "video_uploads" / f"{number // 1000:04d}"
        if number % 1000 == 0:
            folder.mkdir(parents=True)
        (folder / f"file_{number:07d}.txt").touch()
    store = await Store.open(home / "operator.db")
    inventory = Inventory(FolderBucket(root, ["video_uploads"], home / "drafts", "draft_videos"), store)
    idle = peak_mb()
    result: dict[str, float | int | bool] = {"files": count}
    result["first_scan_s"] = await seconds(inventory.scan_folders())
    before = sha256(store.path), store.path.stat().st_mtime_ns
    result["rescan_s"] = await seconds(inventory.scan_folders())
    result["rescan_wrote_nothing"] = before == (sha256(store.path), store.path.stat().st_mtime_ns)
    result["export_s"] = await seconds(inventory.export(home / "inventory.json"))
    result["export_mb"] = round((home / "inventory.json").stat().st_size / 2**20, 1)
    result["memory_growth_mb"] = round(peak_mb() - idle, 1)
    await inventory.close()
    await store.close()
    return result


async def seconds(work: Awaitable[object]) -> float:
    started = time.perf_counter()
    await work
    return round(time.perf_counter() - started, 2)


def peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    initialize_logging({"log_level": "WARNING"})
    with tempfile.TemporaryDirectory() as home:
        result = asyncio.run(measure(arguments.files, Path(home)))
    if arguments.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{name:22}{value}" for name, value in result.items()))


if __name__ == "__main__":
    main()
