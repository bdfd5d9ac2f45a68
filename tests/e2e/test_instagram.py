"""A day on Instagram: the real command, real renders, the account and the publisher at the double."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file
from tests.doubles.graph_process import GraphProcess
from tests.e2e.operator_process import Autopotter


@pytest.fixture(params=["facebook", "instagram"])
def graph(request: pytest.FixtureRequest) -> Iterator[GraphProcess]:
    running = GraphProcess("--flavour", request.param, "--processing", "1")
    yield running
    counts = running.counts()
    running.stop()
    assert counts["problems"] == []
    assert counts["repeats"] == []


@pytest.fixture
def autopotter(tmp_path: Path, studio: Path, graph: GraphProcess) -> Iterator[Autopotter]:
    """With Facebook login videos are uploaded from a folder; without it they are fetched from a bucket."""
    settings = {"DRAFTS_PER_RUN": "1", "POST_DELAY": "1s", "PUBLISH_TO": "instagram"} | graph.env
    with ExitStack() as stack:
        media: Path | None = studio
        if graph.env["INSTAGRAM_LOGIN"] == "instagram":
            bucket = stack.enter_context(GcsServer().running())
            for path in sorted(path for path in studio.rglob("*") if path.is_file()):
                bucket.add(path.relative_to(studio).as_posix(), path.read_bytes())
            settings |= {"GCS_BUCKET": BUCKET, "STORAGE_EMULATOR_HOST": bucket.url}
            settings["GCS_API_KEY_PATH"] = str(key_file(tmp_path / "bucket.json", bucket.url))
            media = None
        operator = Autopotter(tmp_path / "data", media, **settings)
        yield operator
        if operator.process is not None:
            operator.kill()


@pytest.mark.timeout(300)
def test_from_footage_to_a_reel_with_the_plug_pulled_at_the_publish(
    autopotter: Autopotter, graph: GraphProcess
) -> None:
    autopotter.start()
    status = autopotter.ask("status")
    assert status["services"]["account"] == status["services"]["publisher"] == "instagram"
    assert "@clay_and_fire with 1,200 followers" in status["health"]["account"]["message"]
    summary = autopotter.ask("collect")
    assert summary["sources"]["instagram"]["counts"]["posts"] == 30

    (draft,) = autopotter.until(lambda: autopotter.drafts("draft"), "a draft")
    autopotter.ask("approve", str(draft["number"]))
    autopotter.until(lambda: graph.counts()["effects"], "the publish to reach Instagram")
    autopotter.kill()
    autopotter.start()
    (posted,) = autopotter.until(lambda: autopotter.drafts("posted"), "the draft to be posted")
    assert posted["link"].startswith("https://www.instagram.com/reel/")
    counts = graph.counts()
    assert len(counts["effects"]) == 1
    assert counts["captions"].count(posted["caption"]) == 1
    assert autopotter.stop() == 0
    _holds_no_secret(autopotter, graph)


def _holds_no_secret(autopotter: Autopotter, graph: GraphProcess) -> None:
    """The token is in its own file at most, and in no other file, nor in the log."""
    secrets = [graph.env["INSTAGRAM_ACCESS_TOKEN"], graph.env["FB_APP_SECRET"]]
    token_file = autopotter.data / "instagram_token.json"
    if token_file.exists():
        assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
        secrets.append(json.loads(token_file.read_text())["token"])
    everything = [path for path in autopotter.data.rglob("*") if path.is_file() and path != token_file]
    for path in [*everything, autopotter.data.parent / "run.log"]:
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content], path


@pytest.mark.timeout(300)
@pytest.mark.parametrize("graph", ["facebook"], indirect=True)
def test_sample_media_is_never_posted_to_instagram(tmp_path: Path, graph: GraphProcess) -> None:
    """Rule 8, with every key in place: the sample studio's drafts stay here."""
    operator = Autopotter(
        tmp_path / "data", None, DRAFTS_PER_RUN="1", POST_DELAY="1s", PUBLISH_TO="instagram", **graph.env
    )
    made: dict[str, Any] = operator.ask("generate", "1")
    (number,) = made["drafts"]
    refused = operator.command("post", str(number))
    assert refused.returncode == 1
    assert "made of sample media" in refused.stdout + refused.stderr
    assert graph.counts()["effects"] == []
    assert "create" not in graph.counts()["calls"]
