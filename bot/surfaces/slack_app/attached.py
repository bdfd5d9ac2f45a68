"""The picture a card shows, and the video in its thread: uploaded when they changed, remembered otherwise."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from bot.chat.port import Message
from bot.chat.video_link import video_link
from bot.surfaces.slack_app.card import Attached
from bot.surfaces.slack_app.files import Files, name_of
from services.errors import Misconfigured, Refused
from services.log import get_logger
from services.ports import Bucket

log = get_logger(__name__)

T = TypeVar("T")

_KEPT = 500  # messages whose files are remembered


@dataclass(frozen=True, slots=True)
class Video:
    """Uploaded, and to be shared in its card's thread."""

    file: str
    title: str
    name: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    attached: Attached
    video: Video | None = None  # None too where it stands in the thread already


class Attachments:
    """``bucket`` may give an address for a video that Slack does not take."""

    def __init__(self, files: Files, bucket: Bucket, channel: str) -> None:
        self._files, self._bucket, self._channel = files, bucket, channel
        # Of the latest messages: what they show, and the name of the video in the thread.
        self._attached: dict[str, Attached] = {}
        self._shared: dict[str, str] = {}

    def known(self, id_: str) -> Attached | None:
        """What a message shows; None where this process has not sent it."""
        return self._attached.get(id_)

    def remember(self, id_: str, attached: Attached) -> None:
        _keep(self._attached, id_, attached)

    async def upload(self, message: Message, thread: str = "") -> Uploaded:
        """Upload its files, but not a video that stands in the card's ``thread`` already. What Slack refuses
        is noted: a card without pictures is better than none."""
        image, video = "", None
        try:
            if message.image is not None and await asyncio.to_thread(message.image.is_file):
                image = await self._files.picture(message.image, message.title)
            if message.video is not None and await asyncio.to_thread(message.video.is_file):
                video = await self._video(message, message.video, thread)
        except (Refused, Misconfigured) as error:
            log.warning("a card has not all its files: %s", error)
            return Uploaded(Attached(image, str(error)), video)
        return Uploaded(Attached(image), video)

    async def _video(self, message: Message, path: Path, thread: str) -> Video | None:
        data = await asyncio.to_thread(path.read_bytes)
        name = name_of(message.key, path, data)
        if thread and (
            self._shared.get(thread) == name or name in await self._files.names_in(self._channel, thread)
        ):
            return None
        return Video(await self._files.upload(data, name), message.title, name)

    async def share(self, id_: str, video: Video) -> str:
        """Put the video into the card's thread; answers why that may not be, "" if it is there."""
        try:
            await self._files.share(video.file, video.title, self._channel, thread=id_)
        except (Refused, Misconfigured) as error:
            log.warning("a card has no video: %s", error)
            return str(error)
        _keep(self._shared, id_, video.name)
        return ""

    async def linked(self, message: Message, attached: Attached) -> Message:
        """The message with the video's address where a file is missing, if the bucket gives one."""
        return (
            replace(message, video_link=await video_link(message, self._bucket)) if attached.note else message
        )


def _keep(known: dict[str, T], id_: str, value: T) -> None:
    known.pop(id_, None)
    known[id_] = value
    while len(known) > _KEPT:
        del known[next(iter(known))]
