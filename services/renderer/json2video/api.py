"""JSON2Video's calls over HTTP, and what its answers mean (reference, "API endpoints / movies").

A failed render is an answer with status 200. Refusals carry ``message`` or ``error``, some with odd statuses:
an invalid key is 400, and so is a project nobody knows. Their words are data and shown without addresses.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from services.errors import CreditUsedUp, Misconfigured, OperatorError, Refused, Unavailable
from services.http.answer import Answer
from services.http.client import Http
from services.http.remote import Remote
from services.http.service import Again, Service
from services.renderer.json2video import limits

NAME = "JSON2Video"
_PROJECT = re.compile(r"[A-Za-z0-9_-]{6,64}")
_ADDRESS = re.compile(r"""\b[a-z][a-z0-9+.-]{1,12}://[^\s'"<>]*""", re.IGNORECASE)
_LONGEST = 300  # characters of a message that are shown


class UnknownProject(Refused):
    """The service knows no such render: not yet, or not any more."""


@dataclass(frozen=True, slots=True)
class Project:
    """A render as the service tells of it. ``seconds``, ``width`` and ``height`` are 0 until it is done."""

    handle: str
    status: str  # pending, running, done, error, timeout
    message: str
    url: str
    seconds: float
    width: int
    height: int
    rendering_seconds: float
    progress: float  # 0 … 1
    client_data: Mapping[str, Any]
    created: str
    left: int | None  # credits of the account


class Api:
    def __init__(self, http: Http, key: SecretStr, base_url: str = limits.BASE_URL) -> None:
        self._key = key
        self.remote = Remote(
            http,
            Service(
                NAME,
                base_url,
                domains=limits.DOMAINS,
                timeout=limits.ANSWER_SECONDS,
                concurrency=limits.REQUESTS_AT_ONCE,
                attempts=limits.ATTEMPTS,
                patience=limits.PATIENCE,
                max_bytes=limits.MAX_LIST_BYTES,
            ),
        )

    async def create(self, movie: Mapping[str, Any]) -> str:
        """Buy a render; the answer is its project. Never repeated: each call is a new bill.

        Refused, Misconfigured and CreditUsedUp mean that nothing was bought, Unavailable that nobody knows.
        """
        answer = await self.remote.ask(
            "POST", "/movies", headers=self._headers(), json=movie, again=Again.NEVER,
            seconds=limits.SUBMIT_SECONDS,
        )  # fmt: skip
        if not answer.ok:
            raise _trouble(answer)
        document = answer.json()
        project = document.get("project")
        if isinstance(project, str) and _PROJECT.fullmatch(project):
            return project
        if document.get("success") is False:
            raise Refused(f"{NAME} refused the movie: {_words(document)}")
        raise Unavailable(f"{NAME} did not say under which name it renders the movie.")

    async def status(self, project: str) -> Project:
        """UnknownProject if the service knows no such render."""
        document = await self._get({"project": project, "format": "simple"})
        movie = document.get("movie")
        if not isinstance(movie, Mapping):
            raise UnknownProject(f"{NAME} does not know this render.")
        return _project(movie, document, project)

    async def since(self, begin: datetime) -> AsyncIterator[Project]:
        """Every render of the account that was bought since then."""
        end = datetime.now(UTC) + timedelta(days=1)
        begin = max(begin, end - timedelta(days=limits.LIST_DAYS - 1))
        asked = {"date_start": _iso(begin), "date_end": _iso(end), "limit": str(limits.PAGE)}
        token = ""
        for _ in range(limits.MOST_PAGES):
            document = await self._get(asked | ({"next_token": token} if token else {}))
            movies = document.get("movies")
            if not isinstance(movies, list):
                raise Unavailable(f"{NAME} answered without its list of renders.")
            for movie in movies:
                if isinstance(movie, Mapping) and isinstance(movie.get("project"), str):
                    yield _project(movie, document, movie["project"])
            token = str(document.get("next_token") or "")
            if not (document.get("has_next") and token):
                return
        raise Unavailable(f"{NAME} lists more than {limits.PAGE * limits.MOST_PAGES} renders.")

    async def left(self) -> int | None:
        """Credits of the account, None where it is not told. Any call that succeeds proves the key."""
        document = await self._get({"limit": "1", "format": "simple"})
        return _left(document)

    async def _get(self, params: Mapping[str, str]) -> dict[str, Any]:
        answer = await self.remote.ask("GET", "/movies", params=params, headers=self._headers())
        if not answer.ok:
            raise _trouble(answer)
        return answer.json()

    def _headers(self) -> dict[str, str | SecretStr]:
        return {"x-api-key": self._key}


