"""What the operator does and when, how it is, and what it can be asked."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.operations.about import describe
from bot.operations.registry import Operation, Parameter, operations
from bot.operations.review import entry_view
from bot.surfaces.desk.asking import ask
from bot.surfaces.desk.context import operator, render
from bot.views import job_view
from services.store import drafts, jobs, journal, messages

GROUP_TITLES = {"drafts": "Drafts", "posting": "Posting", "material": "Material", "operator": "Operator"}
ENTRIES, JOBS = 100, 30
_INPUTS: dict[type, str] = {int: "number", float: "number", str: "text", bool: "checkbox"}


async def show_schedule(request: web.Request) -> web.Response:
    op = operator(request)
    schedule = (await ask(op, "schedule")).data
    for waiting in schedule["queue"]:
        waiting["revision"] = (await op.store.do(drafts.get, waiting["number"])).revision
    return render(request, "schedule.html", schedule=schedule)


async def show_activity(request: web.Request) -> web.Response:
    op = operator(request)
    found = await op.store.do(jobs.listed, limit=JOBS)
    entries = await op.store.do(journal.entries, limit=ENTRIES)
    names = await op.store.do(messages.names)
    return render(
        request,
        "activity.html",
        jobs=[job_view(job) for job in found],
        troubles=op.engine.troubles(),
        journal=[entry_view(entry, names) for entry in entries],
    )


async def show_status(request: web.Request) -> web.Response:
    return render(request, "status.html", status=(await ask(operator(request), "status")).data)


async def show_help(request: web.Request) -> web.Response:
    """Every operation of the registry with a form made from its signature."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for found in operations().values():
        title = GROUP_TITLES.get(found.group, found.group.capitalize())
        groups.setdefault(title, []).append(_described(found))
    return render(request, "help.html", groups=groups)


def _described(found: Operation) -> dict[str, Any]:
    return {
        **describe(found),
        "long": found.long,
        "fields": [_field(parameter) for parameter in found.parameters],
    }


def _field(parameter: Parameter) -> dict[str, Any]:
    """How a form asks for a parameter."""
    about = parameter.about
    kind = "select" if about.choices else "area" if about.multiline else _INPUTS[parameter.type]
    return {
        "name": parameter.name,
        "kind": kind,
        "help": about.help,
        "choices": about.choices,
        "low": about.low,
        "high": about.high,
        "required": parameter.required,
        "default": parameter.default,
        "step": "any" if parameter.type is float else "1",
    }
