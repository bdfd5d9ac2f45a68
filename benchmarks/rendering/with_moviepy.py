"""The benchmark's movie by MoviePy 2, as its documentation would do it.

    PYTHON benchmarks/rendering/with_moviepy.py JOB OUT

Imports nothing of this project: MoviePy wants an older Pillow, so it may live in an environment of its own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from moviepy import AudioFileClip, CompositeVideoClip, ImageClip, TextClip, VideoFileClip, vfx


def render(job: dict[str, Any], out: Path) -> None:
    """Clips that are resized, cropped, faded and put over each other, written with the same preset."""
    scenes, start = [], 0.0
    paths = {name: facts["path"] for name, facts in job["assets"].items()}
    width, height = 1080, 1920
    for number, scene in enumerate(job["movie"]["scenes"]):
        length, elements = scene["duration"], scene["elements"]
        first = elements[0]
        path = paths[first["src"]]
        if first["type"] == "image":
            zoom = abs(first["zoom"]) / 100 * 5
            clip = ImageClip(path).resized(height=height).with_duration(length)
            clip = clip.resized(lambda t, zoom=zoom, length=length: 1 + zoom * t / length)
        else:
            clip = VideoFileClip(path, audio=False).subclipped(1, 1 + length).resized(height=height)
        parts = [clip.with_position("center")]
        for element in elements[1:]:
            size = int(element["settings"]["font-size"].removesuffix("px"))
            text = TextClip(font=job["font"], text=element["text"], font_size=size, color="white")
            shown = length - element["start"]
            effects = [vfx.CrossFadeIn(0.4), vfx.CrossFadeOut(0.4)]
            text = text.with_start(element["start"]).with_duration(shown).with_effects(effects)
            parts.append(text.with_position(("center", element["y"])))
        whole = CompositeVideoClip(parts, size=(width, height)).with_duration(length).with_start(start)
        fade = scene.get("transition", {}).get("duration", 0)
        scenes.append(whole.with_effects([vfx.CrossFadeIn(fade)]) if fade else whole)
        following = job["movie"]["scenes"][number + 1 : number + 2]
        start += length - (following[0]["transition"]["duration"] if following else 0)
    movie = CompositeVideoClip(scenes, size=(width, height)).with_duration(start)
    movie = movie.with_audio(AudioFileClip(paths["music"]).subclipped(0, start))
    movie.write_videofile(
        str(out), fps=30, codec="libx264", audio_codec="aac", preset="veryfast", logger=None,
        temp_audiofile_path=str(out.parent),  # else it lies in the folder the benchmark is called from
        ffmpeg_params=["-crf", "20", "-pix_fmt", "yuv420p"],
    )  # fmt: skip


if __name__ == "__main__":
    render(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
