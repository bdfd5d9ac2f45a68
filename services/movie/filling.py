"""Replacing the expressions of one value, and the variables they see.

A value that is one expression keeps its type, else it becomes part of the text. What a variable says may
itself hold expressions; what an expression gives is never read again, so text from elsewhere stays text.
Everything is counted, so that a small document cannot grow without end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.movie.arithmetic import ExpressionError, MissingVariable, UnreadableExpression, as_text
from services.movie.expression import evaluate
from services.movie.problems import Warnings

_MOST_VALUES = 100_000
_MOST_CHARACTERS = 4_000_000  # of all texts together, after filling in
_MOST_TO_READ = 200_000  # characters of all expressions together
_LONGEST_CHAIN = 8  # variables that need one another
# Texts in which an unfilled placeholder may stand.
_FREE = frozenset({"text", "src", "html", "captions", "prompt", "voice", "id"})
LEFT_OUT = object()  # instead of a value: the property is not there


class TooLarge(Exception):
    """The document costs more than any movie; nothing more is worked out."""


class Scope:
    """The variables of one part of the movie; worked out when first asked for."""

    def __init__(self, values: Any, parent: Scope | None, filler: Filler) -> None:
        self._values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
        self._parent, self._filler = parent, filler
        self._done: dict[str, Any] = {}
        self._open: set[str] = set()  # a value that names itself means the one further out

    def find(self, name: str) -> Any:
        """The value of ``name``; "a.b" is the property b of the object a."""
        first, *rest = name.split(".")
        value = self._find(first)
        for key in rest:
            if not isinstance(value, Mapping) or key not in value:
                raise MissingVariable(f"uses {name[:60]}, but {first[:60]} has no property {key[:40]!r}.")
            value = value[key]
        return value

    def has(self, name: str) -> bool:
        return name in self._values or (self._parent is not None and self._parent.has(name))

    def _find(self, name: str) -> Any:
        if name in self._done:
            return self._done[name]
        if name in self._values and name not in self._open:
            self._open.add(name)
            try:
                self._done[name] = self._filler.variable(name, self._values[name], self)
            finally:
                self._open.discard(name)
            return self._done[name]
        if self._parent and not (name in self._open and not self._parent.has(name)):
            return self._parent._find(name)
        if name in self._open:
            raise ExpressionError(f"needs {name[:60]}, whose value depends on itself.")
        raise MissingVariable(f"uses {name[:60]}, but no variable of that name has a value.")


class Filler:
    """Replaces expressions and counts what that costs.

    ``where`` names the spot for warnings. ``foreign``: the document gives no variables, see variables.py.
    """

    def __init__(self, warnings: Warnings, *, foreign: bool) -> None:
        self.where = ""
        self._warnings, self._foreign = warnings, foreign
        self._values, self._characters, self._to_read = _MOST_VALUES, _MOST_CHARACTERS, _MOST_TO_READ
        self._chain = 0  # variables being worked out, each needed by the one before

    def variable(self, name: str, value: Any, scope: Scope) -> Any:
        if self._chain >= _LONGEST_CHAIN:
            raise ExpressionError(f"needs {name[:60]}, at the end of too long a chain of variables.")
        self._chain += 1
        try:
            return self.value(value, scope, "")
        finally:
            self._chain -= 1

    def value(self, value: Any, scope: Scope, key: str, *, free: bool = False) -> Any:
        """``value`` with its expressions replaced. ``key`` is the property it stands in."""
        self._spend(value)
        if isinstance(value, str):
            return self._text(value, scope, free or key in _FREE) if "{{" in value else value
        if isinstance(value, Mapping):
            found = {}
            for name, item in value.items():
                try:
                    found[name] = self.value(item, scope, str(name), free=free)
                except ExpressionError as error:
                    error.path.insert(0, str(name))
                    raise
            return {name: item for name, item in found.items() if item is not LEFT_OUT}
        if isinstance(value, list):
            items = [self.value(item, scope, key, free=free) for item in value]
            return [item for item in items if item is not LEFT_OUT]
        return value

    def _text(self, text: str, scope: Scope, free: bool) -> Any:
        pieces = list(_pieces(text))
        codes = [code for _, code in pieces if code is not None]
        try:
            if len(codes) == 1 and not any(literal.strip() for literal, _ in pieces):
                return self._copied(self._evaluated(codes[0], scope))
            parts = []
            for literal, code in pieces:
                parts.append(literal)
                if code is not None:
                    parts.append(self._shown(code, scope))
            return "".join(parts)
        except (MissingVariable, UnreadableExpression) as error:
            if not self._foreign:
                raise
            kept = "stands as it is" if free else "is left out"
            self._warnings.add(
                f"{self.where}: {{{{{error.expression.strip()[:60]}}}}} was never filled in and {kept}: "
                "the movie gives no variables."
            )
            return text if free else LEFT_OUT

    def _shown(self, code: str, scope: Scope) -> str:
        value = self._evaluated(code, scope)
        try:
            words = as_text(value)
        except ExpressionError as error:
            error.expression = code
            raise
        self._spend(words)
        return words

    def _evaluated(self, code: str, scope: Scope) -> Any:
        self._to_read -= len(code) + 10
        if self._to_read < 0:
            raise TooLarge
        try:
            return evaluate(code, scope.find)
        except ExpressionError as error:
            error.path.clear()  # it led into a variable; what leads here is said further out
            error.inner = error.inner or error.expression
            error.expression = code
            raise

    def _copied(self, value: Any) -> Any:
        """What a variable holds is counted each time it is used."""
        stack = [value]
        while stack:
            item = stack.pop()
            self._spend(item)
            if isinstance(item, Mapping):
                stack.extend(item.values())
            elif isinstance(item, list):
                stack.extend(item)
        return value

    def _spend(self, value: Any) -> None:
        self._values -= 1
        self._characters -= len(value) if isinstance(value, str) else 0
        if self._values < 0 or self._characters < 0:
            raise TooLarge


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """The text in turn: what stands before an expression, and the expression (None: none follows)."""
    at = 0
    while (opened := text.find("{{", at)) >= 0:
        closed = text.find("}}", opened + 2)
        if closed < 0:
            break
        yield text[at:opened], text[opened + 2 : closed]
        at = closed + 2
    if text[at:] or at == 0:
        yield text[at:], None
