"""Every exception of httpx becomes a sentence, and none of them repeats what it holds."""

from __future__ import annotations

import inspect

import httpx
import pytest

from services.errors import Unavailable
from services.http.trouble import _TABLE, EXCEPTIONS, translate


def _below(base: type[Exception]) -> set[type[Exception]]:
    return {base}.union(*(_below(kind) for kind in base.__subclasses__()))


def _all() -> list[type[Exception]]:
    named = {kind for kind in vars(httpx).values() if inspect.isclass(kind) and issubclass(kind, Exception)}
    return sorted(named.union(*(_below(base) for base in EXCEPTIONS)), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", _all())
def test_every_exception_of_httpx_is_caught_and_those_it_raises_are_named(kind: type[Exception]) -> None:
    assert issubclass(kind, EXCEPTIONS)
    if not kind.__subclasses__() and kind.__module__ == "httpx":
        assert kind in _TABLE
    error = kind.__new__(kind)
    Exception.__init__(error, "hunter2-in-the-header")
    told = translate(error, "The test")
    assert isinstance(told, Unavailable)
    assert told.message.startswith("The test ")
    assert told.message.endswith(".")
    assert told.remedy
    assert "hunter2" not in str(told)


def test_what_certainly_did_not_reach_the_service_is_told_from_what_may_have() -> None:
    unsent = {kind for kind, (sent, *_) in _TABLE.items() if not sent}
    assert unsent == {
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
        httpx.CookieConflict,
    }
