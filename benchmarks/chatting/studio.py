"""Drafts that wait for review, with small real files, filed before the operator starts."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from bot.operator import draft_folder
from services.model.draft import Rendered, State
from services.model.proposal import Labels, Proposal, Resource
from services.store import Store, drafts
from tests.doubles import media

FILES = ("video.mp4", "preview.mp4", "cover.jpg", "storyboard.jpg")


async def fill(data: Path, count: int) -> list[int]:
    """Answers the drafts' numbers."""
    made = media.render_files(data.parent / "rendered")
    store = await Store.open(data / "operator.db")
    try:
        return [await store.do(_file, data, made, index) for index in range(count)]
    finally:
        await store.close()


def _file(db: Database, data: Path, made: Path, index: int) -> int:
    now = datetime.now(UTC)
    proposal = Proposal(
        title=f"Pot {index:02d} grows",
        strategy="Shows a whole process in the time a person gives it.",
        description="One take.",
        caption=f"Layer by layer, day {index}. #ceramics",
        resources=(Resource(asset=f"m{index:04d}", role="lead"),),
        labels=Labels(format="timelapse"),
        movie={"resolution": "instagram-story", "scenes": [{"duration": 4}]},
    )
    number = drafts.file(db, proposal, job=None, sample=False, now=now)
    tag = drafts.get(db, number).tag
    folder = draft_folder(data / "drafts", number, tag, 1)
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copy(made / name, folder / name)
    content = (folder / "video.mp4").read_bytes()
    drafts.move(db, number, State.PROPOSED, State.RENDERING, now=now)
    rendered = Rendered(*FILES, 4.0, len(content), hashlib.sha256(content).hexdigest(), "local")
    drafts.set_rendered(db, number, 1, rendered, {f"m{index:04d}": f"{index:064x}"})
    drafts.move(db, number, State.RENDERING, State.DRAFT, now=now)
    return number
