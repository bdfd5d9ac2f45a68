"""A day with finals bought at JSON2Video: the real command, media at Google, the plug pulled meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles import media
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file
from tests.doubles.json2video_server import KEY, Json2VideoServer
from tests.e2e.operator_process import Autopotter


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Json2VideoServer]:
    """It fetches what it is told to render, by the addresses it is given."""
    server = Json2VideoServer(media.video(tmp_path / "made.mp4", seconds=6.0), seconds=6.0)
    server.size, server.patience, server.reads_assets = (270, 480), 0, True
    with server.running():
        yield server
    assert server.problems == []


@pytest.fixture
def autopotter(tmp_path: Path, studio: Path, service: Json2VideoServer) -> Iterator[Autopotter]:
    with GcsServer().running() as bucket:
        for path in sorted(path for path in studio.rglob("*") if path.is_file()):
            bucket.add(path.relative_to(studio).as_posix(), path.read_bytes())
        operator = Autopotter(
            tmp_path / "data",
            None,
            DRAFTS_PER_RUN="1",
            POST_DELAY="1s",
            GCS_BUCKET=BUCKET,
            GCS_API_KEY_PATH=str(key_file(tmp_path / "key.json", bucket.url)),
            STORAGE_EMULATOR_HOST=bucket.url,
            JSON2VIDEO_API_KEY=KEY,
            JSON2VIDEO_BASE_URL=f"{service.url}/v2",
            LOG_LEVEL="DEBUG",
            LOG_FILE=str(tmp_path / "operator.log"),
        )
        yield operator
        if operator.process is not None:
            operator.kill()
    assert bucket.problems == []


@pytest.mark.timeout(300)
def test_a_final_is_bought_once_with_the_plug_pulled_while_it_is_made(
    autopotter: Autopotter, service: Json2VideoServer, tmp_path: Path
) -> None:
    service.ends = ["stuck"]
    autopotter.start()
    status = autopotter.ask("status")
    assert (status["services"]["renderer"], status["services"]["previews"]) == ("json2video", "local")
    assert "600 credits left" in status["health"]["renderer"]["message"]
    autopotter.ask("generate", "1")
    (draft,) = autopotter.until(lambda: autopotter.drafts("draft"), "a draft")
    assert service.bought == [], "the preview is free"
    autopotter.ask("approve", str(draft["number"]))
    autopotter.until(lambda: service.count("status"), "the final to be asked for")
    autopotter.kill()
    assert len(service.bought) == 1
    autopotter.start()
    service.bought[0].end = "done"
    (posted,) = autopotter.until(lambda: autopotter.drafts("posted"), "the draft to be posted")
    (video,) = (autopotter.data / "outbox").glob("*/*.mp4")
    assert video.read_bytes() == service.content
    assert posted["number"] == draft["number"]
    assert autopotter.stop() == 0
    assert len(service.bought) == 1
    assert [render.message for render in service.bought] == [""], "every address could be fetched"
    for path in [tmp_path / "run.log", tmp_path / "operator.log", *autopotter.data.rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            assert KEY.encode() not in content, path
            assert b"X-Goog-Signature=" not in content.replace(b"X-Goog-Signature=[redacted]", b""), path
