"""The Slack double in a thread with a loop of its own: for tests and benchmarks that block, or measure."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import TypeVar

from tests.doubles.slack_server import SlackServer

Given = TypeVar("Given")


class SlackThread:
    """``server`` may be read from anywhere; what changes it, or waits in it, goes through ``do``."""

    def __init__(self, server: SlackServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server, self.loop = server, loop

    def do(self, work: Coroutine[object, object, Given], within: float = 30.0) -> Given:
        """What the coroutine gives, after it ran in the double's loop. Raises what it raises."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(within)


@contextmanager
def slack_in_a_thread(server: SlackServer | None = None) -> Iterator[SlackThread]:
    running = SlackThread(server or SlackServer(), asyncio.new_event_loop())
    thread = threading.Thread(target=running.loop.run_forever, name="slack double", daemon=True)
    thread.start()
    stack = AsyncExitStack()
    running.do(stack.enter_async_context(running.server.running()))
    try:
        yield running
    finally:
        running.do(stack.aclose())
        running.loop.call_soon_threadsafe(running.loop.stop)
        thread.join()
        running.loop.close()
