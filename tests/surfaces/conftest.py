"""One browser for all tests of a module, as starting it takes time; a Slack that is quick with files."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.doubles.slack_server import SlackServer
from tests.surfaces.browsing import ARGUMENTS, CHROMIUM, window


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    assert CHROMIUM is not None, "chromium is missing; CI must install it"
    async with async_playwright() as play:
        started = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with window(browser, 1440, 900) as made:
        yield made


@pytest.fixture
def slack(slack: SlackServer) -> SlackServer:
    slack.files.moment = 0.0
    return slack
