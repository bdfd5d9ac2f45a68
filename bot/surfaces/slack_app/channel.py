"""The channel as reconcilers use it: bot.chat.port.Chat over Slack's Web API."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.port import Gone, Message, Standing
from bot.chat.spelling import in_words_of
from bot.surfaces.slack_app import card
from bot.surfaces.slack_app.emoji import SEEDS, canonical, choice_of
from bot.surfaces.slack_app.errors import Code, asking
from bot.surfaces.slack_app.files import Files, name_of
from bot.surfaces.slack_app.home import Home
from bot.surfaces.slack_app.people import People, user_of, voter_of
from bot.surfaces.slack_app.text import fitted, plain, section
from services.errors import Misconfigured, Refused, Unavailable
from services.log import get_logger
from services.store.reactions import Reaction

log = get_logger(__name__)

SETTLE = 45.0  # a request is given up after 30 s; what it asked for can come a little later
_KEPT = 500  # messages whose files are remembered
_DELETED = ("tombstone",)  # what stands in place of a deleted message that has a thread


@dataclass(frozen=True, slots=True)
class Video:
    """Uploaded, and to be shared in its card's thread."""

    file: str
    title: str
    name: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A message's files: the picture's id, the video where it is to be shared, and why one is missing."""

    image: str = ""
    video: Video | None = None
    note: str = ""


class SlackChat:
    """One channel. ``epoch`` is raised by the surface at every connection that may have missed events."""

    name = "slack"

    def __init__(
        self, client: AsyncWebClient, home: Home, people: People, files: Files, *, settle: float = SETTLE
    ) -> None:
        self._client, self._home, self._people, self._files = client, home, people, files
        self.channel = home.channel
        self.settle = settle
        self.epoch = 0
        # Until then (monotonic) a post of this process, or of the one before, may still take effect.
        self._unclear_until = time.monotonic() + settle
        # Of the latest messages: the file of the picture, and the name of the video in the thread.
        self._images: dict[str, str] = {}
        self._shared: dict[str, str] = {}

    async def ping(self) -> str:
        async with asking("look at its channel", seconds=15):
            found = await self._client.conversations_info(channel=self.channel)
        return f"#{found['channel'].get('name') or self.channel} in {self._home.team_name}"

    async def post(self, message: Message, since: datetime) -> str:
        message = in_words_of(message, "slack")
        ready = await self._uploaded(message)
        try:
            async with asking("post in its channel", seconds=60):
                sent = await self._client.chat_postMessage(
                    channel=self.channel,
                    text=card.fallback(message),
                    blocks=card.blocks(message, ready.image, ready.note),
                    metadata=card.metadata(message, ready.image),
                    unfurl_links=False,
                    unfurl_media=False,
                )
        except BaseException:
            self._unclear_until = time.monotonic() + self.settle
            raise
        id_ = str(sent["ts"])
        _keep(self._images, id_, ready.image)
        await self._share(id_, ready.video)
        return id_

    async def find(self, message: Message, since: datetime) -> str | None:
        rest = self._unclear_until - time.monotonic()
        if rest > 0:
            raise Unavailable("It is not certain yet whether a message arrived.", retry_after=rest)
        cursor = ""
        while True:
            async with asking("read the channel's history"):
                page = await self._client.conversations_history(
                    channel=self.channel,
                    oldest=f"{since.timestamp():.6f}",
                    limit=200,
                    cursor=cursor or None,
                    include_all_metadata=True,
                )
            for found in page["messages"]:
                if found.get("bot_id") == self._home.bot and card.marked(found, message.mark):
                    return str(found["ts"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None

    async def edit(self, id_: str, message: Message, *, files: bool) -> None:
        message = in_words_of(message, "slack")
        if files:
            ready = await self._uploaded(message, thread=id_)
        else:
            ready = Ready(await self._image(id_) if message.image else "")
        try:
            await self._say(id_, message, ready)
        except Code as error:
            if files or not ready.image or error.code != "invalid_blocks":
                raise
            await self.edit(id_, message, files=True)  # somebody deleted the picture's file
            return
        await self._share(id_, ready.video)

    async def _say(self, id_: str, message: Message, ready: Ready) -> None:
        async with asking("edit its message"):
            await self._client.chat_update(
                channel=self.channel,
                ts=id_,
                text=card.fallback(message),
                blocks=card.blocks(message, ready.image, ready.note),
                metadata=card.metadata(message, ready.image),
            )
        _keep(self._images, id_, ready.image)

    async def standing(self, id_: str) -> Standing:
        async with asking("read who reacted"):
            told = await self._client.reactions_get(channel=self.channel, timestamp=id_, full=True)
        message: dict[str, Any] = told.get("message") or {}
        if message.get("subtype") in _DELETED:
            raise Gone("The message was deleted.")
        own: set[str] = set()
        people: list[Reaction] = []
        for each in message.get("reactions") or ():
            emoji, users = canonical(str(each["name"])), [str(user) for user in each.get("users") or ()]
            if self._home.user in users:
                own.add(emoji)
            choice = choice_of(emoji)
            for user in users if choice is not None else ():
                if user != self._home.user:
                    person = await self._people.person(user)
                    people.append(
                        Reaction(voter_of(user), emoji, choice, person.name, person.decides)  # type: ignore[arg-type]
                    )
        if own and not own.issuperset(SEEDS):
            await self.seed(id_)
        return Standing(people, seeded=bool(own))

    async def unreact(self, id_: str, voter: str, emoji: str) -> None:
        raise Misconfigured("Slack lets no app take away what other people reacted with.")

    async def seed(self, id_: str) -> None:
        for name in SEEDS:
            await self.react(id_, name)

    async def react(self, id_: str, name: str) -> None:
        try:
            async with asking("react to a message"):
                await self._client.reactions_add(channel=self.channel, timestamp=id_, name=name)
        except Code as error:
            if error.code != "already_reacted":
                raise

    async def tell(self, voter: str, text: str) -> None:
        """Slack shows it in the channel, to this person alone. Who is not in it cannot be told."""
        await self.whisper(user_of(voter), text)

    async def whisper(
        self, user: str, text: str, drawn: list[dict[str, Any]] | None = None, *, thread: str = ""
    ) -> None:
        try:
            async with asking("tell somebody something"):
                await self._client.chat_postEphemeral(
                    channel=self.channel,
                    user=user,
                    text=fitted(text, 3000) or "…",
                    blocks=drawn or [section(plain(text, card.SECTION))],
                    thread_ts=thread or None,
                )
        except Code as error:
            if error.code not in ("user_not_in_channel", "user_not_found"):
                raise
            log.info("somebody who is not in the channel could not be told: %s", error)

    # Pictures and videos

    async def _uploaded(self, message: Message, thread: str = "") -> Ready:
        """Upload its files, but not a video that stands in the card's ``thread`` already. A card without
        pictures is better than none."""
        image, video = "", None
        try:
            if message.image is not None and await asyncio.to_thread(message.image.is_file):
                image = await self._files.picture(message.image, message.title)
            if message.video is not None and await asyncio.to_thread(message.video.is_file):
                video = await self._video(message, message.video, thread)
        except (Refused, Misconfigured) as error:
            log.warning("a card has not all its files: %s", error)
            return Ready(image, video, str(error))
        return Ready(image, video)

    async def _video(self, message: Message, path: Path, thread: str) -> Video | None:
        data = await asyncio.to_thread(path.read_bytes)
        name = name_of(message.key, path, data)
        if thread and (
            self._shared.get(thread) == name or name in await self._files.names_in(self.channel, thread)
        ):
            return None
        return Video(await self._files.upload(data, name), message.title, name)

    async def _share(self, id_: str, video: Video | None) -> None:
        if video is not None:
            await self._files.share(video.file, video.title, self.channel, thread=id_)
            _keep(self._shared, id_, video.name)

    async def _image(self, id_: str) -> str:
        """The file that a message shows; read from the message where this process did not post it."""
        if id_ not in self._images:
            async with asking("read its message"):
                page = await self._client.conversations_history(
                    channel=self.channel, oldest=id_, latest=id_, inclusive=True, limit=1,
                    include_all_metadata=True,
                )  # fmt: skip
            found = next((each for each in page["messages"] if each.get("ts") == id_), None)
            if found is None or found.get("subtype") in _DELETED:
                raise Gone("The message was deleted.")
            _keep(self._images, id_, card.image_of(found))
        return self._images[id_]


def _keep(known: dict[str, str], id_: str, value: str) -> None:
    known.pop(id_, None)
    known[id_] = value
    while len(known) > _KEPT:
        del known[next(iter(known))]
