"""How far a render is."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Counter:
    """Frames done so far, told as a share whenever another second of video is done. For several threads."""

    def __init__(self, frames: int, fps: int, tell: Callable[[float], None]) -> None:
        self._frames, self._fps, self._tell = frames, fps, tell
        self._done = self._told = 0
        self._lock = threading.Lock()

    def add(self, frames: int) -> None:
        with self._lock:
            self._done += frames
            if self._done // self._fps > self._told // self._fps or self._done == self._frames:
                self._told = self._done
                self._tell(self._done / self._frames)
