"""What a person has to mend is said with the remedy; a log-in that is refused is not tried again."""

from __future__ import annotations

import asyncio
import itertools
import threading

import pytest
from discord.gateway import KeepAliveHandler

from bot.operator import Operator
from services.model.draft import State
from services.store import drafts
from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_world import Right
from tests.doubles.http_double import Answer, Fault
from tests.reconcilers.helpers import proposal, state
from tests.surfaces.discord.live import Live, living


@pytest.fixture
async def down(op: Operator, discord: DiscordServer) -> Live:
    return Live(op, discord)


async def _ends(live: Live, *words: str) -> str:
    """The trouble with which the surface rests until the next start."""
    await live.start(wait=False)
    try:
        await live.until(lambda: (s := live.op.surfaces.get("discord")) is not None and s.ends)
        trouble = live.op.surfaces["discord"].trouble
        assert all(word in trouble for word in words), trouble
        assert live.discord.gateway.token not in trouble
        assert "discord" not in live.op.chats
        return trouble
    finally:
        await live.stop()


async def test_a_wrong_token_is_tried_once(down: Live) -> None:
    down.token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gwrong.aTokenThatWasResetLongAgo0123456789abcde"
    await _ends(down, "refused the token", "DISCORD_TOKEN")
    assert down.discord.count("get_my_user") == 1
    assert down.discord.gateway.identifies == 0


async def test_a_token_that_is_reset_while_the_operator_runs_ends_the_surface(live: Live) -> None:
    live.discord.gateway.token = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gnew00.anotherTokenFromNowOn0123456789abcdefg"
    live.discord.gateway.close(4004)
    await live.until(lambda: live.op.surfaces["discord"].ends)
    assert "refused the token" in live.op.surfaces["discord"].trouble
    assert "discord" not in live.op.chats


async def test_a_bot_that_is_not_in_the_server_is_told_how_to_be_invited(down: Live) -> None:
    down.discord.owner.kick_bot(down.discord.guild)
    trouble = await _ends(down, "is not in the server", "https://discord.com/oauth2/authorize?client_id=")
    assert "scope=bot+applications.commands" in trouble


async def test_a_channel_that_is_not_there(down: Live) -> None:
    down.discord.owner.delete_channel(down.discord.channel)
    await _ends(down, "is not there", "DISCORD_CHANNEL_ID")


async def test_a_channel_of_another_server(down: Live) -> None:
    other = down.discord.owner.guild("Elsewhere")
    down.discord.channel = down.discord.owner.channel("reels", other)
    await _ends(down, "is not there", "Studio")


@pytest.mark.parametrize(
    ("right", "word"), [(Right.VIEW_CHANNEL, "View Channel"), (Right.SEND_MESSAGES, "Send Messages")]
)
async def test_without_a_vital_permission_it_does_not_begin(down: Live, right: Right, word: str) -> None:
    down.discord.owner.take(right)
    await _ends(down, word, "under Permissions", "start the operator again")


async def test_a_permission_lost_meanwhile_is_said_and_given_back_goes_on(live: Live) -> None:
    number, card = await live.draft()
    owner, surfaces = live.discord.owner, live.op.surfaces
    owner.take(Right.ATTACH_FILES | Right.EMBED_LINKS)
    await live.until(lambda: "lacks Embed Links, Attach Files" in surfaces["discord"].trouble)
    assert not surfaces["discord"].ends
    owner.give(Right.ATTACH_FILES | Right.EMBED_LINKS)
    await live.until(lambda: surfaces["discord"].trouble == "")
    owner.take(Right.VIEW_CHANNEL)
    await live.until(lambda: "lacks View Channel" in surfaces["discord"].trouble)
    live.discord.people.react(live.person("Ann"), card, "✅")  # nobody tells that
    owner.give(Right.VIEW_CHANNEL)
    await live.says(number, "Approved by Ann")
    assert surfaces["discord"].trouble == ""


async def test_a_refused_post_says_which_permission(live: Live) -> None:
    live.discord.fail(
        "create_message",
        *[Fault(answer=Answer.of({"code": 50013, "message": "Missing Permissions"}, 403))] * 3,
    )
    number = await live.op.store.do(drafts.file, proposal(), job=None, sample=False, now=live.op.now())

    def said() -> bool:
        return any("Send Messages" in str(each["message"]) for each in live.op.engine.troubles())

    await live.until(said)
    await live.carded(number)


