"""Instagram as it is for this app: whose account, how long the token lives, what it may do and post."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.doctor.check import Check, fail, failed_by, ok, warn
from bot.settings import Settings, twins
from bot.wiring.connections import Connections
from bot.wiring.instagram import open_graph
from services.errors import OperatorError

if TYPE_CHECKING:
    from services.graph.graph import Graph
    from services.graph.login import Ability

SECONDS = 30.0
FEW_DAYS = 3.0
_DUE = "A running operator does that by itself, and so does `autopotter collect`."
_RENEW = "Make a new token and give it to `autopotter setup` (answer instagram at its end)."


def selected(settings: Settings) -> bool:
    return twins(settings)["account"] == "instagram"


async def checks(settings: Settings) -> list[Check]:
    connections = Connections()
    try:
        async with asyncio.timeout(SECONDS):
            return await _checks(settings, connections)
    except OperatorError as error:
        return [failed_by("account", error)]
    except TimeoutError:
        return [fail("account", f"Instagram did not answer within {SECONDS:.0f} s.", "Check the network.")]
    finally:
        await connections.aclose()


async def _checks(settings: Settings, connections: Connections) -> list[Check]:
    from services.graph.login import ABILITIES, PUBLISH
    from services.graph.own_account import own_account
    from services.publisher.instagram import GOES_ON, read_quota

    graph, keeper = open_graph(settings, connections)
    with own_account():
        account = await graph.get(settings.instagram_user_id, fields="username")
    found = [ok("account", f"@{account.get('username')} answers (number {settings.instagram_user_id}).")]
    standing = await keeper.standing()
    found.append(
        _life(standing.days, eternal=standing.eternal, margin=settings.instagram_days_before_refresh)
    )
    publishes = settings.publish_to == "instagram"
    if standing.unprolonged is not None:
        found.append(failed_by("app", standing.unprolonged))
    lacking = standing.lacking if standing.scopes else await _refused(graph, publishes=publishes)
    for ability in ABILITIES:
        scope = ability.scope[settings.instagram_login]
        what = f"permission {scope}"
        if ability is PUBLISH and not publishes and not standing.scopes:
            continue  # only posting could tell, and is not wanted
        if ability.words not in lacking:
            found.append(ok(what, f"The token may {ability.words}."))
        elif ability is PUBLISH and not publishes:
            found.append(ok(what, "Not granted, and not needed while PUBLISH_TO is outbox."))
        else:
            tell = fail if ability.words in ("read the account", PUBLISH.words) else warn
            found.append(tell(what, f"The token may not {ability.words}.", f"Grant it to the app. {_RENEW}"))
    if publishes and PUBLISH.words not in lacking:
        quota = await read_quota(graph)
        most = "an unknown number of" if quota.total is None else quota.total
        told = f"{quota.used} of {most} posts used in the last 24 hours."
        full = quota.total is not None and quota.used >= quota.total
        found.append(warn("quota", told, GOES_ON) if full else ok("quota", told))
    return found


async def _refused(graph: Graph, *, publishes: bool) -> list[str]:
    """What a token may not do of which Instagram does not tell what it may: each is tried."""
    from services.graph.errors import Kind, fault_of
    from services.graph.login import COMMENTS, MEASURE, PUBLISH

    posts = f"{graph.login.user_id}/media"
    tries: list[tuple[Ability, str, dict[str, str]]] = [
        (MEASURE, posts, {"fields": "id,insights.metric(reach)", "limit": "1"}),
        (COMMENTS, posts, {"fields": "id,comments.limit(1){id}", "limit": "1"}),
    ]
    if publishes:
        tries.append((PUBLISH, f"{graph.login.user_id}/content_publishing_limit", {"fields": "quota_usage"}))
    found = []
    for ability, path, params in tries:
        try:
            await graph.get(path, **params)
        except OperatorError as error:
            fault = fault_of(error)
            if fault is None or fault.entry.kind not in (Kind.PERSON, Kind.INPUT):
                raise
            # Input: about that one post, which then was not refused for the token's sake.
            if fault.entry.kind is Kind.PERSON and not fault.few_viewers:
                found.append(ability.words)
    return found


def _life(days: float | None, *, eternal: bool, margin: int) -> Check:
    what = "token"
    if eternal:
        return ok(what, "It has no end.")
    if days is None:
        return warn(
            what, "When it ends is not known.", "It is learnt when it is prolonged for the first time."
        )
    if FEW_DAYS < days <= margin:
        return warn(what, f"{days:.1f} days are left, and it is due to be prolonged.", _DUE)
    told = f"{days:.0f} days are left; it is prolonged {margin} days before its end."
    if days <= FEW_DAYS:
        return warn(
            what, f"Only {days:.1f} days are left, and it was not prolonged.", f"{_DUE} If it stays: {_RENEW}"
        )
    return ok(what, told)
