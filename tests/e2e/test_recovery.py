"""What a power cut, a long sleep and a clock set back leave behind: the next start goes on from it."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import av
import pytest

from bot.operator import Operator, draft_folder
from bot.settings import Settings, load_settings
from bot.wiring import close_operator, open_operator
from services import files
from services.model.draft import State
from services.model.proposal import Proposal
from services.model.vote import Choice
from services.ports import RenderRequest
from services.renderer.local.local import LocalRenderer
from services.renderer.local.profile import Profile
from services.store import drafts, guards, jobs
from tests.doubles.renderer import QuickRenderer
from tests.e2e.operator_process import Autopotter
from tests.reconcilers.helpers import drive, make_draft, post_now, proposal, state, vote

SMALL = Profile("small", scale=0.25, preset="ultrafast")
TORN: dict[str, Callable[[bytes], bytes]] = {
    "half": lambda whole: whole[: len(whole) // 2],
    "empty": lambda whole: b"",
    "zeros": lambda whole: bytes(len(whole) - 1),  # the name and nearly the length came through, no data
}


@pytest.fixture
async def rendering(op: Operator, studio: Path) -> AsyncIterator[Operator]:
    renderer = quick(op)
    yield op
    await renderer.aclose()


def quick(op: Operator) -> LocalRenderer:
    """The real renderer, a new one as after a start, small and fast."""
    renderer = LocalRenderer(
        op.options.data_dir / "cache" / "renders", op.services.bucket.fetch, profile=SMALL
    )
    op.services = dataclasses.replace(op.services, renderer=renderer)
    return renderer


def card() -> Proposal:
    """Two seconds of plain colour with a word: less is taken for a failed render."""
    text = {"type": "text", "text": "RV06", "duration": 2, "settings": {"font-size": "80px"}}
    scene = {"duration": 2, "background-color": "#405060", "elements": [text]}
    movie = {"resolution": "instagram-story", "fps": 30, "scenes": [scene]}
    return proposal().model_copy(update={"movie": movie})


@pytest.mark.parametrize("how", TORN)
@pytest.mark.parametrize("name", ["video.mp4", "result.json"])
async def test_a_finished_render_torn_by_a_power_cut_is_made_again(
    rendering: Operator, name: str, how: str
) -> None:
    op, renderer = rendering, rendering.services.renderer
    number = await op.store.do(drafts.file, card(), job=None, sample=False, now=op.now())
    await op.store.do(drafts.move, number, State.PROPOSED, State.RENDERING, now=op.now())
    draft = await op.store.do(drafts.get, number)
    guard = await op.store.do(guards.intend_render, number, draft.tag, 1, now=op.now())
    handle = await renderer.submit(RenderRequest(guard.key, draft.movie, {}))
    await op.store.do(guards.set_render, guard.key, state="running", handle=handle)
    async for last in renderer.follow(handle):
        status = last
    assert status.state == "done", status
    # The operator dies here, before anything of it was brought into the drafts folder.
    path = op.options.data_dir / "cache" / "renders" / guard.key / name
    path.write_bytes(TORN[how](path.read_bytes()))
    renderer = quick(op)

    async def made() -> bool:
        return await state(op, number) not in (State.PROPOSED, State.RENDERING)

    await op.engine.drive(made, only={"render": None})
    await renderer.aclose()
    draft = await op.store.do(drafts.get, number)
    assert draft.state is State.DRAFT
    video = draft_folder(op.drafts_dir, number, draft.tag, 1) / "video.mp4"
    assert draft.rendered is not None
    assert files.sha256(video) == draft.rendered.sha256
    with av.open(str(video)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 60


async def test_half_written_files_of_every_kind_harm_nothing(op: Operator) -> None:
    number = await make_draft(op)
    draft = await op.store.do(drafts.get, number)
    folder = draft_folder(op.drafts_dir, number, draft.tag, 1)
    outbox = op.options.data_dir / "outbox"
    await drive(op, "sheet")
    torn = [
        folder / ".video.mp4.0badc0de.part",
        folder / ".movie.json.0badc0de.part",
        outbox / ".containers" / ".0123456789abcdef.tmp" / "video.mp4",
        op.options.data_dir / ".drafts.csv.0badc0de.tmp",
    ]
    for path in torn:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half a")
    await post_now(op, number)

    async def posted() -> bool:
        return await state(op, number) is State.POSTED

    await op.engine.drive(posted, only={"publish": None})
    await drive(op, "sheet")
    assert len([path for path in outbox.iterdir() if not path.name.startswith(".")]) == 1
    rows = (op.options.data_dir / "drafts.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.partition(",")[0] for row in rows] == ["Status", "Posted"]
    assert not (outbox / ".containers" / ".0123456789abcdef.tmp").exists(), "swept with the next post"


@pytest.mark.parametrize("how", TORN)
async def test_a_draft_whose_video_was_torn_is_never_posted(op: Operator, how: str) -> None:
    number = await make_draft(op)
    draft = await op.store.do(drafts.get, number)
    video = draft_folder(op.drafts_dir, number, draft.tag, 1) / "video.mp4"
    video.write_bytes(TORN[how](video.read_bytes()))
    await post_now(op, number)

    async def ended() -> bool:
        return await state(op, number) not in (State.APPROVED, State.PUBLISHING)

    await op.engine.drive(ended, only={"publish": None})
    assert await state(op, number) is State.FAILED
    assert "not the one that was reviewed" in (await op.store.do(drafts.get, number)).reason


def test_a_torn_announcement_and_lock_file_stop_nobody(tmp_path: Path, studio: Path) -> None:
    operator = Autopotter(tmp_path / "data", studio, DRAFTS_PER_RUN="1")
    operator.data.mkdir()
    (operator.data / "operator.json").write_text('{"url": "http://127')
    (operator.data / "operator.lock").write_bytes(b"\0\0\0\0")
    assert operator.ask("drafts") == []


async def test_a_generation_left_running_for_days_is_finished_once(
    settings: Settings, rendered_files: Path
) -> None:
    op = await open_operator(settings)
    long_ago = op.now() - timedelta(days=3)
    job = await op.store.do(jobs.queue_generation, 2, by="desk", now=long_ago)
    await op.store.do(jobs.start, job, now=long_ago)
    await op.store.do(jobs.progress, job, "planning", 1, 2)
    await close_operator(op)
    for _ in range(2):
        op = await open_operator(settings)
        op.services = dataclasses.replace(op.services, renderer=QuickRenderer(rendered_files))
        await drive(op, "generate", "render", "sheet")
        made = await op.store.do(drafts.listed, job=job)
        assert (await op.store.do(jobs.get, job)).state == "done"
        assert [draft.state for draft in made] == [State.DRAFT] * 2
        await close_operator(op)


async def test_a_clock_set_back_changes_no_decision_and_posts_nothing_twice(op: Operator) -> None:
    number = await make_draft(op)
    await vote(op, number, Choice.APPROVE, "ann")
    earlier = op.now() - timedelta(hours=1)
    op.clock = lambda: earlier
    await vote(op, number, Choice.DENY, "ann")
    assert await state(op, number) is State.DENIED, "the last word counts, not the latest time"
    await vote(op, number, Choice.APPROVE, "ann")
    await post_now(op, number)
    await drive(op, "publish", "sheet")
    assert await state(op, number) is State.POSTED
    much_earlier = earlier - timedelta(hours=1)
    op.clock = lambda: much_earlier
    await drive(op, "publish", "sheet")
    assert sum(path.is_dir() for path in (op.options.data_dir / "outbox").glob("[!.]*")) == 1
    assert await op.store.do(guards.posted_in_last_day, op.now()) == 1, "the cap still counts it"


async def test_the_store_opens_after_the_plug_was_pulled_in_a_commit(tmp_path: Path, studio: Path) -> None:
    """A journal that a commit left behind is rolled back: the transaction happened not at all."""
    environ = {"DATA_DIR": str(tmp_path / "data"), "MEDIA_DIR": str(studio)}
    op = await open_operator(load_settings([], environ))
    await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
    await close_operator(op)
    path = tmp_path / "data" / "operator.db"
    (tmp_path / "data" / "operator.db-journal").write_bytes(b"\0" * 512 + path.read_bytes()[:700])
    op = await open_operator(load_settings([], environ))
    assert len(await op.store.do(drafts.listed)) == 1
    await close_operator(op)
