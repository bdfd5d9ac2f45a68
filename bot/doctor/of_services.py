"""Each service in use is asked how it is. Nothing can be written by this: the store is opened to read.

One that cannot even be opened is told with the reason, and the others are asked all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.doctor.check import Check, fail, failed_by, ok
from bot.doctor.reading import store_of
from bot.operator import Twin
from bot.settings import Settings, twins
from bot.wiring import open_services, studio_missing
from bot.wiring.bucket import open_bucket
from bot.wiring.sheet import open_sheet
from services.errors import OperatorError
from services.ports import Bucket, Sheet

PING_SECONDS = 20.0


async def _open_sheet(settings: Settings) -> Sheet:
    return open_sheet(settings)


# What reads a key or asks for a login when it is opened, and the setting without which it is not.
_OPENERS: dict[str, tuple[Callable[[Settings], Awaitable[Bucket | Sheet]], str]] = {
    "bucket": (open_bucket, "gcs_bucket"),
    "sheet": (_open_sheet, "google_sheets_id"),
}


async def checks(settings: Settings) -> list[Check]:
    closed, rest = await _unopened(settings)
    async with store_of(settings) as store:
        services = await open_services(rest, store)
        names = {kind: name for kind, name in services.names().items() if kind not in closed}
        asked = [_ping(f"{kind} {name}", services.twin(kind), settings) for kind, name in names.items()]
        found = await asyncio.gather(*asked)
        await services.close()
    return [*closed.values(), *found]


async def _unopened(settings: Settings) -> tuple[dict[str, Check], Settings]:
    """Service → why it cannot be opened, and the settings without those; their twins here are not asked."""
    chosen, closed, rest = twins(settings), dict[str, Check](), settings
    for kind, (opener, selecting) in _OPENERS.items():
        try:
            twin = await opener(settings)
        except OperatorError as error:
            closed[kind] = failed_by(f"{kind} {chosen[kind]}", error)
            rest = rest.model_copy(update={selecting: ""})
        else:
            if aclose := getattr(twin, "aclose", None):
                await aclose()
    return closed, rest


async def _ping(what: str, twin: Twin, settings: Settings) -> Check:
    if what == "bucket folder" and await asyncio.to_thread(studio_missing, settings):
        return ok(what, "The sample studio is drawn at the first start.")
    try:
        async with asyncio.timeout(PING_SECONDS):
            return ok(what, await twin.ping())
    except OperatorError as error:
        return failed_by(what, error)
    except TimeoutError:
        return fail(what, f"It did not answer within {PING_SECONDS:.0f} s.", "Check the network.")
