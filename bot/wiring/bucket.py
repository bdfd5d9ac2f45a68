"""The bucket of raw media and finished drafts."""

from __future__ import annotations

import asyncio

from bot.settings import Settings
from services.bucket.folder import FolderBucket
from services.ports import Bucket
from services.sample import is_sample


async def open_bucket(settings: Settings) -> Bucket:
    return FolderBucket(
        settings.media_root,
        settings.gcs_folders,
        settings.data_dir / "drafts",
        settings.gcs_draft_folder,
        sample=await asyncio.to_thread(is_sample, settings.media_root),
    )
