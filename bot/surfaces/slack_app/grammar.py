"""What people type after /autopotter: an operation, its values in order, --options, quotes.

    deny 7 too long                 the last text takes the rest of the line as it is
    drafts --status approved        --status=approved does as well
    post 7 --at tomorrow 18:00      nothing else can be meant by what follows an option
    edit 7 “Layer by layer”         quotes of every kind, as phones write them

Only whoever asks decides what is meant: nothing here is ever given to a shell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.operations.registry import Operation, Parameter, operations
from services.errors import Refused

_QUOTES = {'"': '"', "“": "”", "„": "“”", "”": "”", "'": "'", "‘": "’", "«": "»"}
_OPTION = re.compile(r"(?:--|—|–)([a-z][a-z_-]*)(?:=(.*))?\Z", re.DOTALL)  # phones make one dash of two


@dataclass(frozen=True, slots=True)
class Word:
    """``at`` is where it begins in the line; ``quoted`` words are never options."""

    text: str
    at: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """``given`` are texts by parameter; the operation converts and checks them."""

    operation: Operation
    given: dict[str, Any]

    @property
    def missing(self) -> str:
        """The first parameter that is required and was not given, "" if there is none."""
        return next(
            (p.name for p in self.operation.parameters if p.required and p.name not in self.given), ""
        )


def read(text: str) -> Call:
    """The call that ``text`` means; "" is help. Refused with the usage where it means none."""
    name, rest = [*text.split(None, 1), "", ""][:2]
    name = name.lower().lstrip("/") or "help"
    found = operations().get(name)
    if found is None:
        raise Refused(
            f"There is no operation {name[:40]!r}.", remedy="`autopotter help` says what can be asked."
        )
    return Call(found, _given(found, rest))


def _given(operation: Operation, line: str) -> dict[str, Any]:
    parameters = {p.name: p for p in operation.parameters}
    positional = [p for p in parameters.values() if not p.about.option and p.type is not bool]
    words, given, last = _words(line), dict[str, Any](), ""
    while words:
        word = words.pop(0)
        option = None if word.quoted else _OPTION.match(word.text)
        named = parameters.get(option[1].replace("-", "_")) if option else None
        if option is not None and named is not None:
            positional = [p for p in positional if p is not named]
            given[named.name] = _value(named, option[2], words)
            last = named.name if _free(named) else ""
        elif len(positional) == 1 and _free(positional[0]):
            given[positional.pop().name] = _rest(line, word, words, parameters, given)
        elif positional:
            given[positional.pop(0).name] = word.text
        elif last and not word.quoted and option is None:
            given[last] = f"{given[last]} {word.text}"
        else:
            raise _too_much(operation, word)
    return given


def _free(parameter: Parameter) -> bool:
    """Whether it is a text of any words."""
    return parameter.type is str and not parameter.about.choices and not parameter.about.file


def _rest(
    line: str, first: Word, words: list[Word], parameters: dict[str, Parameter], given: dict[str, Any]
) -> str:
    """The line from ``first`` on as it was typed; a quoted text alone without its quotes. Options that stand
    at the very end are still options."""
    if first.quoted and not words:
        return first.text
    end = len(line)
    while (found := _trailing(words, parameters)) is not None:
        start, name, value = found
        given.setdefault(name, value)
        end = words[start].at
        del words[start:]
    if first.quoted and not words:
        return first.text
    words.clear()
    return line[first.at : end].strip()


def _trailing(words: list[Word], parameters: dict[str, Parameter]) -> tuple[int, str, Any] | None:
    """An option in the last word or the last two: where it begins, its name, its value."""
    for start in (len(words) - 1, len(words) - 2):
        if start < 0 or words[start].quoted:
            continue
        option = _OPTION.match(words[start].text)
        named = parameters.get(option[1].replace("-", "_")) if option else None
        if option is None or named is None or not (named.about.option or named.type is bool):
            continue
        after = words[start + 1 :]
        alone = option[2] is not None or named.type is bool or (named.about.file and not after)
        if len(after) == (0 if alone else 1):
            return start, named.name, _value(named, option[2], after)
    return None


def _value(parameter: Parameter, attached: str | None, words: list[Word]) -> Any:
    if attached is not None:
        return _unquoted(attached)
    if parameter.type is bool:
        return True
    if parameter.about.file and (not words or _OPTION.match(words[0].text)):
        return parameter.about.file
    if not words:
        raise Refused(f"--{parameter.name.replace('_', '-')} needs a value: {parameter.about.help}")
    return words.pop(0).text


def _unquoted(text: str) -> str:
    ends = _QUOTES.get(text[:1], "")
    return text[1:-1] if len(text) > 1 and text[-1] in ends else text


def _too_much(operation: Operation, word: Word) -> Refused:
    return Refused(
        f"{operation.name} does not know what {word.text[:40]!r} is: nothing was done.",
        remedy=f"`autopotter help {operation.name}` explains it.",
    )


def _words(line: str) -> list[Word]:
    words, at = list[Word](), 0
    while True:
        while at < len(line) and line[at].isspace():
            at += 1
        if at == len(line):
            return words
        word, at = _quoted(line, at) or _bare(line, at)
        words.append(word)


def _quoted(line: str, at: int) -> tuple[Word, int] | None:
    """A word in quotes that begin and end with it: an apostrophe within a word is none."""
    ends = _QUOTES.get(line[at])
    for end in range(at + 1, len(line)) if ends else ():
        if line[end] in (ends or "") and (end + 1 == len(line) or line[end + 1].isspace()):
            return Word(line[at + 1 : end], at, quoted=True), end + 1
    return None


def _bare(line: str, at: int) -> tuple[Word, int]:
    """Up to the next space; ``--reason="too long"`` is one word."""
    end = at
    while end < len(line) and not line[end].isspace():
        if line[end] == "=" and end + 1 < len(line) and line[at] in "-—–":
            inner = _quoted(line, end + 1)
            if inner is not None:
                return Word(
                    f"{line[at : end + 1]}{line[end + 1]}{inner[0].text}{line[inner[1] - 1]}", at
                ), inner[1]
        end += 1
    return Word(line[at:end], at), end
