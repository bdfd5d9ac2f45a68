"""The Slack double's rates: however calls come, no more get through than Slack lets through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.doubles.slack_clients import Clock
from tests.doubles.slack_rates import BURST, TIERS, WORKSPACE, Rates

pauses = st.lists(st.floats(0, 4), min_size=1, max_size=120)


@given(pauses)
def test_messages_of_a_channel(waits: list[float]) -> None:
    """A burst, then one a second; who waits as long as he is told gets through."""
    clock = Clock()
    rates, start, sent = Rates(clock), clock.now, 0
    for wait in waits:
        clock.now += wait
        told = rates.wait("chat.postMessage", "C1")
        sent += told == 0
        if told:
            clock.now += told
            assert rates.wait("chat.postMessage", "C1") == 0
            sent += 1
        assert sent <= BURST + (clock.now - start) + 1e-3


@given(pauses, st.sampled_from(["chat.update", "reactions.remove", "views.open"]))
def test_tiers(waits: list[float], method: str) -> None:
    clock = Clock()
    limit = {"chat.update": TIERS[3], "reactions.remove": TIERS[2], "views.open": TIERS[4]}[method]
    rates, start, done = Rates(clock), clock.now, 0
    for wait in waits:
        clock.now += wait
        done += rates.wait(method, "") == 0
        assert done <= limit + (clock.now - start) * limit / 60 + 1e-3


def test_the_workspace_has_a_limit_of_its_own() -> None:
    rates = Rates(Clock())
    through = [rates.wait("chat.postMessage", f"C{number}") == 0 for number in range(int(WORKSPACE) + 10)]
    assert through == [True] * int(WORKSPACE) + [False] * 10


def test_a_refused_call_costs_nothing() -> None:
    clock = Clock()
    rates = Rates(clock, burst={"chat.postMessage": 1.0})
    assert rates.wait("chat.postMessage", "C1") == 0
    assert [rates.wait("chat.postMessage", "C1") for _ in range(5)] == [1] * 5
    clock.now += 1
    assert rates.wait("chat.postMessage", "C1") == 0
