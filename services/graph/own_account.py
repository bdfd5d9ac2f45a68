"""What is asked of the account itself: that it cannot be seen is a matter of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from services.errors import Misconfigured, OperatorError
from services.graph.errors import Kind, fault_of


@contextmanager
def own_account() -> Iterator[None]:
    """Around a request for the account of INSTAGRAM_USER_ID, or for an edge of it: Misconfigured where Graph
    says of the number that it is not there or may not be seen. Waiting mends neither."""
    try:
        yield
    except OperatorError as error:
        fault = fault_of(error)
        if fault is None or fault.entry.kind is not Kind.ABSENT:
            raise
        raise Misconfigured(
            "Instagram does not show the account of INSTAGRAM_USER_ID to this token: the number is wrong, or "
            "the token is of another account.",
            remedy="Run `autopotter setup`: it finds the number that goes with the token.",
            variable="INSTAGRAM_USER_ID",
        ) from fault
