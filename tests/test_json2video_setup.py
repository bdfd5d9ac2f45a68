"""`autopotter setup` and `autopotter doctor` on JSON2Video, and what the settings demand of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import load_settings, twins
from services.errors import Misconfigured
from tests.doubles import media
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file
from tests.doubles.json2video_server import KEY, Json2VideoServer
from tests.test_doctor import run, told
from tests.test_setup_google import hold


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Json2VideoServer]:
    with Json2VideoServer(media.photo(tmp_path / "unused.jpg")).running() as running:
        yield running
    assert running.bought == [], "nothing is bought"
    assert running.problems == []


@pytest.fixture
def bucket() -> Iterator[GcsServer]:
    with GcsServer().running() as running:
        running.add("video_uploads/a.mp4", b"x")
        yield running


@pytest.fixture
def given(bucket: GcsServer, server: Json2VideoServer, tmp_path: Path) -> dict[str, str]:
    return {
        "GCS_BUCKET": BUCKET,
        "GCS_API_KEY_PATH": str(key_file(tmp_path / "key.json", bucket.url)),
        "STORAGE_EMULATOR_HOST": bucket.url,
        "JSON2VIDEO_API_KEY": KEY,
        "JSON2VIDEO_BASE_URL": f"{server.url}/v2",
    }


def test_a_key_selects_it_and_needs_a_bucket_with_addresses(given: dict[str, str]) -> None:
    assert twins(load_settings([], given))["renderer"] == "json2video"
    with pytest.raises(Misconfigured, match="cannot work with the bucket 'folder'"):
        load_settings([], {"JSON2VIDEO_API_KEY": KEY})


@pytest.mark.parametrize(
    "address",
    [
        "http://api.json2video.com/v2",
        "https://evil.org/v2",
        "https://json2video.com.evil.org",
        "https://u:p@json2video.com",
    ],
)
def test_the_key_travels_to_the_service_or_to_this_machine_only(address: str, given: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="JSON2VIDEO_BASE_URL") as caught:
        load_settings([], given | {"JSON2VIDEO_BASE_URL": address})
    assert KEY not in str(caught.value)


def test_doctor_tells_credits_caps_and_both_renderers(
    given: dict[str, str], tmp_path: Path, server: Json2VideoServer
) -> None:
    checks = told(run(tmp_path, "--json", JSON2VIDEO_DAILY_CREDITS="200", **given))
    assert checks["renderer json2video"]["message"] == "JSON2Video accepts the key; 600 credits left."
    assert checks["previews local"]["state"] == "ok"
    assert checks["credits of JSON2Video"]["message"] == "600 are left."
    assert checks["cap of JSON2Video"]["message"] == (
        "Videos are bought after the approval; at most 200 credits a day."
    )
    server.account.credits = 30
    checks = told(run(tmp_path, "--json", RENDER_PREVIEW="remote", **given))
    assert checks["credits of JSON2Video"]["state"] == "warn"
    assert "no cap is set" in checks["cap of JSON2Video"]["message"]
    assert "previews local" not in checks


@pytest.mark.parametrize("what", ["key", "credits"])
def test_doctor_says_what_must_be_put_right(
    what: str, given: dict[str, str], tmp_path: Path, server: Json2VideoServer
) -> None:
    if what == "credits":
        server.account.credits = 0
    else:
        given["JSON2VIDEO_API_KEY"] = "J2V-another-key-of-somebody"
    result = run(tmp_path, "--json", **given)
    checks = told(result)
    check = checks["renderer json2video"]
    assert check["state"] == "fail"
    assert "credits of JSON2Video" not in checks, "it is said once"
    assert ("JSON2VIDEO_API_KEY" if what == "key" else "no credits left") in check["message"]
    assert given["JSON2VIDEO_API_KEY"] not in result.output


def test_setup_looks_at_the_account(
    given: dict[str, str],
    server: Json2VideoServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del given["JSON2VIDEO_API_KEY"]
    wrong = "J2V-another-key-of-somebody"
    found = hold(monkeypatch, given, "video", wrong, "local", "100", "0", "video", KEY, "", "", "")
    assert found["JSON2VIDEO_API_KEY"] == KEY
    assert found["JSON2VIDEO_DAILY_CREDITS"] == "100"
    shown = capsys.readouterr().out
    assert "JSON2Video does not accept JSON2VIDEO_API_KEY" in shown
    assert "JSON2Video accepts the key: 600 credits, a second of video each." in shown
    assert KEY not in shown


def test_setup_connects_the_bucket_first_for_who_has_none(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = given.pop("GCS_API_KEY_PATH")
    del given["GCS_BUCKET"], given["JSON2VIDEO_API_KEY"]
    found = hold(monkeypatch, given, "video", BUCKET, key, KEY, "", "", "")
    assert (found["GCS_BUCKET"], found["JSON2VIDEO_API_KEY"]) == (BUCKET, KEY)
    shown = capsys.readouterr().out
    assert "JSON2Video needs the bucket at Google, which comes first." in shown
    assert shown.index("Media in the bucket") < shown.index("JSON2Video accepts the key")


def test_setup_asks_for_no_key_while_there_is_no_bucket(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GCS_API_KEY_PATH", "GCS_BUCKET", "JSON2VIDEO_API_KEY"):
        del given[name]
    assert hold(monkeypatch, given, "video", "", "") == {}
