"""One request to Graph: where the token travels, how errors come back, how fast to go.

Tokens go in the Authorization header with Facebook login, and in query or form with Instagram login, as each
flavour documents. No answer's ``next`` is followed, as that address has the token in it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import SecretStr

from services.errors import Held, OperatorError, Refused, Unavailable
from services.graph.errors import GraphFault, Kind, fault_in, problem
from services.graph.login import DOMAINS, Login
from services.graph.usage import Pace
from services.http.answer import Answer
from services.http.client import Http
from services.http.remote import Remote
from services.http.service import Again, Service, is_busy
from services.http.trouble import Unanswered
from services.log import get_logger

log = get_logger(__name__)

TIMEOUT, UPLOAD_TIMEOUT = 60.0, 600.0  # seconds for one answer
ATTEMPTS = 3  # of what is safe to repeat
PATIENCE = 20.0  # a longer pause than this is told to the caller
MAX_ANSWER = 16 * 1024**2
_CHUNK = 1 << 20
NAME = "Instagram"
_GO_ON = ("OffsetInvalidError", "PartialRequestError")  # the Reels guide's names, of the same host
_TOO_MUCH = "reduce the amount of data"  # code 1, but it does not pass


class TooMuchData(Refused):
    """The same question about fewer objects may be answered."""


class Wire:
    """Asks without knowing whose token it is; graph.py adds the account's own."""

    def __init__(
        self,
        http: Http,
        login: Login,
        *,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.login = login
        self.pace = pace or Pace()
        self.sleep = sleep
        self._graph = Remote(http, _service(login.host))
        self._uploads = Remote(http, _service(login.upload_url, timeout=UPLOAD_TIMEOUT))

    async def ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | SecretStr],
        token: SecretStr | None,
        *,
        again: Again | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON object. ``path`` begins with a slash, the version included where there is one.

        Raises what errors.py makes of Graph's errors, Unanswered for a lost answer, Held while Instagram is
        left alone or where the request certainly did not reach it.
        """
        if (seconds := self.pace.step()) > 0:
            await self.sleep(seconds)
        headers: dict[str, str | SecretStr] = {}
        given = dict(params)
        if token is not None and self.login.flavour == "facebook":
            headers["Authorization"] = SecretStr(f"Bearer {token.get_secret_value()}")
        elif token is not None:
            given["access_token"] = token
        place = {"params" if method == "GET" else "data": given}
        try:
            answer = await self._graph.ask(method, path, headers=headers, again=again, **place)  # type: ignore[arg-type]
        except Unanswered as error:
            raise _unsent(error) from error
        return self._read(answer)

    async def upload(self, container: str, token: SecretStr, path: Path, size: int, offset: int) -> None:
        """The file, of ``size`` bytes, from ``offset`` on to a container made for a resumable upload."""
        headers: dict[str, str | SecretStr] = {
            "Authorization": SecretStr(f"OAuth {token.get_secret_value()}"),
            "offset": str(offset),
            "file_size": str(size),
            "Content-Length": str(size - offset),
            "Content-Type": "application/octet-stream",
        }
        where = f"/ig-api-upload/{self.login.version}/{container}"
        answer = await self._uploads.ask(
            "POST", where, headers=headers, content=lambda: _chunks(path, offset)
        )
        refusal = _object(answer).get("debug_info")
        if isinstance(refusal, Mapping):
            raise _not_taken(refusal)
        body = self._read(answer)
        if body.get("success") is not True:
            raise answer.trouble()

    def _read(self, answer: Answer) -> dict[str, Any]:
        self.pace.note(answer.headers)
        fault = fault_in(_object(answer))
        if fault is not None:
            if fault.code in (1, -1) and _TOO_MUCH in fault.message.lower():
                raise TooMuchData("Instagram was asked for too much at once.") from fault
            wait = answer.retry_after
            if fault.entry.kind is Kind.THROTTLED:
                self.pace.pause(wait or fault.entry.wait or 0.0)
            log.debug("Instagram answers with error %s", fault)
            raise problem(fault, wait) from fault
        if not answer.ok:
            raise answer.trouble()
        return answer.json()


def _opened(path: Path) -> BinaryIO:
    """Not in a thread: cancelled there, nobody would close it."""
    return path.open("rb")


def _not_taken(refusal: Mapping[str, Any]) -> OperatorError:
    """What rupload's own refusal means: there is more to send, or the container is worth nothing any more."""
    if refusal.get("retriable") is True or refusal.get("type") in _GO_ON:
        return Unavailable("Instagram has not got the whole video yet.", remedy="It is sent again by itself.")
    fault = GraphFault(-1, 2207053, str(refusal.get("message") or ""))
    error = problem(fault)
    error.__cause__ = fault
    return error


async def _chunks(path: Path, offset: int) -> AsyncIterator[bytes]:
    with _opened(path) as file:
        file.seek(offset)
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


def _service(url: str, *, timeout: float = TIMEOUT) -> Service:
    return Service(
        NAME,
        url,
        domains=DOMAINS,
        timeout=timeout,
        attempts=ATTEMPTS,
        patience=PATIENCE,
        max_bytes=MAX_ANSWER,
        passing=_passing,
    )


def _passing(answer: Answer) -> bool:
    """Whether the same question may be answered soon: Graph hides its own trouble behind status 400."""
    fault = fault_in(_object(answer))
    if fault is None:
        return is_busy(answer)
    return fault.entry.kind is Kind.PASSING and _TOO_MUCH not in fault.message.lower()


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _unsent(error: Unanswered) -> Unanswered | Held:
    """What never reached Instagram certainly did nothing there."""
    if error.sent:
        return error
    return Held(error.message, remedy=error.remedy, retry_after=error.retry_after)
