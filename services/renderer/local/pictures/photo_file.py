"""A part of a photo from its file: turned by its EXIF, in sRGB, 8 bits, at the size it is needed."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image, ImageCms, ImageOps

from services.errors import Refused
from services.renderer.local.media import AssetFile, open_photo, shown_name, upright_size
from services.renderer.local.planning.layers import Window

_LARGEST_PROFILE = 4 << 20  # bytes
_PLAIN = ("RGB", "RGBA")


def read_photo(asset: AssetFile, region: Window, size: tuple[int, int]) -> Image.Image:
    """``region`` is in pixels of the upright photo. RGB, or RGBA where it is transparent."""
    with open_photo(asset) as file:
        width = upright_size(file)[0]
        profile = file.info.get("icc_profile")
        # While the file is open: large photos are not copied once more to outlive it.
        ImageOps.exif_transpose(_decoded(file, region, size), in_place=True)
        image = _eight_bits(file)
        # A JPEG may have been decoded at a part of its size: the region is in pixels of the whole.
        factor = image.width / width
        box = (
            max(0.0, region.x * factor), max(0.0, region.y * factor),
            min(image.width, (region.x + region.width) * factor),
            min(image.height, (region.y + region.height) * factor),
        )  # fmt: skip
        if box[2] <= box[0] or box[3] <= box[1]:
            raise Refused(f"{shown_name(asset.name)}: nothing of the photo lies inside its crop.")
        image = image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)
    return _in_srgb(image, profile)


def _decoded(file: Image.Image, region: Window, size: tuple[int, int]) -> Image.Image:
    """Decode; a JPEG at half, a quarter or an eighth of its size while that is still more than needed."""
    need = max(size[0] / region.width, size[1] / region.height)
    if file.format == "JPEG" and need < 0.5:
        file.draft(None, (math.ceil(file.width * need * 1.5), math.ceil(file.height * need * 1.5)))
    file.load()
    return file


def _eight_bits(image: Image.Image) -> Image.Image:
    """RGB, RGBA, or CMYK (whose profile turns it into RGB later, on fewer pixels)."""
    if image.mode.startswith("I"):  # grey of 16 bits: Pillow's own conversion would cut it off at 255
        grey = np.asarray(image).astype(np.uint32) >> 8
        image = Image.fromarray(np.minimum(grey, 255).astype(np.uint8))
    if image.mode == "CMYK":
        return image
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones and print shops use wider colours, and say so in a profile; shown as sRGB they look pale."""
    if profile and len(profile) <= _LARGEST_PROFILE:
        colours = image.convert("RGB") if image.mode == "RGBA" else image
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            seen = ImageCms.profileToProfile(colours, own, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            seen = None  # a broken profile, or one of other colours than the photo's: as without any
        if seen is not None:
            if image.mode == "RGBA":
                seen.putalpha(image.getchannel("A"))
            return seen
    return image if image.mode in _PLAIN else image.convert("RGB")


_SRGB = ImageCms.createProfile("sRGB")
