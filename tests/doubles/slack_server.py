"""Slack over real sockets: Web API, uploads, response addresses and Socket Mode, strict and unreliable.

What stands in it is slack_state.py (``space``); people act through ``people``; what the app was sent is in
``socket``. Every call is in ``calls``. Slack tolerates some things that people suffer from, as a message
without a text: those stand in ``problems``. Written from Slack's reference, not from a client.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.doubles.graph_faults import hang_up
from tests.doubles.slack_chat import Chat
from tests.doubles.slack_conversations import Conversations
from tests.doubles.slack_error import Call, Fault, SlackError
from tests.doubles.slack_events import Events
from tests.doubles.slack_files import Files
from tests.doubles.slack_given import arguments
from tests.doubles.slack_manifest import install
from tests.doubles.slack_methods import METHODS, Method
from tests.doubles.slack_people import People
from tests.doubles.slack_rates import Rates
from tests.doubles.slack_socket import SocketMode
from tests.doubles.slack_state import Channel, Message, Person, Workspace
from tests.doubles.slack_views import Views

Handler = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


class SlackServer:
    """``home`` is a public channel the app is in. ``clock`` gives seconds since 1970: rates, triggers and
    response addresses go by it; the 3 s for acknowledgements (``socket.ack_within``) pass in real time."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.space = Workspace(clock)
        self.home = self.space.add_channel("reels")
        self.calls: list[Call] = []
        self.problems: list[str] = []
        self.faults: dict[str, list[Fault]] = {}
        self.rates = Rates(clock)
        self.socket = SocketMode(self.space)
        self.events = Events(self.space, self.socket)
        self.chat = Chat(self.space, self.events, self.problems)
        self.talk = Conversations(self.space, self.events)
        self.files = Files(self.space, self.chat, self.socket)
        self.views = Views(self.space, self.chat)
        self.people = People(self.space, self.socket, self.chat, self.talk, self.views)
        self.url = ""
        self.handlers = self._handlers()

    @property
    def api_url(self) -> str:
        """For AsyncWebClient(base_url=…)."""
        return f"{self.url}/api/"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SlackServer]:
        app = web.Application(client_max_size=2**30)
        app.add_routes([
            web.route("*", "/api/{method}", self._api),
            web.get("/link/", self._link),
            web.post("/upload/v1/{id}", self._upload),
            web.post("/response/{key}", self._respond),
            web.get("/files-pri/{team:T[A-Z0-9]+}-{id}/{name}", self.files.serve),
        ])  # fmt: skip
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.files.base = self.views.base = self.url
        try:
            yield self
        finally:
            await self.socket.stop()
            await runner.cleanup()

    # What tests arrange

    def fail(self, name: str, *faults: Fault) -> None:
        """The next requests of this name go wrong, one fault each. A name is a method's, "upload", "link",
        "response", or "*" for any method."""
        self.faults.setdefault(name, []).extend(faults)

    def install(self, manifest: Mapping[str, Any]) -> None:
        """The app has what its manifest asks for and nothing else. Raises AssertionError where Slack would
        refuse the manifest."""
        install(self.space, manifest)

    def revoke(self, error: str = "token_revoked") -> None:
        """From now on Slack says this of the bot's token; "" gives it back."""
        self.space.tokens[self.space.bot_token] = ("bot", error)

    def person(self, name: str, *channels: Channel, team: str = "") -> Person:
        """In ``home``, unless other channels are given."""
        person = self.space.add_person(name, team=team)
        for channel in channels or (self.home,):
            channel.members.append(person.id)
        return person

    async def add_bot(self, channel: Channel) -> None:
        channel.members.append(self.space.bot.id)
        await self.events.member(True, self.space.bot, channel)

    async def remove_bot(self, channel: Channel) -> None:
        channel.members.remove(self.space.bot.id)
        await self.events.member(False, self.space.bot, channel)

    # What tests read

    def asked(self, *methods: str) -> list[Call]:
        return [call for call in self.calls if call.method in methods]

    def messages(self, channel: Channel | None = None, *, thread: str = "") -> list[Message]:
        """What stands in a channel (``home``), or in a thread of it, the oldest first."""
        place = channel or self.home
        if thread:
            return self.space.replies(place, thread)
        return [one for one in place.messages.values() if not one.is_reply or one.broadcast]

    def whispers(self, person: Person) -> list[Message]:
        """What only this person was told."""
        return [one for one in self.space.ephemerals if one.to == person.id]

    async def until(self, check: Callable[[], Any], within: float = 10.0) -> Any:
        """What the check gives once it is true. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not (found := check()):  # noqa: ASYNC110 - a check may read anything, also outside the double
                await asyncio.sleep(0.005)
        return found

    # One call

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = self._fault(name)
        if fault.drop == "before":
            self.calls.append(Call(name, {}, 0, "", self.space.clock()))
            hang_up(request)
        args: dict[str, Any] = {}
        headers: dict[str, str] = {}
        status = 200
        try:
            args = await arguments(request)
            if fault.late is not None:
                self.socket.background(self._late(fault.late, name, request, args))
                hang_up(request)
            if fault.error and not fault.after:
                raise SlackError(fault.error)
            if fault.status and not fault.after:
                body: dict[str, Any] = {}
            else:
                body = {"ok": True, **await self._answer(name, request, args, headers)}
        except SlackError as error:
            body = error.body()
            status = 429 if error.error == "ratelimited" and "Retry-After" in headers else 200
        token = args.pop("token", None)
        if token and "token" in request.query:
            self.problems.append(f"{name}: the token stands in the address")
        self.calls.append(
            Call(name, args, fault.status or status, fault.error or body.get("error", ""), self.space.clock())
        )
        await asyncio.sleep(fault.seconds)
        if fault.drop:
            hang_up(request)
        if fault.status:
            kind = "application/json" if fault.text.startswith("{") else "text/html"
            return web.Response(
                status=fault.status, text=fault.text, headers=dict(fault.headers), content_type=kind
            )
        text = json.dumps(SlackError(fault.error).body() if fault.error else body)
        if fault.malformed:
            text = text[: len(text) // 2]
        return web.Response(status=status, text=text, headers=headers, content_type="application/json")

    async def _late(self, seconds: float, name: str, request: web.Request, args: dict[str, Any]) -> None:
        """The effect of a call whose line is closed already."""
        await asyncio.sleep(seconds)
        with contextlib.suppress(SlackError):  # a refusal, which nobody hears
            await self._answer(name, request, args, {})
        self.calls.append(Call(name, args, 0, "", self.space.clock()))

    async def _answer(
        self, name: str, request: web.Request, args: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any]:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        kind = self._admitted(method, request, args)
        self._allowed(method, kind, args, headers)
        missing = [one for one in method.needs if args.get(one) in (None, "")]
        if missing:
            raise SlackError(
                "invalid_arguments", messages=[f"missing required field: {one}" for one in missing]
            )
        if wait := self.rates.wait(name, str(args.get("channel", ""))):
            headers["Retry-After"] = str(wait)
            raise SlackError("ratelimited")
        if name == "auth.test":
            return self._who(kind)
        if name == "apps.connections.open":
            if request.method != "POST":
                raise SlackError("insecure_request")
            return {"url": self.socket.issue(self.url)}
        return await self.handlers[name](args)

    def _admitted(self, method: Method, request: web.Request, args: Mapping[str, Any]) -> str:
        """The kind of the token."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(args.get("token", ""))
        if not token:
            raise SlackError("not_authed")
        kind, said = self.space.tokens.get(token, ("", "invalid_auth"))
        if said:
            raise SlackError(said)
        if method.token not in ("any", kind):
            raise SlackError("not_allowed_token_type")
        return kind

    def _allowed(self, method: Method, kind: str, args: Mapping[str, Any], headers: dict[str, str]) -> None:
        granted = self.space.app_scopes if kind == "app" else self.space.scopes
        needed = method.scope
        if needed.startswith("*"):
            channel = self.space.channels.get(str(args.get("channel", "")))
            needed = (self.space.kind(channel) if channel else "channels") + needed[1:]
        headers["X-OAuth-Scopes"] = provided = ",".join(sorted(granted))
        headers["X-Accepted-OAuth-Scopes"] = needed
        if needed and needed not in granted:
            raise SlackError("missing_scope", needed=needed, provided=provided)

    def _who(self, kind: str) -> dict[str, Any]:
        space = self.space
        if kind == "app":
            return {"app_name": space.bot.name, "app_id": space.app_id}
        return {
            "url": f"https://{space.domain}.slack.com/", "team": space.domain.title(), "user": space.bot.name,
            "team_id": space.team, "user_id": space.bot.id, "bot_id": space.bot_id,
            "is_enterprise_install": False,
        }  # fmt: skip

    def _handlers(self) -> dict[str, Handler]:
        return {
            "chat.postMessage": self.chat.post, "chat.postEphemeral": self.chat.ephemeral,
            "chat.update": self.chat.update, "chat.delete": self.chat.delete,
            "chat.getPermalink": self.chat.permalink, "conversations.info": self.talk.info,
            "conversations.list": self.talk.listed, "conversations.history": self.talk.history,
            "conversations.replies": self.talk.replies, "conversations.members": self.talk.members,
            "conversations.open": self.talk.open, "reactions.add": self.talk.react,
            "reactions.remove": self.talk.unreact, "reactions.get": self.talk.reactions,
            "files.getUploadURLExternal": self.files.url, "files.info": self.files.info,
            "files.completeUploadExternal": self.files.complete, "files.delete": self.files.delete,
            "views.open": self.views.open, "views.update": self.views.update,
            "users.info": self.talk.user, "usergroups.users.list": self.talk.group,
            "users.conversations": self.talk.joined, "bots.info": self.talk.app,
        }  # fmt: skip

    # The other doors

    async def _link(self, request: web.Request) -> web.StreamResponse:
        return await self._door("link", request, self.socket.link)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        return await self._door("upload", request, self.files.upload)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        return await self._door("response", request, self.views.respond)

    async def _door(
        self, name: str, request: web.Request, door: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        fault = self._fault(name)
        if fault.drop == "before":
            hang_up(request)
        if fault.status and not fault.after:
            answer: web.StreamResponse = web.Response(status=fault.status, text=fault.text)
        else:
            answer = await door(request)
        self.calls.append(Call(name, {}, answer.status, "", self.space.clock()))
        await asyncio.sleep(fault.seconds)
        if fault.drop:
            hang_up(request)
        return answer

    def _fault(self, name: str) -> Fault:
        for key in (name, "*") if name in METHODS else (name,):
            if planned := self.faults.get(key):
                return planned.pop(0)
        return Fault()


__all__ = ["Call", "Fault", "SlackServer"]
