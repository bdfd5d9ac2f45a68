"""The client under test, closed when the test ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.http.client import Http
from services.http.remote import Remote
from services.http.service import Service
from tests.services.http.http_studio import NewRemote, Pauses


@pytest.fixture
async def remote() -> AsyncIterator[NewRemote]:
    """A service at an address; ``rules`` are those of Service."""
    made: list[Http] = []

    def new(url: str, pauses: Pauses | None = None, **rules: Any) -> Remote:
        made.append(Http(sleep=pauses if pauses is not None else Pauses()))
        return Remote(made[-1], Service("The test", url, **rules))

    yield new
    for http in made:
        await http.aclose()
