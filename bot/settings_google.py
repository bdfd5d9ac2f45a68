"""The settings of Google's services, the bucket and the sheet; bot/settings.py takes them in."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator
from pydantic_settings import BaseSettings

from bot.setting_types import Explained, File, setting, vendor_address
from services.http.places import is_loopback

GOOGLE = "Google"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]\Z")
_SHEET = re.compile(r"(?:https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/)?([A-Za-z0-9_-]{20,120})(?:[/?#]\S*)?\Z")


def _bucket(name: str) -> str:
    """As in the console, or as gs:// writes it."""
    plain = name.strip().removeprefix("gs://").rstrip("/")
    if plain and not _BUCKET.match(plain):
        raise ValueError("not the name of a bucket")
    return plain


def _sheet(text: str) -> str:
    """The id, also of the address people copy from their browser."""
    if not text.strip():
        return ""
    found = _SHEET.match(text.strip())
    if found is None:
        raise ValueError("not the id of a sheet")
    return found[1]


def _this_machine(address: str) -> str:
    """With its scheme, as Google's library wants it."""
    text = address.strip().rstrip("/")
    if not text:
        return ""
    whole = text if "://" in text else f"http://{text}"
    parts = urlsplit(whole)
    if parts.scheme not in ("http", "https") or not is_loopback(parts.hostname or "") or not parts.port:
        raise Explained(
            "is not an address of this machine: what the bucket holds would go there",
            "Use one like http://127.0.0.1:4443, or leave it empty for Google",
        )
    return whole


class GoogleSettings(BaseSettings):
    """Fields of Settings; GCS_BUCKET and GOOGLE_SHEETS_ID select the twins (bot/twins.py)."""

    gcs_bucket: Annotated[str, AfterValidator(_bucket)] = setting(
        "", GOOGLE,
        "The bucket of Google Cloud Storage that holds your media and gets the drafts. It selects the bucket "
        "gcs; MEDIA_DIR is not looked at then.",
        "the name of a bucket", "clay-studio", words="(none)",
    )
    gcs_api_key_path: File = setting(
        None, GOOGLE,
        "The JSON key of a service account that may use the bucket (role Storage Object User). Empty: this "
        "machine's own login (application default credentials).",
        "a file", "/home/me/keys/autopotter.json", words="(this machine's login)",
    )
    google_sheets_id: Annotated[str, AfterValidator(_sheet)] = setting(
        "", GOOGLE,
        "The Google sheet that shows the drafts, by its id or its address. Share it with the service "
        "account as an editor. It selects the sheet google.",
        "the id or the address of a Google sheet", "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789", words="(none)",
    )
    google_credentials_path: File = setting(
        None, GOOGLE,
        "The JSON key of the service account that the sheet is shared with.",
        "a file", "/home/me/keys/autopotter.json", words="(none)",
    )
    sheets_base_url: Annotated[str, vendor_address("sheets.googleapis.com")] = setting(
        "https://sheets.googleapis.com", GOOGLE, "Where Google Sheets is asked; another is for tests.",
        "Google's address, or one of this machine", "http://127.0.0.1:8081",
    )
    storage_emulator_host: Annotated[str, AfterValidator(_this_machine)] = setting(
        "", GOOGLE, "A stand-in for Google Cloud Storage on this machine, for tests.",
        "an address of this machine", "http://127.0.0.1:4443", words="(Google's)",
    )  # fmt: skip
