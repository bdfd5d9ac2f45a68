"""The commands of `autopotter`: one for each operation, made from its signature, and those of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import click

from bot import session
from bot.handover import perform
from bot.operations.registry import Operation, Parameter, operations
from bot.reply import Reply, for_error
from bot.settings import Settings, load_settings
from bot.surfaces.console import Console
from services.errors import OperatorError, Unavailable
from services.log import initialize_logging

Body = Callable[[Settings, Console, dict[str, Any]], None]
PlainBody = Callable[[list[Path] | None, Console, dict[str, Any]], None]

ENV_FILE = click.Option(
    ["--env-file"],
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A settings file; repeatable, later ones win. Default: bot.env if it is there.",
)
DEBUG = click.Option(["--debug"], is_flag=True, help="Log everything, with tracebacks.")
JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON document and nothing else.")


def command(name: str, help_text: str, parameters: list[click.Parameter], body: Body) -> click.Command:
    """A command with --env-file, --json and --debug. Exit code: 0 success, 1 failure, 2 misuse."""

    def with_settings(env_files: list[Path] | None, console: Console, given: dict[str, Any]) -> None:
        settings = load_settings(env_files)
        initialize_logging(_logging(settings, debug=given.pop("debug"), quiet=name != "run"))
        body(settings, console, given)

    return plain_command(name, help_text, parameters, with_settings)


def plain_command(
    name: str, help_text: str, parameters: list[click.Parameter], body: PlainBody
) -> click.Command:
    """The same for a body that reads the settings itself, as they may be wrong; it is given ``debug`` too."""

    def run(env_file: tuple[Path, ...], as_json: bool, **given: Any) -> None:
        with Console(as_json=as_json) as console:
            try:
                body(_env_files(env_file), console, given)
            except click.UsageError:
                raise
            except OperatorError as error:
                console.show(for_error(error))
            except KeyboardInterrupt:
                console.show(Reply("Interrupted. What was begun goes on at the next start.", ok=False))
            except Exception as error:  # the border to people: no command ends in a traceback
                console.show(for_error(error))
        if not console.ok:
            sys.exit(console.exit_code)

    return click.Command(name, callback=run, help=help_text, params=[*parameters, ENV_FILE, JSON, DEBUG])


def commands() -> list[click.Command]:
    """One command for every operation."""
    return [_of_operation(operation) for operation in operations().values()]


def _of_operation(operation: Operation) -> click.Command:
    def body(settings: Settings, console: Console, given: dict[str, Any]) -> None:
        values = {name: value for name, value in given.items() if value is not None}
        for parameter in operation.parameters:
            if (named := values.pop(f"{parameter.name}_named", None)) is not None:
                values[parameter.name] = named
        for parameter in operation.parameters:
            if parameter.required and parameter.name not in values:
                raise click.UsageError(f"{parameter.name.upper()} is missing: {parameter.about.help}.")
            if parameter.about.file and parameter.name in values:
                values[parameter.name] = str(Path(values[parameter.name]).expanduser().absolute())

        async def run() -> None:
            replies = perform(settings, operation.name, values, console.progress)
            try:
                async with aclosing(replies):
                    async for reply in replies:
                        console.show(reply)
            except (KeyError, TypeError) as error:  # what is not there, or is another thing than it was
                if session.is_of_other_code(settings.data_dir):
                    raise Unavailable(
                        "The running operator was started from another version than this command; what it "
                        "answered cannot be shown.",
                        remedy="Restart the operator. `autopotter drafts` then shows what was done.",
                    ) from error
                raise

        asyncio.run(run())

    parameters = [made for parameter in operation.parameters for made in _parameters(parameter)]
    return command(operation.name, operation.help, parameters, body)


def _parameters(parameter: Parameter) -> list[click.Parameter]:
    """A positional argument, which may also be given by its name ("--reason …"), or an option."""
    about = parameter.about
    kind: click.ParamType[Any] = click.STRING
    if about.choices:
        kind = click.Choice(about.choices)
    elif parameter.type in (int, float):
        span = click.IntRange if parameter.type is int else click.FloatRange
        kind = span(about.low, about.high)
    if parameter.type is bool:
        option = f"--{parameter.name.replace('_', '-')}"
        return [click.Option([option, parameter.name], is_flag=True, default=None, help=about.help)]
    if about.option:
        extra: dict[str, Any] = {"is_flag": False, "flag_value": about.file} if about.file else {}
        return [click.Option([f"--{parameter.name}"], type=kind, default=None, help=about.help, **extra)]
    word = parameter.name.upper()
    metavar = word if parameter.required else f"[{word}]"
    return [
        click.Argument([parameter.name], type=kind, required=False, default=None, metavar=metavar),
        click.Option([f"--{parameter.name}", f"{parameter.name}_named"], type=kind, hidden=True),
    ]


def _env_files(given: tuple[Path, ...]) -> list[Path] | None:
    context = click.get_current_context().find_root()
    files = [*context.params.get("env_file", ()), *given]
    return files or None


def _logging(settings: Settings, *, debug: bool, quiet: bool) -> dict[str, Any]:
    """A short command says in its replies what matters: only --debug brings its log to the terminal."""
    level = "DEBUG" if debug else settings.log_level
    return {
        "LOG_LEVEL": level,
        "LOG_FILE": settings.log_file,
        "LOG_MAX_SIZE": settings.log_max_size,
        "LOG_BACKUP_COUNT": settings.log_backup_count,
        "LOG_CONSOLE_OUTPUT": settings.log_console_output and (debug or not quiet),
        "LOG_FORMAT": settings.log_format,
    }
