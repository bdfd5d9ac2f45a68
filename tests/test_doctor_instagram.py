"""What doctor and status say of Instagram: account, token, permissions, quota. Nothing is changed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import of_instagram
from bot.doctor.check import Check, State
from bot.settings import Settings, load_settings
from bot.wiring import close_operator, open_operator
from tests.doubles.google_keys import key_file
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_process import env_of
from tests.doubles.graph_server import Fault, GraphServer


@pytest.fixture(params=["facebook", "instagram"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[GraphServer]:
    async with GraphServer(request.param).running() as server:
        yield server
        assert server.problems == []


@pytest.fixture
def settings(server: GraphServer, tmp_path: Path, studio: Path) -> Settings:
    given = {"DATA_DIR": str(tmp_path / "data"), "MEDIA_DIR": str(studio), "PUBLISH_TO": "instagram"}
    if not server.state.takes_uploads:
        # A bucket that signs addresses; nobody asks it for anything here.
        given |= {"GCS_BUCKET": "clay", "STORAGE_EMULATOR_HOST": "http://127.0.0.1:9"}
        given["GCS_API_KEY_PATH"] = str(key_file(tmp_path / "key.json", "http://127.0.0.1:9"))
    return load_settings([], given | env_of(server))


def token(server: GraphServer, settings: Settings) -> str:
    assert settings.instagram_access_token is not None
    return settings.instagram_access_token.get_secret_value()


async def told(settings: Settings) -> dict[str, Check]:
    found = {check.what: check for check in await of_instagram.checks(settings)}
    assert settings.instagram_access_token is not None
    shown = json.dumps([dataclasses.asdict(check) for check in found.values()])
    assert settings.instagram_access_token.get_secret_value() not in shown
    assert not settings.data_dir.exists(), "nothing is written"
    return found


async def test_all_is_well(server: GraphServer, settings: Settings) -> None:
    found = await told(settings)
    assert "@clay_and_fire answers" in found["account"].message
    assert found["quota"].message == "0 of 50 posts used in the last 24 hours."
    told_end = server.state.flavour == "facebook"  # the other login tells it when the token is prolonged
    assert {check.state for name, check in found.items() if name != "token" or told_end} == {State.OK}
    assert ("60 days are left" if told_end else "is not known") in found["token"].message
    business = "" if told_end else "business_"
    assert f"permission instagram_{business}content_publish" in found
    assert f"permission instagram_{business}manage_insights" in found


async def test_each_missing_permission_is_named(server: GraphServer, settings: Settings) -> None:
    """Instagram login does not tell them: each is tried."""
    server.state.add_medium("A pot")
    prefix = "instagram_" if server.state.flavour == "facebook" else "instagram_business_"
    server.state.tokens[token(server, settings)].scopes = (f"{prefix}basic",)
    found = await told(settings)
    assert found[f"permission {prefix}content_publish"].state is State.FAIL
    assert found[f"permission {prefix}manage_insights"].state is State.WARN
    assert found[f"permission {prefix}manage_comments"].state is State.WARN
    assert found[f"permission {prefix}basic"].state is State.OK
    assert "quota" not in found


async def test_a_newest_post_that_few_have_seen_is_no_missing_permission(
    server: GraphServer, settings: Settings
) -> None:
    post = server.state.add_medium("A pot")
    post.error = GraphError(10, "(#10) Not enough viewers for the media to show insights")
    found = await told(settings)
    assert not [check for check in found.values() if check.state is State.FAIL]


async def test_a_token_that_is_due_is_told_who_prolongs_it(server: GraphServer, settings: Settings) -> None:
    ends = server.state.clock() + timedelta(days=5)
    server.state.tokens[token(server, settings)].expires = ends
    check = (await told(settings.model_copy(update={"instagram_token_expiration": ends})))["token"]
    assert (check.state, "due to be prolonged" in check.message) == (State.WARN, True)
    assert "autopotter collect" in check.remedy


async def test_a_token_near_its_end_and_a_full_quota_are_warned_of(
    server: GraphServer, settings: Settings
) -> None:
    ends = server.state.clock() + timedelta(days=2)
    server.state.tokens[token(server, settings)].expires = ends
    server.state.quota_total = 0
    found = await told(settings.model_copy(update={"instagram_token_expiration": ends}))
    assert "Only 2.0 days are left" in found["token"].message
    assert found["quota"].state is State.WARN


@pytest.mark.parametrize("subcode", [0, 460, 463])
async def test_a_dead_token_says_how_to_renew_it(
    server: GraphServer, settings: Settings, subcode: int
) -> None:
    server.state.tokens[token(server, settings)].dead = subcode
    found = await told(settings)
    assert found["account"].state is State.FAIL
    assert "autopotter setup" in found["account"].remedy


async def test_a_wrong_number_and_a_silent_service(server: GraphServer, settings: Settings) -> None:
    found = await told(settings.model_copy(update={"instagram_user_id": "17841400000000002"}))
    assert found["account"].state is State.FAIL
    assert "INSTAGRAM_USER_ID" in found["account"].message
    assert "autopotter setup" in found["account"].remedy
    server.fail("account", *[Fault(status=503)] * 5)
    assert "out of order" in (await told(settings))["account"].message
    server.fail("account", Fault(error=GraphError(200, "Permissions error")))
    assert "lacks a permission" in (await told(settings))["account"].message


@pytest.mark.parametrize("server", ["facebook"], indirect=True)  # the other login needs no secret for this
async def test_a_wrong_app_secret_is_named_as_the_token_cannot_be_prolonged(
    server: GraphServer, settings: Settings
) -> None:
    wrong = settings.model_copy(update={"fb_app_secret": SecretStr("0123456789abcdef" * 2)})
    found = await told(wrong)
    assert found["account"].state is State.OK
    assert (found["app"].state, found["app"].remedy) == (State.FAIL, "Correct FB_APP_ID and FB_APP_SECRET.")
    op = await open_operator(wrong)
    try:
        said = await op.services.account.ping()
    finally:
        await close_operator(op)
    assert "it cannot be prolonged: Facebook does not know this app and secret." in said


async def test_a_used_up_quota_is_told_by_status(server: GraphServer, settings: Settings) -> None:
    server.state.quota_total = 0
    op = await open_operator(settings)
    try:
        said = await op.services.publisher.ping()
    finally:
        await close_operator(op)
    assert said.startswith("Instagram takes no more posts for now: 0 of 0 used in the last 24 hours.")


async def test_status_names_the_twins_and_the_schedule_prolongs_the_token(
    server: GraphServer, settings: Settings
) -> None:
    old = server.state.issue(age=timedelta(days=56))
    server.state.tokens[token(server, settings)].expires = server.state.tokens[old].expires
    server.state.tokens[token(server, settings)].made -= timedelta(days=56)
    op = await open_operator(settings)
    try:
        assert op.services.names()["account"] == op.services.names()["publisher"] == "instagram"
        assert op.target == f"instagram {server.state.user_id}"
        assert op.options.dry_run
        said = await op.services.account.ping()
        assert said.startswith("Instagram account @clay_and_fire with 1,200 followers; ")

        async def once() -> bool:
            return await op.engine.idle({"token": None})

        await op.engine.drive(once, only={"token": None})
        stored = settings.data_dir / "instagram_token.json"
        assert token(server, settings) not in stored.read_text()
        assert "60 days left" in await op.services.account.ping()
    finally:
        await close_operator(op)
