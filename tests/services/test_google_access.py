"""Keys of service accounts, and what failing access to Google is said to be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth import exceptions as login

from services.bucket.gcs_calls import Calls
from services.bucket.gcs_login import login as gcs_login
from services.errors import Misconfigured, Refused, Unavailable
from services.google_access import access_trouble, read_key
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file
from tests.doubles.google_twins import gcs_bucket, google_sheet
from tests.doubles.http_double import Answer, Double, Fault
from tests.doubles.sheets_server import SheetsServer


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        ("not JSON", "it is not JSON"),
        ("[]", "it is not JSON|not a service account"),
        (json.dumps({"installed": {"client_secret": "x"}}), "an OAuth client"),
        (json.dumps({"type": "authorized_user", "refresh_token": "x"}), "the login of a person"),
        (json.dumps({"type": "external_account"}), "a workload identity"),
    ],
)
def test_a_wrong_key_file_says_what_it_is(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Misconfigured, match=sentence) as error:
        read_key(path, "GOOGLE_CREDENTIALS_PATH")
    assert error.value.variable == "GOOGLE_CREDENTIALS_PATH"
    assert error.value.remedy


@pytest.mark.parametrize(
    "change", [{"private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n"}, {"client_email": None}]
)
def test_a_damaged_key_is_said_to_be(tmp_path: Path, change: dict[str, Any]) -> None:
    path = key_file(tmp_path / "key.json", "http://127.0.0.1:1", **change)
    if change.get("client_email", "") is None:
        info = json.loads(path.read_text())
        del info["client_email"]
        path.write_text(json.dumps(info))
    with pytest.raises(Misconfigured, match="damaged") as error:
        read_key(path, "K")
    assert "PRIVATE" not in str(error.value)


def test_a_key_for_tokens_from_elsewhere_is_refused(tmp_path: Path) -> None:
    for address in ("https://evil.example/token", "http://oauth2.googleapis.com/token", ""):
        with pytest.raises(Misconfigured, match="not Google's"):
            read_key(key_file(tmp_path / "key.json", "x", token_uri=address), "K")


def kinds(base: type[BaseException]) -> Iterator[type[BaseException]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


@pytest.mark.parametrize(
    "kind", sorted({*kinds(requests.RequestException), *kinds(login.GoogleAuthError)}, key=str), ids=str
)
def test_every_error_of_the_line_and_the_login_has_a_sentence(kind: type[Exception]) -> None:
    try:
        error = kind("secret words")
    except TypeError:
        error = kind("secret words", "", 0)  # JSONDecodeError
    found = access_trouble(error, "Google Sheets", "GOOGLE_CREDENTIALS_PATH")
    assert isinstance(found, Unavailable | Misconfigured)
    assert not isinstance(found, Refused)
    assert "secret" not in str(found)
    assert found.message.endswith(".")
    assert found.remedy


NO_TOKENS = [
    Answer(200, b"<html>Sign in to this network</html>", {"Content-Type": "text/html"}),
    Answer(200, b"", {"Content-Type": "application/json"}),
    Answer.of([]),
    Answer.of("token"),
    None,  # the line breaks
]


@pytest.mark.parametrize("answer", NO_TOKENS, ids=["page", "empty", "list", "text", "line"])
@pytest.mark.parametrize("service", ["sheet", "bucket"])
async def test_a_login_that_answers_rubbish_is_a_sentence_and_comes_back(
    service: str, answer: Answer | None, tmp_path: Path
) -> None:
    server: Double = SheetsServer() if service == "sheet" else GcsServer()
    fault = Fault(answer) if answer is not None else Fault(drop="before")
    with server.running():
        if isinstance(server, SheetsServer):
            ping = google_sheet(server, tmp_path, patience=2.0).ping
        else:
            ping = gcs_bucket(server.url, tmp_path, ["a"], patience=0.2).ping
        server.fail("token", *[fault] * 30)
        with pytest.raises(Unavailable, match="login did not answer"):
            await ping()
        server.faults.clear()
        await ping()


@pytest.mark.parametrize(
    "body", [b"", b"<html>Sign in</html>", b"[]", b"{"], ids=["empty", "page", "list", "cut"]
)
async def test_a_bucket_that_answers_rubbish_is_a_sentence(body: bytes, tmp_path: Path) -> None:
    with GcsServer().running() as server:
        server.add("a/x.mp4", b"x")
        bucket = gcs_bucket(server.url, tmp_path, ["a"], patience=0.2)
        await bucket.ping()
        rubbish = Fault(Answer(200, body, {"Content-Type": "application/json"}))
        for name in ("buckets.testIamPermissions", "objects.list"):
            server.fail(name, *[rubbish] * 1000)
            with pytest.raises(Unavailable):
                await bucket.ping()
            server.faults.clear()
        await bucket.ping()


async def test_who_asks_how_the_bucket_is_hears_the_reason_in_time(tmp_path: Path) -> None:
    """Files are tried for a minute; nobody who looks at the status waits for that long."""
    with GcsServer().running() as server:
        key = read_key(key_file(tmp_path / "key.json", server.url), "GCS_API_KEY_PATH")
        calls = Calls(gcs_login(key, server.url), BUCKET, server.url, first_pause=0.01, look_seconds=0.3)
        server.fail("buckets.testIamPermissions", *[Fault(Answer(503))] * 10_000)
        async with asyncio.timeout(20):
            with pytest.raises(Unavailable, match="503"):
                await asyncio.to_thread(calls.ensure_rights)
        calls.close()
