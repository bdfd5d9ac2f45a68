"""`autopotter setup`: asks for what matters, checks each answer at once, and writes bot.env.

What is asked stands in bot/setup_steps.py; what an answer must be is said by Settings alone.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console as Rich
from rich.text import Text

from bot import env_writer
from bot.env_files import Problem
from bot.reply import Reply
from bot.setting_sources import DEFAULT_FILE, ENVIRONMENT
from bot.setting_types import ROOT
from bot.settings import Reading, read_settings, settings_table
from bot.setup_steps import STEPS, Question, Step
from bot.surfaces.console import Console, printable
from services.errors import Misconfigured, Refused

HOW = (
    "Enter keeps what stands in brackets. default takes the default, back goes one question back, skip keeps "
    "all the rest, quit ends without writing."
)


def run(env_files: list[Path] | None, console: Console, given: Mapping[str, Any]) -> None:
    """Ask, or take the options; write; let the doctor look."""
    path = (env_files or [Path(DEFAULT_FILE)])[-1]
    present = [file for file in env_files or [path] if file.exists()]
    setup = Setup(read_settings(present), os.environ)
    for question in setup.questions:
        if given.get(question.variable) is not None:
            setup.answer(question, given[question.variable])
    out = Rich(highlight=False)
    if given["non_interactive"]:
        setup.ensure_right()
    elif console.as_json:
        raise Refused("--json asks nothing.", remedy="Give values as options, with --non-interactive.")
    elif not Dialogue(setup, out, path).hold():
        console.show(Reply("Nothing was written."))
        return
    text = path.read_text(encoding="utf-8-sig") if path.exists() else _example()
    kept = env_writer.write(path, env_writer.with_values(text, setup.answers), setup.answers)
    _end(console, path, kept, setup, [*[file for file in present if file != path], path])


def _end(console: Console, path: Path, kept: Path | None, setup: Setup, files: list[Path]) -> None:
    """What was written, the doctor's verdict, and what to do next."""
    from bot.doctor.doctor import examine, show, verdict  # loads the codecs: not before the first question

    groups = examine(files)
    if not console.as_json:
        show(groups, quiet=True)
    found = verdict(groups)
    start = "autopotter run" if path == Path(DEFAULT_FILE) else f"autopotter --env-file {path} run"
    told = f"{path} is written." + (f" What it was before is {kept.name}." if kept else "")
    then = f"`{start}` starts it." if found.ok else f"Put that right, then `{start}`."
    data = {
        "file": str(path.absolute()),
        "kept": str(kept) if kept else None,
        "written": sorted(setup.answers),
        "next": start,
        "doctor": found.data,
    }
    console.show(Reply(f"{told} The doctor says: {found.text}", data=data, ok=found.ok, remedy=then))
    if found.ok and not console.as_json:
        console.show(Reply(then))


@dataclass(slots=True)
class Setup:
    """The answers so far, over what was set before. ``answers``: variable → text, "" for the default."""

    reading: Reading
    environ: Mapping[str, str]
    steps: Sequence[Step] = STEPS
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def questions(self) -> list[Question]:
        return [question for step in self.steps for question in step.questions]

    def fixed(self, question: Question) -> bool:
        """Whether the environment sets it, which wins over any file."""
        return self.reading.given.sources.get(question.variable) == ENVIRONMENT

    def value(self, variable: str) -> str:
        """As set now; "" is the default."""
        return self.answers.get(variable, self.reading.given.values.get(variable.lower(), ""))

    def answer(self, question: Question, text: str) -> None:
        if self.fixed(question):
            raise Refused(
                f"{question.variable} is set in the environment, which wins over the file.",
                remedy=f"Take {question.variable} out of the environment.",
            )
        text = text.strip()
        if question.path and text:
            text = str(Path(text).expanduser().absolute())
        if text == self.reading.given.values.get(question.variable.lower(), ""):
            self.answers.pop(question.variable, None)
        else:
            self.answers[question.variable] = text

    def problems(self) -> tuple[Problem, ...]:
        """What Settings says is wrong with all values as they are now."""
        texts = {name.upper(): text for name, text in self.reading.given.values.items()} | self.answers
        return read_settings([], texts).problems

    def problem(self, question: Question) -> str:
        """What is wrong with its value; "" if nothing."""
        return next((str(found) for found in self.problems() if found.variable == question.variable), "")

    def ensure_right(self) -> None:
        if not self.answers:
            options = ", ".join(question.option for question in self.questions)
            raise Refused("There is nothing to write.", remedy=f"Give values: {options}.")
        before = {problem.variable for problem in self.reading.problems}
        for problem in self.problems():
            if problem.variable in self.answers or problem.variable not in before:
                raise Misconfigured(problem.what, remedy=problem.remedy, variable=problem.variable)


