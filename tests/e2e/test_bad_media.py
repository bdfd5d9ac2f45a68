"""Bad files and hostile names: kept with the reason, shown harmlessly, and the rest is used."""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from bot.operator import draft_folder, filed_name
from bot.surfaces.desk.desk import Desk
from services.model.draft import State
from services.renderer.local.local import LocalRenderer
from services.renderer.local.profile import Profile
from services.store import drafts
from tests.e2e.bad_input import (
    SECRET,
    asked,
    assert_calm,
    broken_media,
    hostile_media,
    linked,
    operator,
    told,
)
from tests.e2e.operator_process import Autopotter


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_media(tmp_path_factory.mktemp("hostile"))


async def test_broken_files_are_named_and_never_used(
    tmp_path: Path, studio: Path, rendered_files: Path
) -> None:
    root = linked(studio, tmp_path / "media")
    problems = broken_media(root)
    async with operator(tmp_path / "data", root, rendered_files) as op:
        made = await asked(op, "generate", count=3)
        assert made.ok, made.text
        assert len(made.data["drafts"]) == 3
        shown = await asked(op, "inventory")
        found = {file["name"]: file["problem"] for file in shown.data["files"] if file["problem"]}
        assert found.keys() == problems.keys()
        assert "reader stop" not in " ".join(found.values())  # each is understood, none kills its reader
        for name, words in problems.items():
            assert words in found[name], found[name]
        used = {name for draft in await op.store.do(drafts.listed) for name in draft.assets}
        bad = {file["id"] for file in shown.data["files"] if file["problem"]}
        assert used
        assert not used & bad
        document = await op.services.inventory.generate_inventory()
        assert document["bucket_summary"]["total_files"] == 14 + len(problems)


async def test_nothing_but_broken_files_is_said_and_harms_nothing(
    tmp_path: Path, studio: Path, rendered_files: Path
) -> None:
    root = tmp_path / "media"
    (root / "wip_photos").mkdir(parents=True)
    (root / "wip_photos" / "a.jpg").touch()
    async with operator(tmp_path / "data", root, rendered_files) as op:
        made = await asked(op, "generate", count=2)
        assert not made.ok
        assert "No video could be proposed" in made.text
        linked(studio, root)
        made = await asked(op, "generate", count=1)
        assert made.ok, made.text


async def test_a_missing_brand_is_replaced_and_named(
    tmp_path: Path, studio: Path, rendered_files: Path
) -> None:
    nowhere = tmp_path / "no-brand"
    async with operator(tmp_path / "data", studio, rendered_files, BRAND_DIR=str(nowhere)) as op:
        made = await asked(op, "generate", count=1)
        assert made.ok
        for name in ("personality.md", "instructions.md", "intents.yaml"):
            assert f"The brand has no {name}" in made.text
        assert "Write one in BRAND_DIR" in made.text
        assert not nowhere.exists()


async def test_hostile_names_are_harmless_wherever_they_are_shown(
    tmp_path: Path, hostile: Path, rendered_files: Path
) -> None:
    async with operator(tmp_path / "data", hostile, rendered_files) as op:
        made = await asked(op, "generate", count=3)
        assert made.ok, made.text
        number = made.data["drafts"][0]
        for draft in await op.store.do(drafts.listed):
            for text in (draft.title, draft.caption, draft.strategy, draft.description):
                assert_calm(text)
                assert not {"<", "{{", "@everyone", "http:"} & set(text.split())
                assert "<img" not in text
        hostile_caption = '=HYPERLINK("http://x")\x1b]0;\x07 \udcff <script>alert(1)</script>'
        edited = await asked(op, "edit", number=number, caption=hostile_caption)
        assert edited.data["caption"] == '=HYPERLINK("http://x")]0; ? <script>alert(1)</script>'
        denied = await asked(op, "deny", number=number, reason="no\x1b[2J \udcff")
        assert denied.data["reason"] == "no[2J ?"
        cells = _sheet(op.options.data_dir / "drafts.csv")
        assert len(cells) == 3
        assert not [cell for row in cells for cell in row if cell[:1] in tuple("=+-@\t\r")]
        desk = Desk(op, host="127.0.0.1", port=0, token=None, cli_token="cli")
        async with httpx.AsyncClient(base_url=await desk.start(), trust_env=False) as browser:
            for page in ("/", "/inventory", f"/drafts/{number}"):
                answer = await browser.get(page)
                assert answer.status_code == 200, page
                assert SECRET not in answer.text
                assert "<img src=x" not in answer.text
                assert "<script>alert" not in answer.text
            everything = html.unescape((await browser.get("/inventory")).text)
            assert "hey @everyone <img src=x onerror=alert(1)> rv12" in everything
        await desk.close()


