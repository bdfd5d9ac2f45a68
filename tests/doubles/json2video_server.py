"""JSON2Video v2 on a real socket, written from its reference: movies that become videos, credits, a list.

A render is bought by POST, each call anew. It is pending, then running, then done (or what ``ends`` says) as
it is asked for. Movies are held against a schema derived from the reference (json2video_movie_schema.json);
what that refuses, and what no client should do, is kept in ``problems``.
"""

from __future__ import annotations

import functools
import json
import math
import secrets
import string
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema

from tests.doubles.http_double import Answer, Asked, Double

KEY = "J2V-test-0123456789abcdef0123456789"
_SECONDS_A_WINDOW = 1.0
_NULL = "TypeError: Cannot read properties of null (reading 'success')"


@functools.cache
def _schema() -> jsonschema.Draft202012Validator:
    text = Path(__file__).with_name("json2video_movie_schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


@dataclass
class Render:
    """``end``: done, error, stuck (runs for ever), timeout, expired (its file is gone) or forgotten."""

    project: str
    movie: dict[str, Any]
    created: datetime
    end: str
    asked: int = 0
    cost: int = 0
    message: str = ""


@dataclass
class Account:
    credits: int = 600
    suspended: bool = False
    bought: list[Render] = field(default_factory=list)


class Json2VideoServer(Double):
    """``video`` is what every render delivers, ``seconds`` long. ``patience``: how often a render is asked
    for before it ends. ``busy_above``: requests a second after which the service says 429 (0: never)."""

    def __init__(self, video: Path, seconds: float = 4.0) -> None:
        super().__init__()
        self.content, self.seconds = video.read_bytes(), seconds
        self.account = Account()
        self.ends: list[str] = []
        self.patience = 2
        self.busy_above = 0
        self.reads_assets = False
        self.tells_client_data = True
        self.size = (1080, 1920)
        self._recent: list[float] = []

    @property
    def bought(self) -> list[Render]:
        return self.account.bought

    def name_of(self, asked: Asked) -> str:
        if asked.parts[:1] == ["assets"]:
            return "file"
        if asked.method == "GET":
            return "status" if "project" in asked.query else "list"
        return {"POST": "create"}.get(asked.method, "unknown")

    def effect(self, name: str, asked: Asked) -> Answer:
        if name == "file":
            return self._file(asked)
        if self._is_too_often():
            return Answer.of({"success": False, "message": "Too many requests"}, 429, **{"Retry-After": "1"})
        if asked.headers.get("x-api-key") != KEY:
            return _no("Error: Invalid API Key")
        if asked.path != "/v2/movies" or name == "unknown":
            self.problems.append(f"{asked.method} {asked.path} is not used")
            return _no("Not found", 404)
        return {"create": self._create, "status": self._status, "list": self._list}[name](asked)

    def _is_too_often(self) -> bool:
        now = time.monotonic()
        self._recent = [at for at in self._recent if now - at < _SECONDS_A_WINDOW] + [now]
        return bool(self.busy_above) and len(self._recent) > self.busy_above

    def _create(self, asked: Asked) -> Answer:
        if self.account.suspended:
            return _no("account_suspended", 403)
        if self.account.credits <= 0:
            return _no("Insufficient credits")
        try:
            movie = asked.json
        except ValueError:
            movie = None
        if not isinstance(movie, dict):
            self.problems.append("a body that is no movie")
            return _no("Error parsing movie JSON or the movie was empty")
        wrong = [f"{list(error.path)}: {error.message}" for error in _schema().iter_errors(movie)]
        if not wrong:
            sources = _sources(movie)
            wrong = [f"no address: {src}" for src in sources if not src.startswith(("http:", "https:"))]
        if wrong:
            self.problems += wrong
            return Answer.of({"message": f"Error: {wrong[0]}"}, 400)
        project = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(16))
        end = self.ends.pop(0) if self.ends else "done"
        render = Render(project, movie, datetime.now(UTC), end)
        if end == "error":
            render.message = f"Error: Scene #1, element #1: Failed to download '{_sources(movie)[0]}' (404)"
        if self.reads_assets:
            self._read(render)
        self.bought.append(render)
        return Answer.of({"success": True, "project": project, "timestamp": _iso(render.created)})

    def _read(self, render: Render) -> None:
        """As the service does: without cookies or keys of ours."""
        for src in _sources(render.movie):
            try:
                with urllib.request.urlopen(src, timeout=10) as found:
                    found.read(1)
            except urllib.error.HTTPError as error:
                render.end, render.message = "error", f"Failed to download '{src}' ({error.code})"

    def _status(self, asked: Asked) -> Answer:
        found = [render for render in self.bought if render.project == asked.one("project")]
        if not found or found[0].end == "forgotten":
            return _no(_NULL)
        found[0].asked += 1
        movie = self._shown(found[0], asked)
        return Answer.of({"success": True, "movie": movie, "remaining_quota": {"time": self.account.credits}})

    def _list(self, asked: Asked) -> Answer:
        now = datetime.now(UTC)
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        begin = _moment(asked.one("date_start")) or month
        end = _moment(asked.one("date_end")) or now + timedelta(days=1)
        limit = int(asked.one("limit", "100"))
        if end - begin > timedelta(days=93) or not 1 <= limit <= 100:
            self.problems.append(f"a list of {end - begin}, {limit} a page")
            return _no("Invalid range")
        found = [r for r in reversed(self.bought) if begin <= r.created <= end]
        offset = int(asked.one("next_token", "0"))
        page, more = found[offset : offset + limit], len(found) > offset + limit
        return Answer.of(
            {
                "success": True,
                "count": len(page),
                "has_next": more,
                "next_token": str(offset + limit) if more else None,
                "movies": [self._shown(render, asked) for render in page],
                "remaining_quota": {"time": self.account.credits},
            }
        )

    def _shown(self, render: Render, asked: Asked) -> dict[str, Any]:
        status = self._state(render)
        done = status == "done"
        if done and not render.cost:
            render.cost = math.ceil(self.seconds)
            self.account.credits -= render.cost
        gone = render.end == "expired"
        return {
            "success": done,
            "status": status,
            "message": render.message if status == "error" else ("" if done else "downloading assets"),
            "project": render.project,
            "url": f"{self.url}/assets/{render.project}.mp4" if done and not gone else None,
            "ass": False,
            "created_at": _iso(render.created),
            **({"deleted_at": _iso(datetime.now(UTC))} if done and gone else {}),
            **({"client-data": render.movie.get("client-data", {})} if self.tells_client_data else {}),
            **({} if asked.one("format") == "simple" else {"json": json.dumps(render.movie)}),
            **(
                {
                    "duration": self.seconds,
                    "size": len(self.content),
                    "width": self.size[0],
                    "height": self.size[1],
                    "rendering_time": 195,
                }
                if done
                else {"duration": None, "size": None, "width": None, "height": None}
            ),
        }

    def _state(self, render: Render) -> str:
        if render.asked <= self.patience / 2:
            return "pending"
        if render.asked <= self.patience or render.end == "stuck":
            return "running"
        return {"expired": "done"}.get(render.end, render.end)

    def _file(self, asked: Asked) -> Answer:
        if "x-api-key" in asked.headers:
            self.problems.append("the key was sent along to the file's address")
        known = {f"{render.project}.mp4" for render in self.bought if self._state(render) == "done"}
        if asked.parts[-1] not in known:
            return Answer(403)
        start = int(asked.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if not start:
            return Answer(200, self.content, {"ETag": '"v1"'})
        whole = len(self.content)
        return Answer(206, self.content[start:], {"Content-Range": f"bytes {start}-{whole - 1}/{whole}"})


def _sources(movie: dict[str, Any]) -> list[str]:
    elements = [*movie.get("elements", ()), *(e for s in movie["scenes"] for e in s.get("elements", ()))]
    return [e[name] for e in elements for name in ("src", "mask") if e.get(name)]


def _no(message: str, status: int = 400) -> Answer:
    return Answer.of({"success": False, "message": message}, status)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
