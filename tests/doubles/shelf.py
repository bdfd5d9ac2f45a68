"""A place on the web where anybody may fetch files: what a bucket with signed addresses is to Instagram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from services.publisher.instagram_container import Share


@asynccontextmanager
async def shelf(*, cookies: bool = False, ranges: bool = True) -> AsyncIterator[tuple[str, Share]]:
    """Its address, and how a file gets there."""
    files: dict[str, bytes] = {}

    async def fetch(request: web.Request) -> web.Response:
        content = files[request.match_info["name"]]
        if cookies and "session" not in request.cookies:
            return web.Response(text="Sign in", content_type="text/html")
        wanted = request.headers.get("Range")
        if wanted == "bytes=0-0" and ranges:
            headers = {"Content-Range": f"bytes 0-0/{len(content)}"}
            return web.Response(status=206, body=content[:1], headers=headers)
        return web.Response(body=content)

    app = web.Application()
    app.router.add_get("/{name}", fetch)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def share(path: Path) -> str:
        files[path.name] = await asyncio.to_thread(path.read_bytes)
        return f"{base}/{path.name}"

    try:
        yield base, share
    finally:
        await runner.cleanup()
