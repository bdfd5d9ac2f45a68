"""The account and the publisher: Instagram, or the sample account and the outbox that stand in for it."""

from __future__ import annotations

from bot.settings import Settings
from bot.wiring.connections import Connections
from services.account.sample import SampleAccount
from services.ports import Account, Publisher
from services.publisher.outbox import Outbox
from services.store import Store


def open_instagram(settings: Settings, store: Store, connections: Connections) -> tuple[Account, Publisher]:
    """Both are made together: one token serves them, and the sample account shows what the outbox posted."""
    outbox = Outbox(settings.data_dir / "outbox", allow_many_hashtags=settings.allow_many_hashtags)
    return SampleAccount(store, outbox.posted), outbox
