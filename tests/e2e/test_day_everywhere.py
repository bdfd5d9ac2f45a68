"""The whole day with every service elsewhere at once, by one bot.env: media in a bucket, drafts in a sheet, a
language model that plans, finals bought, Reels published. And then: no secret anywhere but where it belongs.
"""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.doubles import media
from tests.doubles.everywhere import DESK_TOKEN, Everywhere
from tests.doubles.openai_contract import contract_in
from tests.e2e.operator_process import Autopotter
from tests.e2e.secrets_left import left_in

NUMBER, STATUS = "Video number", "Status"


class Heard(Autopotter):
    """Keeps whatever a command says."""

    def __init__(self, data: Path, env_file: Path) -> None:
        super().__init__(data, None)
        self.options = ["--env-file", str(env_file)]
        self.said: list[str] = []
        self.own = ""  # the secret of the process that runs

    def command(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        done = super().command(*words, **settings)
        self.said += [done.stdout, done.stderr]
        return done

    def at_the_desk(self, operation: str, **given: Any) -> Any:
        """As its page asks it."""
        session = json.loads((self.data / "operator.json").read_text())
        headers = {"Authorization": f"Bearer {DESK_TOKEN}"}
        where = f"{session['url']}/api/operations/{operation}"
        answer = httpx.post(where, headers=headers, json=given, timeout=30, trust_env=False)
        self.said.append(f"{dict(answer.headers)} {answer.text}")
        assert answer.json()["ok"], answer.text
        return answer.json()


class Day:
    def __init__(self, autopotter: Heard, services: Everywhere, folder: Path) -> None:
        self.autopotter, self.services, self.folder = autopotter, services, folder

    def rows(self) -> dict[str, dict[str, str]]:
        sheet = self.services.sheet
        with sheet.lock:
            head, *lines = sheet.tab.texts() or [[]]
        found = [dict(zip(head, line, strict=True)) for line in lines]
        return {row[NUMBER]: row for row in found if row[NUMBER]}

    def write(self, number: int, status: str) -> None:
        """As a person does in the browser."""
        sheet = self.services.sheet
        with sheet.lock:
            head, *lines = sheet.tab.texts()
            found = [i for i, line in enumerate(lines, 1) if line[head.index(NUMBER)] == str(number)]
            sheet.tab.type(found[0], head.index(STATUS), status)


@pytest.fixture(params=[("facebook", "local"), ("instagram", "remote")], ids="-".join)
def day(request: pytest.FixtureRequest, tmp_path: Path, studio: Path, contracts_dir: Path) -> Iterator[Day]:
    login, preview = request.param
    made = media.video(tmp_path / "made.mp4", seconds=6.0)
    services = Everywhere(made, contract_in(contracts_dir), login=login)
    services.fill(studio)
    keys = tmp_path / "keys"
    keys.mkdir()
    with services.running():
        given = services.env(keys) | {"RENDER_PREVIEW": preview, "JSON2VIDEO_DAILY_CREDITS": "200"}
        given |= {"POST_DELAY": "1s", "AUTOPOST_POLL_INTERVAL": "2s", "DRAFTS_PER_RUN": "3"}
        given |= {"LOG_LEVEL": "DEBUG", "LOG_FILE": str(tmp_path / "operator.log"), "LOG_FORMAT": "json"}
        env_file = keys / "bot.env"
        env_file.write_text("".join(f"{name}={value}\n" for name, value in given.items()))
        env_file.chmod(0o600)
        autopotter = Heard(tmp_path / "data", env_file)
        yield Day(autopotter, services, tmp_path)
        if autopotter.process is not None:
            autopotter.kill()
    assert services.problems == []


@pytest.mark.timeout(300)
def test_a_whole_day_with_every_service_elsewhere(day: Day) -> None:
    autopotter, services = day.autopotter, day.services
    _doctor_is_content(autopotter)
    autopotter.start()
    status = autopotter.ask("status")
    assert status["services"] == {
        "account": "instagram", "bucket": "gcs", "planner": "openai", "renderer": "json2video",
        "sheet": "google", "publisher": "instagram",
    } | ({"previews": "local"} if "previews" in status["services"] else {})  # fmt: skip
    assert all(service["ok"] for service in status["health"].values()), status["health"]
    collected = autopotter.ask("collect")["sources"]
    assert collected["instagram"]["counts"]["posts"] == 30
    assert sum(collected["gcs"]["counts"].values()) >= len(services.bucket.objects), collected["gcs"]

    made = autopotter.ask("generate", "3")
    assert made["state"] == "done", made
    first, second, third = sorted(made["drafts"])
    autopotter.until(lambda: len(autopotter.drafts("draft")) == 3, "three drafts")
    assert len(services.model.asked("/responses")) > 1
    rows = autopotter.until(lambda: len(day.rows()) == 3 and day.rows(), "three rows")
    assert {row[STATUS] for row in rows.values()} == {"Draft"}

    day.write(first, "Approved")
    autopotter.at_the_desk("approve", number=second)
    autopotter.ask("deny", str(third), "too dark")
    posted = autopotter.until(lambda: len(found := autopotter.drafts("posted")) == 2 and found, "two posts")
    assert {draft["number"] for draft in posted} == {first, second}
    assert len(services.graph.state.effects) == 2
    captions = [medium.caption for medium in services.graph.state.media]
    for draft in posted:
        assert captions.count(draft["caption"]) == 1
        assert draft["permalink"].startswith("https://www.instagram.com/reel/")
        assert Path(draft["video"]).read_bytes() == services.renderer.content
    bought = [render.movie["client-data"]["draft"] for render in services.renderer.bought]
    assert len(bought) == len(set(bought)) == (2 if "previews" in status["services"] else 3)
    assert [render.message for render in services.renderer.bought] == [""] * len(bought)

    words = {str(first): "Posted", str(second): "Posted", str(third): "Denied"}
    autopotter.until(lambda: {n: row[STATUS] for n, row in day.rows().items()} == words, "the sheet")
    links = {cell for row in day.rows().values() for cell in row.values()}
    assert {draft["permalink"] for draft in posted} <= links
    status = autopotter.ask("status")
    assert status["drafts"] == {"posted": 2, "denied": 1}
    assert all(service["ok"] for service in status["health"].values())
    assert status["troubles"] == []
    _doctor_is_content(autopotter)
    assert autopotter.command("status").returncode == 0
    _no_secret_is_left(day, running=True)
    assert autopotter.stop() == 0
    _no_secret_is_left(day, running=False)


def _doctor_is_content(autopotter: Heard) -> None:
    checks = autopotter.ask("doctor")["checks"]
    groups = ("services", "google", "instagram", "json2video")
    found = [check for check in checks if check["group"] in groups]
    assert {check["group"] for check in found} == set(groups)
    # With the login of Instagram nobody can be asked what a token may do.
    wrong = [c for c in found if c["state"] != "ok" and c["what"] not in ("permissions", "token")]
    assert wrong == []


def _no_secret_is_left(day: Day, *, running: bool) -> None:
    """In files, cells of databases, logs, answers, the sheet, the bucket: only the token file has one."""
    secrets = day.services.secrets()
    assert len(secrets) > 20
    assert left_in(day.folder / "keys", secrets), "who looks, finds"
    token_file = day.autopotter.data / "instagram_token.json"
    if token_file.exists():
        assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    session = day.autopotter.data / "operator.json"
    if running:
        assert stat.S_IMODE(session.stat().st_mode) == 0o600
        day.autopotter.own = json.loads(session.read_text())["token"]
    secrets.add(day.autopotter.own)
    keys = set((day.folder / "keys").iterdir())
    assert left_in(day.folder, secrets, but={token_file, session, *keys}) == []
    told = "\n".join([*day.autopotter.said, day.autopotter.log(), str(day.rows())])
    told += str([medium.caption for medium in day.services.graph.state.media])
    assert not [secret[:8] for secret in secrets if secret in told]
    with day.services.bucket.lock:
        stored = list(day.services.bucket.objects.values())
    assert not [one.name for one in stored for secret in secrets if secret.encode() in one.data]
