"""The media of the sheets, drawn and played by the sample studio's code when a movie first names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from services.movie import parse_movie
from services.renderer.local.media import AssetFile
from services.sample import encode, music, photos, timelapse
from services.sample.catalogue import CLIPS, PHOTOS, TUNES, Photo
from services.sample.glaze import GLAZES
from services.sample.scene import place, to_image
from services.sample.shade import mouth, picture
from services.sample.shape import FORMS
from services.sample.surface import Pose

_PHOTOS = {photo.name: photo for photo in PHOTOS}
_EMPTY = Photo("build", "empty", "ochre", seed=21)
_CLIP = replace(CLIPS[0], size=(360, 640), seconds=3.0)
_TUNE = replace(TUNES[0], bars=3)
GREEN = (0, 200, 60)  # of the pot that stands before a green wall


class Media:
    """Files in ``folder``, made when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, movie: Mapping[str, Any]) -> dict[str, AssetFile]:
        """Every file that movie names; KeyError for one that nobody draws."""
        return {name: AssetFile(name, self._made(name), name) for name in sorted(parse_movie(movie).files)}

    def _made(self, name: str) -> Path:
        path = self._folder / name
        if not path.exists():
            MAKERS[name](path)
        return path


def _photo(photo: Photo) -> Callable[[Path], None]:
    return lambda path: photos.save(path, photos.draw(photo), rotated=photo.rotated)


def _clip(path: Path) -> None:
    """A timelapse of three seconds, in 360×640 at 24 frames per second."""
    sound = music.hum(_CLIP.seconds, _CLIP.seed)
    encode.write_clip(path, timelapse.frames(_CLIP), _CLIP.size, timelapse.FPS, sound)


def _pot_before_green(path: Path) -> None:
    canvas = np.empty((3, 1280, 720), dtype=np.float32)
    canvas[:] = np.array(GREEN, dtype=np.float32)[:, None, None] / 255
    form, glaze, pose = FORMS["rv06"], GLAZES["iron red"], Pose(640, 0.3, 0.19)
    place(canvas, picture(form, pose, glaze, 3), mouth(form, pose, 1.0, glaze.gloss), 980, 360)
    to_image(canvas).save(path, "PNG")


def _soft_circle(path: Path) -> None:
    """White lets through, black does not."""
    mask = Image.new("L", (360, 640))
    ImageDraw.Draw(mask).ellipse((40, 180, 320, 460), fill=255)
    mask.filter(ImageFilter.GaussianBlur(8)).convert("RGB").save(path, "PNG")


def _music(path: Path) -> None:
    encode.write_music(path, music.play(_TUNE), {"title": _TUNE.title})


MAKERS: dict[str, Callable[[Path], None]] = {
    "vase.jpg": _photo(_PHOTOS["rv06"]),
    "moon.jpg": _photo(_PHOTOS["tm02"]),
    "wide.jpg": _photo(_PHOTOS["sm05"]),
    "lying.jpg": _photo(_PHOTOS["sv05"]),
    "empty.jpg": _photo(_EMPTY),
    "clip.mp4": _clip,
    "green.png": _pot_before_green,
    "circle.png": _soft_circle,
    "music.m4a": _music,
}
