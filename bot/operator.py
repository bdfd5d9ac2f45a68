"""The operator as one object: services, store, engine and the choices of its settings. No global state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.chat.port import Chat
from bot.engine import Engine
from services.bucket.describe import Describing
from services.bucket.inventory import Inventory
from services.bucket.look import Looker
from services.collect import Collector
from services.planner.brief import Rules
from services.ports import Account, Bucket, Planner, Publisher, Renderer, Sheet, Token
from services.store import Store


class Twin(Protocol):
    name: str

    async def ping(self) -> str: ...


class Closing(Protocol):
    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """The twins in use. bot/wiring is the only place that knows which."""

    account: Account
    bucket: Bucket
    planner: Planner
    filler: Planner  # fills places the planner leaves empty; it needs no service
    renderer: Renderer
    sheet: Sheet
    publisher: Publisher
    inventory: Inventory
    looker: Looker
    describing: Describing
    collector: Collector
    final: Renderer | None = None  # makes what is posted, where ``renderer`` only makes what is reviewed
    token: Token | None = None  # the account's, where it has one that ends
    shared: tuple[Closing, ...] = ()  # what several twins use, closed after them

    async def close(self) -> None:
        """End what the twins hold: processes, connections."""
        for user in (self.inventory, self.looker, self.describing):
            await user.close()
        for twin in (
            self.final,
            self.renderer,
            self.planner,
            self.publisher,
            self.account,
            self.sheet,
            self.bucket,
        ):
            aclose = getattr(twin, "aclose", None)
            if aclose is not None:
                await aclose()
        for part in self.shared:
            await part.aclose()

    def twin(self, kind: str) -> Twin:
        """By the name it has in names()."""
        if kind in ("renderer", "previews"):
            return self.renderer if self.final is None or kind == "previews" else self.final
        found: Twin = getattr(self, kind)
        return found

    def names(self) -> dict[str, str]:
        return {
            "account": self.account.name,
            "bucket": self.bucket.name,
            "planner": self.planner.name,
            "renderer": self.twin("renderer").name,
            "sheet": self.sheet.name,
            "publisher": self.publisher.name,
            **({"previews": self.renderer.name} if self.final else {}),
        }


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long files are kept, in days (0: for ever), and how full the disk may become, in bytes."""

    denied_days: int
    failed_days: int
    posted_days: int
    outbox_days: int
    cache_bytes: int
    warn_free: int
    min_free: int


@dataclass(frozen=True, slots=True)
class Options:
    """The settings that operations and reconcilers need, as plain values."""

    data_dir: Path
    brand_dir: Path
    draft_folder: str  # the bucket's folder of finished drafts
    drafts_per_run: int
    generate_cron: str
    autopost_cron: str
    autopost_order: str
    digest_cron: str
    post_delay: timedelta
    posts_per_day: int
    slot_grace: timedelta
    poll_interval: timedelta  # how often a sheet that cannot tell whether it changed is read
    timezone: ZoneInfo
    brief: Rules  # how long the brief may be, whose comments are orders, what a new draft must differ from
    keeping: Keeping
    identity: str  # digest of the settings that select twins, account and folders
    account: str = ""  # the number of the account that is posted to, if it is a real one
    drafts_at: str = ""  # where people elsewhere open a filed draft in a browser, up to its name
    dry_run: bool = False  # have the container of an approved draft ready hours before it is published


@dataclass(frozen=True, slots=True)
class SurfaceState:
    """How a surface is: ``trouble`` is a sentence with the remedy, "" when it works; ``ends``: only another
    start with other settings mends it."""

    trouble: str = ""
    ends: bool = False


@dataclass(slots=True)
class Operator:
    """One brand, one account, one DATA_DIR."""

    services: Services
    store: Store
    options: Options
    engine: Engine
    live: bool = False  # a running operator: its engine works by itself; otherwise commands drive it
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    desk_url: str = ""
    # The chats that are connected now, by name; a surface enters itself when its channel answers.
    chats: dict[str, Chat] = field(default_factory=dict)
    surfaces: dict[str, SurfaceState] = field(default_factory=dict)  # every surface of this run, by name
    # Drafts that `autopost` is posting: due now, whatever their delay. Of this process alone, so that a
    # command that ends in any way leaves none of them claimed.
    taken: set[int] = field(default_factory=set)
    # Draft → when it last changed, and when this process first saw that (monotonic): clocks are set back.
    seen: dict[int, tuple[datetime, float]] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # of one `autopost` at a time to choose and post

    @property
    def target(self) -> str:
        """Publisher and account: part of what an approval is bound to."""
        return " ".join(filter(None, (self.services.publisher.name, self.options.account)))

    def now(self) -> datetime:
        return self.clock()

    @property
    def drafts_dir(self) -> Path:
        return self.options.data_dir / "drafts"


def draft_folder(drafts_dir: Path, number: int, tag: str, revision: int) -> Path:
    """Where a revision's files lie: video.mp4, preview.mp4, cover.jpg, storyboard.jpg, movie.json."""
    return drafts_dir / f"{number:04d}-{tag}" / f"r{revision}"


def filed_name(number: int, tag: str, revision: int, *, final: bool = False) -> str:
    """The name of a revision's video in the bucket's folder of drafts."""
    return f"{number:04d}-{tag}-r{revision}{'-final' if final else ''}.mp4"
