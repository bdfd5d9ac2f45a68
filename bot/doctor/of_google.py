"""The keys of Google's service accounts: whose they are, whether they work, and who else may read them.

Whether the bucket and the sheet let them in is asked with the other services.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bot.doctor.check import Check, failed_by, ok, warn
from bot.settings import Settings
from services.errors import Misconfigured


def checks(settings: Settings) -> list[Check]:
    """None where nothing of Google is used."""
    found = []
    if settings.gcs_bucket and settings.gcs_api_key_path is None and not settings.storage_emulator_host:
        found.append(ok("GCS_API_KEY_PATH", "This machine's own login is used for the bucket."))
    for variable, path in (
        ("GCS_API_KEY_PATH", settings.gcs_api_key_path),
        ("GOOGLE_CREDENTIALS_PATH", settings.google_credentials_path),
    ):
        if path is not None:
            found += _key(variable, path)
    return found


def _key(variable: str, path: Path) -> list[Check]:
    # Google's libraries take a moment to load: only who uses them waits for them.
    from services.google_access import read_key

    what = f"key of {variable}"
    try:
        key = read_key(path, variable)
    except Misconfigured as error:
        return [failed_by(what, error)]
    found = [ok(what, f"It is that of {key.email}.")]
    if os.stat(path).st_mode & (stat.S_IRGRP | stat.S_IROTH):  # noqa: PTH116
        found.append(
            warn(
                f"access to {path.name}", f"Other users of this machine may read {path}.", f"chmod 600 {path}"
            )
        )
    return found
