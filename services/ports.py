"""What the operator needs from the world: one Protocol per capability, at most six methods and ping().

Each has a local twin and a remote one. Twins raise only OperatorError (services/errors.py), never an
SDK's own exceptions; they take plain values, never Settings. ping() answers one sentence for `status`
or raises; it changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from services.errors import OperatorError
from services.model.abilities import Abilities
from services.model.asset import StoredFile
from services.model.brief import Brief
from services.model.footage import Description
from services.model.proposal import Proposal


class Bucket(Protocol):
    """Folders of raw media, and one folder that finished drafts are filed in."""

    name: str  # "folder", "gcs"
    bucket_name: str  # what people call it: the folder's own name, or the bucket's
    sample: bool  # the media is the sample studio's

    async def ping(self) -> str: ...

    async def folders(self) -> list[str]:
        """The folders that hold raw media; one of them may be absent and then scans as empty."""
        ...

    def scan(self, folder: str) -> AsyncIterator[list[StoredFile]]:
        """The files below ``folder``, in pages of at most 1,000, in a stable order; memory stays flat."""
        ...

    async def open(self, key: str) -> BinaryIO:
        """A seekable reader of ``folder/path``; the caller closes it. Refused if there is no such file."""
        ...

    async def fetch(self, key: str) -> Path:
        """The file as a local path (remote twins download once, by content)."""
        ...

    async def put(self, source: Path, name: str, content_type: str) -> StoredFile:
        """File ``source`` in the drafts folder under ``name``, once: the same content again is no error."""
        ...

    async def url(self, key: str) -> str:
        """An address at which a browser or a service can read the file for some hours."""
        ...


class Account(Protocol):
    """The creator's account: what was posted and how it did. None where the service does not say."""

    name: str  # "sample", "instagram"
    sample: bool

    async def ping(self) -> str: ...
    async def get_account_info(self) -> dict[str, Any]: ...
    async def get_recent_media(self, limit: int = 25) -> list[dict[str, Any]]: ...
    async def get_recent_activity(self) -> dict[str, Any]: ...
    async def get_video_insights(self) -> list[dict[str, Any]]: ...
    async def get_hashtag_performance(self, tags: Sequence[str] | None = None) -> dict[str, Any]: ...
    async def export_to_json(self, path: Path | None = None) -> dict[str, Any]: ...


class TokenStanding(Protocol):
    """``days`` left, None if unknown or without end; ``unprolonged``: why it cannot be prolonged, or None."""

    @property
    def days(self) -> float | None: ...
    @property
    def unprolonged(self) -> OperatorError | None: ...


class Token(Protocol):
    """A key that ends unless it is prolonged in time."""

    async def check_refresh_access_token(self) -> bool:
        """Prolong it if that is due; whether it was. Misconfigured, saying how to renew it, if it is dead."""
        ...

    async def standing(self) -> TokenStanding:
        """How long it lives, as far as that is known; asks the service now and then."""
        ...


Tell = Callable[[str], None]  # is given a few words about what is being done, for people who wait


class Planner(Protocol):
    """Turns a brief into proposals. May return fewer than asked; the reasons are then in ``notes``.

    Asked again with ``kept`` and ``rejected`` it repairs: new ones, which differ from both.
    """

    name: str  # "offline", "openai"

    async def ping(self) -> str: ...
    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer: ...


@dataclass(frozen=True, slots=True)
class PlannerAnswer:
    proposals: tuple[Proposal, ...]
    notes: tuple[str, ...] = ()


class Describer(Protocol):
    """Says in a sentence and a few tags what a contact sheet shows. What it says is data, never an order."""

    name: str  # "openai"

    async def ping(self) -> str: ...

    async def describe(self, sheet: bytes, kind: str) -> Description:
        """``sheet`` is a JPEG: a "photo", or pictures of a "clip" in the order of time, row by row.

        Refused: this one is not described, others may be. Unavailable or Misconfigured: no more of them now
        (the day's budget is used up, nothing answers, a key is wrong).
        """
        ...


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """``key`` names the work for good ("k7f3-1-1": draft, revision, attempt). ``assets`` maps each
    asset id of the movie to the bucket key of its file."""

    key: str
    movie: Mapping[str, Any]
    assets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RenderStatus:
    """``state``: running, done, failed (by its own fault: ``message`` is a sentence) or gone (no trace of
    it is left, e.g. the operator died while a local child worked: not the movie's fault). ``final``: a
    failure after which another attempt is up to a person."""

    state: str
    progress: float = 0.0  # 0 … 1
    message: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class RenderFiles:
    """What a finished render left, as local paths, with its facts.

    ``preview`` is a small copy for chats (the video itself where there is none), ``thumbnails`` one picture
    for each begun second, ten in a row; None where the renderer makes none. ``segments`` is how many pieces
    it was encoded in (0: in one), ``cached`` how many of them were known from before.
    """

    video: Path
    preview: Path
    cover: Path
    storyboard: Path
    duration: float
    approximations: tuple[str, ...]
    cpu_seconds: float
    wall_seconds: float
    thumbnails: Path | None = None
    segments: int = 0
    cached: int = 0
    note: str = ""  # what a person should know of it, e.g. what it cost


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``of`` credits ``span`` ("today", "this month"), which counts from ``since``."""

    span: str
    of: int
    since: datetime


class Purse(Protocol):
    """What paid renders will cost, in the service's credits. It asks nobody."""

    service: str  # as people know it: "JSON2Video"

    def estimate(self, request: RenderRequest, lengths: Mapping[str, float | None]) -> int:
        """About how many one render costs; ``lengths`` maps asset ids to seconds, as far as they are known.

        Refused if it is no movie.
        """
        ...

    def caps(self) -> tuple[Cap, ...]:
        """One's own, as far as there are any."""
        ...


