"""Connecting Discord in `autopotter setup`: the bot, its invitation, the channel, who decides there.

Nothing is posted there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.settings import Settings
from bot.setup_chat import APPROVERS, DIGEST, decide
from bot.setup_steps import Question
from bot.setup_walks import Choose, Found, Walk
from services.chat_access.discord_terms import PERMISSIONS, PORTAL, USE_COMMANDS, invite_link

if TYPE_CHECKING:
    from services.chat_access.discord import Application, Channel, DiscordLook, Server

AGAIN, OTHER, STOP, LEAVE = "again", "another", "stop", "leave"
_ASKED = ("discord_token", "discord_guild_id", "discord_channel_id", "discord_base_url", "approvers")
_INVITE = "Open this in a browser, choose the server and authorize the bot there"


async def look_at_bot(texts: Mapping[str, str], choose: Choose) -> Found:
    """Whether Discord accepts the token, and the application is set up so that it can be used."""
    async with _looking(texts) as (look, _):
        if look is None:
            return Found("No token was given: Discord is not connected.", ok=False)
        app = await look.application()
    if wrong := app.trouble:
        return Found(" ".join(wrong), ok=False)
    told = "" if app.public else f" Nobody but {app.owner or 'its owner'} may invite it to a server."
    return Found(f"The token is that of the bot {app.bot_name}.{told}")


async def look_at_channel(texts: Mapping[str, str], choose: Choose) -> Found:
    """Find the server and the channel, and see what the bot may do there."""
    async with _looking(texts) as (look, settings):
        assert look is not None
        app = await look.application()
        server = await _server(look, app, settings.discord_guild_id, choose)
        if server is None:
            return Found("The bot is in no server yet: Discord is not connected.", ok=False)
        channel, lacks = await _channel(look, app, server, settings.discord_channel_id, choose)
        if channel is None:
            return Found("No channel was chosen: Discord is not connected.", ok=False)
        commands = await _commands(look, app, server, choose)
    found = {"DISCORD_GUILD_ID": server.id, "DISCORD_CHANNEL_ID": channel.id}
    place = f"#{channel.name} of {server.name}"
    if lacks:
        return Found(f"In {place} the bot lacks {', '.join(lacks)}.", ok=False, answers=found)
    notes = ["it may do all it needs there."]
    if not commands:
        notes.append("Slash commands are missing until it is invited again; buttons and reactions work.")
    if without := server.seeing_without(channel, USE_COMMANDS):
        notes.append(f"Without Use Application Commands, {', '.join(without)} cannot use slash commands.")
    return Found(f"The operator will live in {place}, and {' '.join(notes)}", answers=found)


async def look_at_approvers(texts: Mapping[str, str], choose: Choose) -> Found:
    """Whether APPROVERS names people and roles of the server."""
    async with _looking(texts) as (look, settings):
        assert look is not None
        server = await look.server(settings.discord_guild_id)
        ids = [each for each in settings.approvers.split(",") if each.isdigit()]
        names = {each: await look.named(server, each) if server is not None else "" for each in ids}
    return decide("Discord", settings.approvers, names, "of the server")


async def _server(look: DiscordLook, app: Application, current: str, choose: Choose) -> Server | None:
    """The server a person chooses; None if they stop before the bot is in one."""
    link = invite_link(app.id)
    while True:
        servers = await look.servers()
        if not servers:
            ask = f"The bot {app.bot_name} is in no server yet. {_INVITE}:\n{link}\nThen answer again."
            if choose(ask, (AGAIN, STOP)) == STOP:
                return None
            continue
        names = _labels(servers)
        order = sorted(names, key=lambda label: names[label] != current)
        chosen = choose("Which server?", [*order, OTHER])
        if chosen != OTHER:
            return await look.server(names[chosen])
        if choose(f"{_INVITE}:\n{link}\nThen answer again.", (AGAIN, STOP)) == STOP:
            return None


async def _channel(
    look: DiscordLook, app: Application, server: Server, current: str, choose: Choose
) -> tuple[Channel | None, list[str]]:
    """The channel a person chooses, and what the bot lacks there; None if there is none to choose."""
    from services.chat_access.discord import TEXT_CHANNELS

    chosen = ""
    while True:
        held = await look.held(server, app.bot)
        channels = {each.id: each for each in await look.channels(server) if each.kind in TEXT_CHANNELS}
        lacks = {each.id: lacking(server, each, held, app.bot) for each in channels.values()}
        if not channels:
            if (
                choose(f"{server.name} has no text channel. Make one, then answer again.", (AGAIN, STOP))
                == STOP
            ):
                return None, []
            continue
        if chosen not in channels:
            names = _labels({id_: f"#{each.name}" for id_, each in channels.items()})
            marked = {f"{name} (lacks {', '.join(lacks[id_])})" if lacks[id_] else name: id_
                      for name, id_ in names.items()}  # fmt: skip
            order = sorted(marked, key=lambda label: (marked[label] != current, bool(lacks[marked[label]])))
            chosen = marked[choose("In which channel shall the operator live?", order)]
        if not lacks[chosen]:
            return channels[chosen], []
        ask = (
            f"In #{channels[chosen].name} the bot lacks {', '.join(lacks[chosen])}. Give it that: the "
            f"channel's settings, Permissions, add {app.bot_name} there. Then answer again."
        )
        match choose(ask, (AGAIN, OTHER, STOP)):
            case "stop":
                return channels[chosen], lacks[chosen]
            case "another":
                chosen = ""
        server = await look.server(server.id) or server


async def _commands(look: DiscordLook, app: Application, server: Server, choose: Choose) -> bool:
    """Whether Discord shows the bot's slash commands in the server."""
    while not await look.takes_commands(app, server):
        ask = (
            "Discord does not let the bot have slash commands there. Invite it once more, it stays where it "
            f"is:\n{invite_link(app.id)}\nThen answer again, or leave it so."
        )
        if choose(ask, (AGAIN, LEAVE)) == LEAVE:
            return False
    return True


