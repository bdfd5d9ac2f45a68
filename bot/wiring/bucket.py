"""The bucket of raw media and finished drafts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.reconcilers.housekeeping import ORIGINALS
from bot.settings import Settings
from bot.wiring.addresses import ensure_addresses
from services.brand import read_brand
from services.brand_pairs import brand_pairs
from services.bucket.folder import FolderBucket
from services.bucket.inventory import Inventory
from services.model.footage import Mapped
from services.ports import Bucket
from services.sample import is_sample
from services.store import Store

if TYPE_CHECKING:
    from services.bucket.gcs import GcsBucket

OPENED_AT_ONCE = 8  # files of a remote bucket: opening one is waiting


async def open_bucket(settings: Settings) -> Bucket:
    if settings.gcs_bucket:
        bucket = await asyncio.to_thread(_gcs, settings)
        try:
            await ensure_addresses(settings, bucket)
        except BaseException:  # not handled: its lines must not stay open, whatever ended it
            await bucket.aclose()
            raise
        return bucket
    return FolderBucket(
        settings.media_root,
        settings.gcs_folders,
        settings.data_dir / "drafts",
        settings.gcs_draft_folder,
        sample=await asyncio.to_thread(is_sample, settings.media_root),
    )


def _gcs(settings: Settings) -> GcsBucket:
    """Blocks: the key is read, or the machine's login asked for."""
    # Google's libraries take a moment to load: only who uses them waits for them.
    from services.bucket.gcs import GcsBucket
    from services.bucket.gcs_calls import VENDOR, Calls
    from services.bucket.gcs_login import login
    from services.google_access import read_key

    path, address = settings.gcs_api_key_path, settings.storage_emulator_host or VENDOR
    key = read_key(path, "GCS_API_KEY_PATH") if path else None
    return GcsBucket(
        Calls(login(key, address), settings.gcs_bucket, address),
        settings.gcs_bucket,
        settings.gcs_folders,
        settings.gcs_draft_folder,
        settings.data_dir / "cache" / ORIGINALS,
    )


def open_inventory(settings: Settings, bucket: Bucket, store: Store) -> Inventory:
    def mapped() -> Sequence[Mapped]:
        return brand_pairs(read_brand(settings.brand_dir))

    if not settings.gcs_bucket:
        return Inventory(bucket, store, mapped=mapped)
    from services.bucket.gcs import GcsBucket

    assert isinstance(bucket, GcsBucket)
    return Inventory(bucket, store, mapped=mapped, address=bucket.address, at_once=OPENED_AT_ONCE)
