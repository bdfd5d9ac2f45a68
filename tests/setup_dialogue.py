"""`autopotter setup` for a chat, held by a test: an answer to each question, and what is done before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console as Rich

from bot import setup
from bot.settings import Reading
from bot.setup_answers import Setup

Line = str | tuple[str, Callable[[], object]]  # an answer, and what somebody does in the chat before it


async def held(
    monkeypatch: pytest.MonkeyPatch, settings: Reading, chat: str, *answers: Line
) -> tuple[dict[str, str], list[str]]:
    """What was answered, and what was asked. The questions everybody is asked are skipped."""
    state = Setup(settings, {})
    lines, asked = iter(["skip", chat, *answers, "yes"]), []
    loop = asyncio.get_running_loop()

    def answer(prompt: str) -> str:
        asked.append(prompt)
        line = next(lines, None)
        if line is None:
            raise EOFError
        if isinstance(line, str):
            return line
        text, does = line
        asyncio.run_coroutine_threadsafe(_done(does), loop).result()
        return text

    monkeypatch.setattr("builtins.input", answer)
    dialogue = setup.Dialogue(state, Rich(highlight=False, width=500), Path("bot.env"))
    assert await asyncio.to_thread(dialogue.hold)
    assert next(lines, None) is None
    return state.answers, asked


async def _done(does: Callable[[], object]) -> None:
    """On the loop of the double, which does not take part in other threads."""
    does()
