"""The Renderer port over real child processes: done, failed, gone, cancelled; and movies by themselves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from renderer_studio import RED, SMALL, Studio, image, movie, scene

from services.errors import Refused
from services.model.asset import asset_id
from services.ports import Renderer, RenderRequest, RenderStatus
from services.renderer.local.local import LocalRenderer
from services.renderer.local.standalone import match_assets, render_file

BEGUN = datetime.now(UTC)
PHOTO = asset_id("wip_photos/red.jpg")
SHORT = movie(scene(0.2, image(PHOTO)))
LONG = movie(scene(59, image(PHOTO, zoom=5)))


@pytest.fixture
def renderer(studio: Studio, tmp_path: Path) -> LocalRenderer:
    studio.photo("red.jpg", RED)

    async def open_asset(key: str) -> Path:
        return studio.folder / key.removeprefix("wip_photos/")

    return LocalRenderer(tmp_path / "renders", open_asset, profile=SMALL)


def request(document: dict[str, Any], key: str = "k7f3-1-1") -> RenderRequest:
    return RenderRequest(key, document, {PHOTO: "wip_photos/red.jpg"})


async def last(renderer: Renderer, handle: str) -> RenderStatus:
    return [status async for status in renderer.follow(handle)][-1]


async def started(renderer: LocalRenderer, document: dict[str, Any]) -> str:
    """Submitted, and far enough to have told some progress."""
    handle = await renderer.submit(request(document))
    async for status in renderer.follow(handle):
        if status.progress > 0 or status.state != "running":
            break
    return handle


async def test_a_render_is_done_found_and_collected(renderer: LocalRenderer, tmp_path: Path) -> None:
    as_port: Renderer = renderer
    assert "PyAV" in await as_port.ping()
    assert await as_port.find("k7f3-1-1", BEGUN) is None
    handle = await as_port.submit(request(SHORT))
    assert await as_port.find("k7f3-1-1", BEGUN) == handle
    statuses = [status async for status in as_port.follow(handle)]
    assert statuses[-1] == RenderStatus("done", 1.0)
    assert sorted(s.progress for s in statuses) == [s.progress for s in statuses]
    files = await as_port.collect(handle)
    assert files.duration == 0.2
    assert all(p.stat().st_size > 100 for p in (files.video, files.preview, files.cover, files.storyboard))
    # Another operator over the same folder finds it; one file missing, and it was never finished.
    later = LocalRenderer(tmp_path / "renders", renderer._open)
    assert await later.find("k7f3-1-1", BEGUN) == handle
    assert (await last(later, handle)).state == "done"
    files.cover.unlink()
    assert await later.find("k7f3-1-1", BEGUN) is None
    assert (await last(later, handle)).state == "gone"


async def test_a_movies_own_fault_fails_with_its_sentence(renderer: LocalRenderer) -> None:
    handle = await renderer.submit(request(movie(scene(1, image("elsewhere")))))
    status = await last(renderer, handle)
    assert status.state == "failed"
    assert status.message.startswith("Scene #1, element #1: there is no file 'elsewhere'")
    assert await renderer.find(handle, BEGUN) is None
    with pytest.raises(Refused, match="not finished"):
        await renderer.collect(handle)


async def test_check_says_what_is_approximated_or_refuses(
    renderer: LocalRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # nobody speaks, wherever this runs
    document = movie(scene(1, image(PHOTO), {"type": "voice", "text": "hi"}))
    assert await renderer.check(request(document)) == [
        "Scene #1, element #2: the voice is not spoken in the local preview.",
        "Scene #1, element #2: what the voice says is shown as subtitles.",
    ]
    with pytest.raises(Refused, match="Scene #1, element #1: 'zoom' must be a number"):
        await renderer.check(request(movie(scene(1, image(PHOTO, zoom="wide")))))


@pytest.mark.parametrize(
    ("number", "state", "words"),
    [
        (signal.SIGKILL, "failed", "ran out of memory"),
        (signal.SIGSEGV, "failed", "crashed on a file"),
        (signal.SIGTERM, "gone", "stopped together with the operator"),
    ],
)
async def test_what_the_end_of_a_child_means(
    renderer: LocalRenderer, number: signal.Signals, state: str, words: str
) -> None:
    handle = await started(renderer, LONG)
    os.kill(renderer.process_id(handle) or 0, number)
    status = await last(renderer, handle)
    assert (status.state, words in status.message) == (state, True)
    assert await renderer.find(handle, BEGUN) is None


async def test_cancel_ends_the_child_and_removes_its_folder(renderer: LocalRenderer, tmp_path: Path) -> None:
    handle = await started(renderer, LONG)
    follower = asyncio.create_task(last(renderer, handle))
    await asyncio.sleep(0)
    pid = renderer.process_id(handle)
    assert pid is not None
    await renderer.cancel(handle)
    assert (await follower).state == "gone"
    assert not (tmp_path / "renders" / handle).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await renderer.cancel(handle)  # nothing to cancel is no error


async def test_too_slow_is_stopped_and_said(renderer: LocalRenderer, tmp_path: Path) -> None:
    hasty = LocalRenderer(tmp_path / "hasty", renderer._open, profile=SMALL, wall_seconds=0.05)
    status = await last(hasty, await hasty.submit(request(LONG)))
    assert (status.state, "took too long" in status.message) == ("failed", True)


@pytest.mark.parametrize("key", ["../up", "", "A", "a" * 65, "a/b", "a.b"])
async def test_a_key_is_never_a_path(renderer: LocalRenderer, key: str) -> None:
    with pytest.raises(Refused, match="key of a render"):
        await renderer.submit(request(SHORT, key))


def test_the_child_dies_with_its_parent(studio: Studio, tmp_path: Path) -> None:
    """A parent that is killed leaves no child behind: its end of the pipe closes."""
    studio.photo("red.jpg", RED)
    script = f"""
