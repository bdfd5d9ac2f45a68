"""What Instagram takes as the file of a Reel. Reads one video, in a child process only; knows no publisher.

Source of every number: "Reel specifications" on
developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media (September 2026):

    container          MOV or MP4 (MPEG-4 Part 14), no edit lists, moov atom at the front of the file
    audio              AAC, 48 kHz sample rate maximum, 1 or 2 channels
    video              HEVC or H264, progressive scan, closed GOP, 4:2:0 chroma subsampling
    frame rate         23-60 frames per second
    picture            1920 pixels wide at most; aspect ratio between 0.01:1 and 10:1, 9:16 recommended
    video bit rate     VBR, 25 Mbps maximum
    duration           3 seconds to 15 minutes
    size               300 MB maximum (older copies of the page said 1 GB; the smaller is safe)

A sound track is not on that list, but a Reel without one fails with the undocumented subcode 2207082 as
soon as audio is attached (github.com/gitroomhq/postiz-app/pull/2033), so silence must be a track too.
"""

from __future__ import annotations

import errno
import math
import os
import stat
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from services.publisher.mp4_boxes import TornFile, structure_of

MAX_BYTES = 300_000_000
_MAX_READ = 4_000_000_000  # larger ones are not even opened
MIN_SECONDS, MAX_SECONDS = 3.0, 900.0
MIN_RATE, MAX_RATE = 23, 60
MAX_WIDTH = 1920
MIN_ASPECT, MAX_ASPECT = Fraction(1, 100), Fraction(10)
MAX_BIT_RATE = 25_000_000
MAX_SAMPLE_RATE = 48_000
VIDEO_CODECS = {"h264": "H.264", "hevc": "HEVC"}
PIXEL_FORMATS = ("yuv420p", "yuvj420p")  # the second is the same sampling with the full range of values

# Containers count time in whole ticks: a last frame may end a little before or after the second.
_SLACK = 0.05
# A picture beyond this is refused by its width or aspect anyway; decoding it could take gigabytes.
_MAX_DECODED_PIXELS = 1920 * 4096


