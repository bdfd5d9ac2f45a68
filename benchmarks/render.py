"""What rendering costs beside the bare encode of the same frames, and beside MoviePy 2.

    python -m benchmarks.render [--seconds 30] [--rounds 3] [--moviepy 6] [--moviepy-python PYTHON] [--json]

The movie: three photos of 3000×4000 with a slow zoom, three noisy clips of 12 Mbit/s cropped to cover, five
crossfades, two texts a scene with fades, music. Every figure is of a process and all it starts. The runs of
a round follow each other, and ratios are those within a round (their median): a machine that is busy with
other things changes seconds, hardly ratios. ``--moviepy`` is how many seconds of the movie MoviePy gets (0:
none). It wants an older Pillow than this project: the extra ``bench`` installs it beside one, or
``--moviepy-python`` names the Python of an environment of its own. Without it a sentence says so.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

from benchmarks.rendering.jitter import jitter
from benchmarks.rendering.likeness import ssim
from benchmarks.rendering.measure import Used, run
from benchmarks.rendering.media import make_media, many_scenes, movie
from services.renderer.local.profile import DRAFT, FINAL, PREVIEW, Profile

ROOT = Path(__file__).resolve().parents[1]
Run = Callable[[], Used]


class Studio:
    """Media and folders of one length of the movie."""

    def __init__(self, home: Path, seconds: float) -> None:
        self.home, self.seconds = home, seconds
        home.mkdir(parents=True)
        self._assets = {
            name: {"path": str(path), "name": path.name}
            for name, path in make_media(home / "media", seconds).items()
        }
        self.raw = home / "frames.yuv"

    def job(self, profile: Profile, cache: str = "", title: str = "Title", scenes: int = 0) -> dict[str, Any]:
        kept = {"folder": str(self.home / cache), "most": 1 << 40} if cache else None
        return {
            "mode": "render", "profile": profile.settings(), "assets": self._assets, "cache": kept,
            "movie": many_scenes(scenes) if scenes else movie(self.seconds, title), "folder": "",
        }  # fmt: skip

    def render(self, name: str, job: dict[str, Any], processors: set[int] | None = None) -> Used:
        """By the renderer's own child process."""
        folder = self.home / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        command = [sys.executable, "-P", "-m", "services.renderer.local.child"]
        text = json.dumps({**job, "folder": str(folder)}).encode() + b"\n"
        return run(command, _environment(), text, processors)

    def rival(self, kind: str, out: Path) -> Used:
        path = self.home / "job.json"
        path.write_text(json.dumps(self.job(FINAL)))
        command = [sys.executable, "-m", "benchmarks.rendering.rivals", kind, str(path), str(out)]
        return run(command, _environment(), cwd=ROOT)

    def cold(self) -> Used:
        shutil.rmtree(self.home / "cache", ignore_errors=True)
        return self.render("draft", self.job(DRAFT, "cache"))

    def retitled(self) -> Used:
        shutil.rmtree(self.home / "other", ignore_errors=True)
        shutil.copytree(self.home / "cache", self.home / "other")
        return self.render("retitled", self.job(DRAFT, "other", "Changed"))

    def size(self, name: str) -> float:
        """MB of a finished video."""
        return (self.home / name / "video.mp4").stat().st_size / 1e6


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), "HOME": tempfile.gettempdir(),
        "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
    }  # fmt: skip


