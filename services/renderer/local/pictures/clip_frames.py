"""The decoded frames of a clip by time: which one is on screen at a frame of the output.

That is the last one whose time, rounded to the output's rate, has come: clips of a varying rate stay in
step. Frames may be asked for from anywhere: far ahead or back, the clip is sought, and the answer is the
same as when all of it had been played.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from services.renderer.local.media import AssetFile, open_media, origin_of
from services.renderer.local.pictures.clip_scale import format_has_alpha

_THREADS = min(4, os.cpu_count() or 1)
_BACK = (0.0, 1.5, 6.0, 30.0)  # seconds to go back further when a seek ends too late
_FAR = 5.0  # seconds ahead that are sought instead of decoded
_TRIES = 200  # broken packets passed over in a row
_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # ffmpeg's own decoders leave out the alpha of these


class Frames:
    """The frames of one clip from ``seek`` seconds on, counted at ``fps`` a second."""

    def __init__(self, asset: AssetFile, seek: float, fps: int) -> None:
        self._seek, self._fps = seek, fps
        self._stack = contextlib.ExitStack()
        self._container: InputContainer = self._stack.enter_context(open_media(asset, "clip"))
        self.stream: VideoStream = self._container.streams.video[0]
        self._decoder = _decoder(self.stream)
        self._decoder.thread_type = "AUTO"
        self._decoder.thread_count = _THREADS
        self._origin = origin_of(self._container)
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._shown: av.VideoFrame | None = None
        self._ahead: av.VideoFrame | None = None
        self._at = -1
        self.damaged: float | None = None  # seconds into the file of the first trouble

    @property
    def transparent(self) -> bool:
        """Whether the clip has holes, as its header says."""
        form = self.stream.codec_context.format
        return self._decoder is not self.stream.codec_context or (form is not None and format_has_alpha(form))

    def at(self, index: int) -> av.VideoFrame | None:
        """The frame on screen at ``index``; None if there is none to be had. Cheap for rising indexes."""
        if self._shown is None or index < self._at or index > self._at + _FAR * self._fps:
            self._find(index)
        while self._ahead is not None and self._due(self._ahead) <= index:
            self._shown, self._ahead = self._ahead, self._pull()
        self._at = index
        return self._shown

    def close(self) -> None:
        """The file and the decoder's memory are let go at once: what is decoded holds on to this object, and
        would keep both until the next search for such circles."""
        self._frames, self._shown, self._ahead = iter(()), None, None
        self._stack.close()

    def _find(self, index: int) -> None:
        wanted = self._seek + index / self._fps
        for back in _BACK:
            self._start(max(0.0, wanted - back))
            self._shown = self._pull()
            if self._shown is not None and self._due(self._shown) <= index:
                break
            if wanted - back <= 0:
                break
        else:
            self._start(0.0)
            self._shown = self._pull()
        self._ahead = self._pull() if self._shown is not None else None

    def _start(self, seconds: float) -> None:
        base = self.stream.time_base or Fraction(1, 90_000)
        with contextlib.suppress(av.FFmpegError):  # a file without an index plays on from where it is
            self._container.seek(round((self._origin + seconds) / base), stream=self.stream, backward=True)
        self._decoder.flush_buffers()
        self._frames = self._decoded()

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """What can be decoded; a broken packet costs its own frames, and is remembered."""
        packets = self._container.demux(self.stream)
        tries = 0
        while tries < _TRIES:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                found = self._decoder.decode(packet if packet.size else None)
                tries = 0
            except EOFError:
                return
            except MemoryError:
                raise
            except av.FFmpegError:
                tries += 1
                self._remember_damage()
                continue
            for frame in found:
                if frame.is_corrupt:
                    self._remember_damage()
                if frame.pts is not None:
                    frame.time_base = frame.time_base or self.stream.time_base
                    yield frame

    def _remember_damage(self) -> None:
        if self.damaged is None:
            last = self._ahead or self._shown
            self.damaged = max(0.0, self._time(last)) if last is not None else 0.0

    def _pull(self) -> av.VideoFrame | None:
        return next(self._frames, None)

    def _time(self, frame: av.VideoFrame) -> float:
        """Seconds since the file's own beginning, which is not always called zero."""
        return float((frame.pts or 0) * (frame.time_base or 0)) - self._origin

    def _due(self, frame: av.VideoFrame) -> int:
        """The output frame from which ``frame`` is shown."""
        return round((self._time(frame) - self._seek) * self._fps)


def _decoder(stream: VideoStream) -> VideoCodecContext:
    """The stream's own, or one that knows the transparency its file speaks of."""
    own = stream.codec_context
    name = _ALPHA.get(own.codec.name.removeprefix("lib"), "")
    if name and any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items()):
        made = av.CodecContext.create(name, "r")
        assert isinstance(made, VideoCodecContext)
        made.extradata = own.extradata
        return made
    return own
