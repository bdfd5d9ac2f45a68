"""An operator from its settings: the store, the services, and an engine with every reconciler."""

from __future__ import annotations

import contextlib

from bot.engine import Engine
from bot.operator import Operator
from bot.reconcilers.announce import Announce
from bot.reconcilers.cards import Cards
from bot.reconcilers.collect import Collect
from bot.reconcilers.describe import Describe
from bot.reconcilers.finalise import Finalise
from bot.reconcilers.generate import Generate
from bot.reconcilers.housekeeping import Housekeeping
from bot.reconcilers.look import Look
from bot.reconcilers.publish import Publish
from bot.reconcilers.reactions import Reactions
from bot.reconcilers.render import Render
from bot.reconcilers.results import Results
from bot.reconcilers.revise import Revise
from bot.reconcilers.sheet import Sheet
from bot.reconcilers.token import Token
from bot.settings import Settings
from bot.wiring.options import options
from bot.wiring.services import open_services
from services.store import Store

DATABASE = "operator.db"


async def open_operator(settings: Settings, engine: Engine | None = None) -> Operator:
    """The store, the services and an engine with every reconciler; close it with close_operator()."""
    store = await Store.open(settings.data_dir / DATABASE)
    if settings.has_studio:  # not drawn yet: nobody need read that a folder they never named is gone
        with contextlib.suppress(OSError):
            settings.media_root.mkdir(parents=True, exist_ok=True)
    return await _operator(settings, store, engine or Engine())


async def open_to_look(settings: Settings) -> Operator | None:
    """An operator for operations that only read, beside the process that acts on DATA_DIR; writes nothing.

    None when there is nothing to look at as it is: then its turn to act has to be waited for.
    """
    if settings.has_studio and not settings.media_root.exists():
        return None
    store = await Store.open_to_read(settings.data_dir / DATABASE)
    return await _operator(settings, store, Engine()) if store is not None else None


async def _operator(settings: Settings, store: Store, engine: Engine) -> Operator:
    try:
        services = await open_services(settings, store)
    except BaseException:  # not handled: the store must not stay open, whatever ended it
        await store.close()
        raise
    op = Operator(services, store, options(settings), engine)
    for reconciler in (
        Generate(op),
        Revise(op),
        Collect(op),
        Render(op),
        Finalise(op),
        Sheet(op),
        Publish(op),
        Token(op),
        Results(op),
        Look(op),
        Describe(op),
        Housekeeping(op),
        Announce(op),
        Cards(op),
        Reactions(op),
    ):
        op.engine.add(reconciler)
    store.on_change(op.engine.wake)
    return op


async def close_operator(op: Operator) -> None:
    await op.engine.stop()
    await op.services.close()
    await op.store.close()
