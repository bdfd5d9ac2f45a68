"""The account's suite on the real account; it only reads."""

from __future__ import annotations

import pytest

from bot.operator import Services
from services.ports import Account
from tests.contracts.test_account import (  # noqa: F401 - collected here anew
    test_activity_is_unknown_until_there_are_two_snapshots,
    test_an_export_writes_what_it_answers,
    test_hashtags_are_asked_with_or_without_the_sign,
    test_media_is_newest_first_and_limited,
    test_names_itself_and_answers_a_ping,
    test_the_document_has_the_promised_keys,
    test_video_insights_are_those_of_videos,
)
from tests.live.conftest import remote

pytestmark = pytest.mark.live


@pytest.fixture
def account(live_services: Services) -> Account:
    remote(live_services, "account")
    return live_services.account
