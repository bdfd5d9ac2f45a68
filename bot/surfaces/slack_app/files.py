"""Pictures, videos and long texts in Slack: uploaded, waited for, shown.

https://docs.slack.dev/messaging/working-with-files: an address is asked for, the bytes are sent there, the
upload is completed; a moment later the file can be seen. Until then no block may name it.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.surfaces.slack_app.errors import asking
from services.errors import Refused, Unavailable

SHOWN_SECONDS = 20.0  # in which Slack has looked at a picture
UPLOAD_SECONDS = 300.0
FIRST_LOOK, LAST_LOOK = 0.1, 2.0  # seconds between two looks


class Files:
    def __init__(self, client: AsyncWebClient, line: aiohttp.ClientSession) -> None:
        self._client, self._line = client, line

    async def upload(self, data: bytes, name: str, about: str = "") -> str:
        """The id of a new file that nobody sees yet. Refused where Slack does not take it."""
        async with asking("upload a file", seconds=UPLOAD_SECONDS):
            place = await self._client.files_getUploadURLExternal(
                filename=name, length=len(data), alt_txt=about[:1000] or None
            )
            timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS)
            body = io.BytesIO(data)  # sent in pieces: whole, it would keep the loop from all else
            async with self._line.post(str(place["upload_url"]), data=body, timeout=timeout) as answer:
                status = answer.status
        if status >= 500:
            raise Unavailable(f"Slack took no file ({status}).", remedy="It is tried again.")
        if status >= 400:
            raise Refused(f"Slack refused a file ({status}).")
        return str(place["file_id"])

    async def complete(self, id_: str, title: str) -> None:
        """From now on it is there, for blocks to show."""
        async with asking("complete an upload"):
            await self._client.files_completeUploadExternal(files=[{"id": id_, "title": title}])

    async def share(self, id_: str, title: str, channel: str, *, thread: str = "") -> None:
        """Show it as a message of its own, which appears a moment later."""
        async with asking("share a file"):
            await self._client.files_completeUploadExternal(
                files=[{"id": id_, "title": title}], channel_id=channel, thread_ts=thread or None
            )

    async def picture(self, path: Path, about: str) -> str:
        """Upload an image; answers its id when blocks may show it. Refused where that lasts too long."""
        data = await asyncio.to_thread(path.read_bytes)
        return await self.drawing(data, f"picture{path.suffix.lower()}", about)

    async def drawing(self, data: bytes, name: str, about: str) -> str:
        """The same for an image that is in no file."""
        id_ = await self.upload(data, name, about)
        await self.complete(id_, about)
        until, wait = time.monotonic() + SHOWN_SECONDS, FIRST_LOOK
        while not await self._seen(id_):
            if time.monotonic() > until:
                raise Refused(f"Slack has not looked at a picture within {SHOWN_SECONDS:.0f} s.")
            await asyncio.sleep(wait)
            wait = min(wait * 2, LAST_LOOK)
        return id_

    async def _seen(self, id_: str) -> bool:
        async with asking("look at its file"):
            found = (await self._client.files_info(file=id_))["file"]
        return bool(found.get("mimetype"))

    async def names_in(self, channel: str, thread: str) -> set[str]:
        """The names of the files that were shared in a thread."""
        names: set[str] = set()
        cursor = ""
        while True:
            async with asking("read a card's thread"):
                page = await self._client.conversations_replies(
                    channel=channel, ts=thread, limit=200, cursor=cursor or None
                )
            for message in page["messages"]:
                names |= {str(file.get("name") or "") for file in message.get("files") or ()}
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return names


def name_of(key: str, path: Path, data: bytes) -> str:
    """The name of a card's video: the same bytes have the same, so that they are not sent again."""
    return f"{key.replace(':', '-')}-{hashlib.sha256(data).hexdigest()[:12]}{path.suffix.lower()}"
