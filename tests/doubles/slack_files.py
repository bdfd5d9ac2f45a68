"""files.*: an address to upload to, the upload, its completion, and the file, which is seen a moment later.

"Files are processed asynchronously" (files.getUploadURLExternal): the answer to the completion names neither
the kind of the file nor the message that shows it.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.doubles.slack_chat import Chat
from tests.doubles.slack_error import SlackError
from tests.doubles.slack_given import structured
from tests.doubles.slack_socket import SocketMode
from tests.doubles.slack_state import Channel, File, Workspace


class Files:
    """``moment`` seconds pass until a completed file is there. ``largest`` bytes are taken."""

    def __init__(self, space: Workspace, chat: Chat, socket: SocketMode) -> None:
        self.space, self.chat, self.socket = space, chat, socket
        self.moment, self.largest = 0.2, 2**30
        self.base = ""

    async def url(self, args: Mapping[str, Any]) -> dict[str, Any]:
        try:
            length = int(args["length"])
        except ValueError as error:
            raise SlackError("invalid_arguments", messages=["must be an integer: length"]) from error
        if length <= 0:
            raise SlackError("missing_argument")
        if length > self.largest:
            raise SlackError("file_upload_size_restricted")
        if len(str(args.get("alt_txt") or "")) > 1000:
            raise SlackError("alt_txt_too_large")
        file = File(
            self.space.new("F"), str(args["filename"]), length, alt_text=str(args.get("alt_txt") or "")
        )
        self.space.files[file.id] = file
        return {"upload_url": f"{self.base}/upload/v1/{file.id}", "file_id": file.id}

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes as they are, or as a form's file. Nothing but the address is asked for."""
        file = self.space.files.get(request.match_info["id"])
        if file is None or file.completed:
            return web.Response(status=404, text="unknown upload")
        data = await request.read()
        if request.content_type.startswith("multipart/"):
            parts = [part for part in (await request.post()).values() if isinstance(part, web.FileField)]
            data = parts[0].file.read() if parts else b""
        if len(data) != file.length:
            return web.Response(status=400, text=f"{file.length} bytes were announced, {len(data)} came")
        file.data = data
        return web.Response(text=f"OK - {len(data)}")

    async def complete(self, args: Mapping[str, Any]) -> dict[str, Any]:
        given = structured(args, "files", "invalid_arguments")
        if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
            raise SlackError("invalid_arguments", messages=["must provide an array [json-pointer:/files]"])
        files = [self._uploaded(one) for one in given]
        channels = self._channels(args)
        if args.get("thread_ts") and len(channels) > 1:
            raise SlackError("invalid_arguments", messages=["only one channel with thread_ts"])
        for file, one in zip(files, given, strict=True):
            file.completed, file.title = True, str(one.get("title") or file.name)
        self.socket.background(self._appear(files, channels, dict(args)))
        return {"files": [self._told(file) for file in files]}

    async def info(self, args: Mapping[str, Any]) -> dict[str, Any]:
        return {"file": self._told(self._found(args))}

    async def delete(self, args: Mapping[str, Any]) -> dict[str, Any]:
        file = self._found(args)
        file.deleted = True  # its message stays, with a tombstone
        return {}

    async def serve(self, request: web.Request) -> web.Response:
        """url_private: with a token that may read files. Else Slack shows its page to log in, with 200."""
        file = self.space.files.get(request.match_info["id"])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.space.tokens.get(token) != ("bot", "") or "files:read" not in self.space.scopes:
            return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
        if file is None or file.data is None or file.deleted or not file.visible:
            return web.Response(status=404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return web.Response(body=file.data, content_type=kind)

    def _found(self, args: Mapping[str, Any]) -> File:
        file = self.space.files.get(str(args["file"]))
        if file is None or not file.completed:
            raise SlackError("file_not_found")
        if file.deleted:
            raise SlackError("file_deleted")
        return file

    def _uploaded(self, one: Mapping[str, Any]) -> File:
        file = self.space.files.get(str(one.get("id")))
        if file is None or file.data is None or file.completed:
            raise SlackError("file_not_found")
        return file

    def _channels(self, args: Mapping[str, Any]) -> list[Channel]:
        names = [one for one in [args.get("channel_id"), *str(args.get("channels") or "").split(",")] if one]
        if len(names) > 100:
            raise SlackError("channels_limit_exceeded")
        people = self.space.people
        return [self.space.direct(one) if one in people else self.space.joined(one) for one in names]

    async def _appear(self, files: list[File], channels: list[Channel], args: dict[str, Any]) -> None:
        await asyncio.sleep(self.moment)
        for file in files:
            file.visible = True
        for channel in channels:
            text = str(args.get("initial_comment") or "")
            blocks = None if text else args.get("blocks")
            message = self.chat.made(channel, {"text": text or " ", "blocks": blocks})
            message.text, message.subtype = text, "file_share"
            message.thread_ts = str(args.get("thread_ts") or "")
            message.files = [file.id for file in files]
            for file in files:
                file.shares[channel.id] = message.ts
            await self.chat.put(channel, message)

    def _told(self, file: File) -> dict[str, Any]:
        kind = (mimetypes.guess_type(file.name)[0] or "application/octet-stream") if file.visible else ""
        private = f"{self.base}/files-pri/{self.space.team}-{file.id}/{file.name}"
        public: dict[str, Any] = {}
        for channel, ts in file.shares.items() if file.visible else ():
            where = "private" if self.space.channels[channel].private else "public"
            public.setdefault(where, {})[channel] = [{"ts": ts}]
        return {
            "id": file.id, "name": file.name, "title": file.title, "size": file.length, "mimetype": kind,
            "filetype": file.name.rpartition(".")[2] if file.visible else "", "user": self.space.bot.id,
            "url_private": private, "url_private_download": private, "alt_txt": file.alt_text,
            "permalink": f"https://{self.space.domain}.slack.com/files/{self.space.bot.id}/{file.id}/x",
            "channels": list(file.shares) if file.visible else [], "shares": public,
        }  # fmt: skip
