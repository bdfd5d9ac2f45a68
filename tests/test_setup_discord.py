"""`autopotter setup` for Discord: token, invitation, server, channel and who decides, each looked at."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console as Rich

from bot import setup
from bot.__main__ import cli
from bot.settings import load_settings, read_settings
from bot.setup_answers import Setup
from services.chat_access.discord_terms import invite_link
from services.redaction import redact
from tests.doubles.discord_server import TOKEN, DiscordServer
from tests.doubles.discord_world import Guild, Right
from tests.doubles.http_double import Answer, Fault
from tests.setup_dialogue import Line, held


@pytest.fixture
async def double() -> AsyncIterator[DiscordServer]:
    server = DiscordServer()
    async with server.running():
        yield server
    assert server.problems == []
    assert server.messages == [], "nothing is posted"


async def hold(
    monkeypatch: pytest.MonkeyPatch, double: DiscordServer, *answers: Line, files: Sequence[Path] = ()
) -> tuple[dict[str, str], list[str]]:
    settings = read_settings(files, {"DISCORD_BASE_URL": f"{double.url}/api/v10"})
    return await held(monkeypatch, settings, "discord", *answers)


def connected(double: DiscordServer) -> dict[str, str]:
    ids = {"DISCORD_GUILD_ID": str(double.guild.id), "DISCORD_CHANNEL_ID": str(double.channel.id)}
    return {"DISCORD_TOKEN": TOKEN, **ids}


async def test_a_newcomer_from_token_to_channel(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    answers, _ = await hold(monkeypatch, double, TOKEN, "", "", "", "")
    assert answers == connected(double)
    assert load_settings([], answers).discord_channel_id == str(double.channel.id)
    said = capsys.readouterr().out
    assert "https://discord.com/developers/applications: New Application; then Bot, Reset Token" in said
    assert "The token is that of the bot operator. Nobody but Owner may invite it to a server." in said
    assert "The operator will live in #reels of Studio, and it may do all it needs there." in said
    assert "Whoever may use the channel in Discord decides there." in said
    assert TOKEN not in said
    assert TOKEN not in redact(f"a log line with {TOKEN}")


async def test_a_wrong_token_is_told_at_once_and_may_be_put_right(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    wrong = TOKEN.replace("notASecret", "another000")
    answers, asked = await hold(monkeypatch, double, wrong, "discord", TOKEN, "", "", "", "")
    assert answers == connected(double)
    said = capsys.readouterr().out
    assert "Discord does not accept the token." in said
    assert "Answer discord below to go through it again." in said
    assert wrong not in said + "".join(asked)


async def test_a_bot_in_no_server_is_invited_with_the_link(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    double.owner.kick_bot(double.guild)
    made: list[Guild] = []

    def invite() -> None:
        made.append(double.owner.guild("Pots"))
        double.owner.channel("firing", made[0])

    answers, asked = await hold(monkeypatch, double, TOKEN, "", ("again", invite), "", "", "", "")
    assert answers["DISCORD_GUILD_ID"] == str(made[0].id)
    assert sum(invite_link(double.world.bot.id) in each for each in asked) == 2, "until it was invited"
    assert "#firing of Pots" in capsys.readouterr().out


async def test_nobody_is_kept_who_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    double.owner.kick_bot(double.guild)
    answers, _ = await hold(monkeypatch, double, TOKEN, "what", "stop")
    assert answers == {"DISCORD_TOKEN": TOKEN}
    said = capsys.readouterr().out
    assert "One of again, stop." in said
    assert "As it is, the operator does not start:\n  DISCORD_GUILD_ID is missing" in said


async def test_servers_and_channels_are_chosen_among_by_name_or_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    twin, evil = double.owner.guild("Studio"), double.owner.guild("x\x1b[2Jy")
    for name in ("general", "general", "firing-schedule-and-glazes", "wheel-throwing-for-beginners"):
        double.owner.channel(name, twin)
    double.owner.channel("a", evil)
    secret = double.owner.channel("secret", twin)
    double.owner.take(Right.SEND_MESSAGES, secret)
    answers, asked = await hold(monkeypatch, double, TOKEN, f"Studio ({twin.id})", "9", "4", "", "")
    assert answers["DISCORD_GUILD_ID"] == str(twin.id)
    said = capsys.readouterr().out
    assert "A number from 1 to 5." in said
    assert "  5  #secret (lacks Send Messages)" in said, "what can be used comes first"
    chosen = double.world.channels[int(answers["DISCORD_CHANNEL_ID"])]
    assert f"#{chosen.name} of Studio" in said
    assert "\x1b" not in said + "".join(asked)


async def test_missing_permissions_are_named_until_they_are_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    lost = Right.ATTACH_FILES | Right.READ_MESSAGE_HISTORY
    double.owner.take(lost)
    give = lambda: double.owner.give(lost)  # noqa: E731 - said where it is used
    answers, asked = await hold(monkeypatch, double, TOKEN, "", "", "again", ("", give), "", "")
    assert answers == connected(double)
    assert sum("In #reels the bot lacks Attach Files, Read Message History." in each for each in asked) == 2
    assert "it may do all it needs there" in capsys.readouterr().out


async def test_who_goes_on_without_them_is_told_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    double.owner.take(Right.ATTACH_FILES)
    answers, _ = await hold(monkeypatch, double, TOKEN, "", "", "stop")
    assert answers == connected(double)
    assert "In #reels of Studio the bot lacks Attach Files." in capsys.readouterr().out


async def test_slash_commands_need_a_scope_of_the_invitation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    double.guild.takes_commands = False
    _, asked = await hold(monkeypatch, double, TOKEN, "", "", "", "leave", "", "")
    assert sum("slash commands" in each for each in asked) == 2
    assert "Slash commands are missing until it is invited again" in capsys.readouterr().out


async def test_approvers_are_looked_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    ana = double.world.person("Ana")
    double.world.join(double.guild, ana)
    role = double.world.role(double.guild, "Editors")
    answers, _ = await hold(
        monkeypatch, double,
        TOKEN, "", "", "Ana", "123456789012345678", "",
        "yes", f"<@{ana.id}>, <@&{role.id}>", "0 8 * * mon-fri",
    )  # fmt: skip
    assert answers["DIGEST_CRON"] == "0 8 * * mon-fri"
    assert load_settings([], answers).approvers == f"{ana.id},{role.id}"
    said = capsys.readouterr().out
    assert "APPROVERS must be ids of people and roles" in said
    assert "Nobody of the server: 123456789012345678. Correct APPROVERS." in said
    assert "In Discord these decide: Ana, the role Editors." in said


async def test_going_through_it_again_offers_what_was_chosen(
    monkeypatch: pytest.MonkeyPatch, double: DiscordServer, tmp_path: Path
) -> None:
    other = double.owner.guild("Attic")
    double.owner.channel("a", other)
    double.owner.channel("b")
    before = tmp_path / "bot.env"
    before.write_text("".join(f"{name}={text}\n" for name, text in connected(double).items()))
    answers, asked = await hold(monkeypatch, double, "", "", "", "", "", files=[before])
    assert answers == {}, "nothing new"
    assert any("[Studio]" in each for each in asked)
    assert any("[set, not shown]" in each for each in asked)


async def test_quit_ends_without_writing_also_where_one_chooses(
    monkeypatch: pytest.MonkeyPatch, double: DiscordServer
) -> None:
    state = Setup(read_settings([], {"DISCORD_BASE_URL": f"{double.url}/api/v10"}), {})
    lines = iter(["skip", "discord", TOKEN, "quit"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    dialogue = setup.Dialogue(state, Rich(highlight=False), Path("bot.env"))
    assert not await asyncio.to_thread(dialogue.hold)
    assert next(lines, None) is None


async def test_a_service_that_is_away_is_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: DiscordServer
) -> None:
    double.fail("get_my_application", *[Fault(drop="before")] * 4)
    answers, _ = await hold(monkeypatch, double, TOKEN)
    assert answers == {"DISCORD_TOKEN": TOKEN}
    assert "Discord broke its answer off" in " ".join(capsys.readouterr().out.split())
    double.fail("get_my_application", *[Fault(Answer(200, b"<html>"))] * 4)
    await hold(monkeypatch, double, TOKEN)
    assert "Discord answered something that cannot be read" in capsys.readouterr().out


def test_everything_can_be_given_by_option_but_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, studio: Path
) -> None:
    words = ["--non-interactive", "--media-dir", str(studio), "--discord-guild-id", "https://discord.com/channels/"
             "123456789012345678/234567890123456789", "--discord-channel-id", "234567890123456789",
             "--approvers", "<@345678901234567890>", "--desk-port", "0"]  # fmt: skip
    env = {"DISCORD_TOKEN": TOKEN, "DATA_DIR": str(tmp_path / "data"), "DISCORD_BASE_URL": "http://127.0.0.1:9",
           "TIMEZONE": "Europe/Berlin", "COLUMNS": "500"}  # fmt: skip
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["setup", *words], env=env)
    assert "Discord cannot be reached" in result.output, "the doctor looks at it"
    assert load_settings([tmp_path / "bot.env"], env).discord_guild_id == "123456789012345678"
    assert TOKEN not in result.output
    shown = CliRunner().invoke(cli, ["setup", "--help"], env={"COLUMNS": "200"}).output
    assert shown.count("--approvers") == 1
    assert "--discord-token" not in shown
    assert "--slack-channel" in shown


def test_neither_setup_nor_doctor_loads_the_libraries_of_the_chats() -> None:
    """They take most of a second, and their looks are small."""
    loads = (
        "import sys, bot.setup, bot.doctor.doctor, services.chat_access.discord, services.chat_access.slack"
    )
    shows = "print(sorted({'discord', 'slack_sdk', 'slack_bolt'} & set(sys.modules)))"
    asked = [sys.executable, "-c", f"{loads}; {shows}"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == "[]"
