"""Where the killed operators post to: a counting double in a process of its own."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.doubles.publisher_client import DoublePublisher


class Service(Protocol):
    def words(self, folder: Path, seed: int) -> list[str]:
        """The module and its options; it prints one line first, then one for each publish request."""
        ...

    def reached(self, line: str) -> dict[str, str]:
        """What the operator's environment needs, from that first line."""
        ...

    async def counts(self, data: Path) -> dict[str, Any]:
        """{"effects": [{number, fingerprint}], "requests": [{number, outcome}]}: all that was done."""
        ...


class OutboxService:
    """tests/doubles/publisher_server.py, under the outbox's name."""

    def __init__(self) -> None:
        self._url = ""

    def words(self, folder: Path, seed: int) -> list[str]:
        options = ["--seed", str(seed), "--processing", "0.5", "--events"]
        return ["tests.doubles.publisher_server", str(folder), *options]

    def reached(self, line: str) -> dict[str, str]:
        self._url = line.strip()
        return {"PUBLISHER_URL": self._url}

    async def counts(self, data: Path) -> dict[str, Any]:
        return await DoublePublisher(self._url).counts()  # type: ignore[no-any-return]


class InstagramService:
    """tests/doubles/graph_process.py, reached by settings. operator.db says whose its containers are."""

    def __init__(self, flavour: str) -> None:
        self._flavour, self._url = flavour, ""

    def words(self, folder: Path, seed: int) -> list[str]:
        options = ["--seed", str(seed), "--processing", "0.5", "--quota", "1000000", "--events"]
        return ["tests.doubles.graph_process", "--flavour", self._flavour, *options]

    def reached(self, line: str) -> dict[str, str]:
        told = json.loads(line)
        self._url = told["url"]
        return {**told["env"], "PUBLISH_TO": "instagram"}

    async def counts(self, data: Path) -> dict[str, Any]:
        async with httpx.AsyncClient(trust_env=False) as line:
            told = (await line.get(f"{self._url}/counts")).json()
        assert told["problems"] == [], told["problems"]
        with closing(sqlite3.connect(data / "operator.db")) as db:
            rows = db.execute("SELECT container, draft, fingerprint FROM publications").fetchall()
        known = {container: (number, fingerprint) for container, number, fingerprint in rows}
        nobody = (0, "")  # an effect of a container the store never heard of would be wrong in every way
        effects = [known.get(container, nobody) for container, _medium in told["effects"]]
        asked = [known.get(container, nobody)[0] for container in told["published"]]
        return {
            "effects": [{"number": number, "fingerprint": fingerprint} for number, fingerprint in effects],
            "requests": [
                *({"number": number, "outcome": "taken"} for number in asked),
                *({"number": known.get(c, nobody)[0], "outcome": "repeat"} for c in told["repeats"]),
            ],
        }
