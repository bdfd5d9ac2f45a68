"""A file of the creator's bucket, and what is known of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.model.footage import Description, Footage, Role


class Category(StrEnum):
    """What a file is, by its name and content type."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    MODEL_3D = "3d_model"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One object as the bucket lists it.

    ``folder`` is one of GCS_FOLDERS, ``path`` the rest of the name with "/" between its parts.
    ``generation`` changes whenever the content may have: size and modification time for a folder,
    the object generation for Google Cloud Storage.
    """

    folder: str
    path: str
    size: int  # bytes
    generation: str
    created: datetime
    updated: datetime
    content_type: str
    storage_class: str

    @property
    def key(self) -> str:
        return f"{self.folder}/{self.path}"

    @property
    def name(self) -> str:
        return name_of(self.path)

    @property
    def subfolder(self) -> str:
        return subfolder_of(self.path)


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What the header of a media file says. Width and height are as shown, after rotation."""

    format: str
    duration: float | None = None  # seconds; None for photos
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    has_audio: bool | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """A stored file with its facts. ``problem`` is a sentence when the file could not be read.

    What the catalogue has found out besides: ``footage`` (None until it was looked at), ``description`` (only
    where a vision model was asked), and to which other files it belongs. Assets of one ``family`` look alike
    ("" until looked at); of one ``piece`` ("rv06") show one design; of one ``object`` one and the same thing:
    a timelapse, its still and the finished piece. "" where that is not known.
    """

    file: StoredFile
    category: Category
    facts: MediaFacts | None = None
    problem: str | None = None
    footage: Footage | None = None
    description: Description | None = None
    family: str = ""
    piece: str = ""
    role: Role = Role.OTHER
    object: str = ""

    @property
    def id(self) -> str:
        """The short name by which planners and movies call this file (a movie's ``src``)."""
        return asset_id(self.file.key)

    @property
    def usable(self) -> bool:
        return self.problem is None and self.facts is not None


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def subfolder_of(path: str) -> str:
    return path.rpartition("/")[0]


def asset_id(key: str) -> str:
    """Ten characters that stand for ``folder/path``; collisions are out of reach below millions of files."""
    return "m" + hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:9]
