"""What Google Cloud Storage says no with, and everything its library raises, as sentences for a person."""

from __future__ import annotations

import contextlib
import http.client
import re
from collections.abc import Iterator, Sequence

import requests
import urllib3.exceptions
from google.api_core import exceptions
from google.auth.exceptions import GoogleAuthError
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse

from services.errors import Misconfigured, OperatorError, Refused, Unavailable
from services.google_access import access_trouble

SERVICE = "Google Cloud Storage"
_PERMISSION = re.compile(r"storage\.[a-z]+\.[a-zA-Z]+")
_DOES = {
    "storage.objects.list": "list",
    "storage.objects.get": "read",
    "storage.objects.create": "add",
}
_LINE = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, ConnectionError)
# Every kind of exception a call may raise; a test holds it against what the library documents.
KINDS = (exceptions.GoogleAPIError, GoogleAuthError, InvalidResponse, DataCorruption, *_LINE)


@contextlib.contextmanager
def sentences(bucket: str, who: str, variable: str, *, of_file: bool) -> Iterator[None]:
    """Turns what the library raises within the block into sentences. ``who`` is the account's address.

    ``of_file``: what is asked for is one file, so that it is what is missing if nothing else is said.
    """
    try:
        yield
    except KINDS as error:
        raise trouble(error, bucket, who, variable, of_file=of_file) from error


def trouble(error: BaseException, bucket: str, who: str, variable: str, *, of_file: bool) -> OperatorError:
    match error:
        case InvalidResponse() if _status(error) >= 400:
            told = exceptions.from_http_status(_status(error), str(error.response.text)[:500])  # type: ignore[no-untyped-call]
            return trouble(told, bucket, who, variable, of_file=of_file)
        case exceptions.RetryError() if isinstance(error.cause, KINDS):
            return trouble(error.cause, bucket, who, variable, of_file=of_file)
        case exceptions.NotFound() if not of_file or is_the_bucket(error):
            return Misconfigured(
                f"There is no bucket {bucket!r} in Google Cloud Storage.",
                remedy="Correct GCS_BUCKET: its name alone, without gs://.",
                variable="GCS_BUCKET",
            )
        case exceptions.NotFound():
            return Refused(f"The file is not in the bucket {bucket!r} any more.")
        case exceptions.PreconditionFailed():
            return Unavailable(
                f"A file of the bucket {bucket!r} was replaced while it was read.",
                remedy="It is tried again by itself.",
            )
        case exceptions.Forbidden():
            return _forbidden(str(error.message), bucket, who, variable)
        case exceptions.Unauthorized():
            return Misconfigured(
                "Google Cloud Storage does not accept the login.",
                remedy=f"Make a new key in the Google Cloud console and name it in {variable}.",
                variable=variable,
            )
        case exceptions.TooManyRequests():
            return Unavailable(f"{SERVICE} was asked too often.", remedy="It is tried again by itself.")
        case exceptions.ServerError():
            return Unavailable(
                f"{SERVICE} is out of order for now (error {error.code}).",
                remedy="It is tried again by itself.",
            )
        case exceptions.ClientError():
            return Refused(f"{SERVICE} refused the request (error {error.code}).")
        case DataCorruption():
            return Unavailable(
                "A file arrived from the bucket, or there, in another shape than it was sent.",
                remedy="It is tried again by itself.",
            )
        case GoogleAuthError() | requests.RequestException():
            return access_trouble(error, SERVICE, variable)
        case _:
            return access_trouble(requests.exceptions.ConnectionError(), SERVICE, variable)


def _status(error: InvalidResponse) -> int:
    return int(getattr(error.response, "status_code", 0))


def is_passing(error: BaseException) -> bool:
    """Whether the same request may work in a moment."""
    if isinstance(error, InvalidResponse):
        status = _status(error)
        return status in (408, 429) or status >= 500
    if isinstance(error, exceptions.ClientError):
        return error.code in (408, 429)
    if not isinstance(error, KINDS) or isinstance(error, DataCorruption):
        return False
    return isinstance(trouble(error, "", "", "", of_file=True), Unavailable)


def is_the_bucket(error: exceptions.NotFound) -> bool:
    """Whether not the file asked for is missing, but the whole bucket."""
    return "bucket does not exist" in str(error.message).lower()


def _forbidden(text: str, bucket: str, who: str, variable: str) -> OperatorError:
    if "billing" in text.lower():
        return Misconfigured(
            f"The bucket {bucket!r} is closed: its project's billing account is.",
            remedy="Open billing in the Google Cloud console.",
            variable="GCS_BUCKET",
        )
    found = _PERMISSION.search(text)
    return missing_rights([found[0]] if found else [], bucket, who, variable)


def missing_rights(permissions: Sequence[str], bucket: str, who: str, variable: str) -> Misconfigured:
    """``permissions`` as Google calls them; those that are not ours to know are not named."""
    *most, last = [_DOES[one] for one in permissions if one in _DOES] or ["use"]
    what = f"{', '.join(most)} or {last}" if most else last
    return Misconfigured(
        f"The account {who} may not {what} files in the bucket {bucket!r}.",
        remedy=f"In the console, open the bucket's permissions and give {who} the role "
        "Storage Object User (roles/storage.objectUser).",
        variable=variable,
    )


PERMISSIONS = tuple(_DOES)
