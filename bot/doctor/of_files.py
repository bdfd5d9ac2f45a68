"""Folders and files: there, readable, writable, and room on the disk. What is not there yet is no fault."""

from __future__ import annotations

import os
from pathlib import Path

from humanize import naturalsize

from bot.doctor.check import Check, fail, ok, warn
from bot.settings import Settings
from services import disk
from services.brand import read_brand

OURS = ("drafts", "outbox", "cache", "collected_data", "backups")


def checks(settings: Settings) -> list[Check]:
    data = settings.data_dir
    found = [_ours("DATA_DIR", data)]
    found += [_ours(name, data / name) for name in OURS if os.path.lexists(data / name)]
    found += _media(settings)
    if settings.log_file is not None:
        found.append(_log_file(settings.log_file))
    return [*found, _room(settings), *_brand(settings)]


def _log_file(path: Path) -> Check:
    if os.path.isdir(path):  # noqa: PTH112 - as below
        return fail("LOG_FILE", f"{path} is a folder.", "Set LOG_FILE to a file in it.")
    return _ours("LOG_FILE", path.parent, "LOG_FILE")


def _ours(what: str, folder: Path, variable: str = "DATA_DIR") -> Check:
    """A folder we write to, or the one it will be made in."""
    there = next(p for p in (folder.absolute(), *folder.absolute().parents) if os.path.lexists(p))
    if not os.path.isdir(there):  # noqa: PTH112 - below a folder this user may not enter it is no error
        return fail(
            what, f"{there} is not a folder that can be entered.", f"Move it away, or set {variable}."
        )
    if not os.access(there, os.W_OK | os.X_OK):
        return fail(what, f"{there} cannot be written.", f"Give this user write access, or set {variable}.")
    return ok(what, f"{folder} can be written." if there == folder else f"{folder} will be made.")


def _media(settings: Settings) -> list[Check]:
    if settings.gcs_bucket:
        return [ok("MEDIA_DIR", f"Not looked at: the media is in the bucket {settings.gcs_bucket}.")]
    if settings.media_dir is None:
        return [ok("MEDIA_DIR", f"The sample studio, in {settings.media_root}.")]
    root = settings.media_dir
    if not os.access(root, os.R_OK | os.X_OK):
        return [fail("MEDIA_DIR", f"{root} cannot be read.", "Allow this user to read it.")]
    missing = [name for name in settings.gcs_folders if not os.path.isdir(root / name)]  # noqa: PTH112
    if len(missing) == len(settings.gcs_folders):
        return [ok("MEDIA_DIR", f"{root}, taken as one plain folder of media.")]
    if missing:
        note = f"{root}; not there: {', '.join(missing)}."
        return [warn("MEDIA_DIR", note, "Make these folders, or take them out of GCS_FOLDERS.")]
    return [ok("MEDIA_DIR", f"{root} with all folders of GCS_FOLDERS.")]


def _room(settings: Settings) -> Check:
    left = disk.free(settings.data_dir)
    text = f"{naturalsize(left)} free where DATA_DIR is."
    remedy = "Free some space; `autopotter status` shows what uses it and what is removed next."
    if left < settings.disk_min_free:
        return fail("disk", f"{text} No videos are begun below DISK_MIN_FREE.", remedy)
    if left < settings.disk_warn_free:
        return warn("disk", f"{text} That is below DISK_WARN_FREE.", remedy)
    return ok("disk", text)


def _brand(settings: Settings) -> list[Check]:
    brand = read_brand(settings.brand_dir)
    texts = f"{len(brand.intents)} intents, {len(brand.context)} texts in context/"
    notes = [warn("brand", note) for note in brand.notes]
    return [ok("BRAND_DIR", f"{settings.brand_dir}: {texts}."), *notes]
