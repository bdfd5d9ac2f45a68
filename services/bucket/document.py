"""The inventory as a document: the parts of it, without knowing where files or counts come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.bucket.categories import PLURALS
from services.model.asset import Asset, Category
from services.model.footage import as_document
from services.store.media import Count

VERSION = "2.1"
_METADATA: dict[Category, tuple[str, tuple[str, ...]]] = {
    Category.VIDEO: ("video_metadata", ("format", "duration", "width", "height", "fps", "has_audio")),
    Category.IMAGE: ("image_metadata", ("format", "width", "height")),
    Category.AUDIO: ("audio_metadata", ("format", "duration", "has_audio")),
}


def file_entry(asset: Asset, url: str) -> dict[str, Any]:
    """One file. Media has its ``…_metadata`` (None when unreadable); ``problem`` is a sentence or None."""
    file = asset.file
    entry: dict[str, Any] = {
        "id": asset.id,
        "name": file.name,
        "size_mb": megabytes(file.size, 3),
        "file_category": asset.category.value,
        "content_type": file.content_type,
        "storage_class": file.storage_class,
        "created_time": _moment(file.created),
        "updated_time": _moment(file.updated),
        "subfolder": file.subfolder,
        "url": url,
        "problem": asset.problem,
    }
    if asset.category in _METADATA:
        name, fields = _METADATA[asset.category]
        entry[name] = {field: getattr(asset.facts, field) for field in fields} if asset.facts else None
        entry |= _seen(asset)
    return entry


def _seen(asset: Asset) -> dict[str, Any]:
    """What looking at the file found: ``footage`` is None until it was looked at; families of files that look
    alike, pieces and objects are "" where there are none (services/model/asset.py)."""
    said = asset.description
    return {
        "footage": as_document(asset.footage) if asset.footage else None,
        "description": said.sentence if said else None,
        "tags": list(said.tags) if said else [],
        "family": asset.family,
        "piece": asset.piece,
        "role": str(asset.role),
        "object": asset.object,
    }


def skeleton(
    bucket_name: str,
    folders: Sequence[str],
    counts: Sequence[Count],
    subfolders: Mapping[str, Mapping[str, tuple[int, int]]],
    now: datetime,
) -> dict[str, Any]:
    """The whole document with every number, and empty lists where the files belong."""
    by_folder = {folder: [count for count in counts if count.folder == folder] for folder in folders}
    return {
        "inventory_info": {
            "generated_at": _moment(now),
            "bucket_name": bucket_name,
            "folders_scanned": list(folders),
            "inventory_version": VERSION,
        },
        "bucket_summary": {**_totals(counts), "folder_count": len(folders)},
        "folder_inventories": {
            folder: {
                "folder_name": folder,
                **_totals(by_folder[folder]),
                "note": None if by_folder[folder] else "This folder does not exist or holds no files.",
                "subfolders": {
                    sub: {"total_files": files, "total_size_mb": megabytes(size)}
                    for sub, (files, size) in subfolders.get(folder, {}).items()
                },
                "file_categories": {plural: [] for plural in PLURALS.values()},
            }
            for folder in folders
        },
        "categorized_summary": categorized_summary(counts),
    }


def categorized_summary(counts: Sequence[Count]) -> dict[str, dict[str, float]]:
    return {
        plural: {
            "count": sum(count.files for count in counts if count.category is category),
            "size_mb": megabytes(sum(count.size for count in counts if count.category is category)),
        }
        for category, plural in PLURALS.items()
    }


def megabytes(size: int, digits: int = 2) -> float:
    """Bytes as MB of 1024 × 1024."""
    return round(size / (1 << 20), digits)


def _totals(counts: Sequence[Count]) -> dict[str, float]:
    return {
        "total_files": sum(count.files for count in counts),
        "total_size_mb": megabytes(sum(count.size for count in counts)),
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