class Cure(Enum):
    """What puts a fault right without changing what is seen or heard (services/publisher/mend.py)."""

    NONE = "none"  # nothing does
    WRAP = "wrap"  # the same pictures and sound in a new file
    SOUND = "sound"  # the sound made anew, the same pictures
    PICTURE = "picture"  # the pictures coded anew


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why Instagram would refuse a file, as a sentence."""

    sentence: str
    cure: Cure = Cure.NONE


@dataclass(frozen=True, slots=True)
class _Sound:
    codec: str
    sample_rate: int
    channels: int


def reel_faults(path: Path) -> list[str]:
    """A sentence for each reason why Instagram would refuse this file; none if it would take it.

    OSError if the file cannot be read. Blocks; decodes one frame.
    """
    return [fault.sentence for fault in find_faults(path)]


def find_faults(path: Path) -> list[Fault]:
    """The same with what would put each right."""
    with _regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            return [Fault("The video file is empty.")]
        if size > _MAX_READ:
            return [_too_large(size, Cure.NONE)]
        return _faults_of(file, size)


def _too_large(size: int, cure: Cure) -> Fault:
    megabytes = math.ceil(size / 1e6)
    return Fault(f"The video has {megabytes} MB; Instagram takes {MAX_BYTES // 1_000_000} MB.", cure)


def _regular(path: Path) -> BinaryIO:
    # O_NONBLOCK: a pipe in the file's place must not stop the operator.
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return os.fdopen(fd, "rb")
    os.close(fd)
    raise OSError(errno.EINVAL, "it is not a file")


def _faults_of(file: BinaryIO, size: int) -> list[Fault]:
    faults = [_too_large(size, Cure.PICTURE)] if size > MAX_BYTES else []
    try:
        structure = structure_of(file)
    except TornFile as error:
        return [*faults, Fault(f"The video is damaged or no MP4 or MOV file: {error}.")]
    if not structure.movie_first:
        sentence = "The video's index (moov) stands behind the pictures; Instagram wants it in front."
        faults.append(Fault(sentence, Cure.WRAP))
    if structure.edit_lists:
        faults.append(Fault("The video has edit lists, which Instagram does not take.", Cure.WRAP))
    file.seek(0)
    try:
        # Only this one format, so that no other parser sees hostile bytes and no reference is followed.
        with av.open(file, format="mov", options={"enable_drefs": "0", "use_absolute_path": "0"}) as movie:
            return faults + _stream_faults(movie, size)
    except (av.error.FFmpegError, ValueError) as error:
        return [*faults, Fault(f"The video cannot be read: {_reason(error)}.")]


def _stream_faults(movie: InputContainer | OutputContainer, size: int) -> list[Fault]:
    if not isinstance(movie, InputContainer) or not movie.streams.video:
        return [Fault("The file has no video track.")]
    if not all(_has_codec(stream) for stream in (*movie.streams.video, *movie.streams.audio)):
        return [Fault("The video is coded in a way nobody knows; Instagram takes H.264 or HEVC with AAC.")]
    video = movie.streams.video[0]
    seconds = _seconds(movie, video)
    faults = [*_duration_faults(seconds), *_video_faults(video)]
    faults += _sound_faults([_sound(stream) for stream in movie.streams.audio])
    if seconds > 0 and size * 8 / seconds > MAX_BIT_RATE + 1_000_000:  # the sound and the index on top
        needed = size * 8 / seconds / 1e6
        faults.append(Fault(f"The video needs {needed:.0f} Mbps; Instagram takes 25.", Cure.PICTURE))
    if not any(fault.cure in (Cure.NONE, Cure.PICTURE) for fault in faults):
        faults += _picture_faults(movie, video)
    return faults


def _has_codec(stream: Stream) -> bool:
    """PyAV gives no context, against its own types, where no decoder is known."""
    return getattr(stream, "codec_context", None) is not None


def _seconds(movie: InputContainer, video: VideoStream) -> float:
    if video.duration is not None and video.time_base is not None:
        return float(video.duration * video.time_base)
    return movie.duration / av.time_base if movie.duration is not None else 0.0


def _duration_faults(seconds: float) -> list[Fault]:
    if seconds < MIN_SECONDS - _SLACK:
        return [Fault(f"The video lasts {seconds:.1f} s; a Reel has at least {MIN_SECONDS:.0f} s.")]
    if seconds > MAX_SECONDS + _SLACK:
        return [Fault(f"The video lasts {seconds / 60:.1f} minutes; a Reel has at most 15.")]
    return []


def _video_faults(video: VideoStream) -> list[Fault]:
    found = []
    codec = video.codec_context
    if codec.name not in VIDEO_CODECS:
        found.append(f"The video is coded as {codec.name}; Instagram takes H.264 or HEVC.")
    if codec.pix_fmt not in PIXEL_FORMATS:
        pixels = codec.pix_fmt or "of an unknown kind"
        found.append(f"The video's pixels are {pixels}; Instagram takes yuv420p (4:2:0).")
    rate = video.average_rate or Fraction(0)
    if not MIN_RATE - _SLACK <= rate <= MAX_RATE + _SLACK:
        found.append(f"The video has {float(rate):.4g} frames per second; a Reel has 23 to 60.")
    if codec.width > MAX_WIDTH:
        found.append(f"The video is {codec.width} pixels wide; Instagram takes {MAX_WIDTH}.")
    faults = [Fault(sentence, Cure.PICTURE) for sentence in found]
    if not codec.height or not MIN_ASPECT <= Fraction(codec.width, codec.height) <= MAX_ASPECT:
        size = f"{codec.width} by {codec.height}"
        faults.append(Fault(f"The video's shape, {size}, is outside 0.01:1 to 10:1; 9:16 is best."))
    return faults


def _sound(stream: AudioStream) -> _Sound:
    codec = stream.codec_context
    return _Sound(codec.name, codec.sample_rate or 0, codec.layout.nb_channels)


def _sound_faults(sounds: list[_Sound]) -> list[Fault]:
    if not sounds:
        return [Fault("The video has no sound track; a silent one is enough.", Cure.SOUND)]
    faults = []
    for sound in sounds:
        if sound.codec != "aac":
            faults.append(f"The sound is coded as {sound.codec}; Instagram takes AAC.")
        if not 0 < sound.sample_rate <= MAX_SAMPLE_RATE:
            faults.append(f"The sound has {sound.sample_rate} samples per second; Instagram takes 48000.")
        if sound.channels not in (1, 2):
            faults.append(f"The sound has {sound.channels} channels; Instagram takes 1 or 2.")
    return [Fault(sentence, Cure.SOUND) for sentence in faults]


def _picture_faults(movie: InputContainer, video: VideoStream) -> list[Fault]:
    """Decode one frame: only that shows whether it can be, and whether it is interlaced."""
    if video.codec_context.width * video.codec_context.height > _MAX_DECODED_PIXELS:
        return []
    frame = next(movie.decode(video), None)
    if frame is None:
        return [Fault("The video has no picture.")]
    if frame.interlaced_frame:
        return [Fault("The video is interlaced; Instagram takes progressive pictures.", Cure.PICTURE)]
    return []


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or "its data is damaged").rstrip(".").lower()
