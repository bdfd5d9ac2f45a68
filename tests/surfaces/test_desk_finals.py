"""The desk where finals are bought: what that costs stands beside the button, and what is judged is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path

import pytest_asyncio
from playwright.async_api import BrowserContext, expect

from bot.operator import draft_folder
from services.renderer.json2video.credits import Ledger
from services.renderer.json2video.purse import Purse
from services.store import drafts
from tests.doubles.renderer import QuickRenderer
from tests.surfaces.browsing import IN_A_BROWSER, opened
from tests.surfaces.desk_studio import Running, add_draft, make_clip, make_media, running, tone

pytestmark = IN_A_BROWSER


class Dear(QuickRenderer):
    """A renderer that is only paid, never asked."""

    name = "json2video"
    purse: Purse


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path) -> AsyncIterator[Running]:
    make_media(tmp_path / "media")
    async with running(tmp_path, environ={"POST_DELAY": "30m"}) as started:
        op, final = started.op, Dear(tmp_path)
        final.purse = Purse(Ledger(op.store, daily=100, monthly=0, zone=UTC, clock=op.now))
        op.services = dataclasses.replace(op.services, final=final)
        yield started


async def test_what_approving_buys_stands_beside_the_button(desk: Running, context: BrowserContext) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk)
    card = page.locator(f"#draft-{number}")
    cost = card.get_by_text("Approving buys its final video for about")
    await expect(cost).to_be_visible()  # also while "Why this video" is folded
    await expect(cost).to_contain_text("credits of JSON2Video; your caps leave 100 of 100 today.")
    await card.get_by_role("button", name="Approve").click()
    await expect(card.get_by_text("Its final video is bought in")).to_be_visible()
    await expect(card.get_by_text("Posts in")).to_have_count(0)


async def test_an_open_page_shows_the_final_in_place_of_its_preview(
    desk: Running, context: BrowserContext
) -> None:
    """Its approval is of what the page knows by then: that must be what the page shows."""
    op = desk.op
    number = await add_draft(op, 1)  # its preview cannot show everything
    for path in ("/", f"/drafts/{number}"):
        page = await opened(context, desk, path)
        await expect(page.locator(f"#draft-{number} video")).to_have_count(1)
        await expect(page.get_by_text("comes back for one more look")).to_be_visible()
    before = [await page.locator("video").first.get_attribute("src") for page in context.pages]
    draft = await op.store.do(drafts.get, number)
    folder = draft_folder(op.drafts_dir, number, draft.tag, 1)
    assert draft.rendered is not None
    make_clip(folder / "final-video.mp4", tone(3))
    final = dataclasses.replace(
        draft.rendered, video="final-video.mp4", renderer="json2video", sha256="f" * 64, size=123_456,
        approximations=(), reviewed=draft.rendered.sha256,
    )  # fmt: skip
    await op.store.do(drafts.set_rendered, number, 1, final, {})
    for page, src in zip(context.pages, before, strict=True):
        await expect(page.locator(f"#draft-{number} video")).not_to_have_attribute("src", src or "")
    await expect(context.pages[1].get_by_text("123.5 kB")).to_be_visible()
    await expect(context.pages[1].get_by_text("Only approximated")).to_have_count(0)
