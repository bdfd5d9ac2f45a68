"""Requests to Discord's double with the bot's token, without a library between."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp

from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_world import Message


class Asking:
    def __init__(self, double: DiscordServer, session: aiohttp.ClientSession) -> None:
        self.double, self._session = double, session
        self.headers: Any = {}

    async def __call__(self, verb: str, path: str, body: Any = None, **files: bytes) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {self.double.gateway.token}"}
        form = None
        if files:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", json.dumps(body or {}))
            for index, (name, content) in enumerate(files.items()):
                form.add_field(
                    f"files[{index}]",
                    io.BytesIO(content),
                    filename=name,
                    content_type="application/octet-stream",
                )
        url = f"{self.double.url}/api/v10{path}"
        about: Any = {"data": form} if form else {"json": body} if body is not None else {}
        async with self._session.request(verb, url, headers=headers, **about) as answer:
            self.headers = answer.headers
            text = await answer.text()
            return answer.status, json.loads(text) if "json" in answer.headers.get(
                "Content-Type", ""
            ) else text

    @property
    def posts(self) -> str:
        return f"/channels/{self.double.channel.id}/messages"

    async def post(self, content: str = "card", **more: Any) -> Message:
        status, body = await self("POST", self.posts, {"content": content, **more})
        assert status == 200, body
        return self.double.channel.messages[int(body["id"])]


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


def button(**more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "OK", "custom_id": "ok", **more}
