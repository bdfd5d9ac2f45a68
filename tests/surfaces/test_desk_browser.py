"""The desk in a real browser: what a person clicks, types and presses, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from services.model.draft import State
from services.store import drafts, guards, jobs
from tests.surfaces.browsing import IN_A_BROWSER, opened, window
from tests.surfaces.desk_studio import Running, add_draft, fill, make_media, running

pytestmark = IN_A_BROWSER


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path) -> AsyncIterator[Running]:
    make_media(tmp_path / "media")
    async with running(tmp_path, environ={"POST_DELAY": "30m"}) as started:
        yield started


async def state(desk: Running, number: int) -> State:
    return (await desk.op.store.do(drafts.get, number)).state


async def test_approve_by_click_then_undo(desk: Running, context: BrowserContext) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk)
    card = page.locator(f"#draft-{number}")
    await card.get_by_role("button", name="Approve").click()
    await expect(card.locator(".pill")).to_have_text("Approved")
    await expect(card.get_by_text("unless it is taken back")).to_be_visible()
    assert await state(desk, number) is State.APPROVED
    await card.get_by_role("button", name="Undo").click()
    await expect(card.locator(".pill")).to_have_text("Draft")
    assert await state(desk, number) is State.DRAFT


async def test_deny_with_a_reason(desk: Running, context: BrowserContext) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk)
    card = page.locator(f"#draft-{number}")
    await card.get_by_role("button", name="Deny").click()
    await page.keyboard.press("Escape")  # nothing happens by closing
    assert await state(desk, number) is State.DRAFT
    await card.get_by_role("button", name="Deny").click()
    await page.get_by_label("Reason").fill("Too <dark> & slow")
    await page.get_by_role("dialog").get_by_role("button", name="Deny").click()
    await expect(card.locator(".pill")).to_have_text("Denied")
    await expect(card.get_by_text("Too <dark> & slow")).to_be_visible()


async def test_the_caption_is_edited_in_place_and_counted(desk: Running, context: BrowserContext) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk)
    card = page.locator(f"#draft-{number}")
    area, counters = card.get_by_label(f"Caption of draft {number}"), card.locator(".counter")
    await expect(card.get_by_role("button", name="Save")).to_be_hidden()
    await area.fill("#a #b #c #d #e #f " + "x" * 2200)
    await expect(counters.nth(0)).to_have_class("counter over")
    await expect(counters.nth(1)).to_have_text("6 / 5 hashtags")
    await card.get_by_role("button", name="Approve").click()  # not while the caption is unsaved
    await expect(page.get_by_role("alert")).to_contain_text("not saved")
    await area.fill("A better caption 🏺 #clay")
    await card.get_by_role("button", name="Save").click()
    await expect(card.get_by_role("button", name="Save")).to_be_hidden()
    assert (await desk.op.store.do(drafts.get, number)).caption == "A better caption 🏺 #clay"
    await page.reload()
    await expect(area).to_have_value("A better caption 🏺 #clay")


async def test_changes_elsewhere_arrive_and_spare_a_half_edited_caption(
    desk: Running, context: BrowserContext
) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk)
    card = page.locator(f"#draft-{number}")
    await card.get_by_label("Caption of draft").fill("half a thou")
    other = await opened(context, desk)
    await other.locator(f"#draft-{number}").get_by_role("button", name="Approve").click()
    await expect(card.locator(".pill")).to_have_text("Approved")
    await expect(card.get_by_label("Caption of draft")).to_have_value("half a thou")
    newer = await add_draft(desk.op, 1, state=State.RENDERING)
    fresh = page.locator(f"#draft-{newer}")
    await expect(fresh.locator(".pill")).to_have_text("Rendering")
    guard = await desk.op.store.do(guards.open_render, newer, 1)
    assert guard is not None
    await desk.op.store.do(guards.set_render, guard.key, progress=0.77)
    await expect(fresh.get_by_text("77 %")).to_be_visible()


async def test_everything_by_keyboard(desk: Running, context: BrowserContext) -> None:
    older, newer = await add_draft(desk.op, 0), await add_draft(desk.op, 1)
    page = await opened(context, desk)
    for key, number in (("j", newer), ("j", older), ("j", older), ("k", newer)):
        await page.keyboard.press(key)
        await expect(page.locator(f"#draft-{number}")).to_be_focused()
    await page.keyboard.press("a")
    await expect(page.locator(f"#draft-{newer} .pill")).to_have_text("Approved")
    await page.keyboard.press("u")
    await expect(page.locator(f"#draft-{newer} .pill")).to_have_text("Draft")
    await page.keyboard.press("d")
    await page.keyboard.type("because")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(f"#draft-{newer} .pill")).to_have_text("Denied")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("clay")
    await page.keyboard.press("Enter")
    await expect(page.locator("article")).to_have_count(1)
    await expect(page.locator(f"#draft-{older}")).to_be_visible()


async def test_post_now_asks_first(desk: Running, context: BrowserContext) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk)
    await page.keyboard.press("j")
    await page.keyboard.press("p")
    await expect(page.get_by_role("dialog")).to_contain_text("without the time to take it back")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert await state(desk, number) is State.DRAFT
    await page.keyboard.press("p")
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#draft-{number} .pill")).to_have_text("Approved")
    assert (await desk.op.store.do(drafts.get, number)).post_now


async def test_a_posting_time_is_picked_and_taken_back(desk: Running, context: BrowserContext) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk)
    card, dialog = page.locator(f"#draft-{number}"), page.get_by_role("dialog")
    await card.get_by_role("button", name="Post at…").click()
    await dialog.get_by_role("button", name="Set the time").click()
    await expect(dialog).to_be_visible()  # not without a time
    tomorrow = (desk.op.now() + timedelta(days=1)).astimezone(desk.op.options.timezone)
    await dialog.get_by_label("When").fill(f"{tomorrow:%Y-%m-%d}T18:00")
    await dialog.get_by_role("button", name="Set the time").click()
    await expect(card.get_by_text("Posts tomorrow 18:00 unless it is taken back")).to_be_visible()
    assert await state(desk, number) is State.APPROVED
    await card.get_by_role("button", name="Undo").click()
    await expect(card.locator(".pill")).to_have_text("Draft")
    await card.get_by_role("button", name="Post at…").click()
    await dialog.get_by_label("When").fill("2020-01-01T18:00")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("is past")
    assert await state(desk, number) is State.DRAFT


async def test_the_player_plays_what_the_desk_serves(desk: Running, context: BrowserContext) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk, f"/drafts/{number}")
    length = await page.locator("video").evaluate(
        "video => new Promise((done, failed) => { video.onloadedmetadata = () => done(video.duration);"
        " video.onerror = () => failed(video.error.message); video.preload = 'auto'; video.load(); })"
    )
    assert length == pytest.approx(0.5, abs=0.1)


async def test_generating_shows_a_job_at_once(desk: Running, context: BrowserContext) -> None:
    page = await opened(context, desk)
    await expect(page.get_by_text("No drafts yet")).to_be_visible()
    await page.get_by_role("spinbutton", name="Videos").fill("2")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("#jobs")).to_contain_text("Making videos")
    made = await desk.op.store.do(jobs.listed, kinds=["generate"])
    assert [job.params["count"] for job in made] == [2]


async def test_the_inventory_previews_and_searches(desk: Running, context: BrowserContext) -> None:
    await desk.op.services.inventory.scan_folders()
    page = await opened(context, desk, "/inventory")
    await page.get_by_role("searchbox").fill("turned")
    await page.keyboard.press("Enter")
    await expect(page.locator(".file")).to_have_count(1)
    await page.locator("button.thumb").click()
    picture = page.get_by_role("dialog").get_by_role("img")
    await expect(picture).to_have_js_property("naturalHeight", 400)  # upright by its EXIF
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_help_runs_any_operation(desk: Running, context: BrowserContext) -> None:
    page = await opened(context, desk, "/help")
    await page.locator("#op-schedule summary").click()
    await page.locator("#op-schedule select").select_option("pause")
    await page.get_by_role("button", name="Run schedule").click()
    await expect(page.locator("#op-schedule .answer")).to_contain_text("paused")
    await page.goto(f"{desk.url}/schedule")
    await expect(page.get_by_text("Posting is paused")).to_be_visible()
    await page.get_by_role("button", name="Resume posting").click()
    await expect(page.get_by_role("button", name="Pause posting")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_never_scrolls_sideways(desk: Running, browser: Browser, scheme: str) -> None:
    numbers = await fill(desk.op)
    long = "averylongwordwithoutanyspaces" * 12
    await add_draft(desk.op, title=long[:120], caption=f"#{long}")
    paths = ("/", f"/drafts/{numbers[State.DRAFT]}", "/inventory", "/analytics", "/schedule", "/activity",
             "/status", "/help", "/nowhere")  # fmt: skip
    async with window(browser, 375, 812, scheme) as phone:
        page = await phone.new_page()
        for path in paths:
            await page.goto(desk.url + path)
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= 375, path
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness = sum(int(part) for part in ground[4:-1].split(",")) / 3
        assert brightness < 60 if scheme == "dark" else brightness > 200
        await page.get_by_role("button", name="More").click()
        await page.locator("#more").get_by_role("link", name="Status").click()
        await expect(page.get_by_role("heading", name="Status")).to_be_visible()


async def test_a_page_finds_the_restarted_operator_again(tmp_path: Path, context: BrowserContext) -> None:
    """The key of the page is from before the restart: it reloads by itself and works."""
    async with running(tmp_path) as before:
        number = await add_draft(before.op)
        page = await opened(context, before)
        port = int(before.url.rpartition(":")[2])
    await expect(page.locator("#live")).to_have_attribute("data-state", "lost")
    async with running(tmp_path, port=port) as after:
        await expect(page.locator("#live")).to_have_attribute("data-state", "on")
        await expect(page.locator('meta[name="started"]')).to_have_attribute(
            "content", after.op.started.isoformat()
        )
        await page.locator(f"#draft-{number}").get_by_role("button", name="Approve").click()
        await expect(page.locator(f"#draft-{number} .pill")).to_have_text("Approved")


async def test_a_failure_is_said_with_its_remedy(desk: Running, context: BrowserContext) -> None:
    number = await add_draft(desk.op)
    page = await opened(context, desk)
    area = page.get_by_label(f"Caption of draft {number}")
    await area.fill("x" * 2201)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("Shorten it by 1")
    await expect(area).to_have_value("x" * 2201)  # nothing typed is lost


async def test_logging_in(tmp_path: Path, context: BrowserContext) -> None:
    token = "a token of some length"
    async with running(tmp_path, host="0.0.0.0", token=token) as desk:
        page = await context.new_page()
        await page.goto(f"{desk.url}/status")
        await page.get_by_label("DESK_TOKEN").fill("not it")
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("alert")).to_contain_text("not the DESK_TOKEN")
        await page.get_by_label("DESK_TOKEN").fill(token)
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("heading", name="Drafts", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Log out").click()
        await expect(page.get_by_label("DESK_TOKEN")).to_be_visible()
