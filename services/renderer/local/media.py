"""Opening the files a movie uses: as our own file objects, with a list of formats and no protocols.

Nothing from a movie is ever a path or an address here. Every problem is one sentence naming the file.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

from services.errors import Refused
from services.renderer.local.limits import ensure_clip, ensure_image

_CONTAINERS = "mov,mp4,matroska,webm,mp3,wav,ogg,flac,aac"
_PHOTOS = ("JPEG", "PNG", "WEBP")
_ROTATED_BY_EXIF = frozenset({5, 6, 7, 8})
_EXIF_ORIENTATION = 0x0112
_MISSING = 0.5  # seconds by which a clip may end before its header says
PQ, HLG = 16, 18  # transfer characteristics (ITU-T H.273)
HDR = (PQ, HLG)


@dataclass(frozen=True, slots=True)
class AssetFile:
    """One asset as the renderer gets it: ``path`` is ours, ``name`` what a person calls it."""

    id: str
    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file holds. Width and height as shown: turned, and with square pixels; 0 without a picture.

    ``seconds`` is None for photos. ``remarks`` are what is shown otherwise than it is, to be told with the
    place of each element that uses the file.
    """

    width: int = 0
    height: int = 0
    seconds: float | None = None
    has_audio: bool = False
    remarks: tuple[str, ...] = ()


Assets = Mapping[str, AssetFile]


def shown_name(name: str) -> str:
    """A file's name for a sentence: its last part, printable, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(c if c.isprintable() else "?" for c in last)
    return text if len(text) <= 60 else text[:40] + "…" + text[-16:]


@contextlib.contextmanager
def open_photo(asset: AssetFile) -> Iterator[Image.Image]:
    """The photo, not yet decoded or turned."""
    name = shown_name(asset.name)
    try:
        with asset.path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.MAX_IMAGE_PIXELS = None  # ours below names the file; it also comes before any decoding
            with Image.open(file, formats=_PHOTOS) as image:
                ensure_image(name, *image.size)
                yield image
    except FileNotFoundError:
        raise Refused(f"The photo {name} is no longer there.") from None
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise Refused(
            f"{name} cannot be read as a photo: it is damaged, or not a JPEG, PNG or WebP picture.",
            remedy="Save it again as JPEG, or leave it out.",
        ) from None


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height after the turn its EXIF asks for."""
    width, height = image.size
    turned_on_its_side = image.getexif().get(_EXIF_ORIENTATION, 1) in _ROTATED_BY_EXIF
    return (height, width) if turned_on_its_side else (width, height)


def photo_facts(asset: AssetFile) -> Facts:
    with open_photo(asset) as image:
        animated = getattr(image, "n_frames", 1) > 1 and image.format != "MPO"
        remarks = ("the picture is animated; only its first frame is shown",) if animated else ()
        return Facts(*upright_size(image), remarks=remarks)


@contextlib.contextmanager
def open_media(asset: AssetFile, kind: str) -> Iterator[InputContainer]:
    """The clip or sound; ``kind`` ("clip", "sound") is the word for it in a sentence."""
    name = shown_name(asset.name)
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "none"}
    damaged = Refused(
        f"{name} cannot be read as a {kind}: it is damaged, or of a kind that is not taken here.",
        remedy="Save it again as MP4 (H.264 and AAC), or leave it out.",
    )
    try:
        with asset.path.open("rb") as file:
            try:
                container = av.open(file, "r", container_options=options)
            except MemoryError:  # nothing is decoded yet: a damaged header asked for more than there is
                raise damaged from None
            with container:
                yield container
    except FileNotFoundError:
        raise Refused(f"The {kind} {name} is no longer there.") from None
    except MemoryError:  # libav's is an FFmpegError too
        raise
    except (av.FFmpegError, OSError, ValueError, EOFError):
        raise damaged from None


def clip_facts(asset: AssetFile) -> Facts:
    """From the header and the first frame, which alone knows the rotation."""
    with open_media(asset, "clip") as container:
        if not container.streams.video:
            raise Refused(f"{shown_name(asset.name)} has no picture, so it cannot be shown as a clip.")
        stream = container.streams.video[0]
        if getattr(stream, "codec_context", None) is None:  # typed as never so; a damaged header does it
            raise Refused(f"{shown_name(asset.name)} is damaged: it does not say how its pictures are coded.")
        ensure_clip(shown_name(asset.name), stream.codec_context.width, stream.codec_context.height)
        first = _first_picture(container, stream)
        if first is None:
            raise Refused(f"{shown_name(asset.name)} holds no picture that can be decoded.")
        width, height = shown_size(first, pixel_aspect(stream))
        has_audio = bool(container.streams.audio)
        seconds, remarks = clip_seconds(container, stream), clip_remarks(first)
        whole = _readable_seconds(container, stream)
    if seconds is None:
        seconds = whole
    elif whole < seconds - _MISSING:
        remarks += (f"the clip ends after {whole:.1f} s of {seconds:.1f} s: the rest of its file is missing",)
        seconds = max(whole, 1 / 60)
    return Facts(width, height, seconds, has_audio, remarks)


