"""The account and the publisher: Instagram, or the sample account and the outbox that stand in for it."""

from __future__ import annotations

import asyncio
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.settings import Settings, twins
from bot.wiring.connections import Connections
from services import files
from services.account.sample import SampleAccount
from services.ports import Account, Bucket, Publisher, Token
from services.publisher.outbox import Outbox
from services.publisher.preflight import Preflight
from services.store import Store

if TYPE_CHECKING:
    from services.account.token import TokenKeeper
    from services.graph.graph import Graph
    from services.publisher.instagram_container import Share


@dataclass(frozen=True, slots=True)
class Instagram:
    """Made together: one token serves both, and the sample account shows what the outbox posted."""

    account: Account
    publisher: Publisher
    token: Token | None = None


def open_instagram(settings: Settings, store: Store, connections: Connections, bucket: Bucket) -> Instagram:
    chosen = twins(settings)
    preflight = Preflight(settings.data_dir / "cache" / "reels")
    outbox = Outbox(
        settings.data_dir / "outbox", preflight=preflight, allow_many_hashtags=settings.allow_many_hashtags
    )
    if chosen["account"] == SampleAccount.name:
        return Instagram(SampleAccount(store, outbox.posted), outbox)
    # httpx takes a moment to load: only who uses it waits for it.
    from services.account.instagram import InstagramAccount

    graph, keeper = open_graph(settings, connections)
    account = InstagramAccount(graph, keeper, store, comments=settings.instagram_comments)
    publisher: Publisher = outbox
    if chosen["publisher"] != Outbox.name:
        publisher = _publisher(settings, graph, preflight, connections, bucket)
    return Instagram(account, publisher, keeper)


def open_graph(settings: Settings, connections: Connections) -> tuple[Graph, TokenKeeper]:
    """The API with the account's own token, and who keeps that."""
    from services.account.token import TokenKeeper
    from services.account.token_file import FILE
    from services.graph.graph import Graph
    from services.graph.login import Login
    from services.graph.wire import Wire

    flavour = settings.instagram_login
    login = Login(
        flavour,
        settings.instagram_user_id,
        version=settings.graph_version,
        base_url=settings.graph_host,
        upload_url=settings.graph_upload_url,
        app_id=settings.fb_app_id,
        app_secret=settings.fb_app_secret or SecretStr(""),
    )
    wire = Wire(connections(), login)
    keeper = TokenKeeper(
        wire,
        settings.instagram_access_token or SecretStr(""),
        settings.data_dir / FILE,
        given_expires=settings.instagram_token_expiration,
        days_before_refresh=settings.instagram_days_before_refresh,
    )
    return Graph(wire, keeper), keeper


def _publisher(
    settings: Settings, graph: Graph, preflight: Preflight, connections: Connections, bucket: Bucket
) -> Publisher:
    from services.publisher.instagram import InstagramPublisher
    from services.publisher.instagram_container import Choices

    choices = Choices(
        share_to_feed=settings.instagram_share_to_feed,
        collaborators=settings.instagram_collaborators,
        ai_generated=settings.instagram_ai_generated,
        allow_many_hashtags=settings.allow_many_hashtags,
    )
    share = _share(connections, bucket) if settings.posts_by_address else None
    return InstagramPublisher(graph, preflight, choices, share=share)


def _share(connections: Connections, bucket: Bucket) -> Share:
    """Files where Instagram can fetch them: in the bucket's folder of drafts, at a signed address."""
    from services.publisher.reachable import check_reachable

    async def share(path: Path) -> str:
        digest = await asyncio.to_thread(files.sha256, path)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        stored = await bucket.put(path, f"posted-{digest[:16]}{path.suffix.lower()}", kind)
        url = await bucket.url(stored.key)
        await check_reachable(connections(), url, stored.size)
        return url

    return share
