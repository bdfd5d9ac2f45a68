"""No double takes what its service's specification refuses: by its status, or by a problem a test sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.doubles import media
from tests.doubles.everywhere import Everywhere
from tests.doubles.gcs_server import BUCKET
from tests.doubles.json2video_server import KEY as RENDER_KEY
from tests.doubles.openai_contract import contract_in
from tests.doubles.openai_server import KEY as MODEL_KEY
from tests.doubles.sheets_server import SHEET_ID


@pytest.fixture
def services(tmp_path: Path, contracts_dir: Path) -> Iterator[Everywhere]:
    with Everywhere(media.photo(tmp_path / "unused.jpg"), contract_in(contracts_dir)).running() as running:
        yield running


def ask(verb: str, url: str, **more: Any) -> httpx.Response:
    return httpx.request(verb, url, trust_env=False, timeout=20, **more)


def bearer(services: Everywhere, name: str) -> dict[str, str]:
    desk = {"bucket": services.bucket.desk, "sheet": services.sheet.desk}[name]
    desk.given["ya29.test"] = 2.0**40
    return {"Authorization": "Bearer ya29.test"}


def test_nobody_is_let_in_without_the_right_key(services: Everywhere) -> None:
    strangers = [
        ("GET", f"{services.bucket.url}/storage/v1/b/{BUCKET}/o", {"Authorization": "Bearer x"}, 401),
        ("GET", f"{services.sheet.url}/v4/spreadsheets/{SHEET_ID}", {"Authorization": "Bearer x"}, 401),
        ("GET", f"{services.renderer.url}/v2/movies", {"x-api-key": "x"}, 400),
        (
            "GET",
            f"{services.graph.url}/v25.0/{services.graph.state.user_id}",
            {"Authorization": "Bearer x"},
            400,
        ),
        ("GET", f"{services.model.url}/models", {"Authorization": "Bearer x"}, 401),
        ("GET", f"{services.bucket.url}/{BUCKET}/a.mp4?X-Goog-Signature=00", {}, 400),
    ]
    for verb, url, headers, status in strangers:
        answer = ask(verb, url, headers=headers)
        assert answer.status_code == status, url


def test_a_list_by_a_parameter_that_storage_does_not_know(services: Everywhere) -> None:
    url = f"{services.bucket.url}/storage/v1/b/{BUCKET}/o"
    assert ask("GET", url, headers=bearer(services, "bucket"), params={"prefix": "a/"}).status_code == 200
    assert services.problems == []
    ask("GET", url, headers=bearer(services, "bucket"), params={"prefixes": "a/"})
    assert services.problems


def test_cells_without_an_input_option_and_by_an_unknown_field(services: Everywhere) -> None:
    url = f"{services.sheet.url}/v4/spreadsheets/{SHEET_ID}/values:batchUpdate"
    cells = {"range": "Sheet1!A1", "values": [["x"]]}
    answer = ask("POST", url, headers=bearer(services, "sheet"), json={"data": [cells]})
    assert answer.status_code == 400
    wrong = {"valueInputOption": "RAW", "data": [cells], "colour": "red"}
    ask("POST", url, headers=bearer(services, "sheet"), json=wrong)
    assert any("colour" in problem for problem in services.problems)


@pytest.mark.parametrize(
    "movie",
    [
        {},
        {"scenes": [{"elements": [{"type": "image", "src": "https://x.example/a.jpg", "zoom": 14}]}]},
        {"scenes": [{"elements": [{"type": "image", "src": "m000000001"}]}]},
        {"scenes": [{"elements": [{"type": "hologram"}]}]},
    ],
    ids=["empty", "zoom", "no address", "unknown element"],
)
def test_a_movie_the_renderer_does_not_know(services: Everywhere, movie: dict[str, Any]) -> None:
    url = f"{services.renderer.url}/v2/movies"
    assert ask("POST", url, headers={"x-api-key": RENDER_KEY}, json=movie).status_code == 400
    assert services.renderer.bought == []
    assert services.problems


def test_a_container_by_an_unknown_parameter_and_a_publish_of_nothing(services: Everywhere) -> None:
    graph = services.graph
    headers = {"Authorization": f"Bearer {graph.state.issue()}"}
    user = f"{graph.url}/v25.0/{graph.state.user_id}"
    reel = {"media_type": "REELS", "upload_type": "resumable", "caption": "Clay"}
    made = ask("POST", f"{user}/media", headers=headers, data=reel)
    assert (made.status_code, services.problems) == (200, [])
    early = {"creation_id": made.json()["id"]}
    assert ask("POST", f"{user}/media_publish", headers=headers, data=early).status_code == 400
    other = f"{graph.url}/v25.0/17841400000000002/content_publishing_limit"
    assert ask("GET", other, headers=headers).status_code == 400
    assert graph.state.effects == []
    ask("POST", f"{user}/media", headers=headers, data=reel | {"colour": "red"})
    assert any("colour" in problem for problem in services.problems)


def test_a_response_in_a_way_the_model_does_not_take(services: Everywhere) -> None:
    headers = {"Authorization": f"Bearer {MODEL_KEY}"}
    url = f"{services.model.url}/responses"
    order = {"model": "gpt-test", "input": [{"role": "user", "content": "Say READY"}]}
    ask("POST", url, headers=headers, json=order | {"temperature": 1})
    assert "temperature may not be sent" in services.problems
    ask("POST", url, headers=headers, json=order | {"input": [{"role": "potter", "content": 4}]})
    assert any("potter" in problem for problem in services.problems)
    assert ask("POST", url, headers=headers, json=order | {"model": "gpt-none"}).status_code == 404
