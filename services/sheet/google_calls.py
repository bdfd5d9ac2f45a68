"""The calls to Google Sheets, by gspread, with limits of time, number and size of our own.

gspread itself waits for ever, and its own retrying client never gives up and repeats what must not be
(gspread/http_client.py): here a read is tried a few times, and a write again only if it certainly had no
effect. Everything blocks; one thread at a time. Raises only OperatorError.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from gspread.http_client import HTTPClient
from gspread.urls import SPREADSHEETS_API_V4_BASE_URL

from services.errors import OperatorError, Refused, Unavailable
from services.google_access import KeyFile, access_trouble
from services.http.places import is_loopback
from services.log import get_logger
from services.sheet.google_pace import Pace
from services.sheet.google_refusals import SERVICE, NoSuchRange, refusal

log = get_logger(__name__)

VENDOR = "https://sheets.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/spreadsheets"  # alone: no other file of the account is reached
TIMEOUT = (10.0, 60.0)  # seconds to connect, and between two pieces of an answer
TOTAL_SECONDS = 120.0  # for one whole answer
LOGIN_SECONDS = 20.0
TRIES = 4
FIRST_PAUSE = 1.0  # seconds before the second try at most, doubled for each further one
DEADLINE = 45.0  # seconds over all tries of one call
PATIENCE = 15.0  # seconds that a call waits for its turn; longer: later
SETTLE = 20.0  # seconds after which a write whose answer was lost is looked for
MAX_BYTES = 32 << 20  # of an answer; a sheet of drafts has kilobytes
_BRIEF = (500, 502, 503, 504)
_FIELDS = (
    "spreadsheetId,properties.title,"
    "sheets(properties(sheetId,title,sheetType,hidden),developerMetadata(metadataKey,metadataValue))"
)


class Calls:
    """What is asked of one spreadsheet. ``stop()`` may come from another thread.

    ``address`` is the vendor's, or a double's on this machine: tokens go there.
    """

    def __init__(
        self,
        key: KeyFile,
        sheet_id: str,
        address: str = VENDOR,
        pace: Pace | None = None,
        *,
        first_pause: float = FIRST_PAUSE,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self._id = sheet_id
        session = AuthorizedSession(key.credentials(SCOPE), refresh_timeout=LOGIN_SECONDS)  # type: ignore[no-untyped-call]
        self._http = _Http(session, key, address, pace or Pace(), first_pause)
        self._http.set_timeout(timeout)

    def about(self) -> dict[str, Any]:
        """Title and tabs, without cells."""
        return _object(self._http.fetch_sheet_metadata(self._id, {"fields": _FIELDS}))

    def values(self, where: str) -> list[list[str]]:
        """Cells as people see them, without empty ones at the end; a number is never made of a text."""
        params = {"majorDimension": "ROWS", "valueRenderOption": "FORMATTED_VALUE"}
        found = _object(self._http.values_get(self._id, where, params)).get("values", [])  # type: ignore[arg-type]
        if not isinstance(found, list) or not all(isinstance(row, list) for row in found):
            raise _nonsense()
        return [[_text(cell) for cell in row] for row in found]

    def update(self, data: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        """Write all ranges at once; None leaves a cell as it is. RAW: no text ever becomes a formula."""
        ranges = [{"range": where, "values": values} for where, values in data.items()]
        self._http.values_batch_update(self._id, {"valueInputOption": "RAW", "data": ranges})

    def append(self, anchor: str, rows: Sequence[Sequence[Any]]) -> str:
        """Insert rows below the table that ``anchor`` lies in; answers the range they now stand in."""
        params = {"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"}
        answer = self._http.values_append(self._id, anchor, params, {"values": rows})  # type: ignore[arg-type]
        return str(_object(_object(answer).get("updates")).get("updatedRange", ""))

    def change(self, requests_: Sequence[Mapping[str, Any]]) -> None:
        """Formats, protection and the like: all of them or none."""
        self._http.batch_update(self._id, {"requests": list(requests_)})

    def ensure_writable(self) -> None:
        """Ask to write nothing: who may only look is refused."""
        try:
            self._http.values_batch_update(self._id, {"valueInputOption": "RAW", "data": []})
        except NoSuchRange:
            raise
        except Refused:  # about the nothing: then at least the right to write was not what was missing
            log.debug("an empty write was refused")

    def stop(self) -> None:
        """End waits, and begin nothing new."""
        self._http.closing.set()

    def close(self) -> None:
        self.stop()
        self._http.session.close()


class _Http(HTTPClient):
    """gspread's transport, in whose one method everything meets."""

    def __init__(
        self, session: requests.Session, key: KeyFile, address: str, pace: Pace, pause: float
    ) -> None:
        super().__init__(None, session)  # type: ignore[arg-type]
        self.closing = threading.Event()
        self._key, self._address, self._pace, self._pause = key, address, pace, pause
        # A proxy of the environment would be asked for this machine's own addresses, too.
        session.trust_env = not is_loopback(urlsplit(address).hostname or "")

    def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> requests.Response:
        """See the module's words; the answer is one of success."""
        url = self._address + endpoint.removeprefix(
            SPREADSHEETS_API_V4_BASE_URL.removesuffix("/v4/spreadsheets")
        )
        reading, ends, attempt = method == "get", time.monotonic() + DEADLINE, 0
        while True:
            attempt += 1
            if self.closing.is_set():
                raise Unavailable("Google Sheets is not asked any more, as the operator ends.")
            self._wait_for_turn(reading=reading)
            trouble, certain, pause = self._attempt(method, url, *args, **kwargs)
            if isinstance(trouble, requests.Response):
                return trouble
            if not (reading or certain) and isinstance(trouble, Unavailable):
                trouble = _unclear(trouble)
            elif pause is not None and attempt < TRIES and not self.closing.is_set():
                rest = max(pause, random.uniform(0.5, 1.0) * self._pause * 2.0 ** (attempt - 1))  # noqa: S311 - jitter
                if time.monotonic() + rest < ends:
                    log.debug("Google Sheets: %s; attempt %d in %.1f s", trouble.message, attempt + 1, rest)
                    if not self.closing.wait(rest):
                        continue
            raise trouble

    def _attempt(
        self, method: str, url: str, params: Any = None, json: Any = None, **_: Any
    ) -> tuple[requests.Response | OperatorError, bool, float | None]:
        """Answer or trouble; whether it had surely no effect; after how many seconds to try again."""
        try:
            response = self.session.request(
                method,
                url,
                params=params,
                json=json,
                timeout=self.timeout,
                stream=True,
                allow_redirects=False,
            )
            _load(response)
        except (requests.RequestException, GoogleAuthError) as error:
            trouble = access_trouble(error, SERVICE, self._key.variable)
            unsent = isinstance(error, requests.exceptions.ConnectTimeout | GoogleAuthError)
            return trouble, unsent, 0.0 if isinstance(trouble, Unavailable) else None
        if response.ok:
            return response, True, None
        found = refusal(response, self._key, writing=method != "get")
        if not isinstance(found, Unavailable):
            return found, True, None
        again = response.status_code == 429 or (method == "get" and response.status_code in _BRIEF)
        return found, response.status_code == 429, (found.retry_after or 0.0) if again else None

    def _wait_for_turn(self, *, reading: bool) -> None:
        while (wait := self._pace.wait(reading=reading)) > 0:
            if wait > PATIENCE or self.closing.is_set():
                raise Unavailable(
                    "Google Sheets is asked as often as it allows.",
                    remedy="It is tried again by itself.",
                    retry_after=wait,
                )
            self.closing.wait(wait)


def _load(response: requests.Response) -> None:
    """The whole answer, within our limits; then the line is free for the next."""
    ends, body = time.monotonic() + TOTAL_SECONDS, bytearray()
    for piece in response.iter_content(64 << 10):
        body += piece
        if len(body) > MAX_BYTES or time.monotonic() > ends:
            response.close()
            raise requests.exceptions.ContentDecodingError("too long, or too slow")
    response._content = bytes(body)  # what requests keeps it in when it reads by itself
    if response.ok:
        response.json()  # gspread would raise this where nobody knows any more what was asked


def _unclear(trouble: Unavailable) -> Unavailable:
    return Unavailable(
        f"{trouble.message} Whether the rows were written is not known.",
        remedy="They are looked for before they are written again.",
        retry_after=max(SETTLE, trouble.retry_after or 0.0),
    )


def _nonsense() -> Unavailable:
    return Unavailable(
        f"{SERVICE} answered something that cannot be read.", remedy="It is tried again by itself."
    )


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _nonsense()
    return value


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return "" if cell is None else str(cell)
