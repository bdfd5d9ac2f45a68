"""What videos are made of and with: tried out on a few frames in memory, with the fonts of titles."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import av
import numpy as np
from PIL import Image

from bot.doctor.check import Check, fail, failed_by, ok
from services.errors import OperatorError
from services.renderer.local.text import fonts

REINSTALL = "Install again: pip install --force-reinstall av pillow."
PICTURES = ("PNG", "JPEG", "WEBP")


def checks() -> list[Check]:
    tried: list[tuple[str, Callable[[], str]]] = [
        ("H.264 video", _video),
        ("AAC sound", _sound),
        ("MP3 sound", lambda: _known("mp3")),
        *((f"{kind} photos", lambda kind=kind: _picture(kind)) for kind in PICTURES),
        ("fonts", _fonts),
    ]
    return [_try(what, work) for what, work in tried]


def _try(what: str, work: Callable[[], str]) -> Check:
    try:
        return ok(what, work())
    except OperatorError as error:
        return failed_by(what, error)
    except (av.FFmpegError, OSError, ValueError, KeyError, ImportError) as error:
        return fail(what, f"It does not work here: {error}.", REINSTALL)


def _video() -> str:
    """Written by libx264 and read back."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for shade in (0, 128, 255):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), shade, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    buffer.seek(0)
    with av.open(buffer, "r") as container:
        count = len(list(container.decode(video=0)))
    if count != 3:
        raise ValueError(f"{count} of 3 frames came back")
    return f"written by libx264 and read back, with PyAV {av.__version__}."


def _sound() -> str:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=48_000)
        for frame in _silence():
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    buffer.seek(0)
    with av.open(buffer, "r") as container:
        if next(container.decode(audio=0), None) is None:
            raise ValueError("nothing came back")
    return "written and read back."


def _silence() -> Iterator[av.AudioFrame]:
    for index in range(3):
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        frame.rate, frame.pts = 48_000, index * 1024
        yield frame


def _known(codec: str) -> str:
    av.Codec(codec, "r")
    return "can be read."


def _picture(kind: str) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (150, 90, 60)).save(buffer, kind)
    buffer.seek(0)
    with Image.open(buffer) as picture:
        picture.load()
    return "can be read."


def _fonts() -> str:
    families = ("Roboto", "DejaVu Sans", "DejaVu Serif")
    for family in families:
        for weight in (400, 700):
            fonts.faces(family, weight, False, 24)
    return f"{', '.join(families)}."
