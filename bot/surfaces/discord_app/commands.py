"""Every operation as a slash command, made from the registry, and told to the server when they changed."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import app_commands

from bot.operations.pressed import Pressed
from bot.operations.registry import Operation, Parameter, operations
from bot.surfaces.discord_app import completing, interactions
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.errors import asking
from bot.surfaces.discord_app.interactions import Interaction
from bot.surfaces.discord_app.text import plain
from services.errors import OperatorError
from services.log import get_logger
from services.store import drafts, facts

log = get_logger(__name__)

_ABOUT = 100  # characters of a description
_LONGEST = 6000  # of a text option
_RANGE: Any = app_commands.Range  # made into types while it runs, which no checker can follow
_MOST = 2**53  # of a whole number: what JavaScript keeps exact
REMEMBERED = "discord commands"  # the fact: what was told to which server


class Tree(app_commands.CommandTree[discord.Client]):
    """The commands; a call that fits none of them is answered, too."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        log.warning("a command could not be taken: %s", error)
        await interactions.refuse(
            interaction, "This command has changed. Discord shows the new one in a moment: try again then."
        )


def tree(client: discord.Client, context: Context) -> Tree:
    made = Tree(client, fallback_to_global=False)
    guild = discord.Object(context.home.guild_id)
    for found in operations().values():
        made.add_command(command(found, context), guild=guild)
    return made


async def tell(made: Tree, context: Context) -> None:
    """Tell the server the commands if they are not the ones it was told last. Misconfigured if it may not.

    Discord takes 200 new commands a day for each server, so they are not told at each start.
    """
    guild = discord.Object(context.home.guild_id)
    payload = [each.to_dict(made) for each in made.get_commands(guild=guild)]
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False)
    known = {
        "application": made.client.application_id,
        "server": guild.id,
        "commands": hashlib.sha256(text.encode()).hexdigest(),
    }
    if await context.op.store.do(facts.get, REMEMBERED) == known:
        return
    async with asking("register its commands", needs="the scope applications.commands"):
        await made.sync(guild=guild)
    await context.op.store.do(facts.put, REMEMBERED, known)
    log.info("Discord was told %d commands", len(payload))


def command(found: Operation, context: Context) -> app_commands.Command[Any, ..., None]:
    async def call(interaction: Interaction, **given: Any) -> None:
        values = {name: value for name, value in given.items() if value is not None}
        context.work.begin(_called(context, interaction, found, values), found.name)

    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Interaction),
            *(_signed(parameter) for parameter in found.parameters),
        ]
    )
    described = app_commands.describe(**{p.name: plain(p.about.help, _ABOUT) for p in found.parameters})(call)
    for parameter in found.parameters:
        if parameter.about.choices:
            words = [app_commands.Choice(name=word, value=word) for word in parameter.about.choices]
            described = app_commands.choices(**{parameter.name: words})(described)
        elif (complete := completing.of(parameter, context)) is not None:
            described = app_commands.autocomplete(**{parameter.name: complete})(described)  # type: ignore[arg-type]
    return app_commands.Command(
        name=found.name, description=plain(found.summary, _ABOUT), callback=_typed(described)
    )


def _typed(call: Any) -> Callable[..., Coroutine[Any, Any, None]]:
    made: Callable[..., Coroutine[Any, Any, None]] = call
    return made


def _signed(parameter: Parameter) -> inspect.Parameter:
    """As the library reads it: the type with its range; what a form asks for may be left out."""
    required = parameter.required and not parameter.about.multiline
    hint = _hint(parameter)
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=hint if required else hint | None,
        **({} if required else {"default": None}),
    )


def _hint(parameter: Parameter) -> Any:
    low, high = parameter.about.low, parameter.about.high
    if parameter.type is int:
        return _RANGE[int, -_MOST if low is None else low, _MOST if high is None else high]
    if parameter.type is float:
        return _RANGE[float, low, high] if low is not None or high is not None else float
    if parameter.type is str and not parameter.about.choices:
        return _RANGE[str, 0, _LONGEST]
    return parameter.type


async def _called(
    context: Context, interaction: Interaction, found: Operation, given: dict[str, Any]
) -> None:
    if not await interactions.welcome(context, interaction):
        return
    asks = next((p.name for p in found.parameters if p.required and p.name not in given), "")
    if not asks:
        await interactions.run(context, interaction, found.name, given)
        return
    try:
        draft = await context.op.store.do(drafts.get, int(given["number"]))
    except OperatorError as error:
        await interactions.refuse(interaction, str(error))
        return
    button = Pressed(found.name, draft.number, draft.revision, asks)
    await interactions.ask(context, interaction, button, draft.caption if asks == "caption" else "")