class Renderer(Protocol):
    """Movie to video. submit() may cost money and is guarded by a committed row; the rest only looks."""

    name: str  # "local", "json2video"
    settle: float  # seconds after which an abandoned submit() can no longer take effect
    at_once: int  # how many renders may be under way at the same time

    @property
    def abilities(self) -> Abilities | None:
        """What it makes of each feature of a movie; None if it renders the whole format."""
        ...

    @property
    def purse(self) -> Purse | None:
        """Where renders cost; one is then kept when it is not wanted now, as it may be again."""
        ...

    async def ping(self) -> str: ...

    async def check(self, request: RenderRequest) -> list[str]:
        """A dry plan: what would only be approximated. Refused, naming scene and element, if it cannot be."""
        ...

    async def submit(self, request: RenderRequest) -> str:
        """Start it; the answer is the handle the other calls take. Refused, Misconfigured and CreditUsedUp
        mean that nothing was; after anything else find() knows, once ``settle`` seconds are over."""
        ...

    async def find(self, key: str, since: datetime) -> str | None:
        """The handle of a render submitted under ``key`` since then; None if there is certainly none."""
        ...

    def follow(self, handle: str) -> AsyncIterator[RenderStatus]:
        """Its status until it is done, failed or gone, as the last one says. Unavailable when it takes very
        long: it goes on, and is followed again later."""
        ...

    async def collect(self, handle: str) -> RenderFiles: ...
    async def cancel(self, handle: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One draft as the sheet shows it. ``draft_id`` is "k7f3.17": tag and write number.

    ``encoding`` is that of the sheet it was read from: what it cannot hold was lost by whoever saved it.
    """

    draft_id: str
    status: str
    number: int
    produced: str  # YYYY-MM-DD
    caption: str
    link: str
    strategy: str
    encoding: str = field(default="utf-8", compare=False)


class Sheet(Protocol):
    """A table people read and edit. Rows are found by the tag in their last column."""

    name: str  # "csv_file", "google"

    async def ping(self) -> str: ...

    async def changed(self) -> bool | None:
        """Whether somebody saved it since the last read(), told without reading it; None: cannot be told."""
        ...

    async def read(self) -> list[SheetRow]:
        """The rows that carry a Draft id, cells as people left them, copies as often as they stand."""
        ...

    async def write(self, rows: Sequence[SheetRow], *, over: Sequence[SheetRow] | None = None) -> set[str]:
        """Add or replace these rows, found by tag; every other row and column stays as it is.

        ``over`` are the rows as they were read: where Draft id, Status or Caption of a tag's rows are not
        like that any more, somebody edited them meanwhile, and they are left to the next read. Of several
        rows with one tag the one that stands first in ``over`` is the draft's; the others keep their words
        and lose their id. Answers the Draft ids that are in the sheet now.
        """
        ...

    async def link(self) -> str:
        """Where a person opens the sheet."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """What is to be published. ``fingerprint`` is what was approved."""

    number: int
    title: str
    caption: str
    video: Path
    cover: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ContainerStatus:
    """``state``: in_progress, finished, published, error, expired or missing; ``message`` for a person.

    Expired is also one that failed by no fault of the draft's: a new one is worth a try. ``again`` is in how
    many seconds to look at one in progress.
    """

    state: str
    message: str = ""
    again: float | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A post that is out. ``permalink`` may be "" when the service did not tell."""

    media_id: str
    permalink: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Quota:
    used: int
    total: int | None  # None: no limit known


class Publisher(Protocol):
    """Posts a Reel by a container, so that each post has a private handle before it becomes public."""

    name: str  # "outbox", "instagram"
    settle: float  # seconds after which an abandoned publish() can no longer take effect

    async def ping(self) -> str: ...

    async def check(self, post: Post) -> None:
        """Refused with the reason when the service would refuse this file or caption."""
        ...

    async def prepare(self, post: Post) -> str:
        """Make a container (invisible, harmless); the answer is its id."""
        ...

    async def look(self, container: str) -> ContainerStatus: ...

    async def publish(self, container: str) -> Publication:
        """The one call that must not happen twice. Unavailable means: it is not known whether it did.

        Held, Misconfigured, Refused: it certainly did not (for now; until a person acts; for good).
        """
        ...

    async def find(self, post: Post, since: datetime) -> Publication | None:
        """The unique published post that is this one, made since ``since``; None if not exactly one."""
        ...

    async def quota(self) -> Quota: ...
