"""Each service in use is asked how it is. Nothing can be written by this: the store is opened to read."""

from __future__ import annotations

import asyncio

from bot.doctor.check import Check, fail, failed_by, ok
from bot.doctor.reading import store_of
from bot.operator import Twin
from bot.settings import Settings
from bot.wiring import open_services, studio_missing
from services.errors import OperatorError

PING_SECONDS = 20.0


async def checks(settings: Settings) -> list[Check]:
    async with store_of(settings) as store:
        services = await open_services(settings, store)
        twins = {f"{kind} {name}": services.twin(kind) for kind, name in services.names().items()}
        found = await asyncio.gather(*(_ping(what, twin, settings) for what, twin in twins.items()))
        await services.close()
    return list(found)


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
