"""Reads files like bot.env: NAME=value lines whose ``${NAME}`` are filled in. Knows no setting's meaning.

A ``${NAME}`` is looked up in the environment, then in the files (any order of lines; within NAME's own
value, its definition in an earlier line or file). ``$${`` writes a literal ``${``. Values of the
environment itself are taken as they are.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import parse_stream

from services.errors import Misconfigured

LARGEST = 1024 * 1024  # bytes; a settings file is a page or two
_REFERENCE = re.compile(r"(?P<literal>\$\$\{)|\$\{(?P<name>[^}]*)(?P<closed>\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one variable, and what to do about it. Never carries a value."""

    variable: str
    what: str  # a sentence that starts with the variable's name
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line NAME=value, as written."""

    name: str
    value: str
    file: Path
    line: int

    @property
    def place(self) -> str:
        return f"{self.file.name} line {self.line}"


@dataclass(frozen=True, slots=True)
class EnvFiles:
    """What the files say together. ``helpers`` are names that other values refer to."""

    values: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)  # name -> "bot.env line 4"
    helpers: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def misconfigured(problems: Sequence[Problem]) -> Misconfigured:
    """One error that lists every problem, so that one round of corrections is enough."""
    if len(problems) == 1:
        only = problems[0]
        return Misconfigured(only.what, remedy=only.remedy, variable=only.variable)
    lines = "".join(f"\n- {problem}" for problem in problems)
    return Misconfigured(f"{len(problems)} settings are wrong:{lines}", variable=problems[0].variable)


def read_env_files(paths: Sequence[Path], environ: Mapping[str, str]) -> EnvFiles:
    """Read the files in order, later lines and files winning. Raises Misconfigured if one is unreadable."""
    entries = [entry for path in paths for entry in _entries(path)]
    winning = {entry.name: index for index, entry in enumerate(entries)}
    filling = _Filling(entries, winning, environ)
    # What the environment overrides is not looked at: its references need not lead anywhere.
    values = {name: filling.value(index) for name, index in winning.items() if name not in environ}
    return EnvFiles(
        values=values,
        places={name: entries[index].place for name, index in winning.items()},
        helpers=frozenset(filling.used),
        problems=tuple(dict.fromkeys(filling.problems)),
    )


def _entries(path: Path) -> list[Entry]:
    entries = []
    for binding in parse_stream(io.StringIO(_text(path))):
        written = binding.original.string
        blank = written[: len(written) - len(written.lstrip())].count("\n")
        line = binding.original.line + blank
        # Comments and blank stretches come without a name, a name without "=" comes without a value.
        if binding.error or (binding.key is not None and binding.value is None):
            raise Misconfigured(
                f"Line {line} of {path.name} is not of the form NAME=value.",
                remedy="Correct the line, close its quotes, or put # in front of it.",
            )
        if binding.key is not None and binding.value is not None:
            entries.append(Entry(binding.key, binding.value, path, line))
    return entries


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise Misconfigured(
                f"The settings file {str(path)!r} does not exist or is no regular file.",
                remedy="Check the path given with --env-file.",
            )
        if path.stat().st_size > LARGEST:
            raise Misconfigured(
                f"The settings file {str(path)!r} is over 1 MB; it cannot be one.",
                remedy="Name a file of NAME=value lines.",
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Misconfigured(
            f"The settings file {str(path)!r} cannot be read: {error.strerror}.",
            remedy="Give yourself permission to read it.",
        ) from error
    except UnicodeDecodeError as error:
        raise Misconfigured(
            f"The settings file {str(path)!r} is not UTF-8 text.", remedy="Save it as UTF-8."
        ) from error


class _Filling:
    """Fills in references, each entry once at most on the way from a value to what it refers to."""

    def __init__(self, entries: Sequence[Entry], winning: Mapping[str, int], environ: Mapping[str, str]):
        self.entries = entries
        self.winning = winning
        self.environ = environ
        self.used: set[str] = set()
        self.problems: list[Problem] = []
        self._done: dict[int, str] = {}
        self._open: list[int] = []

    def value(self, index: int) -> str:
        if index not in self._done:
            self._open.append(index)
            entry = self.entries[index]
            self._done[index] = _REFERENCE.sub(lambda found: self._reference(index, found), entry.value)
            self._open.pop()
        return self._done[index]

    def _reference(self, index: int, found: re.Match[str]) -> str:
        name = found["name"]
        if found["literal"]:
            return "${"
        if not found["closed"]:
            return self._problem(index, "has a ${ that is not closed", "Write ${NAME}")
        if not _NAME.fullmatch(name):
            return self._problem(index, "has a ${…} with no plain name in it", "Write ${NAME}")
        self.used.add(name)
        if name in self.environ:
            return self.environ[name]
        target = self._target(index, name)
        if target is None:
            return self._problem(
                index, f"refers to ${{{name}}}, which is set nowhere", f"Set {name}, or take ${{{name}}} out"
            )
        if target in self._open:
            return self._problem(
                index, f"refers to ${{{name}}}, which leads back to itself", "Break the circle"
            )
        return self.value(target)

    def _target(self, index: int, name: str) -> int | None:
        if name != self.entries[index].name:
            return self.winning.get(name)
        return next((i for i in reversed(range(index)) if self.entries[i].name == name), None)

    def _problem(self, index: int, what: str, remedy: str) -> str:
        entry = self.entries[index]
        self.problems.append(
            Problem(
                entry.name,
                f"{entry.name} ({entry.place}) {what}.",
                f"{remedy}; $${{ writes a plain ${{.",
            )
        )
        return ""
