"""A disk of 1 MB that is full: run by test_bad_input.py, which sees to the right to mount one."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.model.draft import State
from services.store import Store, drafts
from tests.doubles import media
from tests.e2e.bad_input import SECRET, asked, operator, told
from tests.e2e.operator_process import Autopotter


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)], check=True)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture(scope="session")
def small_render(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of which a few fit on the disk."""
    folder = tmp_path_factory.mktemp("small")
    media.video(folder / "video.mp4", seconds=3.2, width=54, height=96)
    shutil.copyfile(folder / "video.mp4", folder / "preview.mp4")
    media.photo(folder / "cover.jpg", width=54, height=96)
    media.photo(folder / "storyboard.jpg", width=60, height=40)
    return folder


class Ballast:
    """A file that leaves no byte free; ``drop()`` gives the room back."""

    def __init__(self, disk: Path) -> None:
        self.path = disk / "ballast"
        with self.path.open("wb", buffering=0) as file:
            for size in (65536, 4096, 1):
                while _wrote(file.fileno(), size):
                    pass

    def drop(self) -> None:
        self.path.unlink()


def _wrote(file: int, size: int) -> bool:
    try:
        return os.write(file, b"x" * size) > 0
    except OSError:
        return False


async def test_work_stops_with_a_sentence_and_goes_on_by_itself(
    disk: Path, studio: Path, small_render: Path
) -> None:
    data = disk / "data"
    async with operator(data, studio, small_render) as op:
        first, second = (await asked(op, "generate", count=2)).data["drafts"]
        assert (await asked(op, "approve", number=first)).ok
        sheet = (data / "drafts.csv").read_bytes()
        journal = (await asked(op, "show", number=second)).data["journal"]

        ballast = Ballast(disk)
        for name, given in (("approve", {}), ("edit", {"caption": "x" * 2000})):
            refused = await asked(op, name, number=second, **given)
            assert not refused.ok
            assert refused.text == (
                f"The disk with {data} is full: nothing was saved of this step. "
                "Free some space; the operator goes on by itself."
            )
        assert not (await asked(op, "generate", count=1)).ok
        assert not (await asked(op, "collect")).ok
        # Looking goes on, and nothing of what there was is lost.
        assert len((await asked(op, "drafts")).data) == 2
        assert (await asked(op, "show", number=second)).data["journal"] == journal
        assert (data / "drafts.csv").read_bytes() == sheet
        assert (await op.store.do(drafts.get, first)).state is State.APPROVED
        assert [path for path in data.rglob("*") if path.name.endswith((".part", ".tmp"))] == []

        ballast.drop()
        assert (await asked(op, "approve", number=second)).ok
        assert "is posted" in (await asked(op, "post", number=first)).text
        assert (await asked(op, "collect")).ok


async def test_a_running_operator_finishes_when_there_is_room(
    disk: Path, studio: Path, small_render: Path
) -> None:
    data = disk / "data"
    async with operator(data, studio, small_render) as op:
        (number,) = (await asked(op, "generate", count=1)).data["drafts"]
        op.live = True
        running = asyncio.create_task(op.engine.run())
        assert (await asked(op, "edit", number=number, caption="new words")).ok
        submitted = asyncio.Event()
        submit = op.services.renderer.submit

        async def fill_and_submit(request):  # type: ignore[no-untyped-def]
            handle = await submit(request)
            ballasts.append(Ballast(disk))
            submitted.set()
            return handle

        ballasts: list[Ballast] = []
        op.services.renderer.submit = fill_and_submit  # type: ignore[method-assign]
        made = asyncio.create_task(asked(op, "generate", count=1))
        async with asyncio.timeout(30):
            await submitted.wait()
            while not op.engine.troubles():  # noqa: ASYNC110 - the engine tells no one else of trouble
                await asyncio.sleep(0.01)
            assert "is full" in str(op.engine.troubles()[0]["message"])
            ballasts[0].drop()
            answer = await made
        assert answer.ok, answer.text
        assert "It waits: The disk with" in answer.text
        assert len((await asked(op, "drafts", status="draft")).data) == 2
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_command_by_itself_ends_and_says_why(disk: Path, studio: Path, small_render: Path) -> None:
    async with operator(disk / "data", studio, small_render) as op:
        collect = op.services.renderer.collect
        ballasts: list[Ballast] = []

        async def fill_and_collect(handle: str):  # type: ignore[no-untyped-def]
            if not ballasts:
                ballasts.append(Ballast(disk))
            return await collect(handle)

        op.services.renderer.collect = fill_and_collect  # type: ignore[method-assign]
        made = await asked(op, "generate", count=1)
        assert not made.ok
        assert "is full" in made.text
        assert "What was begun goes on when an operator runs." in made.text
        ballasts[0].drop()

        async def ready() -> bool:
            return len(await op.store.do(drafts.listed, states=[State.DRAFT])) == 1

        async with asyncio.timeout(20):
            await op.engine.drive(ready, only={"render": None})


def test_commands_on_a_full_disk(disk: Path, studio: Path) -> None:
    autopotter = Autopotter(disk / "data", studio, COLUMNS="500", DESK_TOKEN=SECRET)
    ballast = Ballast(disk)
    refused = autopotter.command("run")
    assert refused.returncode == 1
    assert "is full" in told(refused)
    assert "Free some space; the operator goes on by itself." in told(refused)
    ballast.drop()
    asyncio.run(_made(disk / "data" / "operator.db"))
    Ballast(disk)
    listed = autopotter.command("drafts")
    assert listed.returncode == 0
    assert "There are no drafts yet" in told(listed)


async def _made(database: Path) -> None:
    await (await Store.open(database)).close()
