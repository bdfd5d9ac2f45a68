"""A publishing service as a process of its own: strict about containers, unreliable as a line, and counting.

    python -m tests.doubles.publisher_server FOLDER [--seed S] [--processing SECONDS] [--late SECONDS]
                                              [--quota N] [--events]

It prints one line with its address, then (with --events) one line for every publish request. Everything is
in FOLDER/publisher.db, so it survives being killed. Accounts are apart: the first part of every path.

What it keeps to: a container is IN_PROGRESS, then FINISHED or ERROR, EXPIRED a day after it was made, and
PUBLISHED for good once it took effect. One effect a container: a second publish of one that is published, or
whose effect is still on its way, is answered like the first and written down as a "repeat", which no caller
who looked before would ever send.

How publish requests go ("ok" unless planned for the account, or drawn by --seed): ok; slow (the effect comes
up to 1.5 s later, then the answer); lost (it happens, the connection closes without an answer); late (the
connection closes at once, the effect comes up to 1.5 s later); before (the connection closes, nothing
happens); refused. And of prepare: broken (the container becomes ERROR).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

LIFE = DAY = timedelta(hours=24)
LATE = 1.5  # seconds after which every effect has landed, unless --late says otherwise
CHANCES = {"ok": 45, "slow": 20, "lost": 12, "late": 12, "before": 8, "refused": 3}
BROKEN = 0.03  # of containers, when plans are drawn

_SCHEMA = """
CREATE TABLE IF NOT EXISTS containers (
    id TEXT PRIMARY KEY, account TEXT, number INTEGER, fingerprint TEXT, caption TEXT, prepared_at TEXT,
    ready_at TEXT, broken INTEGER, published_at TEXT, pending INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS requests (container TEXT, plan TEXT, outcome TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS effects (container TEXT, account TEXT, number INTEGER, fingerprint TEXT, at TEXT);
"""


class Service:
    """The state and the rules; ``plans`` says how the next publish requests of an account go."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int | None,
        processing: float,
        late: float,
        quota: int | None,
        events: bool,
    ) -> None:
        self.db = sqlite3.connect(folder / "publisher.db", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(_SCHEMA)
        self.db.execute("UPDATE containers SET pending = 0")  # what was on its way died with the service
        self.random = random.Random(seed) if seed is not None else None
        self.processing, self.late, self.limit, self.events = processing, late, quota, events
        self.plans: dict[str, list[str]] = {}
        self.landing = set[asyncio.Task[None]]()

    def draw(self, account: str) -> str:
        if planned := self.plans.get(account):
            return planned.pop(0)
        if self.random is None:
            return "ok"
        return self.random.choices(list(CHANCES), list(CHANCES.values()))[0]

    def later(self, most: float) -> float:
        return self.random.uniform(0, most) if self.random else most

    def container(self, request: web.Request) -> sqlite3.Row:
        found = self.db.execute(
            "SELECT * FROM containers WHERE id = ? AND account = ?",
            [request.match_info["id"], request.match_info["account"]],
        ).fetchone()
        if found is None:
            raise problem(404, "There is no such container.")
        return found  # type: ignore[no-any-return]

    def used(self, account: str, now: datetime) -> int:
        since = (now - DAY).isoformat()
        query = "SELECT count(*) FROM effects WHERE account = ? AND at > ?"
        return int(self.db.execute(query, [account, since]).fetchone()[0])

    def land(self, container: str, now: datetime) -> None:
        """The effect: at most one a container, whatever was sent."""
        row = self.db.execute("SELECT * FROM containers WHERE id = ?", [container]).fetchone()
        self.db.execute("UPDATE containers SET pending = 0 WHERE id = ?", [container])
        if row["published_at"] is not None:
            return
        self.db.execute("UPDATE containers SET published_at = ? WHERE id = ?", [now.isoformat(), container])
        self.db.execute(
            "INSERT INTO effects VALUES (?, ?, ?, ?, ?)",
            [container, row["account"], row["number"], row["fingerprint"], now.isoformat()],
        )

    async def land_later(self, container: str, now: datetime, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.land(container, now)

    def note(self, container: str, plan: str, outcome: str) -> None:
        now = datetime.now(UTC).isoformat()
        self.db.execute("INSERT INTO requests VALUES (?, ?, ?, ?)", [container, plan, outcome, now])
        if self.events:
            print(json.dumps({"container": container, "plan": plan, "outcome": outcome}), flush=True)


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)


def problem(status: int, message: str) -> web.HTTPException:
    kinds = {403: web.HTTPForbidden, 404: web.HTTPNotFound, 409: web.HTTPConflict, 400: web.HTTPBadRequest}
    return kinds[status](text=json.dumps({"error": message}), content_type="application/json")


def clock(request: web.Request) -> datetime:
    """The caller's clock if it names one: tests turn it."""
    given = request.headers.get("Clock")
    return datetime.fromisoformat(given) if given else datetime.now(UTC)


def state_of(row: sqlite3.Row, now: datetime) -> tuple[str, str]:
    if row["published_at"]:
        return "PUBLISHED", ""
    if now - datetime.fromisoformat(row["prepared_at"]) > LIFE:
        return "EXPIRED", "The container is older than 24 hours."
    if now < datetime.fromisoformat(row["ready_at"]):
        return "IN_PROGRESS", ""
    return ("ERROR", "The video could not be processed.") if row["broken"] else ("FINISHED", "")


async def prepare(request: web.Request) -> web.Response:
    service, given, now = request.app[SERVICE], await request.json(), clock(request)
    container = secrets.token_hex(8)
    broken = service.random is not None and service.random.random() < BROKEN
    ready = now + timedelta(seconds=service.later(service.processing))
    service.db.execute(
        "INSERT INTO containers (id, account, number, fingerprint, caption, prepared_at, ready_at, broken)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [container, request.match_info["account"], given["number"], given["fingerprint"], given["caption"],
         now.isoformat(), ready.isoformat(), broken],
    )  # fmt: skip
    return web.json_response({"id": container})


async def look(request: web.Request) -> web.Response:
    state, message = state_of(request.app[SERVICE].container(request), clock(request))
    return web.json_response({"status_code": state, "status": message})


async def publish(request: web.Request) -> web.StreamResponse:
    service, row, now = request.app[SERVICE], request.app[SERVICE].container(request), clock(request)
    container, account = row["id"], row["account"]
    if row["published_at"] or row["pending"]:
        service.note(container, "", "repeat")
        return _answer(service, container) if row["published_at"] else _hang_up(request)
    state, message = state_of(row, now)
    if state != "FINISHED":
        service.note(container, "", state)
        if state == "IN_PROGRESS":
            raise problem(409, "The container is not ready for publishing yet.")
        raise problem(400, message)
    if service.limit is not None and service.used(account, now) >= service.limit:
        service.note(container, "", "quota")
        raise problem(403, "The account has used up its posts of the day.")
    plan = service.draw(account)
    service.note(container, plan, "taken")
    if plan == "refused":
        raise problem(400, "The service does not take it.")
    if plan == "before":
        return _hang_up(request)
    service.db.execute("UPDATE containers SET pending = 1 WHERE id = ?", [container])
    seconds = service.later(service.late) if plan in ("slow", "late") else service.later(0.03)
    landing = asyncio.create_task(service.land_later(container, now, seconds))
    service.landing.add(landing)
    landing.add_done_callback(service.landing.discard)
    if plan == "late":
        return _hang_up(request)
    await asyncio.shield(landing)
    return _hang_up(request) if plan == "lost" else _answer(service, container)


def _answer(service: Service, container: str) -> web.Response:
    row = service.db.execute("SELECT * FROM containers WHERE id = ?", [container]).fetchone()
    return web.json_response(_post(container, row["published_at"], row["fingerprint"]))


def _post(container: str, at: str, fingerprint: str) -> dict[str, Any]:
    link = f"https://posts.example/{container}"
    return {"id": container, "permalink": link, "at": at, "fingerprint": fingerprint}


def _hang_up(request: web.Request) -> web.Response:
    """The line breaks: the client never hears what became of it."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def posts(request: web.Request) -> web.Response:
    query = "SELECT * FROM effects WHERE account = ? ORDER BY at"
    found = request.app[SERVICE].db.execute(query, [request.match_info["account"]])
    return web.json_response([_post(row["container"], row["at"], row["fingerprint"]) for row in found])


async def quota(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    used = service.used(request.match_info["account"], clock(request))
    return web.json_response({"used": used, "total": service.limit})


async def plan(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    service.plans[request.match_info["account"]] = await request.json()
    return web.json_response({})


async def counts(request: web.Request) -> web.Response:
    """Everything that was done to the account, for whoever counts."""
    db, account = request.app[SERVICE].db, request.match_info["account"]
    effects = db.execute("SELECT * FROM effects WHERE account = ?", [account]).fetchall()
    sent = db.execute(
        "SELECT c.number, r.plan, r.outcome FROM requests r JOIN containers c ON c.id = r.container"
        " WHERE c.account = ?", [account]
    ).fetchall()  # fmt: skip
    return web.json_response({"effects": [dict(row) for row in effects], "requests": [dict(r) for r in sent]})


def app(service: Service) -> web.Application:
    made = web.Application()
    made[SERVICE] = service
    made.add_routes([
        web.post("/{account}/containers", prepare),
        web.get("/{account}/containers/{id}", look),
        web.post("/{account}/containers/{id}/publish", publish),
        web.get("/{account}/posts", posts),
        web.get("/{account}/quota", quota),
        web.post("/{account}/plan", plan),
        web.get("/{account}/counts", counts),
    ])  # fmt: skip
    return made


async def serve(service: Service) -> None:
    runner = web.AppRunner(app(service), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--processing", type=float, default=0.0)
    parser.add_argument("--late", type=float, default=LATE)
    parser.add_argument("--quota", type=int)
    parser.add_argument("--events", action="store_true")
    given = parser.parse_args()
    asyncio.run(
        serve(
            Service(
                given.folder, seed=given.seed, processing=given.processing, late=given.late,
                quota=given.quota, events=given.events,
            )
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
