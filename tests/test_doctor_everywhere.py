"""Doctor and status with every service elsewhere, and each thing wrong once: both name it, and doctor tells
what to do. Only what is wrong is complained of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import cli
from tests.doubles import media
from tests.doubles.everywhere import Everywhere
from tests.doubles.google_keys import EMAIL
from tests.doubles.openai_contract import Contract
from tests.doubles.openai_server import Fault
from tests.test_doctor import run, told

Env = dict[str, str]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Everywhere]:
    services = Everywhere(media.photo(tmp_path / "unused.jpg"), Contract(None))
    for folder in ("video_uploads", "music_uploads", "completed_works", "wip_photos", "build_photos"):
        services.bucket.add(f"{folder}/a.mp4", b"x")
    with services.running():
        yield services
    assert services.problems == []


@pytest.fixture
def env(services: Everywhere, tmp_path: Path) -> Env:
    (tmp_path / "keys").mkdir()
    return services.env(tmp_path / "keys")


def status(tmp_path: Path, env: Env) -> dict[str, str]:
    """What each service says that is not well."""
    result = CliRunner().invoke(cli, ["status", "--json"], env={**env, "DATA_DIR": str(tmp_path / "data")})
    health = json.loads(result.stdout)["health"]
    found = {name: one["message"] for name, one in health.items() if not one["ok"]}
    assert result.exit_code == (1 if found else 0)
    return found


def lacking(end: str) -> Callable[[Everywhere, Env], None]:
    def change(services: Everywhere, env: Env) -> None:
        token = services.graph.state.tokens[env["INSTAGRAM_ACCESS_TOKEN"]]
        token.scopes = tuple(scope for scope in token.scopes if not scope.endswith(end))

    return change


def without(right: str) -> Callable[[Everywhere, Env], None]:
    return lambda services, env: services.bucket.rights.discard(f"storage.objects.{right}")


def given(**values: str) -> Callable[[Everywhere, Env], None]:
    return lambda services, env: env.update(values)


def sheet(**values: object) -> Callable[[Everywhere, Env], None]:
    return lambda services, env: vars(services.sheet).update(values)


def expired(services: Everywhere, env: Env) -> None:
    services.graph.state.tokens[env["INSTAGRAM_ACCESS_TOKEN"]].dead = 463


def no_credit(services: Everywhere, env: Env) -> None:
    refusal = {"message": "You exceeded your current quota", "code": "insufficient_quota"}
    services.model.fail("/models", *[Fault(429, refusal)] * 9)


def no_credits(services: Everywhere, env: Env) -> None:
    services.renderer.account.credits = 0


def key_deleted(services: Everywhere, env: Env) -> None:
    services.sheet.desk.key_deleted = True


def no_bucket(services: Everywhere, env: Env) -> None:
    services.bucket.bucket_exists = False


@pytest.mark.parametrize(
    ("change", "check", "service", "words", "remedy"),
    [
        (given(JSON2VIDEO_API_KEY="J2V-another-key"), "renderer json2video", "renderer",
         "does not accept JSON2VIDEO_API_KEY", "Copy the key"),
        (no_credits, "renderer json2video", "renderer", "no credits left", "Buy credits"),
        (expired, "account instagram", "account", "token has expired", "autopotter setup"),
        (given(INSTAGRAM_USER_ID="17841400000000002"), "account instagram", "account",
         "INSTAGRAM_USER_ID", "autopotter setup"),
        (given(FB_APP_SECRET="0" * 32), "app", "", "does not know this app", "FB_APP_SECRET"),
        (lacking("content_publish"), "permission instagram_content_publish", "publisher",
         "may not publish|lacks a permission", "Grant it to the app"),
        (without("list"), "bucket gcs", "bucket", f"{EMAIL} may not list", "Storage Object User"),
        (without("create"), "bucket gcs", "bucket", f"{EMAIL} may not", "Storage Object User"),
        (no_bucket, "bucket gcs", "bucket", "There is no bucket", "GCS_BUCKET"),
        (sheet(shared=""), "sheet google", "sheet", "may not open the Google sheet", EMAIL),
        (sheet(shared="viewer"), "sheet google", "sheet", "may only look", EMAIL),
        (sheet(deleted=True), "sheet google", "sheet", "no Google sheet with the id", "trash"),
        (key_deleted, "sheet google", "sheet", "does not accept the key", "new key"),
        (given(OPENAI_API_KEY="sk-another-key-0000000000"), "planner openai", "planner",
         "refuses the key", "OPENAI_API_KEY"),
        (no_credit, "planner openai", "planner", "used up its own limit", "add credit"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else None,
)  # fmt: skip
def test_each_thing_wrong_is_named_with_what_to_do(
    change: Callable[[Everywhere, Env], None], check: str, service: str, words: str, remedy: str,
    services: Everywhere, env: Env, tmp_path: Path,
) -> None:  # fmt: skip
    change(services, env)
    checks = told(run(tmp_path, "--json", **env))
    assert checks[check]["state"] == "fail"
    assert any(word in checks[check]["message"] for word in words.split("|"))
    assert remedy in checks[check]["remedy"]
    failed = {c["group"] for c in checks.values() if c["state"] == "fail"}
    assert failed <= {"services", "instagram"}
    found = status(tmp_path, env)
    if service:
        assert any(word in found[service] for word in words.split("|"))
    assert set(found) <= {service, *(("account", "publisher") if service == "account" else ())}


def test_all_is_well(services: Everywhere, env: Env, tmp_path: Path) -> None:
    result = run(tmp_path, "--json", **env)
    groups = ("google", "services", "instagram", "json2video")
    assert [c for c in told(result).values() if c["group"] in groups and c["state"] != "ok"] == []
    assert status(tmp_path, env) == {}
    assert not [secret for secret in services.secrets() if secret in result.output]


@pytest.mark.parametrize(
    ("variables", "closed"),
    [
        (["GCS_API_KEY_PATH"], {"bucket gcs"}),
        (["GOOGLE_CREDENTIALS_PATH"], {"sheet google"}),
        (["GCS_API_KEY_PATH", "GOOGLE_CREDENTIALS_PATH"], {"bucket gcs", "sheet google"}),
    ],
)
def test_what_cannot_be_opened_keeps_nobody_from_asking_the_others(
    variables: list[str], closed: set[str], services: Everywhere, env: Env, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    broken.chmod(0o600)
    result = run(tmp_path, "--json", **env | dict.fromkeys(variables, str(broken)))
    asked = {what: c for what, c in told(result).items() if c["group"] == "services"}
    assert {what for what, check in asked.items() if check["state"] == "fail"} == closed
    for what in closed:
        assert "not a service account's key" in asked[what]["message"]
    twins = {"account instagram", "planner openai", "renderer json2video", "publisher instagram"}
    assert twins | {"bucket gcs", "sheet google"} <= asked.keys()
