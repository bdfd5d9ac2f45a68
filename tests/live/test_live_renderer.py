"""The renderer's suite at the real service: about forty credits, for a photo of the real bucket."""

from __future__ import annotations

import os
import secrets

import pytest

from bot.operator import Services
from services.model.asset import Category
from services.ports import Renderer
from services.store import Store, media
from tests.contracts.test_renderer import (  # noqa: F401 - collected here anew
    test_a_dry_plan_costs_nothing,
    test_a_file_that_is_not_there_is_named_with_its_place,
    test_a_handle_is_never_a_path,
    test_a_movie_becomes_files,
    test_a_movie_that_cannot_be_read_is_refused,
    test_it_says_in_a_sentence_how_it_is,
    test_there_is_nothing_to_collect_before_it_is_done,
    test_what_was_submitted_is_found_by_its_key,
    wanted,
)
from tests.doubles.json2video_client import PHOTO
from tests.live.conftest import remote

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]


@pytest.fixture
def renderer(live_services: Services) -> Renderer:
    remote(live_services, "renderer")
    if os.environ.get("LIVE_SPEND") != "yes":
        pytest.skip("renders cost credits: set LIVE_SPEND=yes to buy some")
    return live_services.final or live_services.renderer


@pytest.fixture
async def assets(live_services: Services, store: Store) -> dict[str, str]:
    await live_services.inventory.scan_folders()
    photos = await store.do(media.latest, 1, Category.IMAGE)
    if not photos:
        pytest.skip("the bucket has no photo")
    return {PHOTO: photos[0].file.key}


@pytest.fixture
def tag() -> str:
    return f"t{secrets.token_hex(4)}"
