"""Whole movies, encoded and decoded again, against frames composed by other means (Pillow alone).

The comparison is proven to notice what it is for: another matrix of colours, another place, another time,
another order.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from clip_writing import write_clip
from PIL import Image, ImageDraw, ImageFilter
from renderer_studio import Studio, movie, scene

from services.renderer.local.profile import Profile
from services.renderer.local.render import NAMES, render

Pixels = np.ndarray
SIZE = (270, 480)
QUARTER = Profile(name="quarter", scale=0.25, preset="ultrafast", crf=8)
GROUND = (32, 64, 96)
FPS = 30


def photo() -> Image.Image:
    y, x = np.mgrid[0:800, 0:600]
    picture = np.stack([40 + x / 3, 60 + y / 5, 220 - (x + y) / 8], axis=2)
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.ellipse((60, 90, 300, 330), fill=(230, 40, 40))
    pen.rectangle((330, 420, 560, 700), fill=(30, 180, 60))
    pen.polygon([(120, 500), (260, 740), (60, 740)], fill=(40, 60, 230))
    return image


def clip_picture(number: int) -> Image.Image:
    image = Image.new("RGB", (320, 240), (200, 170, 60))
    pen = ImageDraw.Draw(image)
    pen.rectangle((6 * number, 40, 6 * number + 50, 200), fill=(180, 30, 120))
    pen.rectangle((0, 0, 319, 24), fill=(20, 120, 140))
    return image


def badge() -> Image.Image:
    image = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((4, 4, 75, 75), fill=(255, 255, 255, 255))
    ImageDraw.Draw(image).rectangle((30, 14, 50, 66), fill=(220, 20, 20, 255))
    return image.filter(ImageFilter.GaussianBlur(1))


def cover(image: Image.Image) -> Image.Image:
    factor = max(SIZE[0] / image.width, SIZE[1] / image.height)
    width, height = SIZE[0] / factor, SIZE[1] / factor
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return image.resize(SIZE, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))


def contained(image: Image.Image) -> Image.Image:
    ground = Image.new("RGB", SIZE, GROUND)
    height = round(image.height * SIZE[0] / image.width / 2) * 2
    ground.paste(image.resize((SIZE[0], height), Image.Resampling.BICUBIC), (0, (SIZE[1] - height) // 4 * 2))
    return ground


def with_badge(image: Image.Image) -> Image.Image:
    """At the bottom right, five percent from the edges."""
    mark = badge().resize((60, 60), Image.Resampling.BICUBIC)
    image.paste(mark, (round((270 * 0.95 - 60) / 2) * 2, round((480 * 0.95 - 60) / 2) * 2), mark)
    return image


def wiped(old: Image.Image, new: Image.Image, share: float) -> Image.Image:
    at = round(SIZE[0] * (1 - share))
    old.paste(new.crop((at, 0, *SIZE)), (at, 0))
    return old


def expected(number: int) -> Image.Image:
    """Photo for a second, then from frame 18 on wiped to the left by the clip; the badge over both."""
    if number < 18:
        return with_badge(cover(photo()))
    clip = contained(clip_picture(number - 18))
    if number < 30:
        return with_badge(wiped(cover(photo()), clip, (number - 18 + 0.5) / 12))
    return with_badge(clip)


DOCUMENT = movie(
    scene(1, {"type": "image", "src": "photo.png", "resize": "cover"}),
    scene(
        1, {"type": "video", "src": "clip.mp4", "resize": "contain"},
        **{"background-color": "#204060", "transition": {"style": "wipeleft", "duration": 0.4}},
    ),
    elements=[
        {"type": "image", "src": "badge.png", "width": 240, "position": "bottom-right", "duration": -2}
    ],
)  # fmt: skip


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[Pixels]:
    studio = Studio(tmp_path_factory.mktemp("media"))
    photo().save(studio.folder / "photo.png")
    badge().save(studio.folder / "badge.png")
    write_clip(
        studio.folder / "clip.mp4", 30, lambda n: np.asarray(clip_picture(n)), size=(320, 240),
        options={"crf": "6"},
    )  # fmt: skip
    return rendered(studio, DOCUMENT, tmp_path_factory.mktemp("render"))


def rendered(studio: Studio, document: dict[str, Any], tmp_path: Path) -> list[Pixels]:
    out = tmp_path / "out"
    out.mkdir()
    render(document, studio.assets, out, QUARTER, lambda share: None)
    with av.open(str(out / NAMES["video"])) as file:
        stream = file.streams.video[0]
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (
            1,
            1,
        )  # BT.709, limited
        return [np.asarray(frame.to_ndarray(format="rgb24")) for frame in file.decode(stream)]


def likeness(a: Pixels, b: Pixels) -> float:
    """SSIM of the three colours (windows of 8×8): the mean, but no more than the worst twentieth + 0.15."""
    scores = []
    for channel in range(3):
        x, y = (p[:, :, channel].astype(float) for p in (a, b))
        mx, my = _boxed(x), _boxed(y)
        vx, vy, both = _boxed(x * x) - mx * mx, _boxed(y * y) - my * my, _boxed(x * y) - mx * my
        scores.append(
            (2 * mx * my + 6.5) * (2 * both + 58.5) / ((mx * mx + my * my + 6.5) * (vx + vy + 58.5))
        )
    found = np.mean(scores, axis=0)
    return float(min(found.mean(), np.quantile(found, 0.05) + 0.15))


def _boxed(values: Pixels) -> Pixels:
    high, wide = (side // 8 * 8 for side in values.shape)
    return np.asarray(values[:high, :wide].reshape(high // 8, 8, wide // 8, 8).mean(axis=(1, 3)))


def is_same(frame: Pixels, picture: Image.Image) -> bool:
    """In shape, and in colour: no field of 30×30 is off by more than 6 on average."""
    wanted = np.asarray(picture)
    apart = (frame.astype(float) - wanted).reshape(16, 30, 9, 30, 3).mean(axis=(1, 3))
    return likeness(frame, wanted) > 0.9 and bool(np.abs(apart).max() <= 6)


def test_every_frame_is_what_it_should_be(frames: list[Pixels]) -> None:
    assert len(frames) == 48
    for number in (0, 8, 17, 18, 21, 24, 28, 29, 30, 36, 47):
        assert is_same(frames[number], expected(number)), number


MISTAKES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "matrix": lambda image: Image.fromarray(_as_bt601(np.asarray(image))),
    "range": lambda image: image.point([max(0, round((v - 16) * 255 / 219)) for v in range(256)] * 3),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "four pixels aside": lambda image: image.transform(
        image.size, Image.Transform.AFFINE, (1, 0, 4, 0, 1, 0), Image.Resampling.NEAREST
    ),
    "red for blue": lambda image: Image.merge("RGB", image.split()[::-1]),
}  # fmt: skip


def _as_bt601(pixels: Pixels) -> Pixels:
    """Written by BT.709 and read by BT.601."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    coded = frame.reformat(format="yuv444p", dst_colorspace="ITU709", dst_color_range="MPEG")
    plain = av.VideoFrame.from_ndarray(coded.to_ndarray(), format="yuv444p")
    read = plain.reformat(format="rgb24", src_colorspace="ITU601", src_color_range="MPEG")
    return np.asarray(read.to_ndarray())


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_comparison_notices_mistakes(frames: list[Pixels], mistake: str) -> None:
    for number in (8, 24, 40):
        assert not is_same(frames[number], MISTAKES[mistake](expected(number)))


