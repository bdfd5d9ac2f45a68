"""Descriptions of photos and clips by a vision model: asked once for each content, cleaned, kept.

Files that look alike share one description: it is asked for the newest of them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from unicodedata import category

from services.bucket.look import Looker
from services.errors import Misconfigured, OperatorError, Refused
from services.log import get_logger
from services.model.asset import Asset, Category
from services.model.footage import Description
from services.ports import Describer
from services.store import Store, footage, media

log = get_logger(__name__)

LONGEST_SENTENCE = 200  # characters
LONGEST_TAG, MOST_TAGS = 24, 8
_UNWANTED = re.compile(
    r"\S*(?:://|www\.|@)\S*|[#<>`{}\[\]\\]|\b[\w-]+\.(?:com|net|org|io|co|app|ly|me|dev)\b\S*", re.IGNORECASE
)
_TAG = re.compile(r"[^\w\s-]+")

Progress = Callable[[int, int], None]  # described, in all


@dataclass(frozen=True, slots=True)
class DescribeReport:
    """``stopped`` says why not all that was asked for was described; "" when it was."""

    described: int
    refused: int
    stopped: str = ""


class Describing:
    """``describer`` None: no vision model is set up, and asking says what is missing."""

    def __init__(
        self,
        store: Store,
        looker: Looker,
        describer: Describer | None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._looker = looker
        self._describer = describer
        self._clock = clock

    async def close(self) -> None:
        """End the describer's connections."""
        aclose = getattr(self._describer, "aclose", None)
        if aclose is not None:
            await aclose()

    def ensure_possible(self) -> Describer:
        """The describer, or Misconfigured with what to set."""
        if self._describer is None:
            raise Misconfigured(
                "No vision model is set up, so nothing can be described.",
                remedy="Set OPENAI_API_KEY, or OPENAI_BASE_URL for a model of your own that sees pictures.",
                variable="OPENAI_API_KEY",
            )
        return self._describer

    async def describe(self, limit: int, on_progress: Progress | None = None) -> DescribeReport:
        """Describe at most ``limit`` photos and clips that have none, newest first. Each is kept at once, so
        that nothing is paid twice; a budget that ends it early is told in the report."""
        describer = self.ensure_possible()
        ids = await self._store.do(footage.undescribed, limit)
        found = await self._store.do(media.by_ids, ids)
        described = refused = 0
        for identity in ids:
            try:
                said = await self._one(describer, found[identity])
            except Refused as error:
                log.info("%s was not described: %s", found[identity].file.key, error)
                refused += 1
                continue
            except OperatorError as error:
                return DescribeReport(described, refused, str(error))
            described += said
            if on_progress is not None:
                on_progress(described + refused, len(ids))
        return DescribeReport(described, refused)

    async def _one(self, describer: Describer, asset: Asset) -> bool:
        path = await self._looker.sheet(asset)
        if path is None or asset.footage is None:
            raise Refused("There is no contact sheet of it.")
        sheet = await asyncio.to_thread(path.read_bytes)
        kind = "clip" if asset.category is Category.VIDEO else "photo"
        said = clean(await describer.describe(sheet, kind))
        if not said.sentence:
            raise Refused("The model said nothing of use.")
        await self._store.do(footage.describe, asset.footage.content, said, now=self._clock())
        return True


def clean(said: Description) -> Description:
    """Without addresses, mentions, marks that mean something elsewhere, and more than was asked for."""
    sentence = _plain(said.sentence)
    if len(sentence) > LONGEST_SENTENCE:
        sentence = sentence[: LONGEST_SENTENCE - 1].rpartition(" ")[0] + "…"
    tags: dict[str, None] = {}
    for raw in said.tags:
        tag = " ".join(_TAG.sub(" ", _plain(raw)).lower().split())
        if 1 < len(tag) <= LONGEST_TAG:
            tags[tag] = None
    return Description(sentence, tuple(tags)[:MOST_TAGS], _plain(said.model)[:80])


def _plain(text: str) -> str:
    """One line of printable characters without what could act elsewhere."""
    kept = "".join(" " if category(char)[0] in "CZ" else char for char in text[:2000])
    return " ".join(_UNWANTED.sub(" ", kept).split())