def clip_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """From the file's beginning to the end of its pictures, as the header says."""
    seconds = seconds_of(container, stream)
    if seconds is None or not stream.start_time or not stream.time_base:
        return seconds
    return seconds + float(stream.start_time * stream.time_base) - origin_of(container)


def origin_of(container: InputContainer) -> float:
    """The time stamp at which the file begins: that of its earliest stream."""
    return (container.start_time or 0) / av.time_base


def _first_picture(container: InputContainer, stream: VideoStream) -> av.VideoFrame | None:
    """Of the file; nothing more than it is decoded if that can be helped."""
    asked = False
    for packet in container.demux(stream):
        found = stream.codec_context.decode(packet if packet.size else None)
        if not found and packet.is_keyframe and not asked:  # it would wait for those that go before others
            found, asked = stream.codec_context.decode(None), True
            stream.codec_context.flush_buffers()
        if found:
            return found[0]
    return None


def _readable_seconds(container: InputContainer, stream: VideoStream) -> float:
    """Until when there are packets of pictures; nothing is decoded.

    The last ones are looked for from the end, so that a whole file is not read for it; a file that breaks
    off before is read through.
    """
    base = float(stream.time_base or 0)
    origin = origin_of(container)
    announced = clip_seconds(container, stream)
    if announced is not None:
        with contextlib.suppress(av.FFmpegError):
            container.seek(round((origin + announced) / base) if base else 0, stream=stream)
            found = _last_packet(container, stream)
            if found is not None and found * base - origin >= announced - _MISSING:
                return found * base - origin
    container.seek(0)
    found = _last_packet(container, stream)
    return max(0.0, (found or 0) * base - origin)


def _last_packet(container: InputContainer, stream: VideoStream) -> int | None:
    """The end of the latest picture from here on, in the stream's time base."""
    latest: int | None = None
    with contextlib.suppress(av.FFmpegError):
        for packet in container.demux(stream):
            if packet.pts is not None and packet.size and not packet.is_corrupt:
                latest = max(latest or 0, packet.pts + (packet.duration or 0))
    return latest


def clip_remarks(frame: av.VideoFrame) -> tuple[str, ...]:
    """What of its first picture is shown otherwise than it is."""
    found = []
    if frame.color_trc in HDR:
        found.append("the clip is HDR; its light and colours are shown approximately")
    if frame.interlaced_frame:
        found.append("the clip is interlaced; its lines are filled in")
    return tuple(found)


def shown_size(frame: av.VideoFrame, aspect: Fraction) -> tuple[int, int]:
    """Size after the pixel aspect ratio and the rotation of the container are applied."""
    width, height = round(frame.width * aspect), frame.height
    return (height, width) if turned(frame) in (90, 270) else (width, height)


def pixel_aspect(stream: VideoStream) -> Fraction:
    """Width of a pixel by its height; 1 where the file says nothing sane."""
    aspect = stream.sample_aspect_ratio
    return Fraction(aspect) if aspect and Fraction(1, 8) < aspect < 8 else Fraction(1)


def turned(frame: av.VideoFrame) -> int:
    """Degrees (0, 90, 180, 270) the decoded frame must be turned counter-clockwise to be upright."""
    return round(frame.rotation / 90) * 90 % 360


def mask_facts(asset: AssetFile) -> Facts:
    """Of a photo or a clip, whichever the file is."""
    try:
        return photo_facts(asset)
    except Refused as no_photo:
        try:
            return clip_facts(asset)
        except Refused:
            raise no_photo from None


def sound_facts(asset: AssetFile) -> Facts:
    with open_media(asset, "sound") as container:
        if not container.streams.audio:
            raise Refused(f"{shown_name(asset.name)} has no sound in it.")
        return Facts(0, 0, seconds_of(container, container.streams.audio[0]), True)


def seconds_of(container: InputContainer, stream: Any) -> float | None:
    """Length by the stream, else by the container; None if neither says."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1e6 if container.duration else None
