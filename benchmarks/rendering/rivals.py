"""What the renderer is measured against, each in a process of its own.

python -m benchmarks.rendering.rivals compose JOB RAW    the composed frames as one file
python -m benchmarks.rendering.rivals bare JOB RAW       the same encoder, fed from that file
python -m benchmarks.rendering.rivals moviepy JOB OUT    MoviePy 2 as its documentation would do it
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np

from services.renderer.local.compositing.compositor import Compositor
from services.renderer.local.media import AssetFile
from services.renderer.local.output.coding import PictureEncoder
from services.renderer.local.output.work import codings
from services.renderer.local.pictures.planes import planes_of
from services.renderer.local.profile import profile_from
from services.renderer.local.render import planned


def assets_of(job: dict[str, Any]) -> dict[str, AssetFile]:
    return {name: AssetFile(name, Path(f["path"]), f["name"]) for name, f in job["assets"].items()}


def compose(job: dict[str, Any], raw: Path) -> None:
    plan = planned(job["movie"], assets_of(job), profile_from(job["profile"]))
    with raw.open("wb") as out:
        for frame in Compositor(plan, assets_of(job)).frames(taken=1):
            for plane in planes_of(frame).all():
                out.write(np.ascontiguousarray(plane).tobytes())


def bare(job: dict[str, Any], raw: Path) -> None:
    profile = profile_from(job["profile"])
    plan = planned(job["movie"], assets_of(job), profile)
    coding = codings(plan, profile).video
    encoder = PictureEncoder(coding)
    for frame in raw_frames(raw, coding.width, coding.height):
        encoder.add(frame)
    print(json.dumps({"size": encoder.finish().size()}))


def raw_frames(raw: Path, width: int, height: int) -> Any:
    """The frames in the file; each is valid until a few later ones."""
    size = width * height * 3 // 2
    content = np.memmap(raw, np.uint8, "r")
    pool = [av.VideoFrame(width, height, "yuv420p") for _ in range(8)]
    for number in range(content.size // size):
        frame, at = pool[number % 8], number * size
        for plane in planes_of(frame).all():
            plane[...] = content[at : at + plane.size].reshape(plane.shape)
            at += plane.size
        yield frame


if __name__ == "__main__":
    work = {"compose": compose, "bare": bare}[sys.argv[1]]
    work(json.loads(Path(sys.argv[2]).read_text()), Path(sys.argv[3]))
