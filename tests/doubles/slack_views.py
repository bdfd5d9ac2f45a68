"""Modals, the triggers that open them, and the addresses by which an interaction may be answered later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.doubles.slack_blocks import named, problems_of
from tests.doubles.slack_chat import Chat
from tests.doubles.slack_elements import Check
from tests.doubles.slack_error import SlackError
from tests.doubles.slack_given import flag, structured
from tests.doubles.slack_state import Message, View, Workspace

TRIGGER = 3.0  # seconds
RESPONSE, USES = 1800.0, 5  # seconds, answers
LARGEST = 250_000  # bytes of a view
_KNOWN = ("blocks", "submit", "close", "callback_id", "external_id", "private_metadata", "notify_on_close",
          "clear_on_close", "submit_disabled")  # fmt: skip


@dataclass
class Trigger:
    user: str
    at: float
    used: bool = False


@dataclass
class ResponseUrl:
    user: str
    channel: str
    at: float
    source: Message | None = None  # whose button was pressed
    uses: int = 0


class Views:
    def __init__(self, space: Workspace, chat: Chat) -> None:
        self.space, self.chat = space, chat
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, ResponseUrl] = {}
        self.base = ""

    # Opening and changing

    def trigger(self, user: str) -> str:
        made = f"{len(self.triggers) + 1}.{int(self.space.clock())}.{self.space.new('').lower()}"
        self.triggers[made] = Trigger(user, self.space.clock())
        return made

    async def open(self, args: Mapping[str, Any]) -> dict[str, Any]:
        body = self.checked(args)
        trigger = self.triggers.get(str(args.get("trigger_id") or args.get("interactivity_pointer") or ""))
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if self.space.clock() - trigger.at > TRIGGER:
            raise SlackError("expired_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        trigger.used = True
        view = View(self.space.new("V"), trigger.user, body, self.space.new(""))
        view.external_id = str(body.get("external_id") or "")
        if view.external_id and any(v.external_id == view.external_id for v in self.space.views.values()):
            raise SlackError("duplicate_external_id")
        self.space.views[view.id] = view
        return {"view": self.told(view)}

    async def update(self, args: Mapping[str, Any]) -> dict[str, Any]:
        body = self.checked(args)
        wanted = (args.get("view_id"), args.get("external_id"))
        found = [
            one for one in self.space.views.values()
            if one.state == "open" and (one.id == wanted[0] or (wanted[1] and one.external_id == wanted[1]))
        ]  # fmt: skip
        if not found:
            raise SlackError("not_found")
        if args.get("hash") and args["hash"] != found[0].hash:
            raise SlackError("hash_conflict")
        self.change(found[0], body)
        return {"view": self.told(found[0])}

    def change(self, view: View, body: dict[str, Any]) -> None:
        view.body, view.hash = body, self.space.new("")
        view.updates += 1
        view.errors = {}

    def checked(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Raises invalid_arguments and view_too_large."""
        body = structured(args, "view", "invalid_arguments")
        check = Check(self.space, True)
        if check.shape("/view", body, {"type", "title", "blocks"}, _KNOWN):
            if body["type"] != "modal":
                check.wrong("/view/type", "must be one of: modal")
            for name in ("title", "submit", "close"):
                if name in body:
                    check.plain(f"/view/{name}", body[name], 24)
            check.optional("/view", body, callback_id=255, external_id=255, private_metadata=3000)
            blocks = check.items("/view/blocks", body["blocks"], 100)
            check.problems += problems_of(self.space, blocks, view=True, at="/view/blocks")
            asked = any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
            if asked and "submit" not in body:
                check.wrong("/view", "missing required field: submit")
        if check.problems:
            raise SlackError("invalid_arguments", messages=check.problems)
        if len(json.dumps(body)) > LARGEST:
            raise SlackError("view_too_large")
        return {**body, "blocks": named(self.space, body["blocks"])}

    def told(self, view: View, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        more = {
            "id": view.id, "team_id": self.space.team, "app_id": self.space.app_id, "hash": view.hash,
            "bot_id": self.space.bot_id, "root_view_id": view.id, "previous_view_id": None,
            "state": {"values": dict(values or {})}, "external_id": view.external_id,
        }  # fmt: skip
        return {"private_metadata": "", "callback_id": "", "submit": None, "close": None, **view.body, **more}

    # Answering later

    def response_url(self, user: str, channel: str, source: Message | None = None) -> str:
        key = self.space.new("")
        self.responses[key] = ResponseUrl(user, channel, self.space.clock(), source)
        return f"{self.base}/response/{key}"

    async def respond(self, request: web.Request) -> web.Response:
        """Refusals have status 404 and a short body. The bot need not be in the channel."""
        found = self.responses.get(request.match_info["key"])
        try:
            if found is None or self.space.clock() - found.at > RESPONSE:
                raise SlackError("expired_url")
            if found.uses >= USES:
                raise SlackError("used_url")
            await self._respond(found, await request.json())
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.error}, status=404)
        found.uses += 1
        return web.json_response({"ok": True})

    async def _respond(self, url: ResponseUrl, args: dict[str, Any]) -> None:
        channel = self.space.channels[url.channel]
        source = url.source
        if flag(args, "delete_original") or flag(args, "replace_original"):
            if source is None or (not source.to and source.ts not in channel.messages):
                raise SlackError("message_not_found")
            if flag(args, "delete_original"):
                if source.to:
                    self.space.ephemerals.remove(source)
                else:
                    await self.chat.remove(channel, source)
                return
            new = self.chat.made(channel, args)
            source.text, source.blocks, source.edits = new.text, new.blocks, source.edits + 1
            return
        await self.say(url.user, url.channel, args)

    async def say(self, user: str, channel_id: str, args: dict[str, Any]) -> None:
        """An answer to an interaction: only its person sees it, unless it is "in_channel"."""
        channel = self.space.channels[channel_id]
        message = self.chat.made(channel, args)
        message.thread_ts = str(args.get("thread_ts") or "")
        if args.get("response_type") == "in_channel":
            await self.chat.put(channel, message)
        else:
            message.to = user
            self.space.ephemerals.append(message)
