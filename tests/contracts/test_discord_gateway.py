"""The gateway of Discord's double, as discord.py meets it: lost lines, lost sessions, refused log-ins."""

from __future__ import annotations

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.doubles.discord_bot import INTENTS, Bot, connected
from tests.doubles.discord_events import CONTENT, MEMBERS
from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_world import Right


async def _started(bot: Bot, token: str) -> None:
    async with bot:
        await bot.start(token)


async def _posted(double: DiscordServer, channel: discord.TextChannel) -> None:
    await channel.send("Draft 3")
    await double.until(lambda: double.messages)


async def test_what_happens_while_the_line_is_broken_is_replayed(double: DiscordServer) -> None:
    bot, ann = Bot(), double.people.person("Ann")
    async with connected(double, bot) as channel:
        await _posted(double, channel)
        double.gateway.cut()
        double.people.react(ann, double.messages[0], "✅")
        await double.until(lambda: bot.of("reaction"))
        await double.until(lambda: bot.of("resumed"))
        assert (double.gateway.identifies, double.gateway.resumes) == (1, 1)
        assert len(bot.of("reaction")) == 1


@pytest.mark.parametrize("how", ["reconnect", "resumable", "close"])
async def test_it_is_asked_to_come_back_and_resumes(double: DiscordServer, how: str) -> None:
    bot = Bot()
    async with connected(double, bot):
        match how:
            case "reconnect":
                double.gateway.ask_to_reconnect()
            case "resumable":
                double.gateway.invalidate(resumable=True)
            case "close":
                double.gateway.close(4000)
        await double.until(lambda: bot.of("resumed"))
        assert double.gateway.identifies == 1


async def test_a_lost_session_starts_anew_and_misses_what_happened(double: DiscordServer) -> None:
    bot, ann = Bot(), double.people.person("Ann")
    async with connected(double, bot) as channel:
        await _posted(double, channel)
        double.go_offline(api=True)
        with pytest.raises(discord.DiscordServerError):
            await channel.send("anybody there?")
        double.people.react(ann, double.messages[0], "✅")
        await double.until(lambda: not double.gateway.sessions)
        double.come_back()
        await double.until(lambda: double.gateway.identifies == 2, 20)
        double.people.react(ann, double.messages[0], "❌")
        await double.until(lambda: bot.of("reaction"))
        assert [one.emoji.name for one in bot.of("reaction")] == ["❌"]


async def test_a_session_that_is_not_resumable_ends(double: DiscordServer) -> None:
    bot = Bot()
    async with connected(double, bot):
        double.gateway.invalidate(resumable=False)
        await double.until(lambda: double.gateway.identifies == 2 and double.gateway.connected, 20)
        assert bot.of("resumed") == []


async def test_a_zombie_is_left_and_its_events_come_with_the_next_line(double: DiscordServer) -> None:
    double.gateway.heartbeat = 0.1
    bot, ann = Bot(heartbeat_timeout=0.5), double.people.person("Ann")
    async with connected(double, bot) as channel:
        await _posted(double, channel)
        double.gateway.zombie = True
        double.people.react(ann, double.messages[0], "✅")
        await double.until(lambda: not double.gateway.connected)
        assert bot.of("reaction") == []
        double.gateway.zombie = False
        await double.until(lambda: bot.of("reaction"))
        assert double.gateway.identifies == 1


async def test_a_wrong_token_and_a_privileged_intent_are_refused(double: DiscordServer) -> None:
    with pytest.raises(discord.LoginFailure):
        await _started(Bot(), "wrong")
    assert double.gateway.identifies == 0
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await _started(Bot(intents=INTENTS | discord.Intents(message_content=True)), double.gateway.token)
    assert double.gateway.closed[4014] == 1
    double.gateway.enable(CONTENT | MEMBERS)
    wants = INTENTS | discord.Intents(message_content=True, members=True)
    bot, ann = Bot(intents=wants), double.people.person("Ann")
    async with connected(double, bot):
        double.people.write(ann, "just talk")
        await double.until(lambda: bot.of("message"))
        assert bot.of("message")[0].content == "just talk"


