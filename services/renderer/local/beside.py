"""The preview, the cover, the storyboard and the thumbnails of a video that was finished elsewhere.

They are made by rendering a movie of that one clip in a child process, as the file comes from outside; the
full-size copy that falls out of it is not used.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from services.errors import Refused, Unavailable
from services.ports import RenderFiles, RenderRequest
from services.renderer.local.local import LocalRenderer
from services.renderer.local.profile import Profile

# The copy is thrown away, so it may be coarse; the preview has its own size.
ASIDE = Profile("aside", preset="ultrafast", crf=35, preview_scale=0.5)
_FPS = 30


class Beside:
    def __init__(self, *, profile: Profile = ASIDE) -> None:
        self._profile = profile
        self._turn = asyncio.Lock()  # one render uses every core
        self._at_work: LocalRenderer | None = None

    async def make(self, video: Path, size: tuple[int, int]) -> RenderFiles:
        """In the folder of ``video``, whose ``size`` is in pixels. Refused if it cannot be read."""
        width, height = size
        movie = {
            "resolution": "custom", "width": width, "height": height, "fps": _FPS,
            "scenes": [{"elements": [{"type": "video", "src": "video", "resize": "contain"}]}],
        }  # fmt: skip
        async with self._turn:
            renderer = LocalRenderer(video.parent, _as_path, profile=self._profile)
            self._at_work = renderer
            try:
                handle = await renderer.submit(RenderRequest("beside", movie, {"video": str(video)}))
                last = [status async for status in renderer.follow(handle)][-1]
                if last.state == "failed":
                    raise Refused(last.message)
                if last.state != "done":
                    raise Unavailable("The preview of the video was not made; it is tried again.")
                return await renderer.collect(handle)
            finally:
                await renderer.aclose()
                self._at_work = None

    async def aclose(self) -> None:
        if self._at_work is not None:
            await self._at_work.aclose()


async def _as_path(key: str) -> Path:
    return Path(key)
