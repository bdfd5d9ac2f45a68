"""`autopotter setup`: asks for what matters, checks each answer at once, and writes bot.env.

What is asked stands in bot/setup_steps.py; what an answer must be is said by Settings alone.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console as Rich
from rich.text import Text

from bot import env_writer
from bot.reply import Reply
from bot.setting_sources import DEFAULT_FILE
from bot.setting_types import ROOT
from bot.settings import read_settings, settings_table
from bot.setup_answers import Setup
from bot.setup_steps import Question
from bot.setup_walks import Found, Walk
from bot.surfaces.console import Console, printable
from services.errors import OperatorError, Refused

HOW = (
    "Enter keeps what stands in brackets. default takes the default, back goes one question back, skip keeps "
    "all the rest, quit ends without writing."
)

AGAIN = "Answer that again?"
IN_ONE_LINE = 60  # characters of the answers one chooses among


def run(env_files: list[Path] | None, console: Console, given: Mapping[str, Any]) -> None:
    """Ask, or take the options; write; let the doctor look."""
    path = (env_files or [Path(DEFAULT_FILE)])[-1]
    present = [file for file in env_files or [path] if file.exists()]
    setup = Setup(read_settings(present), os.environ)
    for question in setup.every_question:
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


class _Quit(Exception):
    """Somebody ends it while a service is looked at."""


class Dialogue:
    """Asks on a terminal, or reads answers line by line from wherever input comes."""

    def __init__(self, setup: Setup, out: Rich, path: Path) -> None:
        self._setup, self._out, self._path = setup, out, path
        self._rows = {row["name"]: row for row in settings_table()}

    def hold(self) -> bool:
        """Ask everything and show what will be written; False when it shall not be."""
        self._out.print(Text(HOW, style="dim"))
        questions, back, asked = self._setup.questions, False, False
        while True:
            if not asked and not self._go_through(questions, back=back):
                return False
            match self._confirm():
                case "back":
                    back, asked = True, False
                case Walk() as walk:
                    try:
                        if not self._connect(walk):
                            return False
                    except _Quit:
                        return False
                    questions, back = list(walk.questions), False
                    # What everybody is asked was asked; "back" goes through the service's questions again.
                    asked = True
                case agreed:
                    return agreed == "yes"

    def _go_through(self, questions: Sequence[Question], *, back: bool = False) -> bool:
        """Ask these, from the last one ``back``; False to end without writing."""
        index = max(0, len(questions) - 1) if back else 0
        while index < len(questions):
            question = questions[index]
            if self._pointless(question):
                index = max(0, index - 1) if back else index + 1
                back = back and index > 0
                continue
            match self._ask(question):
                case "back":
                    index, back = max(0, index - 1), index > 0
                case "skip":
                    return True
                case "quit":
                    return False
                case _:
                    index, back = index + 1, False
        return True

    def _connect(self, walk: Walk) -> bool:
        """Ask for the service and look at it; False to end without writing."""
        if walk.after and not self._setup.value(walk.after):
            first = next(w for w in self._setup.walks if any(q.variable == walk.after for q in w.questions))
            self._out.print(Text(f"{walk.title} needs {first.title}, which comes first."))
            if not self._connect(first):
                return False
            if not self._setup.value(walk.after):
                return True
        part: Walk | None = walk
        while part is not None and self._go_through(part.questions):
            well = self._look(part)
            if well:
                part = part.then
            # What went before is right: nobody has to go through all of it again.
            elif part is walk or not part.questions or self._choose(AGAIN, ("yes", "no")) == "no":
                self._out.print(Text(f"Answer {walk.name} below to go through it again.", style="red"))
                return True
        return part is None

    def _look(self, walk: Walk) -> bool:
        """Ask the service itself; what it answers is kept, what it refuses is told and may be put right."""
        self._out.print(Text(f"Looking at {walk.title} …", style="dim"))
        try:
            found = asyncio.run(walk.look(self._setup.texts(), self._choose))
        except OperatorError as error:
            found = Found(str(error), ok=False)
        self._setup.take(found.answers)
        self._out.print(Text(printable(found.sentence), style="green" if found.ok else "red"))
        return found.ok

    def _choose(self, ask: str, among: Sequence[str]) -> str:
        """By its word or its number; many are shown line by line."""
        shown = [printable(each) for each in among]
        words = ", ".join(shown)
        if many := len(words) > IN_ONE_LINE or any(" " in each for each in shown):
            for number, each in enumerate(shown, 1):
                self._out.print(Text(f"  {number:>2}  {each}"))
        prompt = f"{printable(ask)} [1] " if many else f"{printable(ask)} ({words}) [{shown[0]}] "
        while True:
            word = self._read(prompt) or shown[0]
            if word == "quit" and word not in shown:
                raise _Quit
            if word in shown:
                return among[shown.index(word)]
            if re.fullmatch("[0-9]{1,4}", word) and 1 <= int(word) <= len(among):
                return among[int(word) - 1]
            wanted = f"A number from 1 to {len(among)}." if many else f"One of {words}."
            self._out.print(Text(wanted, style="red"))

    def _pointless(self, question: Question) -> bool:
        if self._setup.fixed(question):
            self._out.print(Text(f"{question.variable} is set in the environment, which wins.", style="dim"))
            return True
        if question.when:
            name, _, wanted = question.when.partition("=")
            if (self._setup.value(name) or self._rows[name]["default"]) != wanted:
                return True
        return bool(question.unless and self._setup.value(question.unless))

    def _ask(self, question: Question) -> str:
        """Until the answer is right: "next", or back, skip, quit."""
        row = self._rows[question.variable]
        self._out.print(Text.assemble("\n", (question.ask, "bold"), f"  {question.variable}"))
        for text in (row["description"], question.how):
            if text:
                self._out.print(Text(text, style="dim"))
        while True:
            word = self._read(f"[{self._shown(question)}] ", secret=question.secret)
            if word in ("back", "skip", "quit"):
                return word
            before = dict(self._setup.answers)
            word = word or self._offered(question)
            if word:
                self._setup.answer(question, "" if word == "default" else word)
            try:
                heard, problem = self._hear(question), self._setup.problem(question)
            except OperatorError as error:
                heard, problem = "", str(error)
            if not problem:
                if heard:
                    self._out.print(Text(printable(heard), style="green"))
                return "next"
            self._setup.answers = before
            self._out.print(Text(printable(problem), style="red"))

    def _hear(self, question: Question) -> str:
        value = self._setup.value(question.variable)
        return question.heard(value) if question.heard and value else ""

    def _offered(self, question: Question) -> str:
        """What another question was answered with, where this one has no answer yet."""
        if not question.like or self._setup.value(question.variable):
            return ""
        return self._setup.value(question.like)

    def _confirm(self) -> str | Walk:
        """ "yes", "no", "back", or the service to connect first."""
        answers = self._setup.answers
        self._out.print(Text(f"\n{self._path} will hold, with all else as it is:", style="bold"))
        secrets = {question.variable for question in self._setup.every_question if question.secret}
        for name, value in answers.items():
            shown = "(not shown)" if name in secrets and value else env_writer.quoted(value)
            self._out.print(Text(printable(f"  {name}={shown}")))
        if not answers:
            self._out.print(Text("  nothing new"))
        if problems := self._setup.problems():
            lines = ["As it is, the operator does not start:", *(f"  {problem.what}" for problem in problems)]
            leave = "Correct it, or answer default to the questions of a service to leave it out."
            self._out.print(Text(printable("\n".join([*lines, leave])), style="red"))
        walks: dict[str, Walk] = {walk.name: walk for walk in self._setup.walks}
        if walks:
            how = f"To connect a real service first, answer {' or '.join(walks)}."
            self._out.print(Text(how, style="dim"))
        while True:
            word = self._read("Write it? [yes] ").lower()
            if word in walks:
                return walks[word]
            if word in ("", "y", "yes"):
                return "yes"
            if word in ("n", "no", "quit"):
                return "no"
            if word == "back":
                return word
            self._out.print(Text(", ".join(["yes", "no", "back", *walks]), style="red"))

    def _shown(self, question: Question) -> str:
        value = self._setup.value(question.variable)
        if question.secret and value:
            return "set, not shown"
        return printable(value or self._offered(question)) or self._rows[question.variable]["words"]

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
