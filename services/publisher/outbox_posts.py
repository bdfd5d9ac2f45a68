"""The posts that lie in the outbox: folders with a post.json that says when they were published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.ports import Publication
from services.publisher.outbox_files import POST, Receipt, read_receipt


@dataclass(frozen=True, slots=True)
class Posted:
    """One post: where it lies, and what it says of itself."""

    folder: Path
    receipt: Receipt

    @property
    def at(self) -> datetime:
        return self.receipt.published_at or self.receipt.prepared_at

    def publication(self) -> Publication:
        return Publication(self.receipt.container, self.folder.as_uri(), self.at)

    def described(self) -> dict[str, Any]:
        """number, title, caption, media_id, permalink, folder (its name below the outbox) and published_at
        (ISO 8601, UTC)."""
        return {
            "number": self.receipt.number,
            "title": self.receipt.title,
            "caption": self.receipt.caption,
            "media_id": self.receipt.container,
            "permalink": self.folder.as_uri(),
            "folder": self.folder.name,
            "published_at": self.at.isoformat(),
        }


def posts_in(outbox: Path, *, apart: str) -> list[Posted]:
    """Every folder of the outbox that holds a post, but for the one named ``apart``.

    A person's own folders are passed over, and so are copies of a post. OSError when it cannot be read.
    """
    try:
        folders = sorted(outbox.absolute().iterdir())
    except FileNotFoundError:
        return []
    found: dict[str, Posted] = {}
    for folder in folders:
        receipt = _receipt_in(folder) if folder.name != apart else None
        if receipt is not None and receipt.published_at is not None:
            found.setdefault(receipt.container, Posted(folder, receipt))
    return list(found.values())


def _receipt_in(folder: Path) -> Receipt | None:
    try:
        return read_receipt(folder / POST)
    except PermissionError:  # a folder of somebody else's
        return None
