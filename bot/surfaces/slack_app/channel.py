"""The channel as reconcilers use it: bot.chat.port.Chat over Slack's Web API."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.port import Gone, Message, Standing
from bot.chat.spelling import in_words_of
from bot.surfaces.slack_app import card
from bot.surfaces.slack_app.attached import Attachments, Uploaded
from bot.surfaces.slack_app.card import Attached
from bot.surfaces.slack_app.emoji import SEEDS, canonical, choice_of
from bot.surfaces.slack_app.errors import Code, asking
from bot.surfaces.slack_app.home import Home
from bot.surfaces.slack_app.people import People, user_of, voter_of
from bot.surfaces.slack_app.text import fitted, plain, section
from services.errors import Misconfigured, Unavailable
from services.log import get_logger
from services.model.vote import Choice
from services.store.reactions import Reaction

log = get_logger(__name__)

SETTLE = 45.0  # a request is given up after 30 s; what it asked for can come a little later
_DELETED = ("tombstone",)  # what stands in place of a deleted message that has a thread


class SlackChat:
    """One channel. ``epoch`` is raised by the surface at every connection that may have missed events."""

    name = "slack"

    def __init__(
        self,
        client: AsyncWebClient,
        home: Home,
        people: People,
        attachments: Attachments,
        *,
        settle: float = SETTLE,
    ) -> None:
        self._client, self._home, self._people, self._attachments = client, home, people, attachments
        self.channel = home.channel
        self.settle = settle
        self.epoch = 0
        # Until then (monotonic) a post of this process, or of the one before, may still take effect.
        self._unclear_until = time.monotonic() + settle

    async def ping(self) -> str:
        async with asking("look at its channel", seconds=15):
            found = await self._client.conversations_info(channel=self.channel)
        return f"#{found['channel'].get('name') or self.channel} in {self._home.team_name}"

    async def post(self, message: Message, since: datetime) -> str:
        message = in_words_of(message, "slack")
        ready = await self._attachments.upload(message)
        shown = await self._attachments.linked(message, ready.attached)
        try:
            async with asking("post in its channel", seconds=60):
                sent = await self._client.chat_postMessage(
                    channel=self.channel,
                    text=card.fallback(shown),
                    blocks=card.blocks(shown, ready.attached),
                    metadata=card.metadata(shown, ready.attached),
                    unfurl_links=False,
                    unfurl_media=False,
                )
        except BaseException:  # not handled: whatever ended the call, Slack may have it all the same
            self._unclear_until = time.monotonic() + self.settle
            raise
        id_ = str(sent["ts"])
        self._attachments.remember(id_, ready.attached)
        await self._share(id_, message, ready)
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
            ready = await self._attachments.upload(message, thread=id_)
        else:
            ready = Uploaded(await self._attached(id_) if message.pictures else Attached())
        try:
            await self._say(id_, message, ready.attached)
        except Code as error:
            if files or not ready.attached.image or error.code != "invalid_blocks":
                raise
            await self.edit(id_, message, files=True)  # somebody deleted the picture's file
            return
        await self._share(id_, message, ready)

    async def _say(self, id_: str, message: Message, attached: Attached) -> None:
        message = await self._attachments.linked(message, attached)
        async with asking("edit its message"):
            await self._client.chat_update(
                channel=self.channel,
                ts=id_,
                text=card.fallback(message),
                blocks=card.blocks(message, attached),
                metadata=card.metadata(message, attached),
            )
        self._attachments.remember(id_, attached)

    async def _share(self, id_: str, message: Message, ready: Uploaded) -> None:
        """The video into the card's thread; should Slack refuse it, the card says so."""
        if ready.video is not None and (note := await self._attachments.share(id_, ready.video)):
            await self._say(id_, message, replace(ready.attached, note=note))

    async def _attached(self, id_: str) -> Attached:
        """What a message shows; read where this process did not send it, with all that was posted since."""
        known = self._attachments.known(id_)
        if known is not None:
            return known
        near: dict[str, Any] = {"oldest": id_, "limit": 200}
        alone: dict[str, Any] = {"oldest": id_, "latest": id_, "limit": 1}
        for place in (near, alone):
            async with asking("read its message"):
                page = await self._client.conversations_history(
                    channel=self.channel, inclusive=True, include_all_metadata=True, **place
                )
            for found in page["messages"]:
                ts = str(found["ts"])
                own = found.get("bot_id") == self._home.bot and found.get("subtype") not in _DELETED
                if own and self._attachments.known(ts) is None:
                    self._attachments.remember(ts, card.attached_to(found))
            known = self._attachments.known(id_)
            if known is not None:
                return known
        raise Gone("The message was deleted.")

    async def reacted_itself(self, id_: str, name: str) -> bool:
        """Whether the operator's own reaction of this name stands below a message."""
        found = (await self._read(id_)).get("reactions") or ()
        return any(each["name"] == name and self._home.user in each["users"] for each in found)

    async def _read(self, id_: str) -> dict[str, Any]:
        """A message with all who reacted to it."""
        async with asking("read who reacted"):
            told = await self._client.reactions_get(channel=self.channel, timestamp=id_, full=True)
        message: dict[str, Any] = told.get("message") or {}
        if message.get("subtype") in _DELETED:
            raise Gone("The message was deleted.")
        return message

    async def standing(self, id_: str) -> Standing:
        message = await self._read(id_)
        own_id, own = self._home.user, set[str]()
        people: list[Reaction] = []
        for each in message.get("reactions") or ():
            emoji, users = canonical(str(each["name"])), [str(user) for user in each.get("users") or ()]
            if own_id in users and emoji in SEEDS:
                own.add(emoji)
            choice = choice_of(emoji)
            if choice is not None:
                people += [await self._reaction(user, emoji, choice) for user in users if user != own_id]
        if own and not own.issuperset(SEEDS):
            await self.seed(id_)
        return Standing(people, seeded=bool(own))

    async def _reaction(self, user: str, emoji: str, choice: Choice) -> Reaction:
        person = await self._people.person(user)
        return Reaction(voter_of(user), emoji, choice, person.name, person.decides)

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
