"""What no draft has used, and what was used longest ago, with the seconds that were shown."""

from __future__ import annotations

from bot.operator import Operator
from services.model.proposal import Proposal, Resource
from services.store import drafts
from tests.operations.asking import ask


async def used(op: Operator, name: str, **clip: float) -> None:
    """A draft of one file; of a clip the seconds from ``seek`` on for ``duration``."""
    (asset,) = [a for a in await op.services.inventory.assets() if a.file.name == name]
    element = {"type": "video" if clip else "image", "src": asset.id, **clip}
    proposal = Proposal(
        title=name, strategy="-", description="", caption="",
        resources=(Resource(asset=asset.id, role="lead"),),
        movie={"scenes": [{"duration": clip.get("duration", 5), "elements": [element]}]},
    )  # fmt: skip
    await op.store.do(drafts.file, proposal, job=None, sample=False, now=op.now())


async def test_the_unused_come_first_then_the_longest_ago(op: Operator) -> None:
    await op.services.inventory.scan_folders()
    clip = "timelapse_rv06.gcode_20250430_1550.mp4"
    await used(op, clip, seek=1.0, duration=2.5)
    await used(op, "rv06.jpg")
    await used(op, clip, seek=4.0, duration=1.5)
    found = await ask(op, "inventory", neglected=True)
    assert all(file["used"] == "never" for file in found.data["files"][:-2])
    last = {file["name"]: file["used"] for file in found.data["files"][-2:]}
    assert list(last) == ["rv06.jpg", clip]
    assert last == {
        "rv06.jpg": "once, 2 drafts ago",
        clip: "2 times, in the newest draft (1–3.5 s, 4–5.5 s)",
    }
    assert {file["category"] for file in found.data["files"]} == {"image", "video"}
    assert list(found.table[0])[:2] == ["name", "used"]


async def test_of_one_kind_and_no_more_than_asked_for(op: Operator) -> None:
    await op.services.inventory.scan_folders()
    await used(op, "rv06.jpg")
    tracks = await ask(op, "inventory", neglected=True, category="audio")
    assert [(file["name"], file["used"]) for file in tracks.data["files"]] == [("slow_morning.wav", "never")]
    few = await ask(op, "inventory", neglected=True, limit=3)
    assert [file["used"] for file in few.data["files"]] == ["never"] * 3
