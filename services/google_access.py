"""What the twins of Google's services share: the service account's key file, and what failing access means.

Used by the bucket and the sheet. It knows nothing of either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from google.auth import exceptions
from google.oauth2 import service_account

from services.errors import Misconfigured, OperatorError, Unavailable
from services.http.places import is_below, is_loopback

LONGEST_KEY = 64 << 10  # bytes; a key file has two thousand
_CONSOLE = "make a JSON key for a service account in the Google Cloud console (IAM, Service accounts, Keys)"
_OTHER_KINDS = {
    "authorized_user": "the login of a person",
    "external_account": "a workload identity",
    "impersonated_service_account": "a service account that is impersonated",
}


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A service account's key; ``email`` is the address that sheets and buckets are shared with."""

    email: str
    variable: str  # the setting that names the file
    info: Mapping[str, Any] = field(repr=False)

    def credentials(self, scope: str) -> Any:
        """Google's own object that signs and fetches tokens for ``scope``."""
        return _Credentials.from_service_account_info(dict(self.info), scopes=[scope])  # type: ignore[no-untyped-call]


class _Credentials(service_account.Credentials):
    """Answers that are none are failures of the line; and without the library's own question in the
    background, after each login, in which regions the account may be used: it goes to another host, over a
    session that is for one thread, and its failure counts for nothing. https://github.com/googleapis/google-cloud-python/tree/main/packages/google-auth"""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False

    def refresh(self, request: Any) -> None:
        try:
            super().refresh(request)  # type: ignore[no-untyped-call]
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            # The library takes whatever comes with 200 for a token; a network's own page may have come.
            raise exceptions.TransportError("The login's answer cannot be read.") from error  # type: ignore[no-untyped-call]


def read_key(path: Path, variable: str) -> KeyFile:
    """The key in ``path``. Misconfigured, naming ``variable``, if it is none of a service account."""

    def wrong(what: str, remedy: str = f"Name the file's path, or {_CONSOLE}.") -> Misconfigured:
        return Misconfigured(f"{variable}: the file {path} {what}.", remedy=remedy, variable=variable)

    try:
        with path.open("rb") as file:
            data = file.read(LONGEST_KEY + 1)
    except OSError as error:
        raise wrong(f"cannot be read ({error.strerror})") from error
    try:
        info = json.loads(data)
        kind = info.get("type")
    except (ValueError, AttributeError, RecursionError):
        raise wrong("is no key: it is not JSON") from None  # the reason would repeat what the file holds
    if {"installed", "web"} & info.keys():
        raise wrong("is an OAuth client, not a service account's key", f"Instead, {_CONSOLE}.")
    if kind != "service_account":
        raise wrong(
            f"is {_OTHER_KINDS.get(str(kind), 'not a service account')}'s key", f"Instead, {_CONSOLE}."
        )
    if not _is_google(str(info.get("token_uri", ""))):
        raise wrong("names an address for tokens that is not Google's", f"Instead, {_CONSOLE}.")
    key = KeyFile(str(info.get("client_email", "")), variable, info)
    try:
        key.credentials("")
    except (ValueError, TypeError, KeyError, exceptions.GoogleAuthError):
        raise wrong(
            "is damaged: the key in it cannot be used", f"Download it again, or {_CONSOLE}."
        ) from None
    return key


def access_trouble(error: Exception, service: str, variable: str) -> OperatorError:
    """The sentence for what Google's login or the line to it raises: every error of requests and google.auth.

    ``service`` begins the sentence ("Google Sheets"); ``variable`` names the setting with the key.
    """
    match error:
        case exceptions.DefaultCredentialsError():
            return Misconfigured(
                f"{service} cannot be used: there is no login of Google's on this machine.",
                remedy=f"Set {variable} to the path of a service account's key, or run "
                "`gcloud auth application-default login`.",
                variable=variable,
            )
        case exceptions.RefreshError() if not error.retryable:
            return Misconfigured(
                f"{service} cannot be used: Google does not accept the key of {variable}.",
                remedy="The key may have been deleted, its account disabled, or this clock be wrong. "
                "Check the clock, or make a new key in the Google Cloud console.",
                variable=variable,
            )
        case exceptions.TransportError() | exceptions.RefreshError() | exceptions.TimeoutError():
            return Unavailable(
                f"{service}: Google's login did not answer.", remedy="It is tried again by itself."
            )
        case exceptions.GoogleAuthError():
            return Misconfigured(
                f"{service} cannot be used with the login in {variable} ({type(error).__name__}).",
                remedy="Make a new key in the Google Cloud console.",
                variable=variable,
            )
        case requests.exceptions.SSLError():
            return Unavailable(
                f"{service} could not be reached safely: the certificate was not accepted.",
                remedy="Check this machine's clock, and whether something reads what it sends.",
            )
        case requests.exceptions.ProxyError():
            return Unavailable(
                f"{service} could not be reached through the proxy.", remedy="Check HTTPS_PROXY."
            )
        case requests.exceptions.Timeout():
            return Unavailable(f"{service} did not answer in time.", remedy="It is tried again by itself.")
        case requests.exceptions.JSONDecodeError() | requests.exceptions.ContentDecodingError():
            return Unavailable(
                f"{service} answered something that cannot be read.", remedy="It is tried again by itself."
            )
        case _:
            return Unavailable(
                f"{service} could not be reached, or the line broke.",
                remedy="Check the network; it is tried again by itself.",
            )


def _is_google(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    return (parts.scheme == "https" and is_below(host, ("googleapis.com",))) or is_loopback(host)