def lacking(server: Server, channel: Channel, held: tuple[str, ...], bot: str) -> list[str]:
    """The needed permissions that the bot does not have there, in Discord's words."""
    has = server.permissions(channel, held, bot)
    return [each.words for each in PERMISSIONS if each.need in ("vital", "needed") and not has & each.bit]


def _labels(names: Mapping[str, str]) -> dict[str, str]:
    """Label → id; where two have one name, the id tells them apart."""
    count = list(names.values())
    return {
        name if count.count(name) == 1 and name != OTHER else f"{name} ({id_})": id_
        for id_, name in names.items()
    }


@asynccontextmanager
async def _looking(texts: Mapping[str, str]) -> AsyncIterator[tuple[DiscordLook | None, Settings]]:
    """What is set, and Discord with its token; None without one."""
    # httpx takes a moment to load: only who connects Discord waits for it.
    from services.chat_access.discord import DiscordLook
    from services.http.client import Http

    given = {name: found for name in _ASKED if (found := texts.get(name.upper(), ""))}
    settings = Settings(**given)  # type: ignore[arg-type]
    token = settings.discord_token
    http = Http()
    try:
        yield DiscordLook(http, token, settings.discord_base_url) if token is not None else None, settings
    finally:
        await http.aclose()


DISCORD_WALK = Walk(
    "discord",
    "Discord",
    (
        Question(
            "DISCORD_TOKEN",
            "What is the token of your Discord bot?",
            how=f"At {PORTAL}: New Application; then Bot, Reset Token, Copy. It needs none of the privileged "
            "intents on that page.",
        ),
    ),
    look_at_bot,
    then=Walk(
        "discord",
        "its servers",
        (),
        look_at_channel,
        finds=(
            Question("DISCORD_GUILD_ID", "Which server?"),
            Question("DISCORD_CHANNEL_ID", "Which channel?"),
        ),
        then=Walk(
            "discord",
            "who decides",
            (APPROVERS, DIGEST),
            look_at_approvers,
        ),
    ),
)
