"""The answers given to `autopotter setup` so far, over what was set before, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.env_files import Problem
from bot.setting_sources import ENVIRONMENT
from bot.settings import Reading, read_settings
from bot.setup_services import WALKS
from bot.setup_steps import STEPS, Question, Step
from bot.setup_walks import Walk
from services.errors import Misconfigured, Refused


@dataclass(slots=True)
class Setup:
    """The answers so far, over what was set before. ``answers``: variable → text, "" for the default."""

    reading: Reading
    environ: Mapping[str, str]
    steps: Sequence[Step] = STEPS
    answers: dict[str, str] = field(default_factory=dict)
    walks: Sequence[Walk] = WALKS

    @property
    def questions(self) -> list[Question]:
        """What everybody is asked."""
        return [question for step in self.steps for question in step.questions]

    @property
    def every_question(self) -> list[Question]:
        return [*self.questions, *(question for walk in self.walks for question in walk.every_question)]

    def texts(self) -> dict[str, str]:
        """Variable → text of everything that is set, with the answers."""
        return {name.upper(): text for name, text in self.reading.given.values.items()} | self.answers

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

    def take(self, found: Mapping[str, str]) -> None:
        """What a service itself told, where the environment does not say otherwise."""
        for variable, text in found.items():
            if self.reading.given.sources.get(variable) == ENVIRONMENT:
                continue
            if text == self.reading.given.values.get(variable.lower(), ""):
                self.answers.pop(variable, None)
            else:
                self.answers[variable] = text

    def problems(self) -> tuple[Problem, ...]:
        """What Settings says is wrong with all values as they are now."""
        return read_settings([], self.texts()).problems

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
