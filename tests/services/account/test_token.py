"""The token's life, over a socket, in both flavours."""

from __future__ import annotations

import json
import logging
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.errors import Misconfigured
from services.graph.errors import TABLE, Kind
from tests.doubles.graph_client import Side, side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault


async def test_a_short_lived_token_becomes_one_of_sixty_days(we: Side) -> None:
    short = we.server.state.issue(long=False)
    keeper = we.keeper_of(short)
    made = await keeper.get_long_lived_token()
    assert made.expires == we.clock.now + timedelta(days=60)
    assert (await keeper.current()).get_secret_value() == made.secret.get_secret_value() != short
    assert stat.S_IMODE(we.file.stat().st_mode) == 0o600


async def test_the_stored_token_beats_the_settings_until_these_change(we: Side) -> None:
    short = we.server.state.issue(long=False)
    made = await we.keeper_of(short).get_long_lived_token()
    assert await we.keeper_of(short).current() == made.secret
    other = we.server.state.issue()
    assert (await we.keeper_of(other).current()).get_secret_value() == other


async def test_it_is_prolonged_in_its_last_week_and_not_before(we: Side) -> None:
    old = we.server.state.issue(age=timedelta(days=50))
    ends = we.server.state.tokens[old].expires
    keeper = we.keeper_of(old, ends)
    assert not await keeper.check_refresh_access_token()
    assert we.server.asked("token") == []
    we.clock.now += timedelta(days=4)
    assert await keeper.check_refresh_access_token()
    assert (await keeper.current()).get_secret_value() != old
    assert (await keeper.standing()).days == pytest.approx(60)
    assert not await keeper.check_refresh_access_token()


async def test_an_unknown_end_is_learnt(we: Side) -> None:
    old = we.server.state.issue(age=timedelta(days=55))
    keeper = we.keeper_of(old)
    assert await keeper.check_refresh_access_token()
    assert (await keeper.standing()).days == pytest.approx(60)


async def test_a_refusal_to_prolong_leaves_the_old_one_in_use(we: Side) -> None:
    old = we.server.state.issue(age=timedelta(days=55))
    keeper = we.keeper_of(old, we.server.state.tokens[old].expires)
    we.server.fail("token", *[Fault(error=GraphError(2, "Service temporarily unavailable"))] * 8)
    assert not await keeper.check_refresh_access_token()
    asked = len(we.server.asked("token"))
    assert not await keeper.check_refresh_access_token()
    assert len(we.server.asked("token")) == asked  # not before hours have passed
    assert (await keeper.current()).get_secret_value() == old
    assert not we.file.exists()
    we.server.faults.clear()
    we.clock.now += timedelta(hours=7)
    assert await keeper.check_refresh_access_token()


async def test_an_expired_one_is_told_without_asking(we: Side) -> None:
    keeper = we.keeper_of(we.server.state.issue(long=False))
    await keeper.get_long_lived_token()
    asked = len(we.server.calls)
    assert not await keeper.is_token_expired()
    we.clock.now += timedelta(days=61)
    assert await keeper.is_token_expired()
    for ask in (keeper.current, keeper.check_refresh_access_token):
        with pytest.raises(Misconfigured, match="autopotter setup"):
            await ask()
    assert len(we.server.calls) == asked


async def test_a_date_left_over_from_an_older_token_stops_nothing(we: Side) -> None:
    keeper = we.keeper_of(we.token, we.clock.now - timedelta(days=1))
    assert await keeper.is_token_expired()
    assert (await keeper.current()).get_secret_value() == we.token
    we.clock.now += timedelta(days=2)
    assert await keeper.check_refresh_access_token()
    assert not await keeper.is_token_expired()


async def test_an_expired_token_of_the_settings_is_asked_with_once(we: Side) -> None:
    keeper = we.keeper_of(we.token, we.server.state.tokens[we.token].expires)
    we.clock.now += timedelta(days=61)
    for _ in range(3):
        with pytest.raises(Misconfigured, match="autopotter setup"):
            await keeper.check_refresh_access_token()
    assert len(we.server.calls) == 1


@pytest.mark.parametrize("subcode", [0, 458, 459, 460, 463, 464, 467, 492])
async def test_a_dead_token_is_told_once_and_not_asked_with_again(we: Side, subcode: int) -> None:
    we.server.state.tokens[we.token].dead = subcode
    told = set()
    for _ in range(5):
        with pytest.raises(Misconfigured) as caught:
            await we.graph.get(we.server.state.user_id, fields="username")
        told.add(str(caught.value))
    assert told == {f"{TABLE[190, subcode or None].sentence} {TABLE[190, subcode or None].remedy}"}
    assert "autopotter setup" in told.pop()
    assert len(we.server.calls) == 1
    fresh = we.server.state.issue()
    assert (await we.keeper_of(fresh).current()).get_secret_value() == fresh


async def test_another_process_may_have_prolonged_it(we: Side) -> None:
    old = we.server.state.issue(age=timedelta(days=55))
    ends = we.server.state.tokens[old].expires
    one, other = we.keeper_of(old, ends), we.keeper_of(old, ends)
    assert (await other.current()).get_secret_value() == old
    assert await one.check_refresh_access_token()
    assert await other.current() == await one.current()


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"token": 5}', '{"token": "x", "settings": "y", "expires": "then"}']
)
async def test_a_damaged_file_is_passed_over(we: Side, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    we.file.write_text(damage)
    assert (await we.keeper_of(we.token).current()).get_secret_value() == we.token


async def test_what_it_may_do_is_told(tmp_path: Path) -> None:
    async with side("facebook", tmp_path) as we:
        words = (await we.keeper.standing()).words()
        assert words == (
            "the token has 60 days left and may read the account, read insights, read comments and publish."
        )
        we.server.state.tokens[we.token].scopes = ("instagram_basic",)
        words = (await we.keeper_of(we.token).standing()).words()
        assert words.endswith("but not read insights, read comments and publish.")


async def test_without_the_apps_secret_the_missing_variable_is_named(tmp_path: Path) -> None:
    async with side("facebook", tmp_path) as we:
        object.__setattr__(we.wire.login, "app_secret", SecretStr(""))
        with pytest.raises(Misconfigured) as caught:
            await we.keeper.get_long_lived_token()
        assert caught.value.variable == "FB_APP_SECRET"


async def test_no_token_in_any_log_or_error(we: Side, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    old = we.server.state.issue(age=timedelta(days=55))
    keeper = we.keeper_of(old, we.server.state.tokens[old].expires)
    await keeper.check_refresh_access_token()
    new = (await keeper.current()).get_secret_value()
    we.server.state.tokens[we.token].dead = 460
    with pytest.raises(Misconfigured) as caught:
        await we.graph.get(we.server.state.user_id, fields="username")
    seen = caplog.text + repr(caught.value) + repr(caught.value.__cause__) + repr(keeper.__dict__)
    for secret in (old, new, we.token, we.server.state.app_secret):
        assert secret not in seen
    assert new in json.loads(we.file.read_text())["token"]


def test_only_a_dead_token_is_mourned() -> None:
    assert {key[0] for key, entry in TABLE.items() if entry.kind is Kind.DEAD} == {102, 190}
