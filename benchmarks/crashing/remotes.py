"""The doubles a killed operator reaches by its settings, beside the service it posts to."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Protocol

from benchmarks.crashing.service import Service
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file
from tests.doubles.http_double import Answer, Asked, Double, Fault
from tests.doubles.json2video_server import KEY, Json2VideoServer
from tests.doubles.openai_server import KEY as MODEL_KEY
from tests.doubles.openai_server import Fault as ModelFault
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.sheets_server import SHEET_ID, SheetsServer

CHANCE = 0.03  # of a request to a shaky double to go wrong
FAULTS = (Fault(drop="before"), Fault(drop="after"), Fault(Answer(503)), Fault(Answer(429)))
MODEL_CHANCE = 0.15  # of an answer of the language model
MODEL_FAULTS = (
    *(ModelFault(drop=moment) for moment in ("before", "begun", "after")),
    ModelFault(late=1.0, drop="after"), ModelFault(500, {"message": "The server had an error."}),
)  # fmt: skip


class Remote(Protocol):
    def settings(self, home: Path) -> dict[str, str]:
        """What names it in the operator's environment; ``home`` holds the studio in "media"."""
        ...


class Beside:
    """A service to post to, and remotes which the same operator uses."""

    def __init__(self, service: Service, home: Path, *remotes: Remote) -> None:
        self._service, self._home, self._remotes = service, home, remotes

    def words(self, folder: Path, seed: int) -> list[str]:
        return self._service.words(folder, seed)

    def reached(self, line: str) -> dict[str, str]:
        environ = dict(self._service.reached(line))
        for remote in self._remotes:
            environ |= remote.settings(self._home)
        return environ

    async def counts(self, data: Path) -> dict[str, Any]:
        return await self._service.counts(data)


class InBucket:
    """The studio's media lies in a bucket at Google."""

    def __init__(self, server: GcsServer) -> None:
        self._server = server

    def settings(self, home: Path) -> dict[str, str]:
        shelf = home / "media"
        for path in sorted(path for path in shelf.rglob("*") if path.is_file()):
            self._server.add(path.relative_to(shelf).as_posix(), path.read_bytes())
        return {
            "GCS_BUCKET": BUCKET,
            "GCS_API_KEY_PATH": str(key_file(home / "bucket.json", self._server.url)),
            "STORAGE_EMULATOR_HOST": self._server.url,
        }


class InGoogleSheet:
    """The drafts stand in a sheet at Google."""

    def __init__(self, server: SheetsServer) -> None:
        self._server = server
        server.per_minute = 10**6  # killed operators do not know what the ones before asked

    def settings(self, home: Path) -> dict[str, str]:
        return {
            "GOOGLE_SHEETS_ID": SHEET_ID,
            "GOOGLE_CREDENTIALS_PATH": str(key_file(home / "sheet.json", self._server.url)),
            "SHEETS_BASE_URL": self._server.url,
            "AUTOPOST_POLL_INTERVAL": "3s",
        }


class BoughtAtJson2Video:
    """Finals are bought; their previews are rendered by the operator itself."""

    def __init__(self, server: Json2VideoServer) -> None:
        self._server = server
        server.patience, server.account.credits = 1, 10**6

    def settings(self, home: Path) -> dict[str, str]:
        return {"JSON2VIDEO_API_KEY": KEY, "JSON2VIDEO_BASE_URL": f"{self._server.url}/v2"}


class PlannedByModel:
    """Proposals come from a language model, which loses answers, too."""

    def __init__(self, server: OpenAIServer, rolls: random.Random) -> None:
        self._server, self._rolls = server, rolls
        self.faults = 0

    def settings(self, home: Path) -> dict[str, str]:
        self._server.faults["/responses"] = _Drawn(self)
        return {
            "OPENAI_API_KEY": MODEL_KEY,
            "OPENAI_BASE_URL": self._server.url,
            "OPENAI_API": "responses",
        }

    def drawn(self) -> ModelFault:
        if self._rolls.random() > MODEL_CHANCE:
            return ModelFault()
        self.faults += 1
        return self._rolls.choice(MODEL_FAULTS)


class _Drawn(list[ModelFault]):
    """Faults without end, drawn as they are taken."""

    def __init__(self, planned: PlannedByModel) -> None:
        super().__init__([ModelFault()])
        self._planned = planned

    def pop(self, _index: Any = -1) -> ModelFault:
        return self._planned.drawn()


class Shaky:
    """Makes requests of a double go wrong at random."""

    def __init__(self, double: Double, rolls: random.Random) -> None:
        self._handle, self._double, self._rolls = double._handle, double, rolls
        self.made = 0
        double._handle = self._shake  # type: ignore[method-assign]

    def _shake(self, asked: Asked) -> tuple[Answer | None, int | None]:
        name = self._double.name_of(asked)
        if name != "token" and self._rolls.random() < CHANCE:
            self.made += 1
            self._double.fail(name, self._rolls.choice(FAULTS))
        return self._handle(asked)
