"""Files on their way to Slack."""

from __future__ import annotations

import warnings

import pytest

from bot.surfaces.slack_app.client import session, web_client
from bot.surfaces.slack_app.files import Files
from tests.doubles.slack_server import SlackServer


@pytest.mark.parametrize("size", [1, 1024**2 + 1, 9 * 1024**2])
async def test_a_video_of_any_size_arrives_whole(slack: SlackServer, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"\0" * (size % 256)
    async with session() as web:
        client = web_client(slack.space.bot_token, slack.api_url, web, lambda code: None)
        files = Files(client, web)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # aiohttp's: raw bytes of that size hold everything else up
            id_ = await files.upload(data, "video.mp4")
        await files.share(id_, "A video", slack.home.id)
    assert slack.space.files[id_].data == data
