"""Instagram as it is for this app: whose account, how long the token lives, what it may do and post."""

from __future__ import annotations

import asyncio

from bot.doctor.check import Check, fail, failed_by, ok, warn
from bot.settings import Settings, twins
from bot.wiring.connections import Connections
from bot.wiring.instagram import open_graph
from services.errors import OperatorError

SECONDS = 30.0
FEW_DAYS = 3.0
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
    for ability in ABILITIES:
        scope = ability.scope[settings.instagram_login]
        what = f"permission {scope}"
        if not standing.scopes:
            found.append(warn("permissions", "Instagram does not tell what the token may do; using it will."))
            break
        if ability.words not in standing.lacking:
            found.append(ok(what, f"The token may {ability.words}."))
        elif ability is PUBLISH and not publishes:
            found.append(ok(what, "Not granted, and not needed while PUBLISH_TO is outbox."))
        else:
            tell = fail if ability.words in ("read the account", PUBLISH.words) else warn
            found.append(tell(what, f"The token may not {ability.words}.", f"Grant it to the app. {_RENEW}"))
    if publishes and PUBLISH.words not in standing.lacking:
        quota = await read_quota(graph)
        most = "an unknown number of" if quota.total is None else quota.total
        told = f"{quota.used} of {most} posts used in the last 24 hours."
        full = quota.total is not None and quota.used >= quota.total
        found.append(warn("quota", told, GOES_ON) if full else ok("quota", told))
    return found


def _life(days: float | None, *, eternal: bool, margin: int) -> Check:
    what = "token"
    if eternal:
        return ok(what, "It has no end.")
    if days is None:
        return warn(
            what, "When it ends is not known.", "It is learnt when it is prolonged for the first time."
        )
    told = f"{days:.0f} days are left; it is prolonged {margin} days before its end."
    if days <= FEW_DAYS:
        return warn(what, f"Only {days:.1f} days are left, and it was not prolonged.", _RENEW)
    return ok(what, told)
