"""What the parts of the surface share while it runs: operator, channel, people, the work begun."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.chat.work import Work
from bot.operator import Operator
from bot.surfaces.discord_app.channel import DiscordChat
from bot.surfaces.discord_app.home import Home
from bot.surfaces.discord_app.people import People
from bot.surfaces.discord_app.telling import Telling


@dataclass(frozen=True, slots=True)
class Context:
    op: Operator
    home: Home
    people: People
    telling: Telling
    chat: DiscordChat
    work: Work = field(default_factory=lambda: Work("discord"))