def _trouble(answer: Answer) -> OperatorError:
    try:
        words = _words(answer.json())
    except Unavailable:
        words = ""
    said = words.lower()
    if "api key" in said or "apikey" in said:
        return Misconfigured(
            f"{NAME} does not accept JSON2VIDEO_API_KEY.",
            remedy="Copy the key from the dashboard at json2video.com into JSON2VIDEO_API_KEY.",
            variable="JSON2VIDEO_API_KEY",
        )
    if "suspended" in said:
        return Misconfigured(
            f"{NAME} has suspended the account.", remedy="Look into its dashboard.",
            variable="JSON2VIDEO_API_KEY",
        )  # fmt: skip
    if "insufficient credits" in said or "exceeded the quota" in said or answer.status == 402:
        return CreditUsedUp(
            f"The account at {NAME} has no credits left for this: it was not bought.",
            remedy="Buy credits at json2video.com; what waits goes on then.",
            retry_after=3600.0,
        )
    if answer.status == 404 or "cannot read properties of null" in said:
        return UnknownProject(f"{NAME} does not know this render.")
    if answer.status >= 500 or answer.status in (408, 425, 429) or not words:
        return answer.trouble()
    return Refused(f"{NAME} refused it: {words}")


def _words(document: Mapping[str, Any]) -> str:
    """What the service says, as one line: without addresses (ours are signed) and control characters."""
    text = next((str(document[name]) for name in ("message", "error") if document.get(name)), "")
    plain = " ".join(_ADDRESS.sub(_last_part, text).split())
    return "".join(letter for letter in plain if letter.isprintable())[:_LONGEST]


def _last_part(match: re.Match[str]) -> str:
    """The file's name at the end of an address."""
    return re.split(r"[?#]", match[0])[0].rstrip("/").rsplit("/", 1)[-1][:80] or "an address"


def _project(movie: Mapping[str, Any], document: Mapping[str, Any], handle: str) -> Project:
    progress = _number(movie.get("progress"))
    return Project(
        handle=handle,
        status=str(movie.get("status", "")).lower(),
        message=_words(movie),
        url=str(movie.get("url") or "") if not movie.get("deleted_at") else "",
        seconds=_number(movie.get("duration")),
        width=int(_number(movie.get("width"))),
        height=int(_number(movie.get("height"))),
        rendering_seconds=_number(movie.get("rendering_time")),
        progress=min(1.0, progress / 100 if progress > 1 else progress),
        client_data=_client_data(movie),
        created=str(movie.get("created_at") or ""),
        left=_left(document),
    )


def _client_data(movie: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we sent along; in lists it may stand in the movie's JSON only."""
    found = movie.get("client-data")
    if not isinstance(found, Mapping) or not found:
        original = Answer(NAME, 200, {}, str(movie.get("json") or "{}").encode())
        try:
            found = original.json().get("client-data")
        except Unavailable:
            found = None
    return found if isinstance(found, Mapping) else {}


def _left(document: Mapping[str, Any]) -> int | None:
    quota = document.get("remaining_quota")
    time = quota.get("time") if isinstance(quota, Mapping) else None
    return int(_number(time)) if time is not None else None


def _number(value: Any) -> float:
    """A number, also spelt as a text; 0 for anything else and for what no render has."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return 0.0
    return found if 0 <= found < 1e9 else 0.0


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
