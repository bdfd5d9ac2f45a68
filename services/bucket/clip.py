"""A clip without watching it: key frames here and there, and how large its packets are.

Encoders spend bytes where something changes, so the sizes of the packets between key frames tell where a clip
moves, and in an MP4 they stand in its index. Only a few key frames are decoded; frames in between only of
clips that have next to no key frames. Times are seconds from the clip's start.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray
from PIL import Image

from services.bucket.child_end import OPTIONS, Unreadable, ensure_size
from services.bucket.picture import SIDE

Floats = NDArray[np.float64]

FEWEST, MOST = 4, 16  # key frames decoded; in between, one for each three seconds
DENSE_FRAMES = 120  # frames decoded, at most, of a clip with fewer than FEWEST key frames
MOST_DEMUXED = 2 << 30  # bytes of a file without an index that are gone through


@dataclass(frozen=True, slots=True)
class Packets:
    """Of each packet: when it is decoded (seconds), its bytes, and whether a decoder can begin with it."""

    times: Floats
    sizes: Floats
    keys: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Frame:
    at: float  # seconds
    picture: Image.Image  # as shown: turned, and of its true shape


def read_clip(file: BinaryIO) -> tuple[Packets, list[Frame]]:
    """The clip's packets, and frames spread over it, in order; Unreadable when there is no picture in it."""
    try:
        with av.open(file, mode="r", options=OPTIONS) as container:
            stream = opened(container)
            packets = _packets(container, stream)
            wanted = _spread(packets)
            if len(wanted) >= FEWEST or not len(packets.times):
                frames = list(_key_frames(container, stream, wanted))
            else:
                frames = list(_dense(container, stream, packets))
            if not frames:
                raise Unreadable("The video holds no frame that can be decoded.")
            return packets, frames
    except (FFmpegError, ValueError, EOFError) as error:
        raise Unreadable("The video is damaged or of a kind that cannot be read.") from error


def opened(container: Any) -> Any:
    """The video stream, checked and set to decode in this thread alone."""
    if not container.streams.video:
        raise Unreadable("The video file holds no picture.")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise Unreadable("The video is damaged: it does not say how it is coded.")
    ensure_size("video", stream.codec_context.width, stream.codec_context.height)
    stream.thread_count = 1
    # Blocks stay a little visible, which a small picture does not show; a fifth of the work is saved.
    stream.codec_context.options = {"skip_loop_filter": "all"}
    return stream


def picture_of(frame: Any, side: int = SIDE) -> Image.Image:
    """A decoded frame as shown, its longer side at most ``side``."""
    width, height = frame.width, frame.height
    aspect = getattr(frame, "sample_aspect_ratio", None)
    if aspect and 0.1 < float(aspect) < 10:
        width = max(1, round(width * float(aspect)))
    scale = min(1.0, side / max(width, height))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    small = frame.reformat(width=size[0], height=size[1], format="rgb24", interpolation="AREA")
    return Image.fromarray(small.to_ndarray()).rotate(round(frame.rotation), expand=True)


def seconds_of(frame: Any, stream: Any) -> float:
    start = float((stream.start_time or 0) * stream.time_base)
    return max(0.0, float((frame.pts or 0) * stream.time_base) - start)


def _packets(container: Any, stream: Any) -> Packets:
    entries = getattr(stream, "index_entries", None) or ()
    base, rows = float(stream.time_base), []
    # Only MP4 and its kin list every packet; others list where a player may jump to, or nothing.
    if container.format.name.startswith("mov") and len(entries) > 1:
        rows = [(entry.timestamp * base, entry.size, entry.is_keyframe) for entry in entries]
    else:
        read = 0
        for packet in container.demux(stream):
            if packet.dts is not None:
                rows.append((float(packet.dts) * base, packet.size, packet.is_keyframe))
            read += packet.size
            if read > MOST_DEMUXED:
                break
    if not rows:
        return Packets(np.zeros(0), np.zeros(0), np.zeros(0, bool))
    times, sizes, keys = (np.array(column) for column in zip(*rows, strict=True))
    return Packets(times - times.min(), sizes.astype(float), keys.astype(bool))


def _spread(packets: Packets) -> list[float]:
    """Times of key frames, evenly taken from those there are."""
    keys = packets.times[packets.keys]
    if not len(keys):
        return []
    length = float(packets.times[-1])
    count = int(np.clip(round(length / 3), FEWEST * 2, MOST))
    if len(keys) <= count:
        return [float(key) for key in keys]
    ideal = (np.arange(count) + 0.5) * length / count
    nearest = {int(np.abs(keys - at).argmin()) for at in ideal} | {0}
    return [float(keys[index]) for index in sorted(nearest)]


def _key_frames(container: Any, stream: Any, wanted: Iterable[float]) -> Iterator[Frame]:
    start, base, last = stream.start_time or 0, float(stream.time_base), -1.0
    for at in wanted:
        # A little behind it, as edit lists move times by less than a frame or two.
        container.seek(int(start + (at + 0.05) / base), stream=stream, backward=True)
        frame = _next_key_frame(container, stream)
        if frame is None:
            continue
        shown = seconds_of(frame, stream)
        if shown > last + 0.01:
            last = shown
            yield Frame(shown, picture_of(frame))


def _next_key_frame(container: Any, stream: Any) -> Any:
    """One packet is decoded and the decoder emptied: waiting for its frame would decode the next, too."""
    for packet in container.demux(stream):
        if packet.is_keyframe and packet.size:
            frames = [*stream.codec_context.decode(packet), *stream.codec_context.decode(None)]
            stream.codec_context.flush_buffers()
            if frames:
                return frames[0]
    return None


def _dense(container: Any, stream: Any, packets: Packets) -> Iterator[Frame]:
    """Frames of a clip with hardly a key frame: what follows each of them, or all of a short clip."""
    keys = packets.times[packets.keys]
    begins = [float(key) for key in keys] or [0.0]
    long = DENSE_FRAMES / max(1.0, _rate(packets)) / len(begins)
    count = math.ceil(FEWEST * 2 / len(begins))
    start, base, last = stream.start_time or 0, float(stream.time_base), -1.0
    stream.codec_context.skip_frame = "NONREF"
    for begin, end in itertools.pairwise([*begins, float(packets.times[-1])]):
        length = min(end - begin, long)
        step, due = max(length / (count - 1), 0.05), begin
        container.seek(int(start + (begin + 0.05) / base), stream=stream, backward=True)
        for frame in container.decode(stream):
            at = seconds_of(frame, stream)
            if at > begin + length + 0.1:
                break
            if at >= due - 1e-3 and at > last:
                due, last = begin + (math.floor((at - begin) / step + 1e-3) + 1) * step, at
                yield Frame(at, picture_of(frame))


def _rate(packets: Packets) -> float:
    """Packets a second."""
    return len(packets.times) / max(float(packets.times[-1]), 0.1)
