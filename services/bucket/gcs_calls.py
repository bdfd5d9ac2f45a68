"""The calls to one bucket of Google Cloud Storage, by Google's library, with limits of time of our own.

Everything blocks and may be called from several threads. Raises only OperatorError.
"""

from __future__ import annotations

import base64
import os
import random
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import google_crc32c
from google.api_core.exceptions import NotFound, PreconditionFailed
from google.api_core.retry import Retry
from google.cloud import storage

from services.bucket.gcs_login import Login
from services.bucket.gcs_refusals import (
    PERMISSIONS,
    is_passing,
    is_the_bucket,
    missing_rights,
    sentences,
)
from services.errors import Misconfigured, Unavailable

VENDOR = "https://storage.googleapis.com"
TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two pieces of an answer
RETRY_SECONDS = 60.0  # over all tries of a call; each is safe to repeat: it reads, or has a precondition
LOOK_SECONDS = 8.0  # the same for "how is it?": who asks waits 20 s, and is to hear the reason
FIRST_PAUSE = 1.0  # seconds before the second try at most, doubled for each further one
LONGEST_PAUSE = 20.0
PAGE = 1000
UPLOAD_PIECE = 8 << 20  # bytes; a broken line costs one piece
_FIELDS = "name,size,contentType,updated,timeCreated,generation,md5Hash,crc32c,storageClass"
_VARIABLE = "GCS_API_KEY_PATH"


class Calls:
    """What is asked of ``bucket``; ``address`` is the vendor's, or a double's on this machine."""

    def __init__(
        self,
        login: Login,
        bucket: str,
        address: str = VENDOR,
        *,
        first_pause: float = FIRST_PAUSE,
        retry_seconds: float = RETRY_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.login = login
        self._name, self._address = bucket, address
        # Without the address named here the library would take one from the environment, whatever it is.
        self._client = storage.Client(
            project=None,
            credentials=login.credentials,
            _http=login.session,
            client_options={"api_endpoint": address},
        )
        self._bucket = self._client.bucket(bucket)
        self._first_pause, self._retry_seconds = first_pause, retry_seconds
        self._look_seconds = min(look_seconds, retry_seconds)
        self._ended = threading.Event()

    def _sentences(self, *, of_file: bool = True) -> AbstractContextManager[None]:
        return sentences(self._name, self.login.who, _VARIABLE, of_file=of_file)

    def _tries(self, seconds: float | None = None) -> Retry:
        """Of one call. The library sleeps in pauses that nobody can end; these end with the operator."""
        seconds = self._retry_seconds if seconds is None else seconds
        pause = self._first_pause

        def rest(_: Exception) -> None:
            nonlocal pause
            self._ended.wait(random.uniform(0.5, 1.0) * pause)  # noqa: S311 - jitter
            pause = min(2 * pause, LONGEST_PAUSE, seconds / 4)

        return Retry(
            predicate=lambda error: not self._ended.is_set() and is_passing(error),
            initial=0.0,
            maximum=0.0,
            timeout=seconds,
            on_error=rest,
        )

    def pages(self, prefix: str) -> Iterator[list[Any]]:
        """The library's objects below ``prefix``, in the order of their names, a page at a time."""
        with self._sentences(of_file=False):
            # Without nextPageToken in its fields a list ends after the first page, without a word.
            found = self._client.list_blobs(
                self._bucket,
                prefix=prefix,
                page_size=PAGE,
                fields=f"items({_FIELDS}),nextPageToken",
                timeout=TIMEOUT,
                retry=self._tries(),
            )
            for page in found.pages:
                yield list(page)

    def facts(self, name: str) -> Any | None:
        """The library's object with what the bucket knows of it; None if there is none."""
        with self._sentences():
            blob = self._bucket.blob(name)
            try:
                blob.reload(timeout=TIMEOUT, retry=self._tries())
            except NotFound as error:
                if is_the_bucket(error):
                    raise
                return None
            return blob

    def read(self, name: str, generation: int, start: int, end: int) -> bytes:
        """Bytes ``start`` up to ``end`` of exactly this generation. Unavailable if fewer arrive."""
        with self._sentences():
            data = self._bucket.blob(name).download_as_bytes(
                start=start,
                end=end - 1,
                raw_download=True,
                if_generation_match=generation,
                checksum=None,  # the service tells none for a part; whole files are checked when complete
                timeout=TIMEOUT,
                retry=self._tries(),
            )
        if len(data) != end - start:
            raise Unavailable(
                "A file of the bucket arrived cut off.",
                remedy="It is tried again by itself.",
                retry_after=2.0,
            )
        return bytes(data)

    def create(self, source: Path, name: str, content_type: str) -> Any | None:
        """Upload under a name that is not taken; None if it is, perhaps by this call's own lost first try."""
        with self._sentences():
            blob = self._bucket.blob(name, chunk_size=UPLOAD_PIECE)
            try:
                blob.upload_from_filename(
                    str(source),
                    content_type=content_type,
                    if_generation_match=0,
                    checksum="crc32c",
                    timeout=TIMEOUT,
                    retry=self._tries(),
                )
            except PreconditionFailed:
                return None
            return blob

    def ensure_rights(self) -> None:
        """Misconfigured if the account may not list, read or put files there; an emulator knows no rights."""
        if self.login.nobody:
            return
        with self._sentences(of_file=False):
            tries = self._tries(self._look_seconds)
            given = self._bucket.test_iam_permissions(list(PERMISSIONS), timeout=TIMEOUT, retry=tries)
        missing = [one for one in PERMISSIONS if one not in given]
        if missing:
            raise missing_rights(missing, self._name, self.login.who, _VARIABLE)

    def signed(self, name: str, life: timedelta) -> str:
        """An address that reads the file without a login for ``life``. Misconfigured if nobody can sign."""
        if self.login.nobody:
            return f"{self._address}/{self._name}/{quote(name, errors='surrogatepass')}"
        if self.login.signer is None:
            raise Misconfigured(
                "Addresses of files in the bucket cannot be signed: the login on this machine has no key.",
                remedy=f"Set {_VARIABLE} to the path of a service account's key.",
                variable=_VARIABLE,
            )
        with self._sentences():
            return str(
                self._bucket.blob(name).generate_signed_url(
                    version="v4",  # the library's default is an older kind
                    expiration=life,
                    method="GET",
                    credentials=self.login.signer,
                    api_access_endpoint=self._address,
                )
            )

    def close(self) -> None:
        self._ended.set()
        self.login.session.close()


def crc32c_of(path: Path) -> str:
    """Of the whole file, as the service writes it. OSError if it cannot be read."""
    checksum: Any = google_crc32c.Checksum()  # type: ignore[no-untyped-call]
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            checksum.update(piece)
    return base64.b64encode(checksum.digest()).decode()


def is_same(blob: Any, source: Path) -> bool:
    """Whether the stored object is the file's content."""
    return bool(blob.size == os.path.getsize(source) and blob.crc32c == crc32c_of(source))  # noqa: PTH202
