"""The publisher twin that talks to tests/doubles/publisher_server.py over a real socket."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from services.errors import Refused, Unavailable
from services.ports import ContainerStatus, Post, Publication, Quota
from services.publisher.caption_spec import caption_faults
from services.publisher.reels_spec import reel_faults

_ID = re.compile(r"[0-9a-f]{16}")
_TIMEOUT = 5.0


class DoublePublisher:
    """Publisher port. It stands in for the outbox, under its name, so that sample media may be posted.

    Effects land at most 1.5 s after the caller died: ``settle`` is a second more.
    """

    name = "outbox"
    settle = 2.5

    def __init__(
        self, url: str, account: str = "studio", *, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._url, self._account, self._clock = url, account, clock

    async def ping(self) -> str:
        quota = await self.quota()
        return f"The service answers; {quota.used} posts in the last 24 hours."

    async def check(self, post: Post) -> None:
        faults = caption_faults(post.caption) + await asyncio.to_thread(reel_faults, post.video)
        if faults:
            raise Refused(" ".join(faults))

    async def prepare(self, post: Post) -> str:
        for path in (post.video, post.cover):
            if not await asyncio.to_thread(path.is_file):
                raise Refused("The draft's files are not there.")
        given = {"number": post.number, "caption": post.caption, "fingerprint": post.fingerprint}
        return str((await self._ask("POST", "containers", json=given))["id"])

    async def look(self, container: str) -> ContainerStatus:
        if not _ID.fullmatch(container):
            return ContainerStatus("missing", "There is no such container.")
        try:
            found = await self._ask("GET", f"containers/{container}")
        except Refused as error:
            return ContainerStatus("missing", error.message)
        return ContainerStatus(found["status_code"].lower(), found["status"])

    async def publish(self, container: str) -> Publication:
        if not _ID.fullmatch(container):
            raise Refused("There is no such container.")
        return _publication(await self._ask("POST", f"containers/{container}/publish"))

    async def find(self, post: Post, since: datetime) -> Publication | None:
        found = [
            _publication(one)
            for one in await self._ask("GET", "posts")
            if one["fingerprint"] == post.fingerprint and datetime.fromisoformat(one["at"]) >= since
        ]
        return found[0] if len(found) == 1 else None

    async def quota(self) -> Quota:
        return Quota(**await self._ask("GET", "quota"))

    async def plan(self, *plans: str) -> None:
        """How the next publish requests go (see the server)."""
        await self._ask("POST", "plan", json=list(plans))

    async def counts(self) -> Any:
        """{"effects": […], "requests": […]} as the service counted them."""
        return await self._ask("GET", "counts")

    async def _ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Clock": self._clock().isoformat()} if self._clock else {}
        try:
            async with httpx.AsyncClient(
                base_url=f"{self._url}/{self._account}/", timeout=_TIMEOUT, trust_env=False
            ) as line:
                answer = await line.request(method, path, headers=headers, **more)
        except httpx.HTTPError as error:
            raise Unavailable(f"The service did not answer ({type(error).__name__}).") from error
        if answer.status_code == httpx.codes.CONFLICT or answer.status_code >= 500:
            raise Unavailable(f"The service cannot do it now ({answer.status_code}).")
        if answer.status_code >= 400:
            raise Refused(answer.json()["error"])
        return answer.json()


class PublisherServer:
    """The service as a process; end it with stop()."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.doubles.publisher_server", str(folder), *options],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _publication(found: dict[str, Any]) -> Publication:
    return Publication(found["id"], found["permalink"], datetime.fromisoformat(found["at"]))
