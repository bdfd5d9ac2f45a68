"""Operations: the only product interface. A function's signature is its parameters, its docstring its help.

    @operation()
    async def approve(op: Operator, by: Requester, number: DraftNumber) -> AsyncGenerator[Reply]:
        \"\"\"Approve a draft: it is posted after POST_DELAY or at the next slot.\"\"\"

Every surface is generated from this table: subcommands, desk actions, slash commands, the README.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from unicodedata import category

from bot.chat.approvers import refusal
from bot.operator import Operator
from bot.reply import Reply
from services.errors import Refused


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks: ``voter`` is one vote's owner ("desk", "console", "discord:<user id>").

    ``decides``: whether this person may run operations that decide. Desk and command line are entitled by
    access; a chat knows its approvers.
    """

    voter: str
    name: str = ""
    decides: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """What Annotated adds to a parameter: its help, its bounds, what completes it, its allowed words."""

    help: str
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    completes: str = ""  # "draft", "intent", "operation"
    multiline: bool = False
    option: bool = False  # on a command line: --name, not a positional
    blank: bool = True  # "" is as if it was not given; False: it is refused, as that would mean another thing
    file: str = ""  # a file to write; this name if only the option is given


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: type  # int, str, float or bool
    required: bool
    default: Any
    about: About


@dataclass(frozen=True, slots=True)
class Operation:
    """``decides`` marks what only approvers may do, ``long`` what acknowledges at once and works on.

    ``media``: it looks at the media, so a sample studio has to be drawn first where there is none.
    ``reads``: the values of parameters with which it changes nothing, in no file either ({}: it never does);
    None: it always may.
    """

    name: str
    summary: str
    help: str
    parameters: tuple[Parameter, ...]
    run: Callable[..., AsyncGenerator[Reply]]
    decides: bool
    long: bool
    media: bool
    reads: Mapping[str, Any] | None
    group: str

    def only_reads(self, given: Mapping[str, Any]) -> bool:
        """Whether this call changes nothing, so that it may be made beside whoever acts on DATA_DIR."""
        if self.reads is None:
            return False
        values = {p.name: given.get(p.name) or p.default for p in self.parameters}
        return all(values[name] == value for name, value in self.reads.items())

    def bind(self, given: dict[str, Any]) -> dict[str, Any]:
        """Convert and check values from outside; Refused names the parameter and what it takes."""
        unknown = set(given) - {parameter.name for parameter in self.parameters}
        if unknown:
            raise Refused(f"{self.name} has no parameter {', '.join(sorted(unknown))}.")
        bound: dict[str, Any] = {}
        for parameter in self.parameters:
            value = given.get(parameter.name)
            if value == "" and not parameter.about.blank:
                raise Refused(
                    f"{parameter.name} is empty: nothing was done.",
                    remedy=f"Leave it out, or give {parameter.about.help}",
                )
            if value is None or value == "":
                if parameter.required:
                    raise Refused(f"{self.name} needs {parameter.name}: {parameter.about.help}")
                bound[parameter.name] = parameter.default
            else:
                bound[parameter.name] = _convert(parameter, value)
        return bound

    def call(self, op: Operator, by: Requester, given: dict[str, Any]) -> AsyncGenerator[Reply]:
        """Run it. Refused when a value is wrong, or when only approvers may and this is none."""
        if self.decides and not by.decides:
            raise refusal()
        return self.run(op, by, **self.bind(given))


_OPERATIONS: dict[str, Operation] = {}


def operation(
    *,
    decides: bool = False,
    long: bool = False,
    media: bool = False,
    reads: Mapping[str, Any] | None = None,
    group: str = "drafts",
) -> Callable[[Callable[..., AsyncGenerator[Reply]]], Callable[..., AsyncGenerator[Reply]]]:
    """Register a function as an operation under its own name (a trailing underscore is dropped)."""

    def register(function: Callable[..., AsyncGenerator[Reply]]) -> Callable[..., AsyncGenerator[Reply]]:
        text = inspect.cleandoc(function.__doc__ or "")
        name = function.__name__.rstrip("_").replace("_", "-")
        _OPERATIONS[name] = Operation(
            name=name,
            summary=text.partition("\n")[0],
            help=text,
            parameters=_parameters(function),
            run=function,
            decides=decides,
            long=long,
            media=media,
            reads=reads,
            group=group,
        )
        return function

    return register


def operations() -> dict[str, Operation]:
    """All operations by name, in the order they were registered."""
    import bot.operations  # noqa: F401 - registers them

    return dict(_OPERATIONS)


def find(name: str) -> Operation:
    known = operations()
    if name not in known:
        raise Refused(f"There is no operation {name}.", remedy=f"There are: {', '.join(known)}.")
    return known[name]


def _plain(text: str) -> str:
    """``text`` without control characters, and without the halves of characters that no file can hold."""
    kept = (char for char in text.replace("\r\n", "\n") if char in "\n\t" or category(char) != "Cc")
    return "".join(kept).encode("utf-8", "replace").decode("utf-8")


def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    hints = get_type_hints(function, include_extras=True)
    found = []
    for name, parameter in list(inspect.signature(function).parameters.items())[2:]:
        hint, about = hints[name], About(name)
        if get_origin(hint) is Annotated:
            hint, about = get_args(hint)[0], next(a for a in get_args(hint)[1:] if isinstance(a, About))
        if get_origin(hint) in (Union, types.UnionType):
            hint = next(t for t in get_args(hint) if t is not type(None))
        required = parameter.default is inspect.Parameter.empty
        found.append(Parameter(name, hint, required, None if required else parameter.default, about))
    return tuple(found)


def _convert(parameter: Parameter, value: Any) -> Any:
    about = parameter.about
    if parameter.type is bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "1", "yes", "on"):
            return True
        if str(value).lower() in ("false", "0", "no", "off"):
            return False
        raise Refused(f"{parameter.name} is yes or no, not {value!r}.")
    if parameter.type in (int, float):
        try:
            number = parameter.type(str(value).strip())
        except ValueError:
            kind = "a whole number" if parameter.type is int else "a number"
            raise Refused(f"{parameter.name} must be {kind}, not {str(value)[:40]!r}.") from None
        if (about.low is not None and number < about.low) or (about.high is not None and number > about.high):
            raise Refused(f"{parameter.name} must be between {about.low} and {about.high}, not {number}.")
        return number
    # A path may have any name; every other text is stored, shown and posted.
    text = str(value) if about.file else _plain(str(value))
    if about.choices and text not in about.choices:
        raise Refused(f"{parameter.name} is one of {', '.join(about.choices)}, not {text[:40]!r}.")
    return text
