"""What doctor says of Discord: token, application, permissions, who decides. Nothing is changed there."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from bot.doctor import approving, of_discord
from bot.doctor.check import Check, State
from bot.settings import Settings, load_settings
from services.chat_access.discord_terms import NEEDED, PERMISSIONS, Overwrite, in_channel, invite_link
from tests.doubles.discord_server import TOKEN, DiscordServer
from tests.doubles.discord_world import ALL, INVITED, NONE, Right, World
from tests.doubles.http_double import Answer, Fault

READS = {"get_my_application", "get_my_user", "get_bot_gateway", "get_guild", "list_guild_channels",
         "get_guild_member", "list_guild_application_commands"}  # fmt: skip


@pytest.fixture
async def double() -> AsyncIterator[DiscordServer]:
    server = DiscordServer()
    async with server.running():
        yield server
    assert server.problems == []
    assert {name for name, _, _ in server.asked} <= READS, "it only reads"


def given(double: DiscordServer, tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        "DATA_DIR": str(tmp_path / "data"),
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_GUILD_ID": str(double.guild.id),
        "DISCORD_CHANNEL_ID": str(double.channel.id),
        "DISCORD_BASE_URL": f"{double.url}/api/v10",
        **more,
    }


async def told(settings: Settings) -> dict[str, Check]:
    found = {check.what: check for check in await of_discord.checks(settings)}
    shown = json.dumps([dataclasses.asdict(check) for check in found.values()])
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() not in shown
    assert not settings.data_dir.exists(), "nothing is written"
    assert all(check.remedy for check in found.values() if check.state is State.FAIL)
    return found


def bad(found: dict[str, Check]) -> dict[str, State]:
    return {what: check.state for what, check in found.items() if check.state is not State.OK}


async def test_all_is_well(double: DiscordServer, tmp_path: Path) -> None:
    double.owner.give(Right.MANAGE_MESSAGES | Right.SEND_MESSAGES_IN_THREADS)
    found = await told(load_settings([], given(double, tmp_path)))
    assert bad(found) == {}
    assert {f"permission {each.words}" for each in PERMISSIONS} <= set(found)
    assert found["channel of Discord"].message == "#reels."
    assert found["server of Discord"].message == "Studio, with the bot in it."
    assert found["upload limit of Discord"].message.startswith("10 MB a file")
    assert found["log-ins at Discord"].message == "1,000 of 1,000 are left today."
    assert "whoever may use the channel decides" in found["who decides in Discord"].message


async def test_nothing_is_asked_where_discord_is_not_selected(tmp_path: Path) -> None:
    assert await of_discord.checks(load_settings([], {"DATA_DIR": str(tmp_path)})) == []


@pytest.mark.parametrize("permission", [each for each in PERMISSIONS if each.need != "people"])
async def test_each_missing_permission_is_named(
    double: DiscordServer, tmp_path: Path, permission: object
) -> None:
    each = next(one for one in PERMISSIONS if one is permission)
    double.owner.give(Right.MANAGE_MESSAGES | Right.SEND_MESSAGES_IN_THREADS)
    double.owner.take(Right(each.bit))
    found = await told(load_settings([], given(double, tmp_path)))
    check = found[f"permission {each.words}"]
    assert check.state is (State.WARN if each.need == "wished" else State.FAIL)
    assert invite_link(double.world.bot.id) in check.remedy
    if each.need != "vital" or each.name == "send_messages":
        assert list(bad(found)) == [check.what], "and no other"


async def test_people_without_slash_commands_are_told(double: DiscordServer, tmp_path: Path) -> None:
    double.guild.roles[double.guild.id].rights &= ~Right.USE_APPLICATION_COMMANDS
    found = await told(load_settings([], given(double, tmp_path)))
    assert "@everyone" in found["permission Use Application Commands"].message
    # A channel for editors only: what everybody else lacks does not matter.
    double.guild.roles[double.guild.id].rights = NONE
    double.owner.empower("Editors", Right.VIEW_CHANNEL | Right.USE_APPLICATION_COMMANDS)
    found = await told(load_settings([], given(double, tmp_path)))
    assert found["permission Use Application Commands"].state is State.OK


async def test_a_wrong_token_a_silent_service_and_no_log_ins_left(
    double: DiscordServer, tmp_path: Path
) -> None:
    wrong = TOKEN.replace("only", "Only").replace("Only", "Other")
    found = await told(load_settings([], given(double, tmp_path, DISCORD_TOKEN=wrong)))
    assert list(found) == ["token of Discord"]
    assert found["token of Discord"].message == "Discord does not accept the token."
    assert "Reset Token" in found["token of Discord"].remedy
    double.gateway.identify_limit = 15
    found = await told(load_settings([], given(double, tmp_path)))
    assert found["log-ins at Discord"].state is State.FAIL
    double.fail("get_my_application", *[Fault(drop="before")] * 9)
    found = await told(load_settings([], given(double, tmp_path)))
    assert list(bad(found).values()) == [State.FAIL]
    assert "broke" in found["token of Discord"].message


@pytest.mark.parametrize("setting", ["bot_require_code_grant", "interactions_endpoint_url"])
async def test_traps_of_the_developer_portal(double: DiscordServer, tmp_path: Path, setting: str) -> None:
    double.rest.application[setting] = "https://x.example/in" if setting.endswith("url") else True
    check = (await told(load_settings([], given(double, tmp_path))))["application of Discord"]
    assert check.state is State.FAIL
    assert "discord.com/developers/applications" in check.remedy


async def test_the_wrong_place_is_told_with_the_invitation(double: DiscordServer, tmp_path: Path) -> None:
    link = invite_link(double.world.bot.id)
    settings = load_settings([], given(double, tmp_path, DISCORD_GUILD_ID="123456789012345678"))
    check = (await told(settings))["server of Discord"]
    assert check.state is State.FAIL
    assert link in check.remedy
    other = double.owner.guild("Elsewhere", INVITED, commands=False)
    hall = double.owner.channel("hall", other)
    found = await told(load_settings([], given(double, tmp_path, DISCORD_CHANNEL_ID=str(hall.id))))
    assert found["channel of Discord"].message == f"There is no channel {hall.id} in Studio."
    settings = load_settings(
        [], given(double, tmp_path, DISCORD_GUILD_ID=str(other.id), DISCORD_CHANNEL_ID=str(hall.id))
    )
    assert link in (await told(settings))["slash commands"].remedy


async def test_approvers_that_nobody_is(double: DiscordServer, tmp_path: Path) -> None:
    ana = double.world.person("Ana")
    double.world.join(double.guild, ana)
    editors = double.world.role(double.guild, "Editors")
    good = f"{ana.id},{editors.id},U0123ABCDEF"
    settings = load_settings([], given(double, tmp_path, APPROVERS=good))
    assert (await told(settings))["who decides in Discord"].message == "Ana, the role Editors."
    [unused] = approving.unused(settings)
    assert "U0123ABCDEF" in unused.message
    settings = load_settings([], given(double, tmp_path, APPROVERS="123456789012345678"))
    check = (await told(settings))["who decides in Discord"]
    assert check.state is State.WARN
    assert "nobody with the id 123456789012345678" in check.message
    assert "nobody can decide there" in check.message
    settings = load_settings([], given(double, tmp_path, APPROVERS="U0123ABCDEF"))
    assert "names nobody of Discord" in (await told(settings))["who decides in Discord"].message


async def test_names_from_discord_are_one_line_and_rubbish_is_survived(
    double: DiscordServer, tmp_path: Path
) -> None:
    double.checking = False
    double.guild.name = "a\nb\x1b[31m"
    found = await told(load_settings([], given(double, tmp_path)))
    assert "\n" not in found["server of Discord"].message
    double.rest.application |= {"name": ["x"], "owner": "nobody", "team": 7}
    assert bad(await told(load_settings([], given(double, tmp_path)))).keys() <= {
        "permission Manage Messages",
        "permission Send Messages in Threads",
    }


def test_permissions_are_computed_in_discords_order() -> None:
    roles = {"1": 1 << 10, "2": 1 << 11, "3": 0}
    deny = Overwrite(0, 1 << 11)
    assert in_channel("1", roles, ["2"], {}) == 1 << 10 | 1 << 11
    assert in_channel("1", roles, ["2"], {"2": deny}) == 1 << 10
    assert in_channel("1", roles, ["2", "3"], {"2": deny, "3": Overwrite(1 << 11, 0)}) & 1 << 11
    assert not in_channel("1", roles, ["2"], {"9": deny, "2": Overwrite(1 << 11, 0)}, "9") & 1 << 11
    assert in_channel("1", roles, [], {"1": Overwrite(0, 1 << 10)}) == 0, "who does not see it may nothing"
    assert in_channel("1", {"1": 1 << 3}, [], {"1": Overwrite(0, 1 << 10)}) & 1 << 10, "an administrator"


def test_the_invitation_asks_for_what_the_doctor_looks_at() -> None:
    link = invite_link(42)
    bits = int(link.rpartition("permissions=")[2])
    assert bits == sum(each.bit for each in PERMISSIONS)
    assert "scope=bot+applications.commands" in link
    assert bits & INVITED == INVITED
    assert {"view_channel", "read_message_history"} <= NEEDED.keys()


def test_the_names_are_those_of_the_library() -> None:
    import discord

    for each in PERMISSIONS:
        assert discord.Permissions(**{each.name: True}).value == each.bit


_RIGHTS = st.sets(st.sampled_from(list(Right))).map(lambda some: Right(sum(some)))


@drawn(
    st.lists(_RIGHTS, max_size=3), st.dictionaries(st.integers(0, 4), st.tuples(_RIGHTS, _RIGHTS)), _RIGHTS
)
def test_permissions_are_as_an_independent_model_has_them(
    roles: list[Right], overwrites: dict[int, tuple[Right, Right]], everybody: Right
) -> None:
    """``overwrites``: of everybody, the bot, and its roles."""
    world = World()
    guild = world.guild("Studio", everybody)
    guild.roles[guild.id].rights = everybody
    held = [world.role(guild, f"r{index}", rights) for index, rights in enumerate(roles)]
    member = world.join(guild, world.bot, *held)
    channel = world.channel(guild, "reels")
    ids = [guild.id, world.bot.id, *(role.id for role in held)]
    for index, (allow, deny) in overwrites.items():
        if index < len(ids):
            channel.overwrites[ids[index]] = (0, allow, deny & ~allow)
    found = in_channel(
        str(guild.id),
        {str(id_): int(role.rights) for id_, role in guild.roles.items()},
        map(str, member.roles),
        {str(id_): Overwrite(int(allow), int(deny)) for id_, (_, allow, deny) in channel.overwrites.items()},
        str(world.bot.id),
    )
    assert found & int(ALL) == int(world.rights(world.bot, channel))


RUBBISH = (b"[]", b"{}", b"null", b"[1]", b"\xff", b"<html>", b'{"roles":[{"id":{}}],"id":[],"owner":5,'
           b'"session_start_limit":4,"permission_overwrites":3}')  # fmt: skip


@pytest.mark.parametrize("operation", sorted(READS))
async def test_rubbish_and_refusals_of_every_call_are_sentences(
    double: DiscordServer, tmp_path: Path, operation: str
) -> None:
    double.limits.off()
    settings = load_settings([], given(double, tmp_path, APPROVERS="123456789012345678"))
    answers = [Answer(200, body) for body in RUBBISH]
    answers += [Answer(status, b"{}", {"Retry-After": "3600"}) for status in (403, 404, 429, 500)]
    for answer in answers:
        double.fail(operation, *[Fault(answer)] * 4)
        found = await told(settings)
        assert all(check.message and "\n" not in check.message for check in found.values())
        if answer.status == 500:
            assert "out of order" in "".join(check.message for check in found.values())
        double.faults.clear()


async def test_a_server_that_bars_the_bot_is_one_it_is_not_in(double: DiscordServer, tmp_path: Path) -> None:
    double.fail("get_guild", Fault(Answer(403, b"{}")))
    check = (await told(load_settings([], given(double, tmp_path))))["server of Discord"]
    assert check.message.startswith("The bot is not in the server")
