"""What the operator is doing, how it is, and what can be asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from importlib.metadata import version
from typing import Annotated, Any

from bot.digest import around, gathered, words
from bot.operations.registry import About, Operation, Parameter, Requester, find, operation, operations
from bot.operator import Operator, Twin
from bot.reply import Reply
from bot.retention import disk_view, disk_words
from bot.views import job_view
from services import metrics
from services.errors import OperatorError
from services.store import drafts, facts
from services.store import jobs as store_jobs

PING_SECONDS = 20.0


@operation(reads={}, group="operator")
async def jobs(
    op: Operator,
    by: Requester,
    limit: Annotated[int, About("at most so many, newest first", 1, 1000, option=True)] = 20,
) -> AsyncGenerator[Reply]:
    """List long work: what runs, how far it is, how it ended, and what keeps failing."""
    found = [job_view(job) for job in await op.store.do(store_jobs.listed, limit=limit)]
    troubles = op.engine.troubles()
    rows = tuple(
        {
            "job": job["id"],
            "what": job["kind"],
            "state": job["state"],
            "progress": f"{job['stage']} {job['done']:g}/{job['total']:g}" if job["total"] else job["stage"],
            "result": job["error"] or job["message"],
        }
        for job in found
    )
    text = " ".join(f"{t['reconciler']} {t['key']}: {t['message']}" for t in troubles)
    if not found:
        text = f"Nothing was asked for yet. {text}".strip()
    yield Reply(text, data={"jobs": found, "troubles": troubles}, table=rows)


@operation(reads={}, group="operator")
async def status(op: Operator, by: Requester) -> AsyncGenerator[Reply]:
    """Say how the operator is: the services in use, the chats, the drafts, the disk, how long things take."""
    health, surfaces = await asyncio.gather(_health(op), _surfaces(op))
    counts = await op.store.do(drafts.counts)
    disk = await disk_view(op)
    measured = metrics.snapshot()
    data = {
        "version": version("autopotter"),
        "running": op.live,
        "started": op.started.isoformat() if op.live else None,
        "desk": op.desk_url,
        "services": op.services.names(),
        "health": health,
        "surfaces": surfaces,
        "drafts": counts,
        "paused": await op.store.do(facts.get, facts.PAUSED),
        "folders": {"data": str(op.options.data_dir), "brand": str(op.options.brand_dir)},
        "disk": disk,
        "troubles": op.engine.troubles(),
        "metrics": measured,
    }
    ok = all(each["ok"] for each in (*health.values(), *surfaces.values()))
    many = ", ".join(f"{count} {state}" for state, count in counts.items()) or "none yet"
    timezone = op.options.timezone
    since = f"{op.started.astimezone(timezone):%Y-%m-%d %H:%M}"
    where = f"Running since {since} at {op.desk_url}." if op.live else "Not running."
    held = " Posting is paused: `autopotter schedule resume` goes on." if data["paused"] else ""
    text = f"{where}{held} Drafts: {many}. {disk_words(disk, timezone)}"
    table = tuple(
        {"service": name, "by": op.services.names()[name], "state": service["message"]}
        for name, service in health.items()
    ) + tuple(
        {"service": "people reach it", "by": name, "state": surface["message"]}
        for name, surface in surfaces.items()
    )
    yield Reply(text, data=data, table=table, ok=ok, remedy="" if ok else "See the services above.")


@operation(reads={}, group="operator")
async def digest(op: Operator, by: Requester) -> AsyncGenerator[Reply]:
    """Say what was posted and how it did, what waits for a decision, what comes next, what is in the way.

    From the last digest that the chats were told by DIGEST_CRON, or from yesterday.
    """
    found = await around(op)
    data = await op.store.do(gathered, op, found)
    yield Reply(words(data, op), data=data)


@operation(reads={}, group="operator")
async def help_(
    op: Operator,
    by: Requester,
    topic: Annotated[str, About("an operation's name", completes="operation")] = "",
) -> AsyncGenerator[Reply]:
    """Say what can be asked, or explain one operation."""
    if topic:
        found = find(topic.strip())
        yield Reply(usage(found) + "\n\n" + found.help, data=describe(found))
        return
    known = operations().values()
    table = tuple({"operation": usage(o), "what it does": o.summary} for o in known)
    yield Reply("", data=[describe(o) for o in known], table=table)


def usage(found: Operation) -> str:
    """How it is called on the command line: "deny NUMBER [REASON]"."""
    return " ".join([found.name, *(_usage(parameter) for parameter in found.parameters)])


def describe(found: Operation) -> dict[str, Any]:
    return {
        "name": found.name,
        "summary": found.summary,
        "help": found.help,
        "usage": usage(found),
        "group": found.group,
        "decides": found.decides,
        "parameters": [
            {
                "name": p.name,
                "type": p.type.__name__,
                "required": p.required,
                "default": p.default,
                "help": p.about.help,
                "choices": list(p.about.choices),
                "low": p.about.low,
                "high": p.about.high,
            }
            for p in found.parameters
        ],
    }


def _usage(parameter: Parameter) -> str:
    name = parameter.name.upper()
    if parameter.type is bool:
        return f"[--{parameter.name.replace('_', '-')}]"
    if parameter.about.option:
        return f"[--{parameter.name.replace('_', '-')} {name}]"
    return name if parameter.required else f"[{name}]"


async def _health(op: Operator) -> dict[str, dict[str, Any]]:
    """What each service says of itself; every one is asked at once and has the same time."""
    names = op.services.names()
    answers = await asyncio.gather(*(_asked(op.services.twin(kind)) for kind in names))
    return dict(zip(names, answers, strict=True))


async def _surfaces(op: Operator) -> dict[str, dict[str, Any]]:
    """Where people reach a running operator, by name; a chat that is connected is asked."""

    async def told(name: str) -> dict[str, Any]:
        state, chat = op.surfaces[name], op.chats.get(name)
        if state.trouble:
            after = " It stays down until the next start." if state.ends else ""
            return {"ok": False, "message": state.trouble + after}
        if chat is not None:
            return await _asked(chat)
        return {"ok": True, "message": op.desk_url if name == "desk" else "It is being connected."}

    names = list(op.surfaces)
    return dict(zip(names, await asyncio.gather(*map(told, names)), strict=True))


async def _asked(whom: Twin) -> dict[str, Any]:
    try:
        async with asyncio.timeout(PING_SECONDS):
            return {"ok": True, "message": await whom.ping()}
    except OperatorError as error:
        return {"ok": False, "message": str(error)}
    except TimeoutError:
        return {"ok": False, "message": f"It did not answer within {PING_SECONDS:.0f} s."}
