"""Instagram's Graph API over a real socket: both flavours' hosts, the upload host, strict and unreliable.

What it knows and keeps to is graph_state.py; every exchange is held against Meta's specification
(graph_contract.py) and what that refuses stands in ``problems``. Tokens travel in the Authorization header
with Facebook login, in query or form with Instagram login. ``faults`` are taken one for each request of an
operation: token, me, account, media, medium, insights, comments, create, upload, status, publish, limit.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from tests.doubles import graph_answers as answers
from tests.doubles import graph_contract, graph_tokens, graph_upload
from tests.doubles.graph_error import GraphError, missing
from tests.doubles.graph_faults import Call, Fault, hang_up
from tests.doubles.graph_state import Container, Instagram, Token

VERSIONS = ("v25.0", "v26.0")
_FACEBOOK = {"user": "IGUser", "medium": "IGMedia"}
_INSTAGRAM = {"user": "IGUserForIGOnlyAPI", "medium": "IGMediaForIGOnlyAPI"}


class GraphServer:
    def __init__(
        self, flavour: str = "facebook", *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.state = Instagram(flavour, clock)
        self.nodes = _FACEBOOK if flavour == "facebook" else _INSTAGRAM
        self.calls: list[Call] = []
        self.problems: list[str] = []
        self.faults: dict[str, list[Fault]] = {}
        self.usage: dict[str, Any] | None = None  # call_count, total_time, total_cputime in percent
        self.regain = 0  # minutes
        self.allowance: int | None = None  # calls that are left before 80002
        self.heard: Callable[[Call], object] | None = None  # is told of every request as it comes
        self.url = ""
        self._landing: set[asyncio.Task[Any]] = set()

    def fail(self, operation: str, *faults: Fault) -> None:
        self.faults.setdefault(operation, []).extend(faults)

    def asked(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call.operation == operation]

    async def landed(self) -> None:
        """Until nothing is on its way any more."""
        await asyncio.gather(*self._landing)

    @asynccontextmanager
    async def running(self, *more: web.RouteDef) -> AsyncIterator[GraphServer]:
        app = web.Application(client_max_size=2**28)
        app.add_routes([
            *more,
            web.route("*", "/ig-api-upload/{version}/{id}", self._upload),
            web.route("*", "/access_token", self._any),
            web.route("*", "/refresh_access_token", self._any),
            web.route("*", "/{version:v[0-9.]+}/{path:.*}", self._any),
        ])  # fmt: skip
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            for task in self._landing:
                task.cancel()
            await runner.cleanup()

    # One request

    async def _any(self, request: web.Request) -> web.StreamResponse:
        params = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
        parts = [part for part in request.match_info.get("path", request.path).split("/") if part]
        operation = self._operation(request.method, parts)
        self._note(request, operation, params)
        fault = self._fault(operation)
        if fault.drop == "before":
            hang_up(request)
        if fault.status or (fault.error and not fault.after):
            return self._refusal(fault)
        try:
            self._spend(operation)
            if request.match_info.get("version", VERSIONS[0]) not in VERSIONS:
                raise GraphError(2635, "(#2635) You are calling a deprecated version of the API.")
            token = self._token(request, params, operation)
            body = await self._act(request, operation, parts, params, token, fault)
        except GraphError as error:
            return self._json(error.body(), error.status, fault)
        if fault.drop == "after":
            hang_up(request)
        if fault.error:
            return self._json(fault.error.body(), fault.error.status, fault)
        return self._json(body, 200, fault)

    def _operation(self, method: str, parts: list[str]) -> str:
        match method, parts:
            case _, ["oauth", "access_token"] | ["access_token"] | ["refresh_access_token"] | ["debug_token"]:
                return "token"
            case "GET", ["me"] | ["me", "accounts"]:
                return "me"
            case "GET", [one]:
                if one == self.state.user_id:
                    return "account"
                return "status" if one in self.state.containers else "medium"
            case "GET", [_, ("media" | "insights" | "comments") as edge]:
                return edge
            case "GET", [_, "content_publishing_limit"]:
                return "limit"
            case "POST", [_, "media"]:
                return "create"
            case "POST", [_, "media_publish"]:
                return "publish"
        return "unknown"

    def _note(self, request: web.Request, operation: str, params: dict[str, str]) -> None:
        shown = {name: value for name, value in params.items() if name != "access_token"}
        self.calls.append(Call(operation, request.method, request.path, shown))
        if self.heard is not None:
            self.heard(self.calls[-1])
        if operation == "unknown":
            self.problems.append(f"{request.method} {request.path} is nothing Graph knows")

    def _fault(self, operation: str) -> Fault:
        planned = self.faults.get(operation)
        return planned.pop(0) if planned else Fault()

    def _spend(self, operation: str) -> None:
        if self.allowance is None or operation == "token":
            return
        if self.allowance <= 0:
            text = "(#80002) There have been too many calls to this Instagram account."
            raise GraphError(80002, text)
        self.allowance -= 1

    def _token(self, request: web.Request, params: dict[str, str], operation: str) -> Token | None:
        """The token of the request, from where its flavour carries it."""
        in_params = params.pop("access_token", "")
        if operation == "token":
            params["access_token"] = in_params
            return None
        header = request.headers.get("Authorization", "")
        if self.state.flavour == "facebook":
            if in_params:
                self.problems.append("the token stands in the address or the form")
            return self.state.admit(header.removeprefix("Bearer "))
        if header or (request.method == "POST" and "access_token" in request.query):
            self.problems.append("the token stands in the wrong place")
        return self.state.admit(in_params)

    # What is asked

    async def _act(
        self,
        request: web.Request,
        operation: str,
        parts: list[str],
        params: dict[str, str],
        token: Token | None,
        fault: Fault,
    ) -> Any:
        if token is None:
            return graph_tokens.answer(self.state, parts[-1], params, self._check)
        match operation:
            case "me":
                return graph_tokens.me(self.state, parts, params)
            case "create" | "publish" | "limit":
                self.state.need(token, "content_publish")
            case "insights" | "comments":
                self.state.need(token, f"manage_{operation}")
            case "media":
                for one in answers.read_fields(params.get("fields", "")):
                    if one.name in ("insights", "comments"):
                        self.state.need(token, f"manage_{one.name}")
        node, edge = self._place(operation)
        if operation in ("create", "publish"):
            self._check("POST", node, edge, params)
            return await self._write(request, operation, parts[0], params, fault)
        body = self._read(request, operation, parts, params)
        self._check("GET", node, edge, params, body)
        return body

    def _place(self, operation: str) -> tuple[str, str | None]:
        """Node and edge of the specification."""
        user, medium = self.nodes["user"], self.nodes["medium"]
        return {
            "account": (user, None), "media": (user, "media"), "create": (user, "media"),
            "publish": (user, "media_publish"), "limit": (user, "content_publishing_limit"),
            "status": ("ShadowIGMediaBuilder", None), "medium": (medium, None),
            "insights": (medium, "insights"), "comments": (medium, "comments"),
        }[operation]  # fmt: skip

    def _check(
        self, verb: str, node: str, edge: str | None, params: dict[str, str], answer: Any = None
    ) -> None:
        self.problems += graph_contract.problems_of(verb, node, edge, params, answer)

    def _read(self, request: web.Request, operation: str, parts: list[str], params: dict[str, str]) -> Any:
        def link(after: str) -> str:
            return str(request.url.update_query(after=after, access_token="secret-in-next"))

        return answers.read(self.state, self.nodes["medium"], operation, parts[0], params, link)

    async def _write(
        self, request: web.Request, operation: str, user: str, params: dict[str, str], fault: Fault
    ) -> Any:
        if user != self.state.user_id:
            raise missing(user)
        if operation == "create":
            container = self.state.create(params)
            if "video_url" in params:
                self._later(self._fetch(container, params["video_url"]))
                return {"id": container.id}
            version = request.match_info["version"]
            uri = f"https://rupload.facebook.com/ig-api-upload/{version}/{container.id}"
            return {"id": container.id, "uri": uri}
        container = self.state.may_publish(params.get("creation_id", ""))
        if fault.late is not None:
            container.landing = True
            self._later(self._land_later(container, fault.late))
            hang_up(request)
        return {"id": self.state.land(container).id}

    async def _land_later(self, container: Container, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.state.land(container)

    async def _fetch(self, container: Container, url: str) -> None:
        """Meta cURLs the address: no cookies, no token."""
        jar = aiohttp.DummyCookieJar()
        try:
            async with aiohttp.ClientSession(cookie_jar=jar) as line, line.get(url) as answer:
                answer.raise_for_status()
                self.state.receive(container, await answer.read())
        except aiohttp.ClientError:
            container.ready_at = self.state.clock()
            container.error = "Error: Media download has failed. 2207003"

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        told = {name: request.headers[name] for name in ("offset", "file_size") if name in request.headers}
        self._note(request, "upload", told)
        fault = self._fault("upload")
        if fault.drop == "before":
            hang_up(request)
        if fault.status or fault.error:
            await request.read()
            return self._refusal(fault)
        try:
            authorization = request.headers.get("Authorization", "")
            if not authorization.startswith("OAuth "):
                self.problems.append("an upload without Authorization: OAuth")
            self.state.admit(authorization.removeprefix("OAuth "))
            container = self.state.container(request.match_info["id"])
            await graph_upload.receive(request, self.state, container, fault)
        except GraphError as error:
            return self._json(error.body(), error.status, fault)
        except graph_upload.NotTaken as error:
            return self._json(error.body, 400, fault)
        if fault.drop == "after":
            hang_up(request)
        return self._json({"success": True, "message": "Upload successful."}, 200, fault)

    # Answers

    def _refusal(self, fault: Fault) -> web.Response:
        if fault.error is not None:
            return self._json(fault.error.body(), fault.status or fault.error.status, fault)
        return web.Response(status=fault.status, text=fault.text, headers=fault.headers)

    def _json(self, body: Any, status: int, fault: Fault) -> web.Response:
        headers = {**fault.headers}
        if self.usage is not None:
            headers["X-App-Usage"] = json.dumps(self.usage)
            entry = {"type": "instagram", **self.usage, "estimated_time_to_regain_access": self.regain}
            headers["X-Business-Use-Case-Usage"] = json.dumps({self.state.user_id: [entry]})
        text = fault.text or json.dumps(body)
        if fault.cut:
            text = text[: len(text) // 2]
        return web.Response(text=text, status=status, content_type="application/json", headers=headers)

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._landing.add(task)
        task.add_done_callback(self._landing.discard)
