"""How the values of expressions are added, compared, judged and written. Pure; bounded in size.

Numbers may arrive as texts ("5"): beside a number, or where only a number makes sense, they count as one.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

_BIGGEST = 1e15  # of any number in between: whole numbers stay exact below
_MOST_DIGITS = 10**30  # of a number that is only shown
_LONGEST_TEXT = 20_000  # characters of a text put together

_NUMBER = re.compile(r"\s*[+-]?(?:\d{1,16}(?:\.\d{0,16})?|\.\d{1,16})\s*", re.ASCII)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip


class ExpressionError(ValueError):
    """What is wrong with one expression, as the end of a sentence that names it.

    ``expression`` is its text, ``inner`` that of a variable's value where the trouble is, ``path`` the
    properties that lead to it; who knows them sets them.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.expression = self.inner = ""
        self.path: list[str] = []


class MissingVariable(ExpressionError):
    """An expression uses a name that nothing gives a value."""


class UnreadableExpression(ExpressionError):
    """The text between the braces is no expression."""


def truthy(value: Any) -> bool:
    """Whether a condition holds: not false, zero, nothing, empty, or the word "false"."""
    if isinstance(value, str):
        return len(value) > 20 or value.strip().lower() not in ("", "false")
    return bool(value)


def as_text(value: Any) -> str:
    """``value`` as it is read in a sentence: 3 rather than 3.0, true rather than True."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and not abs(value) <= _MOST_DIGITS:
        raise ExpressionError("comes to an absurdly large number.")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= _BIGGEST else f"{value:.10g}"
    if isinstance(value, dict | list):
        raise ExpressionError("is a list or an object, which cannot stand inside a text.")
    return str(value)


def _numeric(value: Any) -> int | float | None:
    """The number ``value`` is or spells; None if it is neither."""
    if isinstance(value, str) and _NUMBER.fullmatch(value[:40]) and len(value) <= 40:
        return float(value) if "." in value else int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return None


def number_of(value: Any, sign: str) -> int | float:
    """The number ``value`` is or spells; ``sign`` is what needs it."""
    found = _numeric(value)
    if found is None:
        raise ExpressionError(f"uses {sign} with {_shown(value)}, which is not a number.")
    return _bounded(found)


def _bounded(value: int | float) -> int | float:
    if not abs(value) <= _BIGGEST:  # also not a number
        raise ExpressionError("comes to an absurdly large number.")
    return value


def calculate(sign: str, left: Any, right: Any) -> Any:
    """Numbers by ``sign`` (+ - * /); a text is put before or after with +."""
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        texts = isinstance(left, str) and isinstance(right, str)
        if texts or _numeric(left) is None or _numeric(right) is None:
            joined = as_text(left) + as_text(right)
            if len(joined) > _LONGEST_TEXT:
                raise ExpressionError(f"makes a text longer than {_LONGEST_TEXT} characters.")
            return joined
    first, second = number_of(left, sign), number_of(right, sign)
    if sign == "+":
        return _bounded(first + second)
    if sign == "-":
        return _bounded(first - second)
    if sign == "*":
        return _bounded(first * second)
    if second == 0:
        raise ExpressionError("divides by zero.")
    return _bounded(first / second)


def compare(sign: str, left: Any, right: Any) -> bool:
    """Texts with texts, numbers with numbers; others are only equal or not."""
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        raise ExpressionError("compares a list or an object.")
    texts = isinstance(left, str) and isinstance(right, str)
    first, second = (left, right) if texts else (_numeric(left), _numeric(right))
    ordered = first is not None and second is not None
    if sign in ("==", "!="):
        same = first == second if ordered else _plain(left) == _plain(right)
        return same is (sign == "==")
    if not ordered:
        raise ExpressionError(
            f"compares {_shown(left)} with {_shown(right)}; only alike values have an order."
        )
    return COMPARISONS[sign](first, second)


def _plain(value: Any) -> Any:
    """Booleans as their words, so that true is "true" but not 1."""
    return as_text(value) if isinstance(value, bool) else value


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return repr(value[:30])
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return as_text(value) or "nothing"
