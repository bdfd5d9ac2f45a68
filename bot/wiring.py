"""The only module that names adapters: settings in, services and an operator out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from bot.engine import Engine
from bot.operator import Keeping, Operator, Options, Services
from bot.reconcilers.collect import Collect
from bot.reconcilers.describe import Describe
from bot.reconcilers.generate import Generate
from bot.reconcilers.housekeeping import Housekeeping
from bot.reconcilers.look import Look
from bot.reconcilers.publish import Publish
from bot.reconcilers.render import Render
from bot.reconcilers.results import Results
from bot.reconcilers.revise import Revise
from bot.reconcilers.sheet import Sheet
from bot.session import identity
from bot.settings import Settings, twins
from services.account.sample import SampleAccount
from services.brand import read_brand
from services.brand_pairs import brand_pairs
from services.bucket.describe import Describing
from services.bucket.folder import FolderBucket
from services.bucket.inventory import Inventory
from services.bucket.look import Looker
from services.collect import Collector
from services.planner.brief import Rules
from services.planner.offline import OfflinePlanner
from services.ports import Describer, Planner
from services.publisher.outbox import Outbox
from services.renderer.local.local import LocalRenderer
from services.renderer.local.profile import DRAFT
from services.sample import is_complete, is_sample, make_studio
from services.sheet.csv_file import CsvSheet
from services.store import Store

DATABASE = "operator.db"
StudioProgress = Callable[[str, int, int], None]


def studio_missing(settings: Settings) -> bool:
    """Whether the sample studio has to be drawn before anything can start."""
    return settings.media_dir is None and not is_complete(settings.media_root)


async def draw_studio(settings: Settings, on_progress: StudioProgress | None = None) -> None:
    await asyncio.to_thread(make_studio, settings.media_root, on_progress=on_progress)


async def open_services(settings: Settings, store: Store) -> Services:
    """The twins the settings select (bot/twins.py). Nothing is written yet."""
    data = settings.data_dir
    publisher = Outbox(data / "outbox", allow_many_hashtags=settings.allow_many_hashtags)
    bucket = FolderBucket(
        settings.media_root,
        settings.gcs_folders,
        data / "drafts",
        settings.gcs_draft_folder,
        sample=await asyncio.to_thread(is_sample, settings.media_root),
    )
    inventory = Inventory(bucket, store, mapped=lambda: brand_pairs(read_brand(settings.brand_dir)))
    looker = Looker(bucket, store, data / "cache" / "sheets")
    account = SampleAccount(store, publisher.posted)
    planner, describer = _language_model(settings, store)
    return Services(
        account=account,
        bucket=bucket,
        planner=planner,
        filler=_offline(settings),
        renderer=LocalRenderer(
            data / "cache" / "renders",
            bucket.fetch,
            profile=DRAFT.with_preview_below(settings.preview_max_size),
            cache_dir=segments_dir(settings),
            cache_bytes=settings.cache_max_size,
        ),
        sheet=CsvSheet(data / "drafts.csv"),
        publisher=publisher,
        inventory=inventory,
        looker=looker,
        describing=Describing(store, looker, describer),
        collector=Collector(
            account,
            inventory,
            data / "collected_data",
            keep=settings.collected_keep,
            keep_days=settings.collected_keep_days,
        ),
    )


def segments_dir(settings: Settings) -> Path:
    """Where encoded pieces of movies are kept for the next render."""
    return settings.data_dir / "cache" / "segments"


def brief_rules(settings: Settings) -> Rules:
    return Rules(
        budget=settings.brief_tokens,
        instruction_accounts=settings.instruction_accounts,
        cool_down=settings.cool_down,
    )


def _offline(settings: Settings) -> OfflinePlanner:
    return OfflinePlanner(settings.variety_window, settings.cool_down)


def _language_model(settings: Settings, store: Store) -> tuple[Planner, Describer | None]:
    """What plans and what describes pictures: one service, one purse."""
    if twins(settings)["planner"] == OfflinePlanner.name:
        return _offline(settings), None
    # The SDK takes about a second to load: only who uses it waits for it.
    from services.planner.assistant.client import is_openai
    from services.planner.assistant.prices import parse_price
    from services.planner.assistant.purse import Purse
    from services.planner.openai import Habits, OpenAIPlanner, Where
    from services.planner.openai_describer import OpenAIDescriber

    purse = Purse(
        store,
        budget=settings.openai_daily_budget,
        prices=dict(map(parse_price, settings.openai_prices)),
        free=not is_openai(settings.openai_base_url),
        zone=settings.zone,
        clock=lambda: datetime.now(UTC),
    )
    where = Where(
        settings.openai_api_key or SecretStr(""),
        settings.openai_base_url,
        settings.openai_api,
        settings.openai_timeout.total_seconds(),
    )
    habits = Habits(
        settings.openai_model,
        settings.openai_thread,
        settings.openai_conversation_id,
        brief_rules(settings),
        settings.openai_upload_tokens,
    )
    sees = settings.openai_vision_model
    if not sees and settings.openai_base_url:
        sees = settings.openai_model
    return OpenAIPlanner(store, purse, where, habits), OpenAIDescriber(purse, where, sees)


async def open_operator(settings: Settings, engine: Engine | None = None) -> Operator:
    """The store, the services and an engine with every reconciler; close it with close_operator()."""
    store = await Store.open(settings.data_dir / DATABASE)
    if settings.media_dir is None:  # not drawn yet: nobody need read that a folder they never named is gone
        with contextlib.suppress(OSError):
            settings.media_root.mkdir(parents=True, exist_ok=True)
    return await _operator(settings, store, engine or Engine())


async def open_to_look(settings: Settings) -> Operator | None:
    """An operator for operations that only read, beside the process that acts on DATA_DIR; writes nothing.

    None when there is nothing to look at as it is: then its turn to act has to be waited for.
    """
    if not settings.media_root.exists() and settings.media_dir is None:
        return None
    store = await Store.open_to_read(settings.data_dir / DATABASE)
    return await _operator(settings, store, Engine()) if store is not None else None


async def _operator(settings: Settings, store: Store, engine: Engine) -> Operator:
    try:
        services = await open_services(settings, store)
    except BaseException:
        await store.close()
        raise
    op = Operator(services, store, options(settings), engine)
    for reconciler in (
        Generate(op),
        Revise(op),
        Collect(op),
        Render(op),
        Sheet(op),
        Publish(op),
        Results(op),
        Look(op),
        Describe(op),
        Housekeeping(op),
    ):
        op.engine.add(reconciler)
    store.on_change(op.engine.wake)
    return op


async def close_operator(op: Operator) -> None:
    await op.engine.stop()
    await op.services.close()
    await op.store.close()


def options(settings: Settings) -> Options:
    return Options(
        data_dir=settings.data_dir,
        brand_dir=settings.brand_dir,
        draft_folder=settings.gcs_draft_folder,
        drafts_per_run=settings.drafts_per_run,
        generate_cron=settings.generate_cron,
        autopost_cron=settings.autopost_cron,
        autopost_order=settings.autopost_order,
        post_delay=settings.post_delay,
        posts_per_day=settings.posts_per_day,
        slot_grace=settings.slot_grace,
        poll_interval=settings.autopost_poll_interval,
        timezone=settings.zone,
        variety_window=settings.variety_window,
        brief=brief_rules(settings),
        keeping=Keeping(
            denied_days=settings.denied_keep_days,
            failed_days=settings.failed_keep_days,
            posted_days=settings.posted_keep_days,
            outbox_days=settings.outbox_keep_days,
            cache_bytes=settings.cache_max_size,
            warn_free=settings.disk_warn_free,
            min_free=settings.disk_min_free,
        ),
        identity=identity(settings),
    )
