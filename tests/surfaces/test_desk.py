"""The desk over a real socket: who gets in, what is shown, that operations and media are all there."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.operations.registry import operations
from bot.operator import draft_folder
from bot.surfaces.desk import Desk
from bot.surfaces.desk.security import host_allowed
from bot.surfaces.desk.words import cron_words, place
from services.errors import Misconfigured
from services.model.draft import State
from services.store import drafts, jobs, journal, media
from tests.surfaces.desk_studio import CLI_TOKEN, Running, add_draft, fill, make_media, running

PAGES = ("/", "/inventory", "/analytics", "/schedule", "/activity", "/status", "/help")
DESK_TOKEN = "correct horse battery"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as started:
        yield started


@pytest.fixture
async def full(tmp_path: Path) -> AsyncIterator[Running]:
    make_media(tmp_path / "media")
    async with running(tmp_path) as started:
        await fill(started.op)
        yield started


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def page(web: aiohttp.ClientSession, url: str, **headers: str) -> str:
    async with web.get(url, headers={"Accept": "text/html", **headers}) as answer:
        assert answer.status == 200, (url, answer.status)
        return await answer.text()


async def csrf(web: aiohttp.ClientSession, desk: Running) -> dict[str, str]:
    """The header that a page of this desk would send with a state change."""
    found = re.search(r'name="csrf" content="([^"]+)"', await page(web, f"{desk.url}/"))
    assert found is not None
    return {"X-CSRF": found[1]}


# ---- Pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/?status=review", "/?q=nothing", "/inventory?problem=1"])
async def test_every_page_answers_when_there_is_nothing(
    desk: Running, web: aiohttp.ClientSession, path: str
) -> None:
    html = await page(web, desk.url + path)
    assert "unexpected" not in html
    assert "<h1>" in html


async def test_every_page_answers_when_there_is_everything(full: Running, web: aiohttp.ClientSession) -> None:
    numbers = [f"/drafts/{draft.number}" for draft in await full.op.store.do(drafts.listed)]
    groups = [f"/?status={key}" for key in ("review", "making", "approved", "posted", "denied", "attention")]
    folders = ["/inventory?folder=completed_works", "/inventory?category=image", "/inventory?q=rv"]
    for path in (*PAGES, *numbers, *groups, *folders, "/inventory?problem=1"):
        html = await page(web, full.url + path)
        assert "unexpected" not in html, path
    home = await page(web, f"{full.url}/")
    assert home.count("<article") == 9
    assert "It is not known whether this is live" in home
    assert "Too slow at the start" in home
    unreadable = await page(web, f"{full.url}/inventory?problem=1")
    assert "broken.mp4" in unreadable
    assert "rv01.jpg" not in unreadable


async def test_a_hostile_caption_title_and_file_name_stay_text(
    tmp_path: Path, web: aiohttp.ClientSession
) -> None:
    make_media(tmp_path / "media")
    awkward = os.fsencode(tmp_path / "media" / "wip_photos") + b"/caf\xe9.txt"
    Path(os.fsdecode(awkward)).write_bytes(b"a name that is no UTF-8")
    evil = '</textarea><script>alert(1)</script>"onload="x'
    async with running(tmp_path) as desk:
        await desk.op.services.inventory.scan_folders()
        number = await add_draft(desk.op, caption=evil, title="<img src=x onerror=alert(1)>")
        for path in ("/", f"/drafts/{number}", f"/drafts/{number}/card", "/inventory", "/?q=<script>"):
            html = await page(web, desk.url + path)
            assert "<script>alert" not in html
            assert "<img src=x" not in html
            assert "<script>" not in html.replace('<script type="module"', "")
            assert "<b>bowl" not in html
        assert ">caf?.txt<" in await page(web, f"{desk.url}/inventory")


async def test_pages_ask_no_other_host_and_run_nothing_inline(
    full: Running, web: aiohttp.ClientSession
) -> None:
    for path in (*PAGES, "/drafts/6"):
        async with web.get(full.url + path, headers={"Accept": "text/html"}) as answer:
            html, headers = await answer.text(), answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'")
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in headers
        assert not re.search(r'(src|href|srcset)="(https?:)?//', html)
        assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", html)


async def test_errors_are_sentences_with_a_remedy(desk: Running, web: aiohttp.ClientSession) -> None:
    for path in (
        "/drafts/99",
        "/drafts/abc",
        "/nowhere",
        "/static/../desk.py",
        "/drafts/9999999999999999999",
    ):
        async with web.get(desk.url + path, headers={"Accept": "text/html"}) as answer:
            assert answer.status == 404
            assert "There is no" in await answer.text()
    async with web.get(f"{desk.url}/media/assets/nope") as answer:
        assert answer.status == 404
        assert set(await answer.json()) == {"error", "remedy"}


# ---- Who gets in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "host", "allowed"),
    [
        ("127.0.0.1:8765", "127.0.0.1", True),
        ("localhost:8765", "127.0.0.1", True),
        ("LocalHost:8765", "127.0.0.1", True),
        ("[::1]:8765", "::1", True),
        ("studio.lan:8765", "studio.lan", True),
        ("192.168.1.5:8765", "0.0.0.0", True),
        ("192.168.1.5:8765", "127.0.0.1", False),
        ("evil.example:8765", "0.0.0.0", False),
        ("evil.example:8765", "127.0.0.1", False),
        ("127.0.0.1.evil.example:8765", "127.0.0.1", False),
        ("127.0.0.1:80", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1:8765@evil", "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
def test_only_the_desks_own_names_are_answered(header: str, host: str, allowed: bool) -> None:
    assert host_allowed(header, host=host, port=8765) is allowed


async def test_a_foreign_host_name_sees_no_page_and_no_key(desk: Running, web: aiohttp.ClientSession) -> None:
    for path in ("/", "/api/about", "/static/app.js", "/login"):
        headers = {"Host": "evil.example", "Accept": "text/html"}
        async with web.get(desk.url + path, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == 421
            assert "csrf" not in text


async def test_state_changes_need_the_pages_own_key_and_origin(
    desk: Running, web: aiohttp.ClientSession
) -> None:
    number = await add_draft(desk.op)
    key = await csrf(web, desk)
    url, body = f"{desk.url}/api/operations/approve", {"number": number}
    refused: list[dict[str, str]] = [
        {},
        {"X-CSRF": "wrong"},
        {**key, "Origin": "https://evil.example"},
        {**key, "Origin": "null"},
        {**key, "Origin": desk.url.replace("http:", "https:")},
        {**key, "Sec-Fetch-Site": "cross-site"},
        {**key, "Sec-Fetch-Site": "same-site"},
    ]
    for headers in refused:
        async with web.post(url, json=body, headers=headers) as answer:
            assert answer.status == 403, headers
    assert (await desk.op.store.do(drafts.get, number)).state is State.DRAFT
    good = {**key, "Origin": desk.url, "Sec-Fetch-Site": "same-origin"}
    async with web.post(url, json=body, headers=good) as answer:
        assert answer.status == 200
    assert (await desk.op.store.do(drafts.get, number)).state is State.APPROVED


async def test_other_sites_cannot_embed_or_read(desk: Running, web: aiohttp.ClientSession) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    async with web.get(f"{desk.url}/", headers=headers) as answer:
        assert answer.status == 403
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
    async with web.get(f"{desk.url}/", headers=headers) as answer:
        assert answer.status == 200  # a link to the desk works
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_beyond_loopback_everything_asks_for_the_token(
    tmp_path: Path, web: aiohttp.ClientSession
) -> None:
    async with running(tmp_path, host="0.0.0.0", token=DESK_TOKEN) as desk:
        number = await add_draft(desk.op)
        for path in (*PAGES, f"/drafts/{number}"):
            async with web.get(desk.url + path, headers={"Accept": "text/html"}) as answer:
                assert str(answer.url) == f"{desk.url}/login"
                assert "csrf" not in await answer.text()
        for path in ("/events", "/api/about", f"/media/drafts/{number}/1/video", "/charts/reach.svg"):
            async with web.get(desk.url + path) as answer:
                assert answer.status == 401
        async with web.post(f"{desk.url}/login", data={"token": DESK_TOKEN}) as answer:
            assert answer.status == 200
            assert str(answer.url) == f"{desk.url}/"
        cookie = next(iter(web.cookie_jar))
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert DESK_TOKEN not in cookie.value
        assert "Drafts" in await page(web, f"{desk.url}/")
        async with web.post(f"{desk.url}/api/logout", headers=await csrf(web, desk)) as answer:
            assert answer.status == 200
        async with web.get(f"{desk.url}/", allow_redirects=False, headers={"Accept": "text/html"}) as answer:
            assert answer.status == 303


async def test_a_forged_or_outdated_cookie_is_none(tmp_path: Path) -> None:
    async with running(tmp_path, token=DESK_TOKEN) as desk:
        for value in ("1.2", f"99999999999.{'0' * 64}", "", ".", "99999999999.ü"):
            headers = {"Cookie": f"autopotter_desk={value}"}
            async with (
                aiohttp.ClientSession() as web,
                web.get(f"{desk.url}/events", headers=headers) as answer,
            ):
                assert answer.status == 401


async def test_guessing_the_token_is_slowed_down(tmp_path: Path, web: aiohttp.ClientSession) -> None:
    async with running(tmp_path, token=DESK_TOKEN) as desk:
        for _ in range(5):
            async with web.post(f"{desk.url}/login", data={"token": "guess"}) as answer:
                assert answer.status == 403
        async with web.post(
            f"{desk.url}/login", data={"token": DESK_TOKEN}, headers={"Accept": "text/html"}
        ) as answer:
            assert answer.status == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 61
        async with web.get(
            f"{desk.url}/api/about", headers={"Authorization": f"Bearer {DESK_TOKEN}"}
        ) as answer:
            assert answer.status == 429
        async with web.get(
            f"{desk.url}/api/about", headers={"Authorization": f"Bearer {CLI_TOKEN}"}
        ) as answer:
            assert answer.status == 200  # the command line is not locked out by somebody's guesses


def test_an_open_address_without_a_token_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        Desk(None, host="0.0.0.0", port=0, token=None, cli_token="x")  # type: ignore[arg-type]
    assert refused.value.variable == "DESK_TOKEN"


async def test_a_taken_port_is_a_sentence(desk: Running) -> None:
    port = int(desk.url.rpartition(":")[2])
    second = Desk(desk.op, host="127.0.0.1", port=port, token=None, cli_token="x")
    with pytest.raises(Misconfigured) as taken:
        await second.start()
    assert taken.value.variable == "DESK_PORT"
    assert "DESK_PORT" in taken.value.remedy


# ---- Operations ---------------------------------------------------------------------------------------


async def test_every_operation_has_a_form_and_an_address(desk: Running, web: aiohttp.ClientSession) -> None:
    html, key = await page(web, f"{desk.url}/help"), await csrf(web, desk)
    for name, operation in operations().items():
        form = re.search(rf'<form class="generic" data-operation="{name}".*?</form>', html, re.DOTALL)
        assert form is not None, name
        for parameter in operation.parameters:
            assert f'name="{parameter.name}"' in form[0], (name, parameter.name)
        url = f"{desk.url}/api/operations/{name}"
        async with web.post(url, json={"no such parameter": 1}, headers=key) as answer:
            assert answer.status == 422, name
            body = await answer.json()
            assert "has no parameter" in body["replies"][-1]["text"]


async def test_the_command_line_gets_replies_a_line_each(desk: Running, web: aiohttp.ClientSession) -> None:
    number = await add_draft(desk.op)
    headers = {"Authorization": f"Bearer {CLI_TOKEN}", "Accept": "application/x-ndjson"}
    url = f"{desk.url}/api/operations/approve"
    async with web.post(url, json={"number": number}, headers=headers) as answer:
        assert answer.content_type == "application/x-ndjson"
        lines = [json.loads(line) async for line in answer.content]
    assert lines[-1]["ok"]
    assert lines[-1]["cards"][0]["data"]["state"] == "approved"
    entries = await desk.op.store.do(journal.entries, draft=number)
    assert entries[0].voter == "console"
    async with web.post(url, json={"number": 99}, headers=headers) as answer:
        last = [json.loads(line) async for line in answer.content][-1]
    assert answer.status == 200
    assert not last["ok"]
    assert "no draft 99" in last["text"]
    wrong = {**headers, "Authorization": "Bearer nonsense"}
    async with web.post(url, json={"number": number}, headers=wrong) as answer:
        assert answer.status == 401


async def test_a_stream_arrives_while_the_operation_works(desk: Running, web: aiohttp.ClientSession) -> None:
    headers = {**await csrf(web, desk), "Accept": "application/x-ndjson"}
    async with web.post(f"{desk.url}/api/operations/collect", json={}, headers=headers) as answer:
        first = json.loads(await asyncio.wait_for(answer.content.readline(), 10))
        assert first["data"]["job"] == 1  # nobody works here: the rest would never come
    html = await page(web, f"{desk.url}/activity")
    assert "Collect 1" in html  # it goes on without the listener


async def test_a_listener_that_went_away_is_no_error(
    desk: Running, web: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {**await csrf(web, desk), "Accept": "application/x-ndjson"}
    async with web.post(f"{desk.url}/api/operations/collect", json={}, headers=headers) as answer:
        await asyncio.wait_for(answer.content.readline(), 10)
        answer.close()
    left = [task for task in asyncio.all_tasks() if "RequestHandler" in repr(task.get_coro())]
    await desk.op.store.do(jobs.finish, 1, now=desk.op.now(), error="the bucket is gone")
    await asyncio.wait(left, timeout=10)  # the server comes to its next line, which nobody takes
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    "body", ["[1]", "{", "x" * 10, "[" * 100_000, '{"number": {"a": 1}}', '{"number": [7]}']
)
async def test_nonsense_is_refused_with_a_sentence(
    desk: Running, web: aiohttp.ClientSession, body: str
) -> None:
    async with web.post(
        f"{desk.url}/api/operations/approve", data=body, headers=await csrf(web, desk)
    ) as answer:
        assert answer.status == 400
        assert "unexpected" not in (await answer.json())["error"]


async def test_only_the_command_line_asks_for_autopost(desk: Running, web: aiohttp.ClientSession) -> None:
    url, token = f"{desk.url}/api/autopost", {"Authorization": f"Bearer {CLI_TOKEN}"}
    async with web.post(url, json={"seconds": 1}, headers=await csrf(web, desk)) as answer:
        assert answer.status == 403
    for nonsense in ({}, {"seconds": "5"}, {"seconds": 1, "begun": "x"}):
        async with web.post(url, json=nonsense, headers=token) as answer:
            assert answer.status == 400
    async with web.post(url, json={"seconds": 0.2}, headers=token) as answer:
        assert (answer.status, (await answer.json())["replies"][-1]["data"]["result"]) == (422, "nothing")


async def test_too_large_a_request_is_refused(desk: Running, web: aiohttp.ClientSession) -> None:
    body = json.dumps({"caption": "x" * 300_000})
    async with web.post(
        f"{desk.url}/api/operations/edit", data=body, headers=await csrf(web, desk)
    ) as answer:
        assert answer.status == 413


async def test_a_button_decides_only_about_what_was_seen(desk: Running, web: aiohttp.ClientSession) -> None:
    number = await add_draft(desk.op)
    key, url = await csrf(web, desk), f"{desk.url}/api/actions"
    seen = _seen(await page(web, f"{desk.url}/drafts/{number}/card"))
    edit = {"number": number, "caption": "Another caption"}
    async with web.post(f"{desk.url}/api/operations/edit", json=edit, headers=key) as answer:
        assert answer.status == 200
    stale = [{"id": f"approve:{number}:1", "seen": seen}, {"id": f"approve:{number}:2", "seen": seen}]
    for body in stale:
        async with web.post(url, json=body, headers=key) as answer:
            assert answer.status == 409
    for nonsense in ("collect:1:1", "approve:x:1", "approve", "", "nope:1:1"):
        async with web.post(url, json={"id": nonsense}, headers=key) as answer:
            assert answer.status == 400, nonsense
    now = _seen(await page(web, f"{desk.url}/drafts/{number}/card"))
    for nonsense in ("post:{}:1:at", "post:{}:1:number", "post:{}:1:nope", "post:{}:1:at:at"):
        async with web.post(url, json={"id": nonsense.format(number), "seen": now}, headers=key) as answer:
            assert answer.status == 400, nonsense  # above all, it is not posted now
    assert (await desk.op.store.do(drafts.get, number)).state is State.DRAFT
    body = {"id": f"deny:{number}:1", "seen": now, "reason": "Too dark", "permalink": "ignored"}
    async with web.post(url, json=body, headers=key) as answer:
        assert answer.status == 200
    draft = await desk.op.store.do(drafts.get, number)
    assert (draft.state, draft.reason, draft.decided_by) == (State.DENIED, "Too dark", "desk")


def _seen(html: str) -> str:
    found = re.search(r'data-seen="(\w+)"', html)
    assert found is not None
    return found[1]


# ---- Media --------------------------------------------------------------------------------------------


async def test_drafts_media_by_number_with_ranges(desk: Running, web: aiohttp.ClientSession) -> None:
    number = await add_draft(desk.op)
    draft = await desk.op.store.do(drafts.get, number)
    base = f"{desk.url}/media/drafts/{number}/1"
    path = draft_folder(desk.op.drafts_dir, number, draft.tag, 1) / "video.mp4"
    async with web.get(f"{base}/video", headers={"Range": "bytes=4-11"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Type"] == "video/mp4"
        assert await answer.read() == path.read_bytes()[4:12]
    async with web.get(f"{base}/video", headers={"Range": "bytes=99999999-"}) as answer:
        assert answer.status == 416
    assert draft.rendered is not None
    whole = f"?of={draft.tag}-{draft.rendered.sha256[:12]}"
    for query, kept in (("", False), ("?of=zzzz", False), (f"?of={draft.tag}-0", False), (whole, True)):
        async with web.get(f"{base}/cover{query}") as answer:
            assert ("immutable" in answer.headers["Cache-Control"]) is kept
    async with web.get(f"{base}/movie") as answer:
        assert "attachment" in answer.headers["Content-Disposition"]
        assert await answer.json() == draft.movie
    for wrong in ("1/secret", "2/video", "1/..%2f..%2foperator.db"):
        async with web.get(f"{desk.url}/media/drafts/{number}/{wrong}") as answer:
            assert answer.status == 404
    path.unlink()
    async with web.get(f"{base}/video") as answer:
        assert answer.status == 404
        assert "gone" in (await answer.json())["error"]


async def test_files_of_the_bucket_by_id_only_as_what_they_are(
    tmp_path: Path, web: aiohttp.ClientSession
) -> None:
    make_media(tmp_path / "media")
    async with running(tmp_path) as desk:
        await desk.op.services.inventory.scan_folders()
        ids = {asset.file.name: asset.id for asset in await desk.op.store.do(media.page)}
        base = f"{desk.url}/media/assets"
        async with web.get(f"{base}/{ids['rv01.jpg']}") as answer:
            assert answer.content_type == "image/jpeg"
            assert answer.headers["Content-Disposition"] == "inline"
        async with web.get(f"{base}/{ids['page.html']}") as answer:
            assert answer.status == 415
        async with web.get(f"{base}/{ids['page.html']}/thumb") as answer:
            assert answer.content_type == "image/svg+xml"
        async with web.get(f"{base}/{ids['turned.jpg']}/thumb") as answer:
            (tmp_path / "thumb.jpg").write_bytes(await answer.read())
        with Image.open(tmp_path / "thumb.jpg") as thumb:
            assert thumb.size == (200, 400)  # upright, as its EXIF says
            top = thumb.convert("RGB").getpixel((100, 40))
            assert isinstance(top, tuple)
            assert top[2] > top[0]  # what was left is at the top
        clip = ids["timelapse_rv06.gcode_20250430_1556.mp4"]
        for name in (clip, clip):  # made, then found
            async with web.get(f"{base}/{name}/thumb") as answer:
                assert answer.content_type == "image/jpeg"
        async with web.get(f"{base}/{ids['broken.mp4']}/thumb") as answer:
            assert answer.content_type == "image/svg+xml"
        cached = list((desk.op.options.data_dir / "cache" / "thumbs").iterdir())
        assert len(cached) == 2


async def test_charts_are_pictures_that_run_nothing(full: Running, web: aiohttp.ClientSession) -> None:
    for key in ("reach", "engagement", "followers", "hashtags"):
        async with web.get(f"{full.url}/charts/{key}.svg?theme=dark") as answer:
            svg = await answer.text()
        assert answer.content_type == "image/svg+xml"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "<script" not in svg
    async with web.get(f"{full.url}/charts/reach.svg?theme=pink") as answer:
        assert answer.status == 404


# ---- Live ---------------------------------------------------------------------------------------------


async def _message(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            line = (await answer.content.readline()).decode()
            if line.startswith("data:"):
                found: dict[str, Any] = json.loads(line[5:])
                return found


async def test_changes_arrive_as_events(desk: Running, web: aiohttp.ClientSession) -> None:
    first = await add_draft(desk.op)
    async with web.get(f"{desk.url}/events") as stream:
        hello = await _message(stream)
        assert set(hello["shapes"]) == {str(first)}
        assert hello["counts"]["review"] == 1
        second = await add_draft(desk.op, 1)
        while True:
            message = await _message(stream)
            if message["counts"]["review"] == 2:
                break
        assert second in [view["number"] for view in message["drafts"]]
        assert message["headline"] == "2 to review."


async def test_closing_ends_open_streams_soon(tmp_path: Path, web: aiohttp.ClientSession) -> None:
    async with running(tmp_path) as desk, web.get(f"{desk.url}/events") as stream:
        await _message(stream)
        async with asyncio.timeout(5):
            await desk.desk.close()
            assert not (await stream.content.read()).strip().startswith(b"data")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 9 * * mon-fri", "Monday to Friday at 09:00"),
        ("30 18 * * mon,wed,fri", "Mondays, Wednesdays, Fridays at 18:30"),
        ("0 8,20 * * *", "Every day at 08:00 and 20:00"),
        ("15 * * * *", "Every day, every hour at minute 15"),
        ("*/5 * * * *", "by the cron line “*/5 * * * *”"),
        ("0 9 1 * *", "by the cron line “0 9 1 * *”"),
    ],
)
def test_cron_lines_in_words(line: str, words: str) -> None:
    assert cron_words(line) == words


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("file:///home/me/data/outbox/2-caf%C3%A9", "/home/me/data/outbox/2-café"),
        ("https://www.instagram.com/reel/x/", "https://www.instagram.com/reel/x/"),
        ("/home/me/video.mp4", "/home/me/video.mp4"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_addresses_as_people_read_them(address: str, shown: str) -> None:
    assert place(address) == shown
