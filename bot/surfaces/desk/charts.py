"""The charts of the analytics, served to the page. How they are drawn is in bot/charts.py."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.charts import CHARTS, THEMES, draw
from bot.surfaces.desk.context import HttpProblem, operator


def set_up(app: web.Application) -> None:
    app.router.add_get("/charts/{key}.svg", chart)


async def chart(request: web.Request) -> web.Response:
    """GET /charts/{key}.svg?theme=light|dark&of=<exported_at>: kept by the browser for that collection."""
    found = next((c for c in CHARTS if c.key == request.match_info["key"]), None)
    theme = THEMES.get(request.query.get("theme", "light"))
    if found is None or theme is None:
        raise HttpProblem(404, "There is no such chart.")
    document = (await operator(request).services.collector.latest()).analytics
    svg = await asyncio.to_thread(draw, found, document or {}, theme)
    # Its own policy: a picture needs its inline style, and nothing else.
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    if document is not None and request.query.get("of") == document["export_info"]["exported_at"]:
        headers["Cache-Control"] = "private, max-age=86400"
    return web.Response(body=svg, content_type="image/svg+xml", charset="utf-8", headers=headers)