async def test_without_history_nothing_is_posted_twice(live: Live) -> None:
    live.discord.owner.take(Right.READ_MESSAGE_HISTORY)
    await live.until(lambda: "Read Message History" in live.op.surfaces["discord"].trouble)
    live.discord.fail("create_message", Fault(drop="after"))
    number = await live.op.store.do(drafts.file, proposal(), job=None, sample=False, now=live.op.now())
    await live.until(
        lambda: any("Read Message History" in str(each["message"]) for each in live.op.engine.troubles())
    )
    live.discord.owner.give(Right.READ_MESSAGE_HISTORY)
    await live.carded(number)
    assert live.discord.count("create_message") == 1


async def test_without_the_scope_of_commands_the_rest_works(op: Operator, discord: DiscordServer) -> None:
    discord.guild.takes_commands = False
    async with living(op, discord) as live:
        await live.until(lambda: "applications.commands" in op.surfaces["discord"].trouble)
        number, card = await live.draft()
        discord.people.react(live.person("Ann"), card, "✅")
        await live.says(number, "Approved by Ann")


async def test_a_channel_deleted_meanwhile_ends_the_surface_and_the_operator_goes_on(live: Live) -> None:
    live.discord.owner.delete_channel(live.discord.channel)
    await live.until(lambda: live.op.surfaces["discord"].ends)
    number = await live.op.store.do(drafts.file, proposal(), job=None, sample=False, now=live.op.now())
    await live.state(number, State.DRAFT)


async def test_kicked_meanwhile(live: Live) -> None:
    live.discord.owner.kick_bot(live.discord.guild)
    await live.until(lambda: live.op.surfaces["discord"].ends)
    assert "is not in the server" in live.op.surfaces["discord"].trouble


async def test_the_last_log_ins_of_a_day_are_left_alone(down: Live) -> None:
    gateway, before = down.discord.gateway, _beating()
    gateway.identifies_today = gateway.identify_limit - 20
    await down.start(wait=False)
    await down.until(lambda: "log-ins are left" in down.op.surfaces.get("discord", _NOTHING).trouble)
    for _ in range(3):  # it is tried again, and each time only asked for
        asked = down.discord.count("get_bot_gateway")
        await down.until(lambda seen=asked: down.discord.count("get_bot_gateway") > seen)  # type: ignore[misc]
    assert gateway.identifies == 0
    down.discord.world.later(86_400)
    await down.until(lambda: "discord" in down.op.chats)
    await down.stop()
    for thread in _beating() - before:
        await asyncio.to_thread(thread.join, 5.0)
    assert _beating() <= before, "a line on which nobody logged in is not kept"


def _beating() -> set[threading.Thread]:
    """The library's threads, one for each line."""
    return {each for each in threading.enumerate() if isinstance(each, KeepAliveHandler)}


class _Nothing:
    trouble = ""


_NOTHING = _Nothing()


async def test_sessions_that_are_refused_again_and_again_are_no_loop(
    op: Operator, discord: DiscordServer
) -> None:
    async with living(op, discord) as live:
        loop = asyncio.get_running_loop()
        begins: list[float] = []
        for count in range(2, 7):
            discord.gateway.invalidate(resumable=False)
            await live.until(lambda wanted=count: discord.gateway.identifies == wanted)  # type: ignore[misc]
            begins.append(loop.time())
        gaps = [later - sooner for sooner, later in itertools.pairwise(begins)]
        assert gaps[-1] > gaps[0]
        assert gaps[-1] >= 0.01 * 2**5


async def test_discord_that_is_down_at_the_start_is_tried_again(down: Live) -> None:
    down.discord.gateway.down = True
    await down.start(wait=False)
    await down.until(lambda: "gateway" in down.op.surfaces.get("discord", _NOTHING).trouble)
    assert not down.op.surfaces["discord"].ends
    down.discord.come_back()
    await down.until(lambda: "discord" in down.op.chats)
    await down.stop()


async def test_no_token_in_the_log(down: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    await down.start()
    number, card = await down.draft()
    down.discord.people.react(down.person("Ann"), card, "✅")
    await down.says(number, "Approved by Ann")
    assert await state(down.op, number) is State.APPROVED
    await down.stop()
    assert down.discord.gateway.token not in caplog.text
