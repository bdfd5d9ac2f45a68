"""What the renderer says of a proposal before it is rendered: it goes back, or the draft says it."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.engine import Engine
from bot.operator import Operator
from bot.reconcilers.generate import Generate
from bot.settings import load_settings
from bot.wiring import close_operator, open_operator
from services.model.brief import Brief
from services.model.proposal import Labels, Proposal, Resource
from services.ports import PlannerAnswer, Tell
from services.store import drafts
from tests.operations.asking import ask
from tests.reconcilers.test_generate import made, order


@pytest.fixture
async def rendering(tmp_path: Path, studio: Path) -> AsyncIterator[Operator]:
    """An operator that really renders, with media of its own."""
    shutil.copytree(studio, tmp_path / "media")
    frames = [Image.new("RGB", (480, 640), (40 * n, 80, 120)) for n in range(4)]
    moving = tmp_path / "media" / "completed_works" / "moving.webp"
    frames[0].save(moving, save_all=True, append_images=frames[1:], duration=100)
    settings = load_settings(
        [], {"DATA_DIR": str(tmp_path / "data"), "MEDIA_DIR": str(tmp_path / "media"), "TIMEZONE": "UTC"}
    )
    op = await open_operator(settings, Engine(first_backoff=0.01))
    yield op
    await close_operator(op)


class OneFile:
    """A planner of one shot: ``choose`` says of which file."""

    name = "offline"

    def __init__(self, choose: Callable[[Brief], str]) -> None:
        self.choose = choose
        self.asked: list[Brief] = []

    async def ping(self) -> str:
        return "ready."

    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        self.asked.append(brief)
        name = self.choose(brief)
        (asset,) = [a for a in brief.assets if a.file.name == name]
        assert asset.problem is None
        element = {"type": "image", "src": asset.id, "resize": "cover"}
        proposal = Proposal(
            title=name, strategy="One picture.", description="", caption=f"Look at {asset.id}.",
            resources=(Resource(asset=asset.id, role="lead"),), labels=Labels(intent=brief.turns[0])
            if brief.turns else Labels(),
            movie={"resolution": "instagram-story", "scenes": [{"duration": 6, "elements": [element]}]},
        )  # fmt: skip
        return PlannerAnswer((proposal,))


def plan_with(op: Operator, choose: Callable[[Brief], str]) -> OneFile:
    planner = OneFile(choose)
    op.services = dataclasses.replace(op.services, planner=planner)
    return planner


async def test_what_would_only_be_approximated_is_said_before_it_is_rendered(rendering: Operator) -> None:
    plan_with(rendering, lambda brief: "moving.webp")
    job = await order(rendering, 1)
    await Generate(rendering).step(str(job))
    (number,) = await made(rendering, job)
    draft = await rendering.store.do(drafts.get, number)
    assert draft.rendered is None
    (said,) = draft.notes
    assert "the picture is animated; only its first frame is shown" in said
    shown = await ask(rendering, "show", number=number)
    assert shown.data["approximations"] == [said]
    assert shown.cards[0].data["approximations"] == [said]


async def test_what_cannot_be_rendered_goes_back_with_the_renderers_reason(
    rendering: Operator, tmp_path: Path
) -> None:
    photo = tmp_path / "media" / "completed_works" / "rv06.jpg"

    def choose(brief: Brief) -> str:
        if not brief.rejected:
            photo.write_bytes(b"torn apart after it was scanned")
        return "sv02.jpg" if brief.rejected else "rv06.jpg"

    planner = plan_with(rendering, choose)
    job = await order(rendering, 1)
    await Generate(rendering).step(str(job))
    (number,) = await made(rendering, job)
    assert (await rendering.store.do(drafts.get, number)).title == "sv02.jpg"
    first, again = planner.asked
    assert first.rejected == ()
    (rejection,) = again.rejected
    (reason,) = rejection.reasons
    assert reason.startswith("Scene #1, element #1")
    assert "rv06.jpg" in reason
