"""The Discord surface: logs in, finds its channel, and stays there until it is told to end."""

from __future__ import annotations

import asyncio

from bot.chat import wanted
from bot.operator import Operator, SurfaceState
from bot.surfaces.discord_app import commands
from bot.surfaces.discord_app.addresses import OFFICIAL, asked_at, connect_to
from bot.surfaces.discord_app.channel import SETTLE, DiscordChat
from bot.surfaces.discord_app.client import FIRST_REST, Client
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.errors import FOREIGN, asking, sentence
from bot.surfaces.discord_app.home import Home
from bot.surfaces.discord_app.people import People
from bot.surfaces.discord_app.telling import Telling
from services.errors import Misconfigured, OperatorError, Unavailable
from services.log import get_logger

log = get_logger(__name__)

COMMANDS_AGAIN = 30.0  # seconds after which commands are told again that could not be


class DiscordApp:
    """One run of the connection. ``guild`` and ``channel`` are ids; ``approvers`` ids of people and roles.

    ``settle`` and ``first_rest`` are seconds: after which an abandoned post has no effect any more, and
    between two log-ins.
    """

    name = "discord"

    def __init__(
        self,
        op: Operator,
        *,
        token: str,
        guild: int,
        channel: int,
        approvers: frozenset[str],
        base_url: str = OFFICIAL,
        settle: float = SETTLE,
        first_rest: float = FIRST_REST,
    ) -> None:
        self._op, self._token, self._base_url = op, token, base_url
        self._guild, self._channel, self._approvers = guild, channel, approvers
        self._settle, self._first_rest = settle, first_rest

    async def run(self) -> None:
        """Until cancelled. Misconfigured when a person has to change something first; Unavailable when
        Discord cannot be reached and the library gave up."""
        with asked_at(self._base_url):
            client = Client(first_rest=self._first_rest)
            home, telling = Home(client, self._guild, self._channel), Telling(client)
            people = People(self._approvers)
            chat = DiscordChat(home, people, telling, self._op.services.bucket, settle=self._settle)
            client.context = Context(self._op, home, people, telling, chat)
            client.life = stay = Stay(client)
            client.tree = commands.tree(client, client.context)
            try:
                async with client:
                    await self._connected(client, stay)
            finally:
                stay.left()
                await client.context.work.end()

    async def _connected(self, client: Client, stay: Stay) -> None:
        async with asking("log in"):
            await client.login(self._token)
            _, gateway, _ = await client.http.get_bot_gateway()
        connect_to(gateway)
        line = asyncio.create_task(_line(client), name="discord gateway")
        try:
            await asyncio.wait({line, stay.ended}, return_when=asyncio.FIRST_COMPLETED)
            if stay.ended.done():
                stay.ended.result()
        finally:
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)
        line.result()


async def _line(client: Client) -> None:
    try:
        await client.connect()
    except FOREIGN as error:
        raise sentence(error, "stay connected") from error
    except AttributeError as error:  # the library cannot go on after a first connection that failed
        if client.ws is not None:
            raise
        raise Unavailable("Discord's gateway does not answer.", remedy="It is tried again.") from error


class Stay:
    """What becomes of the connection: the channel is there, the line is broken, the way in is barred."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._trouble = self._of_commands = ""
        self._been_here = False

    async def arrived(self) -> None:
        """Logged in anew: what happened before was missed."""
        await self._look()

    async def resumed(self) -> None:
        await self._look()

    async def changed(self) -> None:
        """Rights, the channel or the server changed; that may end or mend a trouble."""
        await self._look(anew=False)

    def parted(self) -> None:
        if "discord" in self._op.chats:
            self._say("The line to Discord is broken; it is tried again.")

    async def _look(self, *, anew: bool = True) -> None:
        """See whether all is as it must be, and say so; with ``anew`` also that events were missed."""
        context = self._client.context
        try:
            if context.home.guild.unavailable:
                self._say("Discord says that its server is not available for the moment.")
                return
            context.home.ensure_there()
        except OperatorError as error:
            self._end(error)
            return
        trouble, vital = context.home.lacking()
        if vital and not self._been_here:
            self._end(Misconfigured(trouble, remedy="Then start the operator again."))
            return
        self._say(trouble)
        if vital:  # taken away meanwhile; given back, everything goes on
            self._leave()
            return
        self._been_here = True
        if anew or "discord" not in self._op.chats:
            # Before anybody can ask for anything: what is begun from now on is shown here.
            await self._op.store.do(wanted.began, "discord", self._op.now())
            context.chat.epoch += 1
            self._op.chats["discord"] = context.chat
            log.info("Discord: in #%s of %s", context.home.channel.name, context.home.guild.name)
            context.work.begin(self._tell_commands(), "commands")
        self._op.engine.wake()

    async def _tell_commands(self) -> None:
        """Until they are told, or a person has to do something about it."""
        wait: float | None = 0.0
        while wait is not None:
            await asyncio.sleep(wait)
            wait = await self._try_commands()
            self._say(self._trouble)

    async def _try_commands(self) -> float | None:
        """The seconds after which to try again; None: they are told, or that would change nothing."""
        self._of_commands = ""
        try:
            await commands.tell(self._client.tree, self._client.context)
        except Unavailable as error:
            self._of_commands = str(error)
            return max(error.retry_after or 0.0, COMMANDS_AGAIN)
        except Misconfigured as error:
            self._of_commands = f"{error.message} Invite the bot again: {self._client.context.home.invite()}"
        except OperatorError as error:
            self._of_commands = str(error)
        return None

    def _say(self, trouble: str) -> None:
        """What is wrong with the channel, beside what is wrong with the commands."""
        before, now = self._op.surfaces.get("discord"), " ".join(filter(None, (trouble, self._of_commands)))
        self._op.surfaces["discord"] = SurfaceState(now)
        if now and (before is None or before.trouble != now):
            log.warning("%s", now)
        self._trouble = trouble

    def failed(self, error: BaseException) -> None:
        self._end(error)

    def _end(self, error: BaseException) -> None:
        if not self.ended.done():
            self.ended.set_exception(error)

    def left(self) -> None:
        """The connection is given up: nothing is shown there any more."""
        self._leave()
        if self.ended.done() and not self.ended.cancelled():
            self.ended.exception()  # seen
        else:
            self.ended.cancel()

    def _leave(self) -> None:
        if self._op.chats.get("discord") is self._client.context.chat:
            del self._op.chats["discord"]

    @property
    def _op(self) -> Operator:
        return self._client.context.op
