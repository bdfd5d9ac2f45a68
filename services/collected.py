"""The folder of collected documents: names that carry their time, the newest plain, older ones gzipped."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.errors import OperatorError
from services.files import sentence, written
from services.log import get_logger

log = get_logger(__name__)
ANALYTICS = "instagram_analytics"
INVENTORY = "gcs_inventory"
SUMMARY = "data_collection_summary"
KINDS = (ANALYTICS, INVENTORY, SUMMARY)
_STAMP = "%Y%m%d_%H%M%S"
_NAME = re.compile(rf"({'|'.join(KINDS)})_(\d{{8}}_\d{{6}})\.json(\.gz)?")


@dataclass(frozen=True, slots=True)
class Collected:
    """One file of the folder. ``at`` is the local time in its name, without a zone."""

    path: Path
    kind: str
    at: datetime

    def read(self) -> Any:
        """What it holds; OSError or ValueError when it cannot be read."""
        if self.path.suffix == ".gz":
            try:
                text = gzip.decompress(self.path.read_bytes())
            except EOFError as error:
                raise ValueError("the file is cut off") from error
        else:
            text = self.path.read_bytes()
        return json.loads(text)


class Folder:
    """``keep`` files of each kind stay plain; gzipped ones are removed ``keep_days`` after their time."""

    def __init__(self, path: Path, *, keep: int = 10, keep_days: int = 90) -> None:
        self.path = path
        self._keep = keep
        self._keep_days = keep_days

    def stamp(self, now: datetime) -> str:
        """The time part of a new collection's names: ``now``, or the next second that is free."""
        at = now.replace(tzinfo=None, microsecond=0)
        taken = {file.at for file in self.files()}
        while at in taken:
            at += timedelta(seconds=1)
        return at.strftime(_STAMP)

    def file(self, kind: str, stamp: str) -> Path:
        return self.path / f"{kind}_{stamp}.json"

    def files(self, kind: str = "") -> list[Collected]:
        """Newest first; whatever else lies in the folder is none of our business."""
        try:
            return sorted(self._found(kind), key=lambda file: (file.at, file.path.name), reverse=True)
        except OSError as error:
            raise sentence(error, self.path) from error

    def tidy(self, now: datetime) -> None:
        """Gzip all but the newest of each kind, remove what is too old; a failure is left for next time."""
        oldest = now.replace(tzinfo=None) - timedelta(days=self._keep_days)
        for kind in KINDS:
            for file in self.files(kind)[self._keep :]:
                try:
                    if file.at < oldest:
                        file.path.unlink()
                    elif file.path.suffix != ".gz":
                        _gzip(file.path)
                except (OSError, OperatorError) as error:
                    log.warning("%s could not be tidied away: %s", file.path.name, error)

    def _found(self, kind: str) -> Iterator[Collected]:
        if not self.path.is_dir():
            return
        for path in self.path.iterdir():
            match = _NAME.fullmatch(path.name)
            if match is None or (kind and match[1] != kind):
                continue
            try:
                at = datetime.strptime(match[2], _STAMP)  # noqa: DTZ007 - local time, as the name has no zone
            except ValueError:
                continue  # 20251399: nothing we wrote
            yield Collected(path, match[1], at)


def _gzip(path: Path) -> None:
    with (
        path.open("rb") as plain,
        written(path.with_name(f"{path.name}.gz")) as stream,
        gzip.GzipFile(path.name, "wb", fileobj=stream, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, 1 << 20)
    path.unlink()
