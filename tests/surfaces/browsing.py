"""A headless chromium for the desk's tests: its fixtures stand in conftest.py."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.surfaces.desk_studio import Running

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--no-first-run",
]  # fmt: skip
CHROMIUM = shutil.which("chromium")

IN_A_BROWSER = [
    pytest.mark.asyncio(loop_scope="module"),  # one browser for all: starting it is what takes time
    pytest.mark.skipif(
        CHROMIUM is None and "CI" not in os.environ, reason="chromium is not installed (apt install chromium)"
    ),
]


@asynccontextmanager
async def window(
    browser: Browser, width: int, height: int, scheme: str = "light"
) -> AsyncIterator[BrowserContext]:
    """A fresh profile. At its end: no script failed, nothing was blocked, and no other host was asked."""
    made = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    made.set_default_timeout(15_000)
    wrong: list[str] = []
    made.on("weberror", lambda error: wrong.append(str(error.error)))
    made.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
    made.on(
        "request",
        lambda asked: None if urlsplit(asked.url).hostname == "127.0.0.1" else wrong.append(asked.url),
    )
    yield made
    await made.close()
    assert wrong == []


async def opened(context: BrowserContext, desk: Running, path: str = "/") -> Page:
    """A page whose live connection stands."""
    page = await context.new_page()
    await page.goto(desk.url + path)
    await expect(page.locator("#live")).to_have_attribute("data-state", "on")
    return page
