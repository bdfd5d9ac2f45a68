"""When in a video its cover is shown, for Instagram to cut it there where no address can be given.

Compares small grey pictures: the cover against each key frame, then against every frame around the best one.
Only for a child process (services/publisher/video_job.py): the file is hostile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.log import get_logger

log = get_logger(__name__)
_WIDTH, _HEIGHT = 36, 64
_AROUND = 1.0  # seconds before and after the best key frame
_FRAMES = 2_000  # a hostile file may have any number of key frames

Grey = NDArray[np.float32]


def cover_moment(video: Path, cover: Path) -> int:
    """Milliseconds from the beginning; 0 if either cannot be read. Blocks."""
    try:
        with Image.open(cover) as picture:
            wanted = _grey(picture)
        near, _ = min(_distances(video, wanted, keys=True), key=lambda found: found[1], default=(0.0, 0.0))
        span = (max(0.0, near - _AROUND), near + _AROUND)
        best, _ = min(_distances(video, wanted, span=span), key=lambda f: f[1], default=(near, 0.0))
    except (OSError, ValueError, IndexError, av.error.FFmpegError) as error:
        log.info("the cover's moment in %s could not be found: %s", video.name, type(error).__name__)
        return 0
    return round(best * 1000)


def _distances(
    video: Path, wanted: Grey, *, keys: bool = False, span: tuple[float, float] = (0.0, float("inf"))
) -> Iterator[tuple[float, float]]:
    """Seconds, and how unlike the cover the frame is."""
    options = {"enable_drefs": "0", "use_absolute_path": "0"}
    with av.open(str(video), format="mov", options=options) as movie:
        stream = movie.streams.video[0]
        if keys:
            stream.codec_context.skip_frame = "NONKEY"
        elif span[0] > 0:
            movie.seek(int(span[0] * av.time_base))
        for count, frame in enumerate(movie.decode(stream)):
            seconds = float(frame.time or 0.0)
            if seconds > span[1] or count >= _FRAMES:
                return
            if seconds >= span[0]:
                small = frame.reformat(width=_WIDTH, height=_HEIGHT, format="gray").to_ndarray()
                yield seconds, float(np.abs(small.astype(np.float32) - wanted).mean())


def _grey(picture: Image.Image) -> Grey:
    return np.asarray(picture.convert("L").resize((_WIDTH, _HEIGHT)), dtype=np.float32)
