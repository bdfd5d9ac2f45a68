"""What Instagram knows in the double: an account, its posts and comments, tokens, containers, effects.

Written from the vendor's documentation; knows nothing of sockets. Times are aware datetimes of ``clock``.
A container is IN_PROGRESS at least once before it is FINISHED, lives 24 hours, and is published at most once;
whoever publishes it again is written down in ``repeats``.
"""

from __future__ import annotations

import io
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import av

from tests.doubles.graph_error import GraphError, missing

DAY = timedelta(hours=24)
LONG_LIFE, SHORT_LIFE = timedelta(days=60), timedelta(hours=1)
YOUNGEST_REFRESH = timedelta(hours=24)  # "must be at least 24 hours old"
CONTAINERS_A_DAY = 400
FEED = ("reach", "views", "likes", "comments", "saved", "shares", "total_interactions", "reposts")
ROWS = {  # which metrics a kind of post has (reference/instagram-media/insights)
    "REELS": {*FEED, "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate"},
    "FEED": {*FEED, "follows", "profile_visits", "profile_activity"},
}
SCOPES = {
    "facebook": (
        "instagram_basic", "instagram_content_publish", "instagram_manage_comments",
        "instagram_manage_insights", "pages_read_engagement", "pages_show_list",
    ),
    "instagram": (
        "instagram_business_basic", "instagram_business_content_publish",
        "instagram_business_manage_comments", "instagram_business_manage_insights",
    ),
}  # fmt: skip


@dataclass
class Comment:
    id: str
    username: str
    text: str
    at: datetime
    like_count: int = 0
    replies: list[Comment] = field(default_factory=list)


@dataclass
class Medium:
    """A post. ``silent``: metrics for which there is no data; ``refuses``: metrics that fail the request;
    ``error``: what its insights always answer."""

    id: str
    caption: str | None
    media_type: str
    product: str
    at: datetime
    likes: int | None = 0  # None: the owner hides them
    insights: dict[str, int] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    error: GraphError | None = None

    @property
    def metrics(self) -> set[str]:
        return ROWS[self.product] - self.refuses

    @property
    def shortcode(self) -> str:
        return f"C{int(self.id) % 10**9:x}"

    @property
    def permalink(self) -> str:
        return f"https://www.instagram.com/{'reel' if self.product == 'REELS' else 'p'}/{self.shortcode}/"


@dataclass
class Container:
    id: str
    params: dict[str, str]
    made: datetime
    ready_at: datetime | None = None  # None: nothing was uploaded yet
    looked: int = 0
    error: str = ""  # what `status` says of an ERROR
    medium: str = ""  # the post it became
    landing: bool = False  # its effect is on its way
    content: bytearray = field(default_factory=bytearray)  # what was uploaded so far
    size: int | None = None  # of the whole video, once an upload said it


@dataclass
class Token:
    text: str
    made: datetime
    expires: datetime | None
    long: bool = True
    scopes: tuple[str, ...] = ()
    dead: int | None = None  # 0 or the subcode of 190 that it answers


