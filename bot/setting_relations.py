"""What one setting demands of another, as checks of single fields.

A check with ``info`` sees the settings that stand before its own in bot/settings.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, SecretStr, ValidationInfo

from bot.setting_types import Explained, Folder, FolderName
from services.http.places import is_loopback

TOKEN_LEAST = 16  # characters


def _outside_raw_material(folder: str, info: ValidationInfo) -> str:
    for raw in info.data.get("gcs_folders", ()):
        if folder == raw or folder.startswith(f"{raw}/"):
            raise Explained(
                "lies in one of GCS_FOLDERS: drafts would be taken for raw material",
                "Choose a folder outside them, or take that one out of GCS_FOLDERS",
            )
    return folder


def _outside_media(folder: Path, info: ValidationInfo) -> Path:
    media: Path | None = info.data.get("media_dir")
    if media is not None:
        raw = [media.resolve() / name for name in info.data.get("gcs_folders", ())]
        if folder.resolve() == media.resolve() or any(folder.resolve().is_relative_to(r) for r in raw):
            raise Explained(
                "lies in the media that MEDIA_DIR names, which is never written to",
                "Choose a folder of its own",
            )
    return folder


def _where_others_reach_it(token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if token is None:
        if is_loopback(info.data.get("desk_host", "127.0.0.1")):
            return None
        raise Explained(
            "is missing: DESK_HOST lets other machines reach the desk, so it has to ask for a token",
            f"Set it to at least {TOKEN_LEAST} characters, or DESK_HOST to 127.0.0.1",
        )
    plain = token.get_secret_value()
    if len(plain) < TOKEN_LEAST or not (plain.isascii() and plain.isprintable()) or " " in plain:
        raise ValueError("too short, or not plain")
    return token


DraftFolder = Annotated[FolderName, AfterValidator(_outside_raw_material)]
DataFolder = Annotated[Folder, AfterValidator(_outside_media)]
Token = Annotated[SecretStr | None, AfterValidator(_where_others_reach_it)]
