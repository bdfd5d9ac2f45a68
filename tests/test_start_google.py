"""At the start: a login at Google that cannot sign addresses, where a service fetches media by them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.settings import Settings, load_settings
from bot.wiring import close_operator, open_operator
from bot.wiring.addresses import ensure_addresses
from services.bucket.gcs import GcsBucket
from services.bucket.gcs_calls import Calls
from services.bucket.gcs_login import Login, RemoteSigner, login
from services.errors import Misconfigured
from services.google_access import read_key
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import EMAIL, key_file
from tests.doubles.http_double import Answer, Fault
from tests.doubles.json2video_server import KEY

RENDERS = {"JSON2VIDEO_API_KEY": KEY}
POSTS = {
    "PUBLISH_TO": "instagram",
    "INSTAGRAM_UPLOAD": "url",
    "INSTAGRAM_USER_ID": "17841400000000000",
    "INSTAGRAM_ACCESS_TOKEN": "a-token-that-nobody-asks",
    "FB_APP_ID": "1",
    "FB_APP_SECRET": "secret",
}
CASES = [
    (RENDERS, "JSON2Video fetches media by signed addresses", "leave JSON2VIDEO_API_KEY empty"),
    (POSTS, "INSTAGRAM_UPLOAD=url has Instagram fetch", "set INSTAGRAM_UPLOAD=resumable"),
]


@pytest.fixture
def persons_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `gcloud auth application-default login` leaves it."""
    path = tmp_path / "adc.json"
    person = {"type": "authorized_user", "client_id": "1", "client_secret": "2", "refresh_token": "3"}
    path.write_text(json.dumps(person))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))


def settings(tmp_path: Path, **more: str) -> Settings:
    return load_settings([], {"GCS_BUCKET": BUCKET, "DATA_DIR": str(tmp_path / "data"), **more})


@pytest.mark.usefixtures("persons_login")
@pytest.mark.parametrize(("more", "why", "instead"), CASES)
async def test_a_persons_own_login_is_refused_where_addresses_are_needed(
    tmp_path: Path, more: dict[str, str], why: str, instead: str
) -> None:
    with pytest.raises(Misconfigured, match="cannot be signed") as caught:
        await open_operator(settings(tmp_path, **more))
    assert caught.value.variable == "GCS_API_KEY_PATH"
    assert why in caught.value.message
    assert "Set GCS_API_KEY_PATH" in caught.value.remedy
    assert instead in caught.value.remedy


@pytest.mark.usefixtures("persons_login")
@pytest.mark.parametrize("more", [{}, {**POSTS, "INSTAGRAM_UPLOAD": "resumable"}])
async def test_it_will_do_where_they_are_not(tmp_path: Path, more: dict[str, str]) -> None:
    await close_operator(await open_operator(settings(tmp_path, **more)))


async def test_a_key_signs_without_asking_anybody(tmp_path: Path) -> None:
    with GcsServer().running() as server:
        key = str(key_file(tmp_path / "key.json", server.url))
        op = await open_operator(
            settings(tmp_path, **RENDERS, GCS_API_KEY_PATH=key, STORAGE_EMULATOR_HOST=server.url)
        )
        await close_operator(op)
        assert server.asked == []


@pytest.mark.parametrize(("more", "why", "instead"), CASES)
async def test_a_machines_account_without_the_right_to_sign_is_refused(
    tmp_path: Path, more: dict[str, str], why: str, instead: str
) -> None:
    with GcsServer().running() as server:
        server.may_sign = False
        bucket = by_remote_signer(server, tmp_path)
        with pytest.raises(Misconfigured, match="may not sign addresses") as caught:
            await ensure_addresses(settings(tmp_path, **more), bucket)
        assert why in caught.value.message
        assert "roles/iam.serviceAccountTokenCreator" in caught.value.remedy
        assert instead in caught.value.remedy
        server.may_sign = True
        await ensure_addresses(settings(tmp_path, **more), bucket)
        await bucket.aclose()


async def test_a_signing_service_that_is_out_of_order_stops_no_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with GcsServer().running() as server:
        bucket = by_remote_signer(server, tmp_path)
        server.fail("sign", Fault(Answer(503)))
        await ensure_addresses(settings(tmp_path, **RENDERS), bucket)
        assert "is not known yet" in caplog.text
        assert server.count("sign") == 1
        await bucket.aclose()


def by_remote_signer(server: GcsServer, folder: Path) -> GcsBucket:
    """As on Google's own machines: a login without a key, for which Google signs."""
    key = read_key(key_file(folder / "machine.json", server.url), "GCS_API_KEY_PATH")
    here = login(key, server.url)
    signer = RemoteSigner(here.credentials, lambda: EMAIL, here.session, server.url)
    calls = Calls(Login(here.credentials, here.session, EMAIL, signer), BUCKET, server.url)
    return GcsBucket(calls, BUCKET, ("video_uploads",), "draft_videos", folder / "originals")
