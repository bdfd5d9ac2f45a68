"""Every service by its builder, and what is made of several of them."""

from __future__ import annotations

from bot.operator import Services
from bot.settings import Settings
from bot.wiring.bucket import open_bucket, open_inventory
from bot.wiring.connections import Connections
from bot.wiring.instagram import open_instagram
from bot.wiring.language_model import open_language_model, open_offline
from bot.wiring.renderer import open_renderers
from bot.wiring.sheet import open_sheet
from services.bucket.describe import Describing
from services.bucket.look import Looker
from services.collect import Collector
from services.store import Store


async def open_services(settings: Settings, store: Store) -> Services:
    """The twins the settings select (bot/twins.py). Nothing is written yet."""
    data = settings.data_dir
    connections = Connections()
    bucket = await open_bucket(settings)
    instagram = open_instagram(settings, store, connections, bucket)
    inventory = open_inventory(settings, bucket, store)
    looker = Looker(bucket, store, data / "cache" / "sheets")
    renderers = open_renderers(settings, bucket, store, connections)
    planner, describer = open_language_model(settings, store)
    return Services(
        account=instagram.account,
        bucket=bucket,
        planner=planner,
        filler=open_offline(settings),
        renderer=renderers.drafts,
        final=renderers.finals,
        sheet=open_sheet(settings),
        publisher=instagram.publisher,
        token=instagram.token,
        inventory=inventory,
        looker=looker,
        describing=Describing(store, looker, describer),
        collector=Collector(
            instagram.account,
            inventory,
            data / "collected_data",
            keep=settings.collected_keep,
            keep_days=settings.collected_keep_days,
        ),
        shared=(connections,),
    )
