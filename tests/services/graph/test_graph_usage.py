"""Slow at 80 percent, rest at 95 or for the minutes named; strange headers change nothing."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import Held
from services.graph.usage import LONGEST_STEP, Pace


class Seconds:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def business(**usage: float) -> dict[str, str]:
    entry = {"type": "instagram", "call_count": 1, "total_cputime": 1, "total_time": 1} | usage
    return {"x-business-use-case-usage": json.dumps({"178": [entry]})}


@pytest.mark.parametrize("percent", [0, 50, 79.9])
def test_below_eighty_percent_nothing_waits(percent: float) -> None:
    pace = Pace(Seconds())
    pace.note({"x-app-usage": json.dumps({"call_count": percent, "total_cputime": 0, "total_time": 1})})
    assert pace.step() == 0


def test_from_eighty_percent_steps_grow_longer() -> None:
    pace, steps = Pace(Seconds()), []
    for percent in (80, 85, 90, 94):
        pace.note(business(total_time=percent))
        steps.append(pace.step())
    assert steps == sorted(steps)
    assert 0 < steps[0] < steps[-1] <= LONGEST_STEP


def test_at_ninety_five_percent_everything_rests_for_a_while() -> None:
    clock = Seconds()
    pace = Pace(clock)
    pace.note(business(call_count=95))
    with pytest.raises(Held, match="5 min"):
        pace.step()
    clock.now += 301
    assert pace.step() > 0  # one careful call tells how it stands
    pace.note(business(call_count=3))
    assert pace.step() == 0


def test_the_minutes_named_are_kept_to() -> None:
    clock = Seconds()
    pace = Pace(clock)
    pace.note(business(call_count=100, estimated_time_to_regain_access=19))
    with pytest.raises(Held) as caught:
        pace.step()
    assert caught.value.retry_after == 19 * 60
    clock.now += 18 * 60
    with pytest.raises(Held, match="1 min"):
        pace.step()


@given(
    st.text(max_size=60),
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
        max_leaves=8,
    ),
)
def test_no_header_breaks_it(text: str, value: object) -> None:
    pace = Pace(Seconds())
    pace.note({"x-app-usage": text, "x-business-use-case-usage": json.dumps(value)})
    pace.note({"x-business-use-case-usage": json.dumps({"1": [{"call_count": value}]})})
    with contextlib.suppress(Held):
        assert 0 <= pace.step() <= LONGEST_STEP
