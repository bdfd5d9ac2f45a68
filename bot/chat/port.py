"""What reconcilers need of a chat. A surface fills it; it decides nothing and keeps nothing that matters.

A message is plain text in named parts: the chat escapes it, cuts it to its limits and draws it its own way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.reply import Action
from services.errors import Refused
from services.store.reactions import Reaction

TONES = ("plain", "waiting", "good", "bad", "done")  # the colour at a message's edge


class Gone(Refused):
    """The message is not there any more: somebody deleted it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A short named fact; ``short`` ones may stand side by side."""

    name: str
    text: str
    short: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to show. ``mark`` is a word only this message carries, at the end of its foot: by it the chat
    finds it again when nobody knows whether a post arrived. ``seeded``: whether ✅ and ❌ stand below it."""

    key: str
    mark: str
    title: str
    text: str = ""
    fields: tuple[Field, ...] = ()
    tone: str = "plain"
    foot: str = ""
    link: str = ""  # of the title, http(s) only
    image: Path | None = None
    video: Path | None = None
    video_link: str = ""  # http(s), where the file is too large for the chat
    video_key: str = ""  # or the full-size file in the bucket: it may give an address for some hours
    pictures: str = ""  # tells these files from others; "" when there are none
    actions: tuple[Action, ...] = ()
    shows: str = ""  # carried by the buttons: what is decided is decided about this, and nothing else
    seeded: bool = False

    def digest(self) -> str:
        """Of all that is shown."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands below a message: people's reactions that are votes, and whether the operator's own do."""

    reactions: Sequence[Reaction]
    seeded: bool


class Chat(Protocol):
    """One channel of one chat. Methods raise only OperatorError; Gone where a message was deleted,
    Misconfigured where a permission is missing, Unavailable when nobody answers."""

    name: str  # "discord", "slack"
    channel: str  # its id
    settle: float  # seconds after which an abandoned post() can no longer take effect
    epoch: int  # counts connections: events before the last one may have been missed

    async def ping(self) -> str: ...

    async def post(self, message: Message, since: datetime) -> str:
        """Show it; answers its id. After anything but success find() knows, once ``settle`` is over.

        ``since`` is when it was first tried, the same at each repeat: a chat that drops repeats tells them
        by it and the message's mark.
        """
        ...

    async def find(self, message: Message, since: datetime) -> str | None:
        """The id of the operator's own message with this mark posted since then; None: certainly none."""
        ...

    async def edit(self, id_: str, message: Message, *, files: bool) -> None:
        """Make it say this; with ``files`` image and video are replaced too. Gone if it was deleted."""
        ...

    async def standing(self, id_: str) -> Standing:
        """Who reacted to it how, read anew. Gone if it was deleted."""
        ...

    async def unreact(self, id_: str, voter: str, emoji: str) -> None:
        """Take somebody's reaction away; one that is not there is no error. Misconfigured: it may not."""
        ...

    async def seed(self, id_: str) -> None:
        """Put the operator's own ✅ and ❌ below it."""
        ...

    async def tell(self, voter: str, text: str) -> None:
        """A quiet word that only this person reads."""
        ...
