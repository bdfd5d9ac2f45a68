"""However often the line breaks: every byte arrives once, or the upload is given up after a bounded time."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import Unavailable
from services.graph.upload import LEAST, PAUSES, upload

SIZE = 5 * LEAST + 123


class Line:
    """Takes what it takes of each request, and then breaks; whole where nothing is planned any more."""

    def __init__(self, takes: list[int], *, answers_lost: bool) -> None:
        self.takes, self.answers_lost = takes, answers_lost
        self.there = 0
        self.sent: list[int] = []

    async def send(self, offset: int) -> None:
        assert offset == self.there, "the service takes what comes next, and nothing else"
        self.sent.append(offset)
        whole = not self.takes
        self.there = SIZE if whole else min(SIZE, offset + self.takes.pop(0))
        if not whole or self.answers_lost:
            raise Unavailable("The line broke.")

    async def ask(self) -> dict[str, Any]:
        return {"video_status": {"uploading_phase": {"bytes_transferred": self.there}}}


async def at_once(_seconds: float) -> None:
    return None


@given(
    st.lists(st.one_of(st.just(0), st.integers(1, LEAST - 1), st.integers(LEAST, SIZE)), max_size=40),
    st.booleans(),
)
def test_every_byte_arrives_once_or_it_is_given_up(takes: list[int], answers_lost: bool) -> None:
    line = Line(list(takes), answers_lost=answers_lost)
    try:
        asyncio.run(upload(line.send, line.ask, SIZE, begun=False, sleep=at_once))
    except Unavailable:
        last = line.sent[-len(PAUSES) - 1 :]
        assert len(last) == len(PAUSES) + 1
        assert all(later - earlier < LEAST for earlier, later in pairwise(last)), "only when nothing gets on"
    else:
        assert line.there == SIZE
    assert line.sent == sorted(line.sent)
    assert len(line.sent) <= (SIZE // LEAST + 2) * (len(PAUSES) + 1)


@pytest.mark.parametrize("told", [{}, {"video_status": None}, {"video_status": {"uploading_phase": []}}])
@pytest.mark.parametrize("count", [-1, SIZE + 1, "100", None, True])
async def test_how_far_it_came_is_believed_only_if_it_can_be(told: dict[str, Any], count: Any) -> None:
    if told.get("video_status"):
        told = {"video_status": {"uploading_phase": {"bytes_transferred": count}}}
    line = Line([], answers_lost=False)

    async def ask() -> dict[str, Any]:
        return told

    with pytest.raises(Unavailable, match="unknown reason"):
        await upload(line.send, ask, SIZE, begun=True, sleep=at_once)
    assert line.sent == []
