"""The Slack double's files: uploaded to an address, completed, and seen a moment later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.slack_clients import refused
from tests.doubles.slack_server import SlackServer


async def test_files_are_there_a_moment_later(
    server: SlackServer, client: AsyncWebClient, tmp_path: Path
) -> None:
    home = server.home.id
    parent = (await client.chat_postMessage(channel=home, text="a card"))["ts"]
    picture = tmp_path / "storyboard.png"
    picture.write_bytes(b"not looked into" * 100)
    done = await client.files_upload_v2(
        channel=home, file=str(picture), title="Storyboard", initial_comment="look", thread_ts=parent
    )
    file = server.space.files[done["file"]["id"]]
    assert (done["file"]["mimetype"], done["file"]["shares"], server.messages(thread=parent)) == ("", {}, [])
    (reply,) = await server.until(lambda: server.messages(thread=parent))
    assert (reply.text, reply.files, file.data) == ("look", [file.id], picture.read_bytes())
    told = (await client.files_info(file=file.id))["file"]
    assert told["shares"]["public"][home] == [{"ts": reply.ts}]
    async with aiohttp.ClientSession() as line:
        headers = {"Authorization": f"Bearer {server.space.bot_token}"}
        assert await (await line.get(told["url_private"], headers=headers)).read() == picture.read_bytes()
        assert "Sign in" in await (await line.get(told["url_private"])).text()
    await client.files_delete(file=file.id)
    assert (await refused(client.files_info(file=file.id)))[0] == "file_deleted"


async def test_a_files_picture_is_shown_once_it_is_visible(
    server: SlackServer, client: AsyncWebClient
) -> None:
    file = (await client.files_upload_v2(content=b"x", filename="cover.png"))["file"]["id"]
    image = {"type": "image", "alt_text": "cover", "slack_file": {"id": file}}
    posting: dict[str, Any] = {"channel": server.home.id, "text": "x", "blocks": [image]}
    error, answer = await refused(client.chat_postMessage(**posting))
    assert (error, answer["errors"]) == (
        "invalid_blocks",
        ["invalid slack file [json-pointer:/blocks/0/slack_file]"],
    )
    await server.until(lambda: server.space.files[file].visible)
    await client.chat_postMessage(**posting)


async def test_uploads_are_what_was_announced(server: SlackServer, client: AsyncWebClient) -> None:
    issued = await client.files_getUploadURLExternal(filename="a.mp4", length=3)
    completing: dict[str, Any] = {
        "files": [{"id": issued["file_id"], "title": "a"}],
        "channel_id": server.home.id,
    }
    assert (await refused(client.files_completeUploadExternal(**completing)))[0] == "file_not_found"
    async with aiohttp.ClientSession() as line:
        assert (await line.post(issued["upload_url"], data=b"four")).status == 400
        assert await (await line.post(issued["upload_url"], data=b"abc")).text() == "OK - 3"
    outside = server.space.add_channel("outside", bot=False).id
    asked = client.files_completeUploadExternal(**{**completing, "channel_id": outside})
    assert (await refused(asked))[0] == "not_in_channel"
    await client.files_completeUploadExternal(**completing)
    assert (await refused(client.files_completeUploadExternal(**completing)))[0] == "file_not_found"
