"""What stands between double braces, held against Python's own arithmetic."""

from __future__ import annotations

import contextlib
import math
import time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.movie.arithmetic import ExpressionError, MissingVariable, UnreadableExpression, as_text
from services.movie.expression import evaluate

VARIABLES: dict[str, Any] = {
    "two": 2, "half": 0.5, "seven": "7", "name": "Ada", "yes": True, "no": False, "nothing": None,
    "empty": "", "list": [1, 2], "long": "x" * 15_000, "shop": {"city": "Rome", "open": {"from": 9}},
}  # fmt: skip


def lookup(name: str) -> Any:
    value: Any = VARIABLES
    for key in name.split("."):
        if not isinstance(value, dict) or key not in value:
            raise MissingVariable(f"uses {name}.")
        value = value[key]
    return value


def worked_out(text: str) -> Any:
    return evaluate(text, lookup)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two", 2),
        (" two + 3 * 4 ", 14),
        ("(two + 3) * 4", 20),
        ("10 - 4 - 3", 3),
        ("16 / 4 / two", 2),
        ("-two - -3", 1),
        ("two*-half", -1),
        (".5 + 1.", 1.5),
        ("seven + 1", 8),
        ("seven * two", 14),
        ("'7' + '1'", "71"),
        ("name + ' has ' + two", "Ada has 2"),
        ("1/3 > 0.3 and 1/3 < 0.34", True),
        ("two == 2 ? 'two' : 'not two'", "two"),
        ("two != 2 ? 'a' : no ? 'b' : 'c'", "c"),
        ("min(two, seven) + max(1, half)", 3),
        ("ceil(7 / 2) - floor(half)", 4),
        ("round(2.5) + abs(-two)", 5),
        ("yes and name", "Ada"),
        ("empty or 'nobody'", "nobody"),
        ("yes or missing", True),
        ("no and missing", False),
        ("yes ? 1 : missing", 1),
        ("no ? missing : 2", 2),
        ("no ? missing + 'x' * 2 : yes ? 3 : missing", 3),
        ("seven == 7", True),
        ("yes == 'true'", True),
        ("yes == 1", False),
        ("nothing == null", True),
        ("name != 'none'", True),
        ('"b" > "a"', True),
        ("shop.city", "Rome"),
        ("shop.open.from + 1", 10),
        ("list", [1, 2]),
        ("'and' + \" ? : (\"", "and ? : ("),
        ("two && yes", True),
        ("no || half", 0.5),
    ],
)
def test_values(text: str, value: Any) -> None:
    found = worked_out(text)
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("two +", "ends too early"),
        ("", "ends too early"),
        ("two two", "cannot be read at 'two'"),
        ("(two", "ends too early"),
        ("two)", "cannot be read at ')'"),
        ("$json.title", "cannot be read at '$json.title'"),
        ("35.json", "cannot be read"),
        ("1 = 1", "cannot be read at '= 1'"),
        ("'open", "cannot be read"),
        ("__import__('os')", "calls __import__(), which is not known"),
        ("name.upper()", "calls name.upper(), which is not known"),
        ("list[0]", "cannot be read at '[0]'"),
        ("two ** 9", "cannot be read at '*'"),
        ("two: 1", "cannot be read at ':'"),
        ("1 < two < 3", "join two comparisons with 'and'"),
        ("min(1)", "with 1 values; it takes 2"),
        ("min(1, 2, 3)", "with 3 values; it takes 2"),
        ("and", "cannot be read at 'and'"),
        ("1 / 0", "divides by zero"),
        ("1 / (two - 2)", "divides by zero"),
        ("name * 2", "'Ada', which is not a number"),
        ("yes + 1", "true, which is not a number"),
        ("-name", "'Ada', which is not a number"),
        ("nothing + 1", "nothing, which is not a number"),
        ("list + 1", "a list, which is not a number"),
        ("list + 'x'", "is a list or an object"),
        ("list == list", "compares a list"),
        ("long + long", "makes a text longer than 20000"),
        ("name > 3", "only alike values have an order"),
        ("9999999999999999 * 9", "absurdly large"),
        ("999999999 * 999999999", "absurdly large"),
        ("x" * 3000, "longer than 2000"),
        ("(" * 1000, "nested too deeply"),
        ("-" * 1000 + "1", "nested too deeply"),
        ("1 ? " * 300, "nested too deeply"),
        ("yes ? two +* 3 : 1", "cannot be read at '*'"),
        ("yes or two +", "ends too early"),
    ],
)
def test_what_is_no_expression_is_said(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        worked_out(text)
    assert said in str(caught.value)


def test_a_missing_name_is_told_apart_from_what_cannot_be_read() -> None:
    with pytest.raises(MissingVariable):
        worked_out("two + missing")
    with pytest.raises(UnreadableExpression):
        worked_out("two +")


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (0.1 + 0.2, "0.3"), (-0.5, "-0.5"), (True, "true"), (None, ""), (12, "12"), ("a", "a")],
)
def test_values_in_texts(value: Any, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    "value", [pytest.param(10**5000, id="5001 digits"), math.inf, -math.inf, math.nan, [1], {}]
)
def test_values_that_no_text_can_hold(value: Any) -> None:
    with pytest.raises(ExpressionError):
        as_text(value)


_NUMBERS = st.integers(0, 999).map(str) | st.sampled_from(["0.5", "2.25", ".75", "two", "half"])
_ARITHMETIC = st.recursive(
    _NUMBERS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(" ".join)
        | inner.map(lambda text: f"({text})")
        | inner.map(lambda text: f"-{text}")
        | st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})")
    ),
    max_leaves=12,
)
_TRUTHS = st.recursive(
    st.tuples(_ARITHMETIC, st.sampled_from(["==", "!=", "<", ">", "<=", ">="]), _ARITHMETIC).map(
        lambda t: f"({t[0]} {t[1]} {t[2]})"
    ),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join)
        | inner.map(lambda text: f"({text})")
    ),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(_ARITHMETIC | _TRUTHS)
def test_it_reckons_as_python_does(text: str) -> None:
    """Where Python has a value, it is that value; else, and only then, it is refused."""
    try:
        expected = eval(text, {"__builtins__": {}}, {"min": min, "max": max, "two": 2, "half": 0.5})
    except ZeroDivisionError:
        with pytest.raises(ExpressionError, match="divides by zero"):
            worked_out(text)
        return
    try:
        found = worked_out(text)
    except ExpressionError as error:
        reason = str(error)
        assume("too deeply" not in reason and "absurdly" not in reason)
        raise
    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab1.05'\"+-*/()<>=!?:,& |andormixtrue$[]{}\n", max_size=40) | st.text(max_size=30))
def test_whatever_is_written_it_is_a_value_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert isinstance(worked_out(text), bool | int | float | str | list | dict | None)


@pytest.mark.parametrize(
    "text", ["1" + "+1" * 990, "'" * 2000, "((((((((((" * 200, "a" + ".a" * 900, "9" * 2000, "x?" * 900]
)
def test_a_long_expression_takes_no_time(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(ExpressionError):
        worked_out(text)
    assert time.process_time() - started < 0.5
