"""Who asks Google Cloud Storage: a service account's key, this machine's login, or nobody (an emulator)."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import google.auth
import requests
from google.auth.credentials import AnonymousCredentials, Signing
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession, Request
from requests.adapters import HTTPAdapter

from services.bucket.gcs_refusals import SERVICE
from services.errors import Misconfigured
from services.google_access import KeyFile, access_trouble
from services.http.places import is_loopback

SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"
CLOUD = "https://www.googleapis.com/auth/cloud-platform"  # what asking Google to sign needs
SIGNING = "https://iamcredentials.googleapis.com"
LOGIN_SECONDS = 20.0
END_SECONDS = 5.0  # for requests under way when the operator ends
AT_ONCE = 16  # connections that are kept
_VARIABLE = "GCS_API_KEY_PATH"


@dataclass(frozen=True, slots=True)
class Login:
    """``signer`` signs addresses; None: nobody here can. ``who`` is the account as people know it."""

    credentials: Any
    session: requests.Session
    who: str
    signer: Any
    nobody: bool = False  # an emulator has no rights and checks no signatures


def login(key: KeyFile | None, address: str, *, signing: str = SIGNING) -> Login:
    """By the key; without one by application default credentials, or as nobody at an emulator.

    Blocks: default credentials may be asked for on the network. Misconfigured if there are none.
    """
    local = is_loopback(urlsplit(address).hostname or "")
    if key is not None:
        credentials = key.credentials(SCOPE)
        return Login(credentials, _session(credentials, local), key.email, credentials)
    if local:
        session = requests.Session()
        session.trust_env = False
        return Login(AnonymousCredentials(), session, "an emulator's user", None, nobody=True)  # type: ignore[no-untyped-call]
    try:
        credentials, _ = google.auth.default(scopes=[CLOUD])
    except GoogleAuthError as error:
        raise access_trouble(error, SERVICE, _VARIABLE) from error
    who = str(getattr(credentials, "service_account_email", "") or "")
    session = _session(credentials, local)
    signer: Any = credentials if isinstance(credentials, Signing) else None
    if signer is None and who:
        signer = RemoteSigner(
            credentials, lambda: str(getattr(credentials, "service_account_email", who)), session, signing
        )
    return Login(credentials, session, who or "of this machine's login", signer)


class RemoteSigner(Signing):
    """Has Google sign for a service account without a key here: signBlob of the IAM Credentials API.

    https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob
    It needs the role Service Account Token Creator on itself.
    """

    def __init__(
        self, credentials: Any, email: Callable[[], str], session: requests.Session, address: str = SIGNING
    ) -> None:
        self._credentials, self._email, self._session, self._address = credentials, email, session, address
        self._request = Request(session)  # kept: when it goes it closes its session
        self._lock = threading.Lock()

    @property
    def signer_email(self) -> str:
        with self._lock:
            if not self._credentials.token:  # on Google's machines the address is known only then
                self._credentials.refresh(self._request)
            return self._email()

    @property
    def signer(self) -> Any:
        return self

    def sign_bytes(self, message: bytes) -> bytes:
        """Misconfigured if the account may not; other troubles as requests raises them."""
        url = f"{self._address}/v1/projects/-/serviceAccounts/{self.signer_email}:signBlob"
        body = json.dumps({"payload": base64.b64encode(message).decode()})
        headers = {"Content-Type": "application/json"}
        answer = self._session.post(url, data=body, headers=headers, timeout=(10, 30), allow_redirects=False)
        if answer.status_code == 403:
            raise Misconfigured(
                f"The account {self.signer_email} may not sign addresses of files.",
                remedy="Give it the role Service Account Token Creator on itself "
                f"(roles/iam.serviceAccountTokenCreator) and enable the IAM Service Account "
                f"Credentials API, or set {_VARIABLE} to a key.",
                variable=_VARIABLE,
            )
        answer.raise_for_status()
        try:
            return base64.b64decode(answer.json()["signedBlob"], validate=True)
        except (LookupError, TypeError, ValueError) as error:
            raise requests.exceptions.ContentDecodingError("no signature") from error


class _Session(AuthorizedSession):
    """One that stays closed: threads that are still at work would open new connections, and leave them."""

    def __init__(self, credentials: Any) -> None:
        super().__init__(credentials, refresh_timeout=LOGIN_SECONDS)  # type: ignore[no-untyped-call]
        self._gate = threading.Condition()
        self._ended, self._under_way = False, 0

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        with self._gate:
            if self._ended:
                raise requests.exceptions.ConnectionError("closed")
            self._under_way += 1
        try:
            answer: requests.Response = super().request(*args, **kwargs)  # type: ignore[no-untyped-call]
            if not answer.ok:  # the library leaves what it refuses unread, and the line with it
                _ = answer.content
            elif _is_no_document(answer):
                raise requests.exceptions.ContentDecodingError("no document")
        finally:
            with self._gate:
                self._under_way -= 1
                self._gate.notify_all()
        return answer

    def close(self) -> None:
        with self._gate:
            self._ended = True
            self._gate.wait_for(lambda: not self._under_way, END_SECONDS)
        super().close()  # type: ignore[no-untyped-call]


def _is_no_document(answer: requests.Response) -> bool:
    """Where the library takes a JSON object for granted: not for files, nor for what was deleted."""
    parts = urlsplit(answer.url)
    told = answer.status_code == requests.codes.ok and parts.path.startswith("/storage/")
    return told and "alt=media" not in parts.query and not answer.content.lstrip().startswith(b"{")


def _session(credentials: Any, local: bool) -> requests.Session:
    session = _Session(credentials)
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=AT_ONCE)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.trust_env = not local
    return session
