"""What becomes of the surface: the channel is there, the line is broken, the app was sent away."""

from __future__ import annotations

from bot.chat import wanted
from bot.operator import SurfaceState
from bot.surfaces.slack_app.context import Context
from bot.surfaces.slack_app.errors import not_invited
from bot.surfaces.slack_app.home import look
from services.errors import OperatorError
from services.log import get_logger

log = get_logger(__name__)


class Stay:
    """``home`` may change while it runs only in what the app is allowed to do."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._trouble, self._away = "", False

    async def arrived(self) -> None:
        """Connected. What may have been missed is read back, as the epoch is another."""
        context = self._context
        if self._away and not await self._back():
            return
        # What is begun from now on is told here, also what somebody asks for in the next moment.
        await context.op.store.do(wanted.began, context.chat.name, context.op.now())
        context.chat.epoch += 1
        context.op.chats["slack"] = context.chat
        log.info("Slack: in #%s of %s", context.home.channel_name, context.home.team_name)
        self._say(context.home.trouble())
        context.op.engine.wake()

    def parted(self, reason: str) -> None:
        self._say(reason)

    async def sent_away(self) -> None:
        """Somebody removed the app from its channel. It waits there for being invited again."""
        self._leave()
        self._away = True
        self._say(f"{not_invited().message} Write /invite @{self._context.home.name} in it.")

    async def invited(self) -> None:
        await self.arrived()

    async def _back(self) -> bool:
        """Whether the app is in its channel again."""
        try:
            await look(self._context.client, self._context.home.channel)
        except OperatorError as error:
            self._say(str(error))
            return False
        self._away = False
        return True

    def left(self) -> None:
        """The connection is given up: nothing is shown there any more."""
        self._leave()

    def _leave(self) -> None:
        if self._entered:
            del self._context.op.chats["slack"]

    @property
    def _entered(self) -> bool:
        return self._context.op.chats.get("slack") is self._context.chat

    def _say(self, trouble: str) -> None:
        self._context.op.surfaces["slack"] = SurfaceState(trouble)
        if trouble and trouble != self._trouble:
            log.warning("%s", trouble)
        self._trouble = trouble
