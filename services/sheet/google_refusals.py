"""What Google Sheets says no with, as sentences for the person who can change it."""

from __future__ import annotations

from typing import Any

import requests

from services.errors import Misconfigured, OperatorError, Refused, Unavailable
from services.google_access import KeyFile
from services.log import get_logger

log = get_logger(__name__)

SERVICE = "Google Sheets"
_SHEET = "GOOGLE_SHEETS_ID"


class NoSuchRange(Refused):
    """The tab was renamed or deleted: which one it is has to be found out again."""


def refusal(response: requests.Response, key: KeyFile, *, writing: bool) -> OperatorError:
    """The sentence for an answer that is none of success."""
    error = _error(response)
    text, code = str(error.get("message", "")), response.status_code
    if code == 404:
        return Misconfigured(
            "There is no Google sheet with the id in GOOGLE_SHEETS_ID: it was deleted, or the id is wrong.",
            remedy="Restore it from the trash of Google Drive, or put another sheet's address there.",
            variable=_SHEET,
        )
    if code == 403 and "SERVICE_DISABLED" in str(error.get("details")):
        return Misconfigured(
            "The Google Sheets API is not enabled in the Google Cloud project of the service account.",
            remedy="Enable it in the console (APIs and services, Google Sheets API); it takes some minutes.",
            variable=key.variable,
        )
    if code == 403 and text.startswith(("Quota exceeded", "Rate Limit")):
        return _busy(response)
    if code == 403:
        how = "may only look at the Google sheet" if writing else "may not open the Google sheet"
        return Misconfigured(
            f"The operator {how}: it is not shared with its service account as an editor.",
            remedy=f"Open the sheet, choose Share, and add {key.email} as an editor.",
            variable=_SHEET,
        )
    if code == 401:
        return Misconfigured(
            "Google Sheets does not accept the login of the service account.",
            remedy=f"Make a new key in the Google Cloud console and name it in {key.variable}.",
            variable=key.variable,
        )
    if code == 429:
        return _busy(response)
    if code >= 500:
        return Unavailable(
            f"{SERVICE} is out of order for now (error {code}).",
            remedy="It is tried again by itself.",
            retry_after=_seconds(response),
        )
    return _bad(text, code, key.email)


def _bad(text: str, code: int, email: str) -> OperatorError:
    if text.startswith("Unable to parse range") or "No grid with id" in text:
        return NoSuchRange(
            "The tab of the Google sheet that holds the drafts is not there any more.",
            remedy="It is looked for again by itself.",
        )
    if "protected cell" in text:
        return Misconfigured(
            "Cells of the operator's columns are protected in the Google sheet, so it cannot write them.",
            remedy=f"Take the protection away (Data, Protect sheets and ranges), or allow {email}.",
            variable=_SHEET,
        )
    if "not supported for this document" in text:
        return Misconfigured(
            "GOOGLE_SHEETS_ID names an Excel file in Google Drive, not a Google sheet.",
            remedy="Open it, choose File, Save as Google Sheets, and put the new address there.",
            variable=_SHEET,
        )
    log.warning("%s answered %d: %s", SERVICE, code, text[:500])
    return Refused(
        f"{SERVICE} refused the request (error {code}).", remedy="The log has its words; tell a developer."
    )


def _busy(response: requests.Response) -> Unavailable:
    return Unavailable(
        "Google Sheets was asked too often in this minute.",
        remedy="It is tried again by itself.",
        retry_after=_seconds(response),
    )


def _seconds(response: requests.Response) -> float | None:
    """Retry-After in seconds, where it says so sensibly."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _error(response: requests.Response) -> dict[str, Any]:
    try:
        found = response.json()["error"]
    except (ValueError, LookupError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}
