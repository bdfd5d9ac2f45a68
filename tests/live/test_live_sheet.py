"""The sheet's suite against the real service.

What leaves the sheet as it is runs always; the whole suite empties the first tab before each test, and wants
LIVE_OVERWRITE=yes and a sheet made for it.
"""

from __future__ import annotations

import asyncio
import os

import pytest

from bot.operator import Services
from services.ports import Sheet
from services.sheet.google import GoogleSheet
from services.sheet.google_layout import quoted
from tests.contracts.test_sheet import (  # noqa: F401 - collected here anew
    test_a_caption_comes_back_as_it_was,
    test_a_new_sheet_is_empty_and_says_so,
    test_a_row_is_replaced_by_its_tag_and_stays_where_it_is,
    test_the_link_is_an_address,
    test_what_is_written_is_read,
    test_writing_nothing_is_no_error,
    test_writing_twice_changes_nothing,
)
from tests.live.conftest import remote

pytestmark = pytest.mark.live
ONLY_LOOKS = {"test_the_link_is_an_address", "test_it_is_shared_and_read"}


@pytest.fixture
async def sheet(request: pytest.FixtureRequest, live_services: Services) -> Sheet:
    remote(live_services, "sheet")
    found = live_services.sheet
    assert isinstance(found, GoogleSheet)
    if request.function.__name__ not in ONLY_LOOKS:
        if os.environ.get("LIVE_OVERWRITE") != "yes":
            pytest.skip("set LIVE_OVERWRITE=yes to have the sheet of LIVE_ENV_FILE emptied")
        await asyncio.to_thread(_empty, found)
    return found


def _empty(sheet: GoogleSheet) -> None:
    calls = sheet._calls
    calls._http.values_clear(calls._id, quoted(sheet._place().title))


async def test_it_is_shared_and_read(sheet: Sheet) -> None:
    assert await sheet.ping()
    assert isinstance(await sheet.read(), list)