class Instagram:
    """One professional account and the app that looks after it."""

    def __init__(self, flavour: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.flavour, self.clock = flavour, clock
        self.user_id, self.username = "17841400000000001", "clay_and_fire"
        self.followers = 1200
        self.app_id, self.app_secret = "1234567890", secrets.token_hex(16)
        self.media: list[Medium] = []
        self.containers: dict[str, Container] = {}
        self.tokens: dict[str, Token] = {}
        self.effects: list[tuple[str, str]] = []  # container, medium
        self.repeats: list[str] = []
        self.withdrawn: set[str] = set()  # metrics the service has retired
        self.quota_total = 50
        self.processing = timedelta(0)
        self.stuck = False  # containers stay IN_PROGRESS
        self.broken = ""  # what `status` of the next container says, which ends as ERROR
        # "Only for apps that have implemented Facebook Login for Business": Instagram login has none.
        self.takes_uploads = flavour == "facebook"
        self.pages_linked = True  # the Facebook page has an Instagram account
        self._ids = itertools.count(18_000_000_000_000_001)

    def next_id(self) -> str:
        return str(next(self._ids))

    # Tokens

    def issue(
        self, *, long: bool = True, age: timedelta = timedelta(0), life: timedelta | None = None
    ) -> str:
        now = self.clock()
        text = ("EAA" if self.flavour == "facebook" else "IGAA") + secrets.token_hex(30)
        ends = now - age + (life or (LONG_LIFE if long else SHORT_LIFE))
        self.tokens[text] = Token(text, now - age, ends, long, SCOPES[self.flavour])
        return text

    def admit(self, text: str) -> Token:
        """GraphError 190 unless the token is good now."""
        token = self.tokens.get(text)
        if token is None:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
        if token.dead is not None:
            subcode = token.dead or None
            raise GraphError(190, "Error validating access token: The session is invalid.", subcode)
        if token.expires is not None and token.expires <= self.clock():
            raise GraphError(190, "Error validating access token: Session has expired.", 463)
        return token

    def need(self, token: Token, scope: str) -> None:
        """``scope`` is the end of a permission's name, the same in both flavours."""
        if not any(held.endswith(scope) for held in token.scopes):
            raise GraphError(10, "(#10) Application does not have permission for this action")

    def exchange(self, text: str, *, refresh: bool = False) -> tuple[str, int]:
        """A long-lived token for a living one: its text and its life in seconds."""
        old = self.admit(text)
        if refresh and (not old.long or self.clock() - old.made < YOUNGEST_REFRESH):
            raise GraphError(100, "The access token is not yet 24 hours old, or not long-lived")
        if not refresh and self.flavour == "instagram" and old.long:
            raise GraphError(100, "The access token is long-lived already")
        made = self.issue()
        self.tokens[made].scopes = old.scopes
        return made, int(LONG_LIFE.total_seconds())

    # Posts

    def add_medium(
        self, caption: str | None, *, days: float = 1, reel: bool = True, **more: object
    ) -> Medium:
        """A post of some days ago, with numbers."""
        kind = ("VIDEO", "REELS") if reel else ("IMAGE", "FEED")
        numbers = {name: 10 + 3 * len(self.media) + index for index, name in enumerate(sorted(ROWS[kind[1]]))}
        one = Medium(self.next_id(), caption, *kind, self.clock() - timedelta(days=days), insights=numbers)
        for name, value in more.items():
            setattr(one, name, value)
        self.media.append(one)
        self.media.sort(key=lambda medium: medium.at, reverse=True)
        return one

    def medium(self, name: str) -> Medium:
        for one in self.media:
            if one.id == name:
                return one
        raise missing(name)

    # Publishing

    def used(self) -> int:
        since = self.clock() - DAY
        published = {medium for _, medium in self.effects}
        return sum(one.id in published and one.at > since for one in self.media)

    def create(self, params: dict[str, str]) -> Container:
        now = self.clock()
        if sum(one.made > now - DAY for one in self.containers.values()) >= CONTAINERS_A_DAY:
            raise GraphError(4, "Application request limit reached")
        if params.get("media_type") != "REELS":
            raise GraphError(100, "Unknown media type", 2207023)
        caption = params.get("caption", "")
        if len(caption) > 2200 or caption.count("#") > 30:
            raise GraphError(36004, "The caption is too long", 2207010)
        if caption.count("@") > 20:
            raise GraphError(100, "Too many tags", 2207040)
        if (params.get("upload_type") == "resumable") == ("video_url" in params):
            raise GraphError(100, "Invalid parameter: video_url or upload_type=resumable")
        if "video_url" not in params and not self.takes_uploads:
            raise GraphError(100, "The parameter video_url is required")
        if not params.get("thumb_offset", "0").isdigit():
            raise GraphError(1, "The thumbnail offset is out of range", 2207057)
        one = Container(self.next_id(), params, now)
        self.containers[one.id] = one
        return one

    def receive(self, container: Container, content: bytes) -> None:
        """The whole video is here: processing begins."""
        container.error, self.broken = self.broken or _fault_of(content), ""
        container.ready_at = self.clock() + self.processing

    def container(self, name: str) -> Container:
        if name not in self.containers:
            raise missing(name)
        return self.containers[name]

    def state_of(self, container: Container, *, look: bool = False) -> str:
        container.looked += look
        now = self.clock()
        if container.medium:
            return "PUBLISHED"
        if now - container.made > DAY:
            return "EXPIRED"
        waiting = container.ready_at is None or now < container.ready_at or self.stuck
        # However quick it was: whoever looks for the first time finds it in progress.
        if waiting or container.looked < 2:
            return "IN_PROGRESS"
        return "ERROR" if container.error else "FINISHED"

    def may_publish(self, name: str) -> Container:
        """The container, if media_publish takes it now."""
        if name not in self.containers:
            raise GraphError(24, "The requested resource does not exist", 2207008)
        one = self.containers[name]
        state = self.state_of(one)
        if state == "PUBLISHED" or one.landing:
            self.repeats.append(name)
            raise GraphError(24, "The requested resource does not exist", 2207008)
        if state == "IN_PROGRESS":
            raise GraphError(9007, "Media ID is not available", 2207027)
        if state != "FINISHED":
            raise GraphError(24, "The requested resource does not exist", 2207008)
        if self.used() >= self.quota_total:
            raise GraphError(9, "The user has reached the maximum number of posts", 2207042)
        return one

    def land(self, container: Container) -> Medium:
        """The effect. One for each container, whatever was sent."""
        container.landing = False
        made = self.add_medium(container.params.get("caption"), days=0)
        made.insights = {}
        container.medium = made.id
        self.effects.append((container.id, made.id))
        return made


def _fault_of(content: bytes) -> str:
    """What processing finds wrong with a video, as `status` says it; "" if nothing."""
    try:
        with av.open(io.BytesIO(content), format="mov") as movie:
            video = movie.streams.video[0]
            seconds = (movie.duration or 0) / 1_000_000
            good = video.codec_context.name in ("h264", "hevc") and movie.streams.audio and seconds >= 2.95
    except (av.error.FFmpegError, IndexError):
        good = False
    return "" if good else "Error: Unsupported video format. 2207026"
