"""The Graph double keeps to Meta's specification and to the rules of containers, tokens and quotas."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.doubles import graph_contract, media
from tests.doubles.graph_contract import ADDED, problems_of
from tests.doubles.graph_server import Fault, GraphServer


class Clock:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Caller:
    """Requests as somebody else's client would make them, with Facebook login."""

    def __init__(self, server: GraphServer, line: httpx.AsyncClient) -> None:
        self.server, self.line, self.token = server, line, server.state.issue()

    async def ask(self, method: str, path: str, **params: str) -> tuple[int, Any]:
        place = {"params": params} if method == "GET" else {"data": params}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = await self.line.request(method, f"{self.server.url}/v25.0/{path}", headers=headers, **place)  # type: ignore[arg-type]
        return answer.status_code, answer.json()

    async def container(self, video: bytes, **params: str) -> str:
        user = self.server.state.user_id
        given = {"media_type": "REELS", "upload_type": "resumable"} | params
        _, made = await self.ask("POST", f"{user}/media", **given)
        headers = {"Authorization": f"OAuth {self.token}", "offset": "0", "file_size": str(len(video))}
        place = f"{self.server.url}/ig-api-upload/v25.0/{made['id']}"
        assert (await self.line.post(place, headers=headers, content=video)).json()["success"]
        return str(made["id"])

    async def state(self, container: str) -> str:
        return str((await self.ask("GET", container, fields="status_code"))[1]["status_code"])

    async def publish(self, container: str) -> Any:
        _, answer = await self.ask(
            "POST", f"{self.server.state.user_id}/media_publish", creation_id=container
        )
        return answer.get("id") or (answer["error"]["code"], answer["error"].get("error_subcode"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def caller(clock: Clock) -> AsyncIterator[Caller]:
    async with GraphServer(clock=clock).running() as server, httpx.AsyncClient(trust_env=False) as line:
        yield Caller(server, line)


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media.video(tmp_path_factory.mktemp("reel") / "reel.mp4").read_bytes()


def test_the_extract_is_what_the_official_files_say(contracts_dir: Path) -> None:
    extract = json.loads(Path(graph_contract.__file__).with_name("graph_spec.json").read_text("utf-8"))
    for name, node in extract["nodes"].items():
        official = json.loads((contracts_dir / "meta" / f"{name}.json").read_text("utf-8"))
        assert node["fields"] == {one["name"]: one["type"] for one in official["fields"]}
        for call in node["calls"]:
            same = [
                a
                for a in official["apis"]
                if (a["method"], a.get("endpoint")) == (call["verb"], call["edge"])
            ]
            assert [set(call["params"])] == [{one["name"] for one in api["params"]} for api in same]


EXCHANGES = [
    ("GET", "IGUser", "media", {"fields": "id,caption,insights.metric(reach,views)", "limit": "25"}),
    ("GET", "IGUser", "media", {"fields": "id,no_such_field"}),
    ("POST", "IGUser", "media", {"media_type": "REELS", "video_url": "https://a.example/v.mp4"}),
    ("POST", "IGUser", "media", {"media_type": "REELS", "no_such_parameter": "1"}),
    ("POST", "IGUser", "media", {"share_to_feed": "maybe"}),
    ("POST", "IGUser", "media_publish", {"creation_id": "123"}),
    ("POST", "IGUser", "media_publish", {}),
    ("POST", "IGUser", "media_publish", {"creation_id": "x"}),
    ("GET", "IGMedia", "insights", {"metric": "reach,views"}),
    ("GET", "IGMedia", "insights", {"metric": "reach,nonsense"}),
    ("GET", "IGMediaForIGOnlyAPI", "insights", {"metric": "likes"}),
    ("GET", "ShadowIGMediaBuilder", None, {"fields": "status_code,status"}),
    ("GET", "ShadowIGMediaBuilder", None, {"fields": "state"}),
    ("DELETE", "IGUser", "media", {}),
]


@pytest.mark.parametrize(("verb", "node", "edge", "params"), EXCHANGES)
def test_it_refuses_what_the_official_checker_refuses(
    contracts_dir: Path, verb: str, node: str, edge: str | None, params: dict[str, str]
) -> None:
    place = importlib.util.spec_from_file_location("official", contracts_dir / "graph_contract.py")
    assert place is not None
    assert place.loader is not None
    official = importlib.util.module_from_spec(place)
    place.loader.exec_module(official)
    assert bool(problems_of(verb, node, edge, params)) == bool(official.check(verb, node, edge, params))


def test_it_knows_what_was_added_and_withdrawn_since() -> None:
    assert not problems_of("POST", "IGUser", "media", {"media_type": "REELS", "is_ai_generated": "true"})
    assert problems_of("GET", "IGMedia", "insights", {"metric": "plays"})
    assert problems_of("GET", "IGUser", "media", {"fields": "id,insights.metric(reach,plays)"})
    assert ADDED


async def test_a_container_is_in_progress_before_it_is_finished(caller: Caller, reel: bytes) -> None:
    container = await caller.container(reel)
    assert await caller.publish(container) == (9007, 2207027)
    assert [await caller.state(container) for _ in range(3)] == ["IN_PROGRESS", "FINISHED", "FINISHED"]
    assert caller.server.state.effects == []


async def test_one_publish_for_each_container(caller: Caller, reel: bytes) -> None:
    container = await caller.container(reel)
    [await caller.state(container) for _ in range(2)]
    medium = await caller.publish(container)
    assert await caller.state(container) == "PUBLISHED"
    assert await caller.publish(container) == (24, 2207008)
    assert caller.server.state.effects == [(container, medium)]
    assert caller.server.state.repeats == [container]


async def test_containers_expire_and_the_quota_ends(caller: Caller, reel: bytes, clock: Clock) -> None:
    caller.server.state.quota_total = 1
    first, second = [await caller.container(reel) for _ in range(2)]
    for container in (first, first, second, second):
        await caller.state(container)
    await caller.publish(first)
    assert await caller.publish(second) == (9, 2207042)
    user = caller.server.state.user_id
    _, limit = await caller.ask("GET", f"{user}/content_publishing_limit", fields="config,quota_usage")
    assert limit["data"] == [{"quota_usage": 1, "config": {"quota_total": 1, "quota_duration": 86400}}]
    clock.now += timedelta(hours=25)
    assert await caller.state(second) == "EXPIRED"
    assert await caller.publish(second) == (24, 2207008)
    assert await caller.state(first) == "PUBLISHED"


async def test_a_video_it_cannot_use_ends_as_an_error(caller: Caller) -> None:
    container = await caller.container(b"moving pictures")
    await caller.state(container)
    _, told = await caller.ask("GET", container, fields="status_code,status")
    assert told["status_code"] == "ERROR"
    assert "2207026" in told["status"]


async def test_an_expired_token_is_190_463(caller: Caller, clock: Clock) -> None:
    clock.now += timedelta(days=61)
    status, answer = await caller.ask("GET", caller.server.state.user_id, fields="username")
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 190, 463)


async def test_a_late_effect_comes_after_the_line_broke(caller: Caller, reel: bytes) -> None:
    container = await caller.container(reel)
    [await caller.state(container) for _ in range(2)]
    caller.server.fail("publish", Fault(late=0.05))
    with pytest.raises(httpx.HTTPError):
        await caller.publish(container)
    assert caller.server.state.effects == []
    assert await caller.publish(container) == (24, 2207008)  # while it is on its way: a repeat
    while not caller.server.state.effects:
        await caller.state(container)
    assert len(caller.server.state.effects) == 1


async def test_one_item_that_refuses_a_metric_fails_the_page(caller: Caller) -> None:
    caller.server.state.add_medium("a")
    caller.server.state.add_medium("b", refuses={"shares"})
    path = f"{caller.server.state.user_id}/media"
    status, answer = await caller.ask("GET", path, fields="id,insights.metric(reach,shares)")
    assert status == 400
    assert "does not support the shares metric" in answer["error"]["message"]
    assert (await caller.ask("GET", path, fields="id,insights.metric(reach)"))[0] == 200
    assert caller.server.problems == []


@pytest.mark.parametrize(
    ("offset", "size", "body", "kind"),
    [
        ("0", "1000", 900, "OffsetInvalidError"),
        ("99", "1000", 901, "OffsetInvalidError"),
        ("101", "1000", 899, "OffsetInvalidError"),
        ("", "1000", 900, "OffsetInvalidError"),
        ("100", "1001", 901, "PartialRequestError"),
        ("100", "", 900, "PartialRequestError"),
        ("100", "1000", 899, "PartialRequestError"),
        ("100", "1000", 901, "PartialRequestError"),
    ],
)
async def test_an_upload_is_taken_from_where_it_broke_off_and_from_nowhere_else(
    caller: Caller, offset: str, size: str, body: int, kind: str
) -> None:
    user = caller.server.state.user_id
    _, made = await caller.ask("POST", f"{user}/media", media_type="REELS", upload_type="resumable")
    caller.server.fail("upload", Fault(keeps=100))
    place = f"{caller.server.url}/ig-api-upload/v25.0/{made['id']}"
    headers = {"Authorization": f"OAuth {caller.token}"}
    with pytest.raises(httpx.TransportError):
        await caller.line.post(
            place, headers=headers | {"offset": "0", "file_size": "1000"}, content=b"a" * 1000
        )
    _, told = await caller.ask("GET", made["id"], fields="video_status")
    assert told["video_status"]["uploading_phase"] == {"status": "in_progress", "bytes_transferred": 100}
    given = {"offset": offset, "file_size": size}
    answer = await caller.line.post(
        place, headers=headers | {name: text for name, text in given.items() if text}, content=b"b" * body
    )
    assert (answer.status_code, answer.json()["debug_info"]["type"]) == (400, kind)
    _, told = await caller.ask("GET", made["id"], fields="video_status")
    assert told["video_status"]["uploading_phase"]["bytes_transferred"] == 100
