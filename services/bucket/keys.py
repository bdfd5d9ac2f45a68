"""What every bucket demands of names: folders, keys ("folder/path") and names of drafts. Pure.

Names come from settings, from the service and from models; none of them may climb out of its folder.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from services.errors import Misconfigured, Refused

LONGEST_DRAFT_NAME = 200  # bytes


def folder_name(folder: str) -> str:
    """A folder of GCS_FOLDERS without its outer slashes."""
    name = folder.strip("/")
    if folder.startswith("/") or "\0" in name or any(part in {"", ".", ".."} for part in name.split("/")):
        raise Misconfigured(
            f"GCS_FOLDERS: {folder!r} is not the name of a folder.",
            remedy="Name folders below MEDIA_DIR, for example video_uploads,music_uploads.",
            variable="GCS_FOLDERS",
        )
    return name


def raw_folders(folders: Sequence[str], draft_folder: str) -> list[str]:
    """The folders with raw material: each once, and never the one with drafts."""
    return [name for name in dict.fromkeys(map(folder_name, folders)) if name != draft_folder]


def is_key(key: str) -> bool:
    """Whether it has no steps and no empty parts, as the name of a stored file."""
    return "\0" not in key and not any(part in {"", ".", ".."} for part in key.split("/"))


def folder_of(key: str, folders: Sequence[str]) -> str:
    """The one of ``folders`` that ``key`` lies in; Refused for anything that climbs, and for any other."""
    if not is_key(key):
        raise Refused(f"{key!r} is not the name of a stored file.")
    for folder in folders:
        if key.startswith(f"{folder}/"):
            return folder
    raise Refused(f"{key!r} is in none of the folders with media.")


def ensure_draft_name(name: str) -> None:
    long = len(os.fsencode(name)) > LONGEST_DRAFT_NAME
    if not name or long or name.startswith(".") or "/" in name or "\0" in name:
        raise Refused(f"A draft cannot be filed under the name {name!r}.")
