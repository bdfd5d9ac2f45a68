"""The Graph double as a process of its own, for operators that run as processes, too.

    python -m tests.doubles.graph_process [--flavour facebook|instagram] [--processing SECONDS] [--seed S]
                                           [--quota N] [--events]

It prints one line: a JSON object with its address and the settings that reach it. With --seed the answers to
media_publish are drawn: some are lost, some late, some refused although the post is live. With --events it
prints a line for every request to publish. GET /counts tells what was done.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web

from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault, GraphServer

LATE = 1.5  # seconds after which every effect has landed
_BLOCKED = GraphError(4, "Action is blocked", 2207051)
_FAULTS = [Fault()] * 8 + [
    Fault(drop="after"), Fault(drop="after"), Fault(drop="before"), Fault(error=_BLOCKED, after=True),
    Fault(error=GraphError(2, "Service temporarily unavailable", transient=True)), Fault(cut=True),
]  # fmt: skip


class _Drawn(list[Fault]):
    """Faults without end, drawn as they are taken."""

    def __init__(self, seed: int) -> None:
        super().__init__([Fault()])
        self._random = random.Random(seed)

    def pop(self, _index: Any = -1) -> Fault:
        if self._random.random() < 0.15:
            return Fault(late=self._random.uniform(0.0, LATE))
        return self._random.choice(_FAULTS)


class GraphProcess:
    """``env`` reaches it; end it with stop()."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.doubles.graph_process", *options],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        self.url: str = told["url"]
        self.env: dict[str, str] = told["env"]
        self.short: str = told["short"]

    def counts(self) -> Any:
        return httpx.get(f"{self.url}/counts", trust_env=False).json()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def env_of(server: GraphServer) -> dict[str, str]:
    """The settings that reach the double, without PUBLISH_TO."""
    state = server.state
    return {
        "INSTAGRAM_LOGIN": state.flavour,
        "INSTAGRAM_USER_ID": state.user_id,
        "INSTAGRAM_ACCESS_TOKEN": state.issue(),
        "FB_APP_ID": state.app_id,
        "FB_APP_SECRET": state.app_secret,
        "GRAPH_BASE_URL": server.url,
        "GRAPH_UPLOAD_URL": server.url,
    }


def counted(server: GraphServer) -> web.RouteDef:
    """GET /counts: what was done."""

    async def counts(_request: web.Request) -> web.Response:
        told = {
            "effects": server.state.effects,
            "captions": [one.caption for one in server.state.media],
            "repeats": server.state.repeats,
            "problems": server.problems,
            "published": [call.params.get("creation_id") for call in server.asked("publish")],
            "calls": [call.operation for call in server.calls],
        }
        return web.json_response(told)

    return web.get("/counts", counts)


async def _serve(given: argparse.Namespace) -> None:
    server = GraphServer(given.flavour)
    server.state.processing = timedelta(seconds=given.processing)
    for number in range(30):
        server.state.add_medium(f"Pot {number} #clay", days=number + 1, reel=number % 3 != 0)
    server.state.quota_total = given.quota
    if given.events:
        server.heard = lambda call: call.operation == "publish" and print(json.dumps(call.params), flush=True)
    if given.seed is not None:
        server.faults["publish"] = _Drawn(given.seed)
    async with server.running(counted(server)):
        told = {"url": server.url, "env": env_of(server), "short": server.state.issue(long=False)}
        print(json.dumps(told), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--flavour", default="facebook")
    parser.add_argument("--processing", type=float, default=0.0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--quota", type=int, default=50)
    parser.add_argument("--events", action="store_true")
    asyncio.run(_serve(parser.parse_args()))
