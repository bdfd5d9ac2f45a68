"""Photos of every make: colours, depths, profiles, transparency, sizes."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from renderer_studio import BLUE, GREEN, RED, WHITE, Studio, image, is_near, movie, scene

from services.errors import Refused

BLUE_GROUND = {"background-color": "#1E28DC"}


def shown(studio: Studio, name: str, **more: Any) -> np.ndarray:
    return studio.frames(movie(scene(0.1, image(name, **more), **BLUE_GROUND)), 0)[0]


def save(studio: Studio, name: str, picture: Image.Image, **more: Any) -> str:
    picture.save(studio.folder / name, **more)
    return name


def display_p3() -> bytes:
    """An ICC profile (version 2.1) of Display P3's primaries with a plain gamma of 2.2."""

    def numbers(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def point(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + numbers(*values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 3) + b"P3\0" + bytes(78) + b"\0\0\0"
    tags = {
        b"desc": text, b"wtpt": point(0.9642, 1.0, 0.8249), b"rXYZ": point(0.5151, 0.2412, -0.0011),
        b"gXYZ": point(0.2920, 0.6922, 0.0419), b"bXYZ": point(0.1571, 0.0666, 0.7841),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(
        ">I4sI4s4s4s", 128 + len(table) + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + numbers(0.9642, 1.0, 0.8249)
    return head + bytes(128 - len(head)) + table + body


@pytest.mark.parametrize("name", ["p.jpg", "p.png", "p.webp"])
def test_the_same_colour_from_every_format(studio: Studio, name: str) -> None:
    save(studio, name, Image.new("RGB", (90, 160), GREEN), quality=95)
    assert is_near(shown(studio, name), 0.5, 0.5, GREEN, within=6)


def test_cmyk_is_shown_in_its_colours(studio: Studio) -> None:
    save(studio, "print.jpg", Image.new("CMYK", (400, 400), (0, 255, 255, 0)), quality=95)
    assert is_near(shown(studio, "print.jpg"), 0.5, 0.5, (255, 0, 0), within=16)


def test_grey_of_eight_and_sixteen_bits(studio: Studio) -> None:
    save(studio, "g8.png", Image.new("L", (90, 160), 128))
    save(studio, "g16.png", Image.fromarray(np.full((160, 90), 128 << 8, np.uint16)))
    save(studio, "one.png", Image.new("1", (90, 160), 1))
    save(studio, "la.png", Image.new("LA", (90, 160), (128, 255)))
    for name in ("g8.png", "g16.png", "la.png"):
        assert is_near(shown(studio, name), 0.5, 0.5, (128, 128, 128), within=6)
    assert is_near(shown(studio, "one.png"), 0.5, 0.5, WHITE, within=6)


@pytest.mark.parametrize("kind", ["RGBA", "LA", "P", "RGB"])
def test_what_is_transparent_shows_the_ground(studio: Studio, kind: str) -> None:
    """The left half is white, the right one transparent; also where transparency is one colour."""
    picture = Image.new("RGBA", (90, 160), (0, 0, 0, 0))
    picture.paste((255, 255, 255, 255), (0, 0, 45, 160))
    more: dict[str, Any] = {}
    if kind == "P":
        picture = picture.quantize(8)
    elif kind == "RGB":
        picture, more = picture.convert("RGB"), {"transparency": (0, 0, 0)}
    else:
        picture = picture.convert(kind)
    save(studio, "t.png", picture, **more)
    seen = shown(studio, "t.png")
    assert is_near(seen, 0.2, 0.5, WHITE)
    assert is_near(seen, 0.8, 0.5, BLUE)
    zoomed = shown(studio, "t.png", zoom=8)
    assert is_near(zoomed, 0.2, 0.5, WHITE)
    assert is_near(zoomed, 0.8, 0.5, BLUE)


def test_half_transparent_is_half(studio: Studio) -> None:
    save(studio, "half.png", Image.new("RGBA", (90, 160), (*WHITE, 128)))
    assert is_near(
        shown(studio, "half.png"), 0.5, 0.5, tuple((w + b) / 2 for w, b in zip(WHITE, BLUE, strict=True))
    )


def test_colours_of_a_profile_are_those_of_the_screen(studio: Studio) -> None:
    """Display P3 (phones): its (100, 150, 100) is a stronger green; a broken profile changes nothing."""
    save(studio, "p3.png", Image.new("RGB", (90, 160), (100, 150, 100)), icc_profile=display_p3())
    save(studio, "broken.png", Image.new("RGB", (90, 160), RED), icc_profile=b"no profile" * 20)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    save(studio, "srgb.png", Image.new("RGB", (90, 160), RED), icc_profile=srgb)
    assert is_near(shown(studio, "p3.png"), 0.5, 0.5, (83, 151, 94), within=8)
    for name in ("broken.png", "srgb.png"):
        assert is_near(shown(studio, name), 0.5, 0.5, RED, within=6)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 4000), (4000, 1)])
def test_very_small_and_thin_photos(studio: Studio, size: tuple[int, int]) -> None:
    save(studio, "tiny.png", Image.new("RGB", size, GREEN))
    for more in ({}, {"zoom": 10}, {"pan": "right"}, {"rotate": {"angle": 30}}, {"resize": "contain"}):
        seen = shown(studio, "tiny.png", **more)
        if more != {"resize": "contain"}:
            assert is_near(seen, 0.5, 0.5, GREEN)


def test_a_photo_that_is_too_large_is_refused(studio: Studio) -> None:
    save(studio, "big.png", Image.new("1", (10_000, 5_001)))
    with pytest.raises(Refused, match=r"big\.png has 50 million pixels; a photo may have up to 50 million"):
        shown(studio, "big.png")


def test_a_crop_is_in_the_photos_own_pixels(studio: Studio) -> None:
    """Of a photo lying on its side, cropping counts in the upright picture; outside is refused or cut."""
    studio.halves("side.jpg", (400, 300), 6)  # upright: 300 × 400, red above blue
    top = {"x": 0, "y": 0, "width": 300, "height": 180}
    assert is_near(shown(studio, "side.jpg", crop=top), 0.5, 0.9, RED)
    bottom = {"x": 0, "y": 220, "width": 300, "height": 900}
    assert is_near(shown(studio, "side.jpg", crop=bottom), 0.5, 0.1, BLUE)
    placed = shown(studio, "side.jpg", crop=bottom, resize=None, x=0, y=0)
    assert placed.shape == (192, 108, 3)


def test_animated_pictures_stand_still(studio: Studio) -> None:
    first, second = Image.new("RGB", (90, 160), RED), Image.new("RGB", (90, 160), GREEN)
    save(studio, "moving.webp", first, save_all=True, append_images=[second], duration=100)
    document = movie(scene(0.5, image("moving.webp")))
    assert studio.plan(document).notes == (
        "Scene #1, element #1: the picture is animated; only its first frame is shown.",
    )
    assert is_near(studio.frames(document, 12)[0], 0.5, 0.5, RED)