def test_hostile_names_in_a_terminal_and_in_json(tmp_path: Path, hostile: Path) -> None:
    autopotter = Autopotter(tmp_path / "data", hostile, COLUMNS="300", DESK_TOKEN=SECRET)
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(autopotter.command, "inventory", *more) for more in (["--json"], [])]
    shown, table = (done.result() for done in waiting)
    assert shown.returncode == 0
    told(shown)
    names = [file["name"] for file in json.loads(shown.stdout)["files"]]
    assert "two\nlines rv07.jpg" in names
    assert "\x1b[31mred\x07 rv13.jpg" in names
    assert "\udcff\udcfe no text rv15.jpg" in names
    assert table.returncode == 0
    assert 'it\'s "quoted" rv06.jpg' in told(table)
    assert len(json.loads(shown.stdout)["files"]) == 18


async def test_media_that_vanishes_stops_only_what_needs_it(
    tmp_path: Path, studio: Path, rendered_files: Path
) -> None:
    root = linked(studio, tmp_path / "media")
    async with operator(tmp_path / "data", root, rendered_files) as op:
        made = await asked(op, "generate", count=2)
        first, second = made.data["drafts"]
        root.rename(tmp_path / "unplugged")
        shown = await asked(op, "inventory")
        assert not shown.ok
        assert "MEDIA_DIR" in shown.text
        assert str(root) in shown.text
        assert "MEDIA_DIR: the folder" in (await asked(op, "generate", count=1)).text
        assert (await asked(op, "approve", number=first)).ok
        posted = await asked(op, "post", number=first)
        assert "is posted" in posted.text
        assert {first, second} <= {draft["number"] for draft in (await asked(op, "drafts")).data}
        (tmp_path / "unplugged").rename(root)
        assert (await asked(op, "inventory")).ok
        assert "is posted" in (await asked(op, "post", number=second)).text


async def test_a_clip_removed_while_its_video_is_made_stops_nothing(
    tmp_path: Path, studio: Path, rendered_files: Path
) -> None:
    root = linked(studio, tmp_path / "media")
    async with operator(tmp_path / "data", root, rendered_files) as op:
        submit = op.services.renderer.submit

        async def submit_and_remove(request):  # type: ignore[no-untyped-def]
            for key in request.assets.values():
                (root / key).unlink(missing_ok=True)
            return await submit(request)

        op.services.renderer.submit = submit_and_remove  # type: ignore[method-assign]
        made = await asked(op, "generate", count=1)
        assert made.ok, made.text
        assert "1 draft ready" in made.text


async def test_a_deleted_video_is_brought_back_or_rendered_again(
    tmp_path: Path, studio: Path, rendered_files: Path
) -> None:
    async with operator(tmp_path / "data", studio, rendered_files) as op:
        first, second = (await asked(op, "generate", count=2)).data["drafts"]
        one, two = [await op.store.do(drafts.get, number) for number in (first, second)]
        for draft in (one, two):
            (draft_folder(op.drafts_dir, draft.number, draft.tag, 1) / "video.mp4").unlink()
        (op.drafts_dir / filed_name(two.number, two.tag, 1)).unlink()

        assert "is posted" in (await asked(op, "post", number=first)).text  # the filed copy came back
        lost = await asked(op, "post", number=second)
        assert not lost.ok
        assert "Its video file is missing. Retry renders it again." in lost.text
        again = await asked(op, "retry", number=second)
        assert again.ok, again.text
        assert (await op.store.do(drafts.get, second)).state is State.DRAFT  # seen anew before it is posted
        assert "is posted" in (await asked(op, "post", number=second)).text


async def test_a_video_is_really_rendered_from_hostile_names(
    tmp_path: Path, hostile: Path, rendered_files: Path
) -> None:
    small = Profile("small", scale=0.125, preset="ultrafast")
    async with operator(tmp_path / "data", hostile, rendered_files) as op:
        renderer = LocalRenderer(tmp_path / "renders", op.services.bucket.fetch, profile=small)
        op.services = dataclasses.replace(op.services, renderer=renderer)
        made = await asked(op, "generate", count=1)
        assert made.ok, made.text
        (draft,) = (await asked(op, "drafts", status="draft")).data
        assert Path(draft["video"]).is_relative_to(tmp_path / "data")
        assert draft["assets"]
        await renderer.aclose()


def _sheet(path: Path) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    return rows[1:]