import asyncio, sys
from pathlib import Path
from services.ports import RenderRequest
from services.renderer.local.local import LocalRenderer
async def open_asset(key): return Path({str(studio.folder)!r}) / "red.jpg"
async def main():
    renderer = LocalRenderer(Path({str(tmp_path / "renders")!r}), open_asset)
    handle = await renderer.submit(RenderRequest("k", {LONG!r}, {{{PHOTO!r}: "a"}}))
    async for status in renderer.follow(handle):
        if status.progress:
            sys.stdout.write(str(renderer.process_id(handle)) + chr(10))
            sys.stdout.flush()
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    _wait_until_gone(child)


def _wait_until_gone(pid: int) -> None:
    """Until the process has ended (a zombie of another parent counts as ended)."""
    for _ in range(20_000_000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state in "ZX":
            return
    raise AssertionError("the child is still there")


async def test_a_movie_file_is_rendered_from_a_folder(studio: Studio, tmp_path: Path) -> None:
    (studio.folder / "wip_photos").mkdir()
    studio.photo("wip_photos/red.jpg", RED)
    names = [PHOTO, "wip_photos/red.jpg", "red.jpg"]
    document = movie(*(scene(0.1, image(name)) for name in names))
    path = tmp_path / "movie.json"
    path.write_text(json.dumps(document))
    told: list[float] = []
    files = await render_file(path, studio.folder, tmp_path / "out" / "it.mp4", told.append, profile=SMALL)
    assert files.video == tmp_path / "out" / "it.mp4"
    assert sorted(p.name for p in files.video.parent.iterdir()) == [
        "it.cover.jpg", "it.mp4", "it.storyboard.jpg", "it.thumbnails.jpg",
    ]  # fmt: skip
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "not valid JSON"), ("[]", "holds no movie"), ('{"a": NaN}', "NaN is not a number")],
)
async def test_a_file_that_holds_no_movie(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(Refused, match=said):
        await render_file(tmp_path / "m.json", tmp_path, tmp_path / "o.mp4", lambda share: None)


def test_only_the_folders_own_files_are_matched(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (studio.folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    for folder in ("a", "b"):
        (studio.folder / folder).mkdir()
        studio.photo(f"{folder}/twin.jpg", RED)
    for name, said in {
        "../secret.jpg": "no file there",
        str(tmp_path / "secret.jpg"): "no file there",
        "link.jpg": "no file there",
        "https://example.com/a.jpg": "no file there",
        "twin.jpg": "several files",
    }.items():
        with pytest.raises(Refused, match=said):
            match_assets(movie(scene(1, image(name))), studio.folder)
    assert match_assets(movie(scene(1, image("a/twin.jpg"))), studio.folder) == {"a/twin.jpg": "a/twin.jpg"}


async def test_a_full_disk_is_not_the_movies_fault(studio: Studio, small_disk: Path) -> None:
    studio.photo("red.jpg", RED)

    async def open_asset(key: str) -> Path:
        return studio.folder / key.removeprefix("wip_photos/")

    renderer = LocalRenderer(small_disk / "renders", open_asset, profile=SMALL)
    (small_disk / "filler").write_bytes(b"x" * 1_024_000)
    handle = await renderer.submit(request(SHORT))
    status = await last(renderer, handle)
    assert status.state == "gone"
    assert "disk is full" in status.message
    await renderer.cancel(handle)
    (small_disk / "filler").unlink()
    handle = await renderer.submit(request(SHORT))
    assert (await last(renderer, handle)).state == "done"
    await renderer.cancel(handle)
