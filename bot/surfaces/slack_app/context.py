"""What the parts of the surface share while it runs: operator, channel, people, work begun."""

from __future__ import annotations

from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.seldom import Seldom
from bot.chat.work import Work
from bot.operator import Operator
from bot.surfaces.slack_app.channel import SlackChat
from bot.surfaces.slack_app.files import Files
from bot.surfaces.slack_app.home import Home
from bot.surfaces.slack_app.people import People


@dataclass(slots=True)
class Context:
    op: Operator
    client: AsyncWebClient
    home: Home
    people: People
    files: Files
    chat: SlackChat
    work: Work = field(default_factory=lambda: Work("slack"))
    seldom: Seldom = field(default_factory=Seldom)
