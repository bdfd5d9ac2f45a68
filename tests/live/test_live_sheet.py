"""Of the sheet's suite what leaves the real sheet as it is."""

from __future__ import annotations

import pytest

from bot.operator import Services
from services.ports import Sheet
from tests.contracts.test_sheet import test_the_link_is_an_address  # noqa: F401 - collected here anew
from tests.live.conftest import remote

pytestmark = pytest.mark.live


@pytest.fixture
def sheet(live_services: Services) -> Sheet:
    remote(live_services, "sheet")
    return live_services.sheet


async def test_it_is_shared_and_read(sheet: Sheet) -> None:
    assert await sheet.ping()
    assert isinstance(await sheet.read(), list)
