"""Direct messages: a quiet word for one person, seldom. Who takes none is left alone."""

from __future__ import annotations

import discord

from bot.chat.seldom import Seldom
from bot.chat.spelling import spelled
from bot.surfaces.discord_app.errors import NO_DM, asking
from bot.surfaces.discord_app.text import fitted
from services.log import get_logger

log = get_logger(__name__)

AGAIN_SECONDS = 600.0  # the same cause is not told to the same person sooner
_MESSAGE = 2000


class Telling:
    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self.seldom = Seldom()

    async def tell(self, user: int, text: str) -> None:
        """Write to a person, at most once per cause in a while. One who refuses that is no error."""
        if not self.seldom.due(str(user), text, AGAIN_SECONDS):
            return
        async with asking("write to a person"):
            try:
                private = await self._client.create_dm(discord.Object(user))
                await private.send(fitted(spelled(text, "discord"), _MESSAGE))
            except discord.Forbidden as error:
                if error.code != NO_DM:
                    raise
                log.info("somebody takes no direct messages of the operator")