async def test_who_identifies_too_often_loses_the_token(double: DiscordServer) -> None:
    double.gateway.identify_limit, token = 1, double.gateway.token
    bot = Bot()
    async with connected(double, bot):
        limit = (await bot.http.request(Route("GET", "/gateway/bot")))["session_start_limit"]
        assert (limit["total"], limit["remaining"]) == (1, 0)
    with pytest.raises(discord.ConnectionClosed) as caught:
        await _started(Bot(), token)
    assert caught.value.code == 4004
    assert double.gateway.token != token


async def test_guilds_channels_and_rights_change_while_it_looks(double: DiscordServer) -> None:
    bot = Bot()
    async with connected(double, bot) as channel:
        double.owner.take(Right.SEND_MESSAGES)
        await double.until(lambda: not channel.permissions_for(channel.guild.me).send_messages)
        with pytest.raises(discord.Forbidden) as caught:
            await channel.send("no")
        assert caught.value.code == 50013
        double.owner.take(Right.VIEW_CHANNEL)
        with pytest.raises(discord.Forbidden) as caught:
            await channel.send("no")
        assert caught.value.code == 50001
        double.owner.give(Right.VIEW_CHANNEL | Right.SEND_MESSAGES)
        await channel.send("yes")
        double.owner.boost(2)
        await double.until(lambda: channel.guild.filesize_limit == 50 * 2**20)
        other = double.owner.guild("Elsewhere")
        await double.until(lambda: bot.of("joined"))
        place = double.owner.channel("lobby", other)
        await double.until(lambda: bot.get_channel(place.id))
        double.owner.kick_bot(other)
        await double.until(lambda: bot.get_guild(other.id) is None)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([{"op": 99}], 4001),
        ([{"op": 3, "d": {}}], 4003),
        ([{"op": 2, "d": {"token": "x", "intents": 1}}], 4004),
        ([{"op": 2, "d": {"token": "", "intents": 1 << 30}}], 4013),
        ([{"op": 2, "d": {"token": "", "intents": 1}}, {"op": 2, "d": {"token": "", "intents": 1}}], 4005),
        ([{"op": 6, "d": {"token": "x", "session_id": "y", "seq": 1}}], 4004),
        ([{"op": 3, "d": {"x": "y" * 5000}}], 4002),
        ([{"op": 1, "d": None}] * 121, 4008),
    ],
    ids=["op", "early", "token", "intents", "twice", "resume", "long", "often"],
)
async def test_close_codes(double: DiscordServer, said: list[dict[str, object]], code: int) -> None:
    url = f"{double.gateway.url}?v=10&encoding=json"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        for one in said:
            about = one.get("d")
            if isinstance(about, dict) and about.get("token") == "":
                about = {
                    **about,
                    "token": double.gateway.token,
                    "properties": {"os": "", "browser": "", "device": ""},
                }
            await socket.send_json({**one, "d": about})
        while (await socket.receive()).type != aiohttp.WSMsgType.CLOSE:
            continue
        assert socket.close_code == code


async def test_who_does_not_beat_is_dropped(double: DiscordServer) -> None:
    double.gateway.heartbeat = 0.05
    url = f"{double.gateway.url}?v=10&encoding=json"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive_json())["d"] == {"heartbeat_interval": 50}
        assert (await socket.receive()).data == 4009


async def test_payloads_are_one_compressed_stream(double: DiscordServer) -> None:
    """discord.py asks for zlib-stream, or zstd-stream where zstandard is installed."""
    bot = Bot()
    async with connected(double, bot):
        [(asked, _)] = double.gateway.compressions.items()
        assert asked in ("zlib-stream", "zstd-stream")