def measure(home: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    studio = Studio(home / "movie", arguments.seconds)
    studio.rival("compose", studio.raw)
    runs: dict[str, Run] = {
        "bare encode": lambda: studio.rival("bare", studio.raw),
        "final": lambda: studio.render("final", studio.job(FINAL)),
        "draft": studio.cold,
        "draft unchanged": lambda: studio.render("again", studio.job(DRAFT, "cache")),
        "draft, one title changed": studio.retitled,
        "preview": lambda: studio.render("preview", studio.job(PREVIEW)),
    }
    if arguments.one_core:
        one = {min(os.sched_getaffinity(0))}
        runs["final on one core"] = lambda: studio.render("final1", studio.job(FINAL), one)
        runs["draft on one core"] = lambda: studio.render("draft1", studio.job(DRAFT), one)
    rounds = [
        {name: _told(f"round {number + 1}, {name}", work()) for name, work in runs.items()}
        for number in range(arguments.rounds)
    ]
    found: dict[str, Any] = {"seconds": arguments.seconds, "rounds": arguments.rounds}
    found["runs"] = {name: _summary([one[name] for one in rounds]) for name in runs}
    found["ratios"] = _ratios(rounds)
    found["mb"] = {name: round(studio.size(name), 2) for name in ("final", "draft", "preview")}
    found["mb"]["preview of the draft"] = round((home / "movie/draft/preview.mp4").stat().st_size / 1e6, 2)
    found["ssim"] = {n: ssim(studio.home / n / "video.mp4", studio.raw) for n in ("final", "draft")}
    found["same bytes from the cache"] = (studio.home / "draft" / "video.mp4").read_bytes() == (
        studio.home / "again" / "video.mp4"
    ).read_bytes()
    found["zoom jitter, px rms"] = round(jitter(), 4)
    if arguments.scenes:
        peaks = {
            n: _told(f"{n} scenes", studio.render("scenes", studio.job(DRAFT, scenes=n))).peak
            for n in (10, 60)
        }
        found["peak MiB by scenes"] = {n: round(peak) for n, peak in peaks.items()}
    studio.raw.unlink()
    found["moviepy"] = _against_moviepy(home, arguments.moviepy, arguments.moviepy_python)
    return found


def _told(name: str, used: Used) -> Used:
    """On the way, so that a run that is broken off was not for nothing."""
    print(
        f"{name}: {used.cpu:.2f} CPU s, {used.wall:.2f} s, {used.peak:.0f} MiB", file=sys.stderr, flush=True
    )
    return used


def _summary(used: list[Used]) -> dict[str, float]:
    return {
        "cpu": round(statistics.median(u.cpu for u in used), 2),
        "wall": round(min(u.wall for u in used), 2),
        "peak_mib": round(max(u.peak for u in used)),
    }


def _ratios(rounds: list[dict[str, Used]]) -> dict[str, float]:
    pairs = {
        "final / bare encode": ("final", "bare encode"), "draft / bare encode": ("draft", "bare encode"),
        "preview / bare encode": ("preview", "bare encode"),
        "draft unchanged / draft": ("draft unchanged", "draft"),
        "draft, one title changed / draft": ("draft, one title changed", "draft"),
    }  # fmt: skip
    found = {
        name: round(statistics.median(one[a].cpu / one[b].cpu for one in rounds), 3)
        for name, (a, b) in pairs.items()
    }
    for name in ("final", "draft"):
        if f"{name} on one core" in rounds[0]:
            faster = [one[f"{name} on one core"].wall / one[name].wall for one in rounds]
            found[f"{name}: how much faster on all cores"] = round(max(faster), 2)
    return found


def _against_moviepy(home: Path, seconds: float, python: str) -> dict[str, Any]:
    if not seconds:
        return {"skipped": "MoviePy was left out (--moviepy 0)."}
    if subprocess.run([python, "-c", "import moviepy"], capture_output=True, check=False).returncode:
        return {"skipped": "MoviePy is not installed: the extra bench brings it (pip install -e '.[bench]')."}
    studio = Studio(home / "moviepy", seconds)
    job = home / "moviepy.json"
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    job.write_text(json.dumps({**studio.job(FINAL), "font": str(fonts / "DejaVuSans-Bold.ttf")}))
    script = ROOT / "benchmarks" / "rendering" / "with_moviepy.py"
    theirs = _told("MoviePy", run([python, str(script), str(job), str(home / "moviepy.mp4")], _environment()))
    ours = {"final": studio.render("final", studio.job(FINAL)), "draft": studio.cold()}
    found: dict[str, Any] = {"seconds": seconds, "cpu": round(theirs.cpu, 2), "peak_mib": round(theirs.peak)}
    found |= {f"moviepy / {name}": round(theirs.cpu / used.cpu, 2) for name, used in ours.items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--moviepy", type=float, default=6, metavar="SECONDS")
    parser.add_argument("--moviepy-python", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--no-scenes", dest="scenes", action="store_false", help="leave out the 60 scenes")
    parser.add_argument("--no-one-core", dest="one_core", action="store_false", help="leave out one core")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not hasattr(os, "sched_setaffinity"):
        arguments.one_core = False
    with tempfile.TemporaryDirectory(prefix="benchmark-") as home:
        found = measure(Path(home), arguments)
    if arguments.json:
        print(json.dumps(found))
        return
    print(f"{'':28}{'CPU s':>10}{'wall s':>10}{'MiB':>8}")
    for name, used in found.pop("runs").items():
        print(f"{name:28}{used['cpu']:>10}{used['wall']:>10}{used['peak_mib']:>8}")
    for name, value in found.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