class Dialogue:
    """Asks on a terminal, or reads answers line by line from wherever input comes."""

    def __init__(self, setup: Setup, out: Rich, path: Path) -> None:
        self._setup, self._out, self._path = setup, out, path
        self._rows = {row["name"]: row for row in settings_table()}

    def hold(self) -> bool:
        """Ask everything and show what will be written; False when it shall not be."""
        self._out.print(Text(HOW, style="dim"))
        questions, index, back = self._setup.questions, 0, False
        while True:
            if index == len(questions):
                match self._confirm():
                    case "back":
                        index, back = index - 1, True
                    case agreed:
                        return agreed == "yes"
            question = questions[index]
            if self._pointless(question):
                index = max(0, index - 1) if back else index + 1
                back = back and index > 0
                continue
            match self._ask(question):
                case "back":
                    index, back = max(0, index - 1), index > 0
                case "skip":
                    index, back = len(questions), False
                case "quit":
                    return False
                case _:
                    index, back = index + 1, False

    def _pointless(self, question: Question) -> bool:
        if self._setup.fixed(question):
            self._out.print(Text(f"{question.variable} is set in the environment, which wins.", style="dim"))
            return True
        return bool(question.unless and self._setup.value(question.unless))

    def _ask(self, question: Question) -> str:
        """Until the answer is right: "next", or back, skip, quit."""
        row = self._rows[question.variable]
        self._out.print(Text.assemble("\n", (question.ask, "bold"), f"  {question.variable}"))
        self._out.print(Text(row["description"], style="dim"))
        while True:
            word = self._read(f"[{self._shown(question)}] ", secret=question.secret)
            if word in ("back", "skip", "quit"):
                return word
            before = dict(self._setup.answers)
            if word:
                self._setup.answer(question, "" if word == "default" else word)
            problem = self._setup.problem(question)
            if not problem:
                return "next"
            self._setup.answers = before
            self._out.print(Text(printable(problem), style="red"))

    def _confirm(self) -> str:
        """ "yes", "no" or "back"."""
        answers = self._setup.answers
        self._out.print(Text(f"\n{self._path} will hold, with all else as it is:", style="bold"))
        secrets = {question.variable for question in self._setup.questions if question.secret}
        for name, value in answers.items():
            shown = "(not shown)" if name in secrets and value else env_writer.quoted(value)
            self._out.print(Text(printable(f"  {name}={shown}")))
        if not answers:
            self._out.print(Text("  nothing new"))
        while True:
            word = self._read("Write it? [yes] ").lower()
            if word in ("", "y", "yes"):
                return "yes"
            if word in ("n", "no", "quit"):
                return "no"
            if word == "back":
                return word
            self._out.print(Text("yes, no or back", style="red"))

    def _shown(self, question: Question) -> str:
        value = self._setup.value(question.variable)
        if question.secret and value:
            return "set, not shown"
        return printable(value) or self._rows[question.variable]["words"]

    def _read(self, prompt: str, *, secret: bool = False) -> str:
        try:
            if secret and sys.stdin.isatty():
                return getpass.getpass(prompt).strip()
            return input(prompt).strip()
        except EOFError:
            raise Refused(
                "The answers ended before all was asked: nothing was written.",
                remedy="Answer all, or give values as options with --non-interactive.",
            ) from None


def _example() -> str:
    """A new file begins as the example, which lies in every clone."""
    example = ROOT / "bot.env.example"
    return example.read_text(encoding="utf-8") if example.is_file() else ""
