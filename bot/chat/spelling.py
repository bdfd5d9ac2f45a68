"""Commands as a chat spells them: replies name `autopotter undo 7`, which is /undo number:7 in Discord."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import Literal

from bot.chat.port import Message
from bot.operations.registry import Operation, Parameter, operations

Chat = Literal["discord", "slack"]
_COMMAND = re.compile(r"`autopotter ([a-z-]+)([^`\n]{0,200})`")


def spelled(text: str, chat: Chat) -> str:
    """``text`` with every command of an operation in the chat's spelling; others stay as they are."""
    return _COMMAND.sub(lambda found: _command(found, chat), text)


def in_words_of(message: Message, chat: Chat) -> Message:
    """A message of the operator, which names commands as the command line does, in the chat's spelling.

    The text of a draft's card is not the operator's: people decide about it as it is.
    """
    return replace(
        message,
        text=message.text if message.key.startswith("draft:") else spelled(message.text, chat),
        fields=tuple(replace(field, text=spelled(field.text, chat)) for field in message.fields),
    )


def usage(operation: Operation, chat: Chat) -> str:
    """How it is called: "/deny number: [reason:]", "/autopotter deny NUMBER [REASON]"."""
    if chat == "discord":
        parts = [f"{p.name}:" if p.required else f"[{p.name}:]" for p in operation.parameters]
        return " ".join([f"/{operation.name}", *parts])
    return " ".join([f"/autopotter {operation.name}", *(_slack_usage(p) for p in operation.parameters)])


def _slack_usage(parameter: Parameter) -> str:
    name, flag = parameter.name.upper(), f"--{parameter.name.replace('_', '-')}"
    if parameter.type is bool:
        return f"[{flag}]"
    if parameter.about.option:
        return f"[{flag} {name}]"
    return name if parameter.required else f"[{name}]"


def _command(found: re.Match[str], chat: Chat) -> str:
    operation = operations().get(found[1])
    if operation is None:
        return found[0]
    if chat == "slack":
        return f"/autopotter {found[1]}{found[2].rstrip()}"
    try:
        words = shlex.split(found[2])
    except ValueError:
        return found[0]
    return " ".join([f"/{operation.name}", *_named(operation, words)])


def _named(operation: Operation, words: list[str]) -> list[str]:
    """ "7 shorter" → "number:7 wish:shorter"; "--limit 3" → "limit:3"."""
    by_name = {p.name.replace("_", "-"): p for p in operation.parameters}
    positional = [p for p in operation.parameters if not p.about.option and p.type is not bool]
    named: list[str] = []
    while words:
        word = words.pop(0)
        option = by_name.get(word.removeprefix("--")) if word.startswith("--") else None
        if option is not None:
            value = "True" if option.type is bool else words.pop(0) if words else ""
            named.append(f"{option.name}:{value}")
        elif positional:
            named.append(f"{positional.pop(0).name}:{word}")
        else:
            named[-1:] = [" ".join([*named[-1:], word])]  # the last parameter takes the rest
    return named
