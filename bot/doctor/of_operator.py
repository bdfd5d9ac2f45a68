"""Who has the DATA_DIR, whether a running operator answers and is the same, and whether the port is free."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import urlsplit

import httpx

from bot import session
from bot.doctor.check import Check, fail, ok, warn
from bot.session import Session, identity
from bot.settings import Settings, chats
from services.store.lock import FILE

SECONDS = 5.0
RESTART = "Restart the operator."


def checks(settings: Settings) -> list[Check]:
    held = _held(settings)
    found = session.find(settings.data_dir) if held else None
    of_chats: list[Check] = []
    if held is None:
        operator = warn("operator", "Whether one is running cannot be told: the lock cannot be read.")
    elif not held:
        operator = ok("operator", "None is running.")
    elif found is None:
        operator = warn(
            "operator", "A command is acting on the DATA_DIR, or an operator is starting.", "Ask again."
        )
    else:
        operator, *of_chats = _running(found, settings)
    ours = found is not None and urlsplit(found.url).port == settings.desk_port
    return [operator, *of_chats, _port(settings, ours=ours)]


def _held(settings: Settings) -> bool | None:
    """Whether another process holds the lock; only looked at, never made."""
    try:
        file = os.open(settings.data_dir / FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _running(found: Session, settings: Settings) -> list[Check]:
    what, restart = "operator", RESTART
    try:
        answer = httpx.get(
            f"{found.url}/api/about",
            headers={"Authorization": f"Bearer {found.token}"},
            timeout=SECONDS,
            trust_env=False,
        )
        about = answer.raise_for_status().json()
        told = str(about["version"]), str(about["identity"])
        of_chats = {name: _Chat(**about["chats"][name]) for name in about["chats"]}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return [fail(what, f"Process {found.process} does not answer ({type(error).__name__}).", restart)]
    if told[0] != version("autopotter"):
        other = f"The one running is version {told[0]}, this is {version('autopotter')}."
        return [fail(what, other, restart)]
    if told[1] != identity(settings):
        other = "The one running was started with other media, brand or services."
        return [fail(what, other, "Use the same bot.env and environment for both, or restart the operator.")]
    well = ok(what, f"Running as process {found.process} at {found.url}, with these settings.")
    places = {"discord": settings.discord_channel_id, "slack": settings.slack_channel}
    selected = {name: places[name] for name in chats(settings)}
    return [well, *(_in_chat(name, of_chats.get(name), place) for name, place in selected.items())]


@dataclass(frozen=True, slots=True)
class _Chat:
    """Of a running operator: the channel it is in, "" while it is in none, and what is wrong."""

    channel: str
    trouble: str


def _in_chat(name: str, chat: _Chat | None, place: str) -> Check:
    what = f"operator in {name.title()}"
    if chat is None:
        return warn(what, "The one running was started without this chat.", RESTART)
    if chat.trouble:
        return fail(what, chat.trouble, "Once that is right, restart the operator if it says so then, too.")
    if not chat.channel:
        return warn(what, "It is being connected.", "Ask again in a moment.")
    if chat.channel != place:
        return warn(what, "The one running was started for another channel.", RESTART)
    return ok(what, "It is in the channel.")


def _port(settings: Settings, *, ours: bool) -> Check:
    what, host, port = "desk port", settings.desk_host.strip("[]"), settings.desk_port
    if ours:
        return ok(what, f"{port} is the running operator's.")
    if not port:
        return ok(what, "Any free one is taken.")
    try:
        for family, kind, proto, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, proto) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return fail(what, f"{port} is taken by another program.", "End it, or set DESK_PORT (0: any).")
        if error.errno == errno.EACCES:
            return fail(what, f"This user may not open port {port}.", "Set DESK_PORT above 1023.")
        return fail(what, f"{host} cannot be listened on ({error.strerror}).", "Correct DESK_HOST.")
    return ok(what, f"{port} is free.")
