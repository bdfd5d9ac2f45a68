"""A process that makes small pictures of photos and clips, so that a hostile file can only end this process.

It is started as ``python -m services.bucket.thumb_child SECONDS`` and talks as child_end.py says. Orders
carry {"category": "video", "size": 123, "side": 480, "at": 8.4}: the longer side in pixels, and of a clip the
second to look at. The answer is {"jpeg": base64}.
"""

from __future__ import annotations

import base64
import io
import struct
from typing import Any, BinaryIO

import av
from PIL import Image, ImageOps

from services.bucket.child_end import OPTIONS, PHOTOS, Unreadable, ensure_size, serve


def answer(order: dict[str, Any], file: BinaryIO) -> dict[str, Any]:
    """Unreadable with the reason."""
    side = int(order["side"])
    try:
        picture = _frame(file, float(order["at"])) if order["category"] == "video" else _photo(file, side)
        picture.thumbnail((side, side))
        target = io.BytesIO()
        picture.convert("RGB").save(target, "JPEG", quality=82, optimize=True)
    except MemoryError:  # libav's is an OSError, too
        raise
    except (av.FFmpegError, OSError, ValueError, SyntaxError, IndexError, struct.error) as error:
        raise Unreadable("The file is damaged: it has no picture.") from error
    return {"jpeg": base64.b64encode(target.getvalue()).decode("ascii")}


def _photo(file: BinaryIO, side: int) -> Image.Image:
    with Image.open(file, formats=PHOTOS) as opened:
        ensure_size("photo", *opened.size)
        opened.draft("RGB", (side * 2, side * 2))  # JPEG is decoded small at once
        return ImageOps.exif_transpose(opened)


def _frame(file: BinaryIO, at: float) -> Image.Image:
    """The key frame before that second."""
    with av.open(file, mode="r", options=OPTIONS) as container:
        stream = container.streams.video[0]
        if getattr(stream, "codec_context", None) is None:  # typed as never so; a damaged header does it
            raise Unreadable("The clip does not say how it is coded.")
        ensure_size("video", stream.codec_context.width, stream.codec_context.height)
        stream.thread_count = 1  # one frame is all we want; threads would each take memory for theirs
        stream.codec_context.skip_frame = "NONKEY"
        if at > 0:
            container.seek(int(at * av.time_base))
        for frame in container.decode(stream):
            return Image.fromarray(frame.to_ndarray(format="rgb24")).rotate(frame.rotation, expand=True)
    raise Unreadable("The clip has no picture.")


if __name__ == "__main__":
    serve(answer)