def test_the_comparison_notices_time_and_order(frames: list[Pixels]) -> None:
    for number, other in ((24, 23), (24, 25), (17, 20), (40, 38), (40, 42), (40, 8)):
        assert not is_same(frames[number], expected(other)), (number, other)
    without = contained(clip_picture(22))
    assert not is_same(frames[40], without)  # the badge below instead of above


def test_what_lies_under_transparent_scenes_and_over_all(studio: Studio, tmp_path: Path) -> None:
    """From back to front: movie elements below 0 by their z, the scene by its z, movie elements above."""
    colours = {"a": (200, 30, 30), "b": (30, 160, 40), "c": (40, 50, 210), "d": (220, 200, 30)}
    for name, colour in colours.items():
        Image.new("RGB", (40, 40), colour).save(studio.folder / f"{name}.png")

    def square(name: str, x: int, y: int, **more: Any) -> dict[str, Any]:
        place = {"x": 4 * x, "y": 4 * y, "width": 480, "height": 480, "duration": -2}
        return {"type": "image", "src": f"{name}.png", **place, **more}

    document = movie(
        scene(0.2, square("c", 90, 120, **{"z-index": 5}), square("d", 120, 60, **{"z-index": -5}),
              **{"background-color": "transparent"}),
        scene(0.2, square("c", 90, 120), **{"background-color": "#204060"}),
        elements=[
            square("b", 60, 90, **{"z-index": -1}), square("a", 30, 60, **{"z-index": -2}),
            square("d", 30, 240), square("a", 60, 270, **{"z-index": 1}),
        ],
    )  # fmt: skip
    first, second = Image.new("RGB", SIZE, (0, 0, 0)), Image.new("RGB", SIZE, GROUND)
    behind = (("a", 30, 60), ("b", 60, 90), ("d", 120, 60))
    before = (("c", 90, 120), ("d", 30, 240), ("a", 60, 270))
    for name, x, y in (*behind, *before):
        first.paste(colours[name], (x, y, x + 120, y + 120))
    for name, x, y in before:
        second.paste(colours[name], (x, y, x + 120, y + 120))
    shown = rendered(studio, document, tmp_path)
    assert is_same(shown[3], first)
    assert is_same(shown[9], second)
    assert not is_same(shown[3], second)
