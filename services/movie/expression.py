"""What stands between ``{{`` and ``}}``: a value worked out from names, numbers and words. No eval.

Read and worked out in one pass, so that a branch not taken is only read. Every failure is an
ExpressionError with a sentence; the size of everything is bounded (json2video.com/docs/v2, "expressions").
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

from services.movie.arithmetic import COMPARISONS, UnreadableExpression, calculate, compare, number_of, truthy

LONGEST = 2_000  # characters of one expression
DEEPEST = 12  # brackets, signs and questions in one another

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d{1,16}(?:\.\d{0,16})?|\.\d{1,16})(?![\w.]))
    | (?P<word>'[^']*'|"[^"]*")
    | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<sign>==|!=|>=|<=|&&|\|\||[-+*/()<>?:,])
    )""",
    re.VERBOSE | re.ASCII,
)
_FUNCTIONS: dict[str, tuple[int, Callable[..., float]]] = {
    "min": (2, min), "max": (2, max), "ceil": (1, math.ceil), "floor": (1, math.floor),
    "round": (1, lambda value: math.floor(value + 0.5)), "abs": (1, abs),
}  # fmt: skip
_CONSTANTS = {"true": True, "false": False, "null": None}

Lookup = Callable[[str], Any]


def evaluate(text: str, lookup: Lookup) -> Any:
    """The value of ``text``: a number, text, boolean, list, mapping or None.

    ``lookup`` gives the value of a name and raises MissingVariable; it is only asked for what is needed.
    """
    if len(text) > LONGEST:
        raise UnreadableExpression(f"is longer than {LONGEST} characters.")
    reader = _Reader(_tokens(text), lookup)
    value = reader.choice(0, True)
    if reader.kind != "end":
        reader.fail()
    return value


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadableExpression(f"cannot be read at {text[at:].strip()[:20]!r}.")
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
    return [*found, ("end", "")]


class _Reader:
    """Recursive descent; ``live`` is False inside what is read but not needed."""

    def __init__(self, tokens: list[tuple[str, str]], lookup: Lookup) -> None:
        self._tokens, self._lookup, self._at = tokens, lookup, 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _text(self) -> str:
        kind, text = self._tokens[self._at]
        return "" if kind == "word" else text  # a quoted sign is no sign

    def fail(self) -> NoReturn:
        kind, text = self._tokens[self._at]
        raise UnreadableExpression(
            "ends too early." if kind == "end" else f"cannot be read at {text[:20]!r}."
        )

    def _take(self, *texts: str) -> str:
        """The next token if it is one of ``texts``, else ""."""
        if self.kind != "end" and self._text in texts:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return ""

    def _need(self, text: str) -> None:
        if not self._take(text):
            self.fail()

    def choice(self, depth: int, live: bool) -> Any:
        value = self._either(depth, live)
        if not self._take("?"):
            return value
        yes = live and truthy(value)
        first = self.choice(depth + 1, yes)
        self._need(":")
        second = self.choice(depth + 1, live and not yes)
        return first if yes else second

    def _either(self, depth: int, live: bool) -> Any:
        value = self._both(depth, live)
        while self._take("or", "||"):
            more = live and not truthy(value)
            other = self._both(depth, more)
            value = other if more else value
        return value

    def _both(self, depth: int, live: bool) -> Any:
        value = self._comparison(depth, live)
        while self._take("and", "&&"):
            more = live and truthy(value)
            other = self._comparison(depth, more)
            value = other if more else value
        return value

    def _comparison(self, depth: int, live: bool) -> Any:
        value = self._sum(depth, live)
        sign = self._take("==", "!=", *COMPARISONS)
        if not sign:
            return value
        other = self._sum(depth, live)
        if self._text in ("==", "!=", *COMPARISONS):
            raise UnreadableExpression("compares three values: join two comparisons with 'and'.")
        return compare(sign, value, other) if live else None

    def _sum(self, depth: int, live: bool) -> Any:
        value = self._product(depth, live)
        while sign := self._take("+", "-"):
            other = self._product(depth, live)
            value = calculate(sign, value, other) if live else None
        return value

    def _product(self, depth: int, live: bool) -> Any:
        value = self._signed(depth, live)
        while sign := self._take("*", "/"):
            other = self._signed(depth, live)
            value = calculate(sign, value, other) if live else None
        return value

    def _signed(self, depth: int, live: bool) -> Any:
        if depth > DEEPEST:
            raise UnreadableExpression("is nested too deeply.")
        sign = self._take("-", "+")
        if not sign:
            return self._single(depth, live)
        value = self._signed(depth + 1, live)
        if not live:
            return None
        return -number_of(value, "-") if sign == "-" else number_of(value, "+")

    def _single(self, depth: int, live: bool) -> Any:
        kind, text = self._tokens[self._at]
        if self._take("("):
            value = self.choice(depth + 1, live)
            self._need(")")
            return value
        if kind not in ("number", "word", "name") or text in ("and", "or"):
            self.fail()
        self._at += 1
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "word":
            return text[1:-1]
        if self._text == "(":
            return self._call(text, depth, live)
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return self._lookup(text) if live else None

    def _call(self, name: str, depth: int, live: bool) -> Any:
        if name not in _FUNCTIONS:
            raise UnreadableExpression(
                f"calls {name[:40]}(), which is not known; {', '.join(sorted(_FUNCTIONS))} are."
            )
        count, function = _FUNCTIONS[name]
        self._need("(")
        values = [self.choice(depth + 1, live)]
        while self._take(","):
            values.append(self.choice(depth + 1, live))
        self._need(")")
        if len(values) != count:
            raise UnreadableExpression(f"calls {name}() with {len(values)} values; it takes {count}.")
        return function(*(number_of(value, f"{name}()") for value in values)) if live else None
