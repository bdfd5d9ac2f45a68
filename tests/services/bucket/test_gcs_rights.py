"""Who may use the bucket at Google: rights that are withdrawn, keys and logins of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.bucket.gcs import GcsBucket
from services.bucket.gcs_calls import VENDOR, Calls
from services.bucket.gcs_login import login
from services.bucket.inventory import Inventory
from services.errors import Misconfigured
from services.store import Store
from tests.doubles.gcs_server import GcsServer
from tests.doubles.google_keys import EMAIL, key_file
from tests.doubles.http_double import Fault

FOLDERS = ("video_uploads", "music_uploads")
DRAFT = "draft_videos/7.mp4"


async def scan(bucket: GcsBucket) -> list[str]:
    return [file.path async for page in bucket.scan("video_uploads") for file in page]


@pytest.mark.parametrize(
    ("right", "sentence"),
    [
        ("storage.objects.list", "may not list files in the bucket 'clay-studio'"),
        ("storage.objects.get", "may not read files in the bucket 'clay-studio'"),
        ("storage.objects.create", "may not add files in the bucket 'clay-studio'"),
    ],
)
async def test_a_right_that_is_withdrawn_is_named_with_who_needs_it(
    server: GcsServer, bucket: GcsBucket, source: Path, right: str, sentence: str
) -> None:
    server.rights.discard(right)
    works = {"list": scan(bucket), "get": bucket.fetch("video_uploads/a.mp4")}
    works["create"] = bucket.put(source, "7.mp4", "video/mp4")
    for name, work in works.items():
        if right.endswith(name):
            with pytest.raises(Misconfigured, match=sentence) as error:
                await work
            assert f"give {EMAIL} the role Storage Object User" in error.value.remedy
        else:
            work.close()
    with pytest.raises(Misconfigured, match=sentence):
        await bucket.ping()
    assert DRAFT not in server.objects


async def test_rights_that_lack_together_are_one_sentence(server: GcsServer, bucket: GcsBucket) -> None:
    server.rights.clear()
    with pytest.raises(Misconfigured, match=f"account {EMAIL} may not list, read or add files in the bucket"):
        await bucket.ping()


async def test_a_right_withdrawn_during_a_scan_keeps_the_catalogue(
    server: GcsServer, bucket: GcsBucket, tmp_path: Path
) -> None:
    for number in range(1500):
        server.add(f"video_uploads/{number}.txt", b"x")
    store = await Store.open(tmp_path / "operator.db")
    inventory = Inventory(bucket, store)
    await inventory.scan_folders()
    known = await inventory.counts()
    server.fail("objects.list", Fault())
    server.meddle["objects.list"] = lambda: None
    server.noticed["objects.list"] = lambda: (
        server.rights.discard("storage.objects.list") if server.count("objects.list") > 4 else None
    )
    with pytest.raises(Misconfigured, match="may not list"):
        await inventory.scan_folders()
    assert await inventory.counts() == known, "what a scan did not reach is not forgotten"
    await inventory.close()
    await store.close()


async def test_a_bucket_that_is_not_there(server: GcsServer, bucket: GcsBucket, source: Path) -> None:
    server.bucket_exists = False
    for work in (scan(bucket), bucket.open("video_uploads/a.mp4"), bucket.put(source, "7.mp4", "video/mp4")):
        with pytest.raises(Misconfigured, match="There is no bucket 'clay-studio'") as error:
            await work
        assert error.value.variable == "GCS_BUCKET"
    with pytest.raises(Misconfigured, match="There is no bucket"):
        await bucket.ping()


async def test_a_deleted_key_is_said_to_be(server: GcsServer, bucket: GcsBucket) -> None:
    server.desk.key_deleted = True
    with pytest.raises(Misconfigured, match="does not accept the key of GCS_API_KEY_PATH"):
        await bucket.ping()


async def test_a_token_that_ends_is_renewed(server: GcsServer, bucket: GcsBucket) -> None:
    assert await scan(bucket) == ["a.mp4"]
    server.desk.given.clear()
    assert await scan(bucket) == ["a.mp4"]


def test_no_login_at_all_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(Misconfigured, match="there is no login of Google's on this machine") as error:
        login(None, "https://storage.googleapis.com")
    assert "GCS_API_KEY_PATH" in error.value.remedy


def test_the_machines_own_login_signs_if_it_has_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = key_file(tmp_path / "adc.json", "https://oauth2.googleapis.com")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    found = login(None, "https://storage.googleapis.com")
    assert (found.who, found.signer is found.credentials, found.nobody) == (EMAIL, True, False)
    found.session.close()


async def test_a_persons_own_login_reads_but_cannot_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "adc.json"
    person = {"type": "authorized_user", "client_id": "1", "client_secret": "2", "refresh_token": "3"}
    path.write_text(json.dumps(person))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    bucket = GcsBucket(
        Calls(login(None, VENDOR), "clay-studio", VENDOR), "clay-studio", FOLDERS, "draft_videos", tmp_path
    )
    with pytest.raises(Misconfigured, match="cannot be signed") as error:
        await bucket.url("video_uploads/a.mp4")
    assert "GCS_API_KEY_PATH" in error.value.remedy
    await bucket.aclose()
