"""Every remote service at once: the doubles of all of them, each behind a gate, and the settings that reach
them. Knows nothing of the operator but its variables.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import serialization

from tests.doubles.gate import Gate
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file, private_key
from tests.doubles.graph_process import env_of
from tests.doubles.graph_server import GraphServer
from tests.doubles.http_double import Double
from tests.doubles.json2video_server import KEY as RENDER_KEY
from tests.doubles.json2video_server import Json2VideoServer
from tests.doubles.openai_contract import Contract
from tests.doubles.openai_mind import Mind
from tests.doubles.openai_server import KEY as MODEL_KEY
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.sheets_server import SHEET_ID, SheetsServer

DESK_TOKEN = "the-desk-of-the-day-everywhere-4711"


class Everywhere:
    """``video`` is what JSON2Video makes of every movie, ``seconds`` long and of ``size``."""

    def __init__(
        self,
        video: Path,
        contract: Contract,
        *,
        login: str = "facebook",
        seconds: float = 6.0,
        size: tuple[int, int] = (270, 480),
    ) -> None:
        self.bucket, self.sheet = GcsServer(), SheetsServer()
        self.renderer = Json2VideoServer(video, seconds=seconds)
        self.renderer.size, self.renderer.patience, self.renderer.reads_assets = size, 1, True
        self.graph = GraphServer(login)
        self.graph.state.processing = timedelta(seconds=0.5)
        for number in range(30):
            self.graph.state.add_medium(f"Pot {number} #clay", days=number + 1, reel=number % 3 != 0)
        self.model = OpenAIServer(Mind(), contract)
        self.gates: dict[str, Gate] = {}
        self._loop = asyncio.new_event_loop()

    @property
    def problems(self) -> list[str]:
        """Every exchange that a real service would not have had."""
        found = [self.bucket.problems, self.sheet.problems, self.renderer.problems]
        found += [self.graph.problems, self.model.problems]
        formulas = [f"{formula!r} was executed in the sheet" for formula in self.sheet.executed]
        twice = [f"container {name} was published again" for name in self.graph.state.repeats]
        return [problem for problems in found for problem in problems] + formulas + twice

    def fill(self, studio: Path) -> None:
        """Media into the bucket."""
        for path in sorted(path for path in studio.rglob("*") if path.is_file()):
            self.bucket.add(path.relative_to(studio).as_posix(), path.read_bytes())

    def turn(self, weather: str, *names: str) -> None:
        """Of these services, or of all."""
        for name in names or self.gates:
            asyncio.run_coroutine_threadsafe(self.gates[name].turn(weather), self._loop).result(10)

    @contextmanager
    def running(self) -> Iterator[Everywhere]:
        ready, stop = threading.Event(), asyncio.Event()
        with ExitStack() as stack:
            for double in (self.bucket, self.sheet, self.renderer):
                stack.enter_context(double.running())
            thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(ready, stop),))
            thread.start()
            try:
                assert ready.wait(20), "the doubles did not start"
                yield self
            finally:
                self._loop.call_soon_threadsafe(stop.set)
                thread.join()
                self._loop.close()

    async def _serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.graph.running())
            await stack.enter_async_context(self.model.running())
            named: dict[str, Double | GraphServer | OpenAIServer] = {
                "bucket": self.bucket, "sheet": self.sheet, "renderer": self.renderer,
                "instagram": self.graph, "model": self.model,
            }  # fmt: skip
            for name, double in named.items():
                parts = urlsplit(double.url)
                gate = self.gates[name] = Gate(parts.port or 0)
                await gate.open()
                stack.push_async_callback(gate.close)
                double.url = gate.url + parts.path  # also in what it answers
            ready.set()
            await stop.wait()

    def env(self, folder: Path) -> dict[str, str]:
        """What bot.env says; the keys of the service accounts are written into ``folder``."""
        keys = {
            name: key_file(folder / f"{name}.json", double.url)
            for name, double in (("bucket", self.bucket), ("sheet", self.sheet))
        }
        for path in keys.values():
            path.chmod(0o600)
        return {
            **env_of(self.graph),
            "PUBLISH_TO": "instagram",
            "GCS_BUCKET": BUCKET,
            "GCS_API_KEY_PATH": str(keys["bucket"]),
            "STORAGE_EMULATOR_HOST": self.bucket.url,
            "GOOGLE_SHEETS_ID": SHEET_ID,
            "GOOGLE_CREDENTIALS_PATH": str(keys["sheet"]),
            "SHEETS_BASE_URL": self.sheet.url,
            "JSON2VIDEO_API_KEY": RENDER_KEY,
            "JSON2VIDEO_BASE_URL": f"{self.renderer.url}/v2",
            "OPENAI_API_KEY": MODEL_KEY,
            "OPENAI_BASE_URL": self.model.url,
            "OPENAI_API": "responses",
            "DESK_TOKEN": DESK_TOKEN,
        }

    def secrets(self) -> set[str]:
        """Whatever was given to the operator or issued to it, and nobody else may read."""
        found = {RENDER_KEY, MODEL_KEY, DESK_TOKEN, self.graph.state.app_secret, *self.graph.state.tokens}
        pem = private_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        found |= {line for line in pem.decode().splitlines() if len(line) == 64}
        for double in (self.bucket, self.sheet):
            found |= set(double.desk.given)
            for name, asked, _ in list(double.asked):
                if name == "token":
                    found |= set(parse_qs(asked.body.decode()).get("assertion", ()))
                for secret in ("X-Goog-Signature", "upload_id"):
                    found |= set(asked.query.get(secret, ()))
        return found
