"""Writes the texts that are made from code: bot.env.example, and the marked parts of README.md,
docs/limits.md and docs/renderer.md (whose pictures are drawn by bot.gallery).

    python -m bot.docs

A table stands between ``<!-- name -->`` and ``<!-- /name -->``; TABLES says what makes it. Tests compare
what is in the files with what would be written.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

import click

from bot.__main__ import cli
from bot.command_line import DEBUG, ENV_FILE, JSON
from bot.gallery import page
from bot.limits_page import services_markdown
from bot.operations.about import usage
from bot.operations.registry import operations
from bot.setting_types import ROOT
from bot.settings import settings_table
from services.errors import Misconfigured

EXAMPLE = ROOT / "bot.env.example"
README = ROOT / "README.md"
RENDERER = ROOT / "docs" / "renderer.md"
LIMITS = ROOT / "docs" / "limits.md"
FEW = 4  # more parameters than these are left to --help
_HEAD = """\
# Settings of Autopotter. Copy this file to bot.env and take the # off the lines you change; every line here
# shows the default. The environment wins over this file. ${NAME} is filled in from the environment or from
# another line; $${ writes a plain ${. Lists are comma-separated. An empty value means the default.
"""


def env_example() -> str:
    """The text of bot.env.example: every setting with its documentation, commented out at its default."""
    parts = [_HEAD]
    for group, rows in groupby(settings_table(), key=lambda row: row["group"]):
        parts.append(f"\n# ---- {group} ----\n")
        for row in rows:
            about = textwrap.fill(row["description"], 108, initial_indent="# ", subsequent_indent="# ")
            parts.append(f"\n{about}\n#{row['name']}={row['default']}\n")
    return "".join(parts)


def settings_markdown() -> str:
    """The README's table of settings."""
    return "\n".join(_settings_lines())


def _settings_lines() -> Iterator[str]:
    yield "| Setting | Default | What it does |"
    yield "|---|---|---|"
    for group, rows in groupby(settings_table(), key=lambda row: row["group"]):
        yield f"| **{group}** | | |"
        for row in rows:
            words = row["words"]
            default = words if words.startswith("(") else f"`{words.replace(',', ', ')}`"
            yield f"| `{row['name']}` | {cell(default)} | {cell(row['description'])} |"


def commands_markdown() -> str:
    """The README's table of commands: one for each operation, and those of the command line's own."""
    return "\n".join(_commands_lines())


def _commands_lines() -> Iterator[str]:
    yield "| Command | What it does |"
    yield "|---|---|"
    of_operations = {operation.name: usage(operation) for operation in operations().values()}
    for name, command in cli.commands.items():
        called = of_operations.get(name) or f"{name} {_parameters_usage(command)}"
        summary = (command.help or "").partition("\n")[0]
        yield f"| `{cell(' '.join(called.split()))}` | {cell(summary)} |"


def _parameters_usage(command: click.Command) -> str:
    words = [word for word in map(_own_usage, command.params) if word]
    return " ".join(words) if len(words) <= FEW else "[OPTIONS]"


def _own_usage(parameter: click.Parameter) -> str:
    """ "" for what every command takes."""
    if parameter in (ENV_FILE, JSON, DEBUG):
        return ""
    word = (parameter.name or "").upper()
    if isinstance(parameter, click.Argument):
        return word if parameter.required else f"[{word}]"
    option = parameter.opts[0]
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return f"[{option}]"
    return f"{option} {word}" if parameter.required else f"[{option} {word}]"


def cell(text: str) -> str:
    """``text`` as the inside of one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


# Marker -> what makes the table.
TABLES: dict[str, Callable[[], str]] = {"commands": commands_markdown, "settings": settings_markdown}
RENDERER_PARTS: dict[str, Callable[[], str]] = {
    "abilities": page.abilities_markdown, "limits": page.limits_markdown, "sheets": page.sheets_markdown,
}  # fmt: skip
LIMITS_PARTS: dict[str, Callable[[], str]] = {"services": services_markdown}


def fill(text: str, tables: Mapping[str, Callable[[], str]] = TABLES, name: str = README.name) -> str:
    """``text`` of the file ``name`` with every marked part written anew; raises Misconfigured if one has no
    place in it."""
    for marker, make in tables.items():
        place = re.compile(rf"(<!-- {re.escape(marker)} -->\n).*?(<!-- /{re.escape(marker)} -->)", re.DOTALL)
        if len(place.findall(text)) != 1:
            raise Misconfigured(
                f"{name} does not have exactly one place for the table {marker!r}.",
                remedy=f"Put one <!-- {marker} --> and one <!-- /{marker} --> on lines of their own.",
            )
        table = make()
        text = place.sub(lambda found, table=table: f"{found[1]}\n{table}\n\n{found[2]}", text)  # type: ignore[misc]
    return text


def main() -> int:
    """Rewrite the files; 1 if one with marked parts could not be."""
    EXAMPLE.write_text(env_example(), encoding="utf-8")
    try:
        for path, parts in ((README, TABLES), (RENDERER, RENDERER_PARTS), (LIMITS, LIMITS_PARTS)):
            path.write_text(fill(path.read_text(encoding="utf-8"), parts, path.name), encoding="utf-8")
    except (OSError, Misconfigured) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
