"""Files brought here whole: into ``x.part``, synced, renamed to ``x``; a broken one goes on where it stopped.

``x.part.tag`` holds the version the server named for what is in ``x.part``, so that two versions of a file
are never joined, also after the operator was killed (RFC 9110, 13.1.5 and 14.4).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx

from services.errors import Refused
from services.files import sentence, sync_to_disk
from services.http.answer import Answer
from services.http.remote import Remote, Text
from services.http.repeating import repeated
from services.http.service import DOWNLOAD_SECONDS, Again
from services.http.trouble import Unanswered
from services.http.unpacking import is_plain
from services.log import timed

_REDIRECTS = 5
LEAST = 256 << 10  # bytes that an attempt has to bring to count as getting on
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_STRONG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')  # a weak one (W/"…") does not say that bytes are the same


async def download(
    remote: Remote,
    where: str,
    path: Path,
    *,
    headers: Mapping[str, Text] | None = None,
    max_bytes: int,
    seconds: float = DOWNLOAD_SECONDS,
) -> int:
    """Bring the file at ``where`` to ``path``, replacing what is there; the answer is its size in bytes.

    Tried until ``attempts`` of the service in a row brought next to nothing; one ends after ``seconds``, or
    when nothing comes for the ``timeout`` of the service. Raises what Remote.ask() raises;
    Refused for a file over ``max_bytes``; an error of the file system as a sentence about ``path``. What
    came so far stays in ``x.part`` for the next call. One call for a path at a time.
    """
    task = _Download(remote, where, path, headers or {}, max_bytes, seconds)
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        with timed(f"http.{remote.service.name}.download"):
            answer = await repeated(
                task.attempt, remote.service, Again.SAFE, remote.http.sleep, exhausted=task.exhausted
            )
        if not answer.ok:
            raise answer.trouble()
        return await asyncio.to_thread(task.finish)
    except TooLarge:
        await asyncio.to_thread(task.forget)
        raise
    except OSError as error:
        raise sentence(error, path) from error


class TooLarge(Refused):
    """The file is larger than the caller takes; nothing of it is kept."""


class _Download:
    def __init__(
        self, remote: Remote, where: str, path: Path, headers: Mapping[str, Text], most: int, seconds: float
    ) -> None:
        self.remote, self.where, self.path = remote, where, path
        self.headers, self.most, self.seconds = headers, most, seconds
        self.part = path.with_name(f"{path.name}.part")
        self.tag = path.with_name(f"{path.name}.part.tag")
        self.reached = 0  # bytes that any attempt of this call began or got on with
        self.idle = 0  # attempts in a row that got no further

    def exhausted(self, _attempts: int) -> bool:
        return self.idle >= self.remote.service.attempts

    async def attempt(self) -> Answer:
        self.idle += 1
        have, version = await asyncio.to_thread(self._begun)
        self.reached = max(self.reached, have)
        wanted = dict(self.headers) | {"Accept-Encoding": "identity"}
        if have:
            wanted |= {"Range": f"bytes={have}-", "If-Range": version}
        async with AsyncExitStack() as stack:
            response = await self._open(stack, wanted)
            status = response.status_code
            if status == 416:  # what is here is no beginning of what is there
                await asyncio.to_thread(self.forget)
                raise self._broken("does not know the part of the file that is missing")
            if status not in (200, 206):
                return Answer(self.remote.service.name, status, response.headers, b"")
            if not is_plain(response):
                raise self._broken("sent the file packed, which was not asked for")
            start, total = _extent(response)
            tag = response.headers.get("etag", "")
            if status == 206 and (not have or start != have or tag not in ("", version)):
                await asyncio.to_thread(self.forget)
                raise self._broken("sent another part of the file than was asked for")
            self._allow(total or 0)
            if status == 200:
                await asyncio.to_thread(self._begin, tag)
            size = await self._take(response, start)
            if total is not None and size != total:
                raise self._broken("sent only a part of the file")
            return Answer(self.remote.service.name, 200, response.headers, b"")

    async def _open(self, stack: AsyncExitStack, headers: dict[str, Text]) -> httpx.Response:
        """The response, after redirects among the service's own addresses; a key stays with its host."""
        url = self.remote.address(self.where)
        for _ in range(_REDIRECTS):
            response = await stack.enter_async_context(
                self.remote.stream("GET", url, headers, self.seconds, still=self.remote.service.timeout)
            )
            to = response.headers.get("location")
            if response.status_code not in (301, 302, 303, 307, 308) or not to:
                return response
            await stack.aclose()
            target = self.remote.address(str(url.join(to)))
            if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
                headers = {name: text for name, text in headers.items() if name not in self.headers}
            url = target
        raise self._broken("led from one address to the next without end")

    async def _take(self, response: httpx.Response, size: int) -> int:
        """Append what comes; the answer is the size of the whole then."""
        with self.part.open("ab") as stream:
            async for chunk in response.aiter_raw():
                size += len(chunk)
                self._allow(size)
                await asyncio.to_thread(stream.write, chunk)
                if size >= self.reached + LEAST:
                    self.reached, self.idle = size, 0
        return size

    def _begun(self) -> tuple[int, str]:
        """How much is here, and of which version; (0, "") if that cannot be gone on with."""
        try:
            version = self.tag.read_text(encoding="ascii")
            size = self.part.stat().st_size
        except (OSError, UnicodeError):
            return 0, ""
        return (size, version) if size and _STRONG.fullmatch(version) else (0, "")

    def _begin(self, version: str) -> None:
        self.forget()
        self.part.touch()
        if _STRONG.fullmatch(version):
            self.tag.write_text(version, encoding="ascii")

    def forget(self) -> None:
        self.tag.unlink(missing_ok=True)  # first: a part without a version is never gone on with
        self.part.unlink(missing_ok=True)

    def finish(self) -> int:
        size = self.part.stat().st_size
        sync_to_disk(self.part)
        self.part.replace(self.path)
        with suppress(OSError):  # without its part it says nothing
            self.tag.unlink(missing_ok=True)
        sync_to_disk(self.path.parent)
        return size

    def _allow(self, size: int) -> None:
        if size > self.most:
            raise TooLarge(
                f"{self.remote.service.name} offers more than {self.most >> 20} MB: it is not fetched."
            )

    def _broken(self, what: str) -> Unanswered:
        return Unanswered(f"{self.remote.service.name} {what}.", sent=True, remedy="It is tried again later.")


def _extent(response: httpx.Response) -> tuple[int, int | None]:
    """Where the bytes of this answer begin, and the size of the whole file if it is told."""
    if response.status_code == 206:
        match = _RANGE.fullmatch(response.headers.get("content-range", "").strip())
        return (int(match[1]), int(match[3])) if match else (-1, None)
    length = response.headers.get("content-length", "")
    return 0, int(length) if re.fullmatch(r"\d{1,18}", length) else None
