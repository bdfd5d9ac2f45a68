"""An encoded segment as one file: its packets, its preview's, its stills; damage is noticed when read.

A line with the digest of the rest, the length of the table, the table as JSON, then the bytes it counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.renderer.local.output.coding import Packed, Track
from services.renderer.local.output.stills import Still

_MAGIC = b"autopotter segment 1 "
_LENGTH = 4  # bytes that hold the table's length
_DIGEST = 64


class Damaged(ValueError):
    """The file is not, or not whole, what was once written."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What one segment gave: ``frames`` pictures, coded once or twice, and stills of some. Or a soundtrack.

    ``notes`` are sentences that belong to it, for the person who reads what is approximated.
    """

    frames: int
    tracks: tuple[Track, ...]  # the video, and its preview if there is one
    stills: tuple[Still, ...] = ()
    notes: tuple[str, ...] = ()


def as_bytes(encoded: Encoded) -> bytes:
    blobs = [*_blobs(encoded)]
    table = {
        "frames": encoded.frames,
        "tracks": [
            [len(track.header), [[p.pts, p.dts, int(p.key), len(p.data)] for p in track.packets]]
            for track in encoded.tracks
        ],
        "stills": [[s.frame, s.score, len(s.small), len(s.large)] for s in encoded.stills],
        "notes": list(encoded.notes),
    }
    head = json.dumps(table).encode()
    body = b"".join([len(head).to_bytes(_LENGTH, "big"), head, *blobs])
    return _MAGIC + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def read(path: Path) -> Encoded:
    """Damaged when it is not what as_bytes() made; OSError when it cannot be read at all."""
    content = memoryview(path.read_bytes())
    start = len(_MAGIC) + _DIGEST + 1
    body = content[start:]
    digest = content[len(_MAGIC) : start - 1].tobytes().decode("ascii", "replace")
    if content[: len(_MAGIC)] != _MAGIC or hashlib.sha256(body).hexdigest() != digest:
        raise Damaged(f"{path.name} is damaged")
    length = int.from_bytes(body[:_LENGTH], "big")
    table: dict[str, Any] = json.loads(bytes(body[_LENGTH : _LENGTH + length]))
    return _parsed(table, _Reader(body[_LENGTH + length :]))


def _parsed(table: dict[str, Any], reader: _Reader) -> Encoded:
    tracks = []
    for header, packets in table["tracks"]:
        start = reader.take(header)
        found = tuple(Packed(pts, dts, bool(key), reader.take(size)) for pts, dts, key, size in packets)
        tracks.append(Track(start, found))
    stills = tuple(
        Still(frame, score, reader.take(small), reader.take(large))
        for frame, score, small, large in table["stills"]
    )
    return Encoded(table["frames"], tuple(tracks), stills, tuple(table["notes"]))


def _blobs(encoded: Encoded) -> Iterator[bytes]:
    for track in encoded.tracks:
        yield track.header
        yield from (packet.data for packet in track.packets)
    for still in encoded.stills:
        yield still.small
        yield still.large


class _Reader:
    """Bytes taken one piece after the other."""

    def __init__(self, content: memoryview) -> None:
        self._content, self._at = content, 0

    def take(self, length: int) -> bytes:
        self._at += length
        return bytes(self._content[self._at - length : self._at])
