"""Every exception of the library and the line becomes a sentence of the operator's own tree."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import aiohttp
import discord
import pytest

from bot.chat.port import Gone
from bot.surfaces.discord_app.errors import FOREIGN, asking, sentence
from services.errors import Misconfigured, OperatorError, Refused, Unavailable


class _Response:
    """What the library keeps of an answer."""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.status, self.reason, self.headers = status, "Because", headers or {}


def _answered(status: int, code: int = 0, headers: dict[str, str] | None = None) -> discord.HTTPException:
    kinds: dict[int, type[discord.HTTPException]] = {403: discord.Forbidden, 404: discord.NotFound}
    kind = kinds.get(status, discord.DiscordServerError if status >= 500 else discord.HTTPException)
    response: Any = _Response(status, headers)
    return kind(response, {"code": code, "message": "No"})


@pytest.mark.parametrize(
    ("error", "kind", "word"),
    [
        (discord.LoginFailure("x"), Misconfigured, "DISCORD_TOKEN"),
        (discord.PrivilegedIntentsRequired(None), Misconfigured, "intents"),
        (discord.RateLimited(31.0), Unavailable, "limits"),
        (discord.GatewayNotFound(), Unavailable, "gateway"),
        (_answered(401), Misconfigured, "DISCORD_TOKEN"),
        (_answered(401, 50027), Refused, "50027"),
        (_answered(403, 50001), Misconfigured, "Attach Files"),
        (_answered(403, 50013), Misconfigured, "Attach Files"),
        (_answered(404, 10003), Misconfigured, "DISCORD_CHANNEL_ID"),
        (_answered(404, 10008), Gone, "deleted"),
        (_answered(404, 10062), Refused, "10062"),
        (_answered(413, 40005), Refused, "large"),
        (_answered(400, 50035), Refused, "50035"),
        (_answered(429, headers={"Retry-After": "600"}), Unavailable, "for a while"),
        (_answered(500), Unavailable, "500"),
        (_answered(503), Unavailable, "503"),
        (aiohttp.ServerDisconnectedError(), Unavailable, "cannot be reached"),
        (ConnectionResetError(104, "reset"), Unavailable, "cannot be reached"),
        (TimeoutError(), Unavailable, "in time"),
    ],
)
async def test_each_failure_is_said_as_what_it_is(error: Exception, kind: type[Exception], word: str) -> None:
    with pytest.raises(kind) as caught:
        async with asking("post in the channel", needs="Attach Files"):
            raise error
    assert word in str(caught.value)
    assert caught.value.__cause__ is error


async def test_what_is_known_already_stays_and_what_is_a_defect_is_one() -> None:
    known = Refused("It is so.")
    for error in (known, ValueError("a defect")):
        with pytest.raises(type(error)) as caught:
            async with asking("post"):
                raise error
        assert caught.value is error


def test_a_banned_address_waits_as_long_as_it_is_told() -> None:
    found = sentence(_answered(429, headers={"Retry-After": "600"}), "post")
    assert isinstance(found, Unavailable)
    assert found.retry_after == 600


def test_every_exception_of_the_library_is_one_of_these() -> None:
    """Whatever a later version adds is mapped as well, to something a person may read."""
    own = [
        kind
        for module in (discord.errors, discord.app_commands.errors)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, BaseException) and kind.__module__.startswith("discord")
    ]
    assert len(own) > 20
    assert all(issubclass(kind, FOREIGN) for kind in own)
    for kind in own:
        bare = kind.__new__(kind)
        try:
            found = sentence(bare, "post")
        except AttributeError:  # an answer or a close code it was not given: those are above
            assert issubclass(kind, (discord.HTTPException, discord.ConnectionClosed, discord.RateLimited))
            continue
        assert isinstance(found, OperatorError)


def test_the_library_is_loaded_only_for_those_who_use_it() -> None:
    code = (
        "import sys, bot.__main__, bot.app, bot.chat_surfaces, bot.wiring;"
        "print([name for name in sys.modules if name.partition('.')[0] in ('discord', 'slack_bolt')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
