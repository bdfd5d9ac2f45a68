"""Evidence: labels against the account's average, drawn towards it by as much as they are few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evidence import FEWEST, PRIOR, Result, evidence_lines, findings, leans_on
from services.model.proposal import Labels

rates = st.floats(0, 1)
results = st.lists(
    st.builds(
        Result,
        st.builds(
            Labels, format=st.sampled_from(["reveal", "steps", ""]), pace=st.sampled_from(["quick", "slow"])
        ),
        rates,
    ),
    max_size=40,
)


def posts(format_name: str, *found: float) -> list[Result]:
    return [Result(Labels(format=format_name), rate) for rate in found]


def test_too_few_posts_say_so() -> None:
    (line,) = evidence_lines(posts("reveal", 0.1, 0.1, 0.1))
    assert line == "Not enough data: 3 posted drafts with known results, 8 are needed."
    assert findings(posts("reveal", *[0.1] * (FEWEST - 1))) == []


def test_a_label_that_did_better_is_named_with_n_and_a_shrunk_estimate() -> None:
    known = [*posts("reveal", 0.09, 0.09, 0.09, 0.09, 0.09), *posts("steps", 0.03, 0.03, 0.03, 0.03, 0.03)]
    best = findings(known)[0]
    assert (best.value, best.posts) == ("reveal", 5)
    assert best.mean == pytest.approx(0.09)
    assert best.estimate == pytest.approx(0.06 + 5 / (5 + PRIOR) * 0.03)
    (line,) = evidence_lines(known)
    assert (
        line == "format “reveal” did better: 9.0% against the account's 6.0% (n = 5, estimated +1.5 points)"
    )
    assert leans_on([line], Labels(format="reveal")) == line
    assert leans_on([line], Labels(format="steps")) == ""


def test_two_lucky_posts_prove_nothing() -> None:
    known = [*posts("reveal", 0.9, 0.9), *posts("steps", *[0.03] * 8)]
    assert all(finding.value != "reveal" for finding in findings(known))


@given(results)
def test_an_estimate_lies_between_the_average_and_the_mean(known: list[Result]) -> None:
    for finding in findings(known):
        low, high = sorted((finding.average, finding.mean))
        assert low - 1e-9 <= finding.estimate <= high + 1e-9
        assert 3 <= finding.posts < len(known)
    assert evidence_lines(known)
