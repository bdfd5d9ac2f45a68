"""The best moments of some seconds of a clip, by its name or id, over real files."""

from __future__ import annotations

from bot.operator import Operator
from tests.operations.asking import ask

CLIP = "timelapse_rv06.gcode_20250430_1550.mp4"


async def test_a_clip_is_found_by_name_part_of_it_and_id(op: Operator) -> None:
    found = await ask(op, "moments", clip=CLIP)
    assert found.ok, found.text
    assert found.text.startswith(f"The best moments of {CLIP} between 0 and 6 s: ")
    assert found.data["moments"]
    assert all(0 <= moment["at"] <= 6 and 0 < moment["strength"] <= 1 for moment in found.data["moments"])
    for name in ("rv06", CLIP.upper(), found.data["id"]):
        assert (await ask(op, "moments", clip=name)).data == found.data


async def test_only_the_seconds_that_are_asked_for(op: Operator) -> None:
    found = await ask(op, "moments", clip="rv06", start=2.0, end=4.0)
    assert (found.data["from"], found.data["to"]) == (2.0, 4.0)
    assert all(2 <= moment["at"] <= 4 for moment in found.data["moments"])


async def test_what_cannot_be_looked_at_is_said(op: Operator) -> None:
    for given, said in (
        ({"clip": "timelapse"}, "4 clips are called like 'timelapse'"),
        ({"clip": "no such thing"}, "There is no clip 'no such thing'"),
        ({"clip": "slow_morning.wav"}, "There is no clip"),
        ({"clip": "rv06", "start": 7.0}, "There is nothing of"),
        ({"clip": "rv06", "start": 3.0, "end": 2.0}, "There is nothing of"),
    ):
        answer = await ask(op, "moments", **given)  # type: ignore[arg-type]
        assert (answer.ok, said in answer.text) == (False, True), answer.text
