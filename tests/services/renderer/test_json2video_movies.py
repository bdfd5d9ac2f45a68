"""What leaves for JSON2Video: real movies in a shape its reference allows, nothing hostile, at what cost."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import Refused
from services.movie import parse_movie
from services.movie.movie import Movie
from services.renderer.json2video.credits import cost_of, estimate
from services.renderer.json2video.outgoing import outgoing
from tests.doubles.json2video_server import _schema

OURS = {
    "warnings", "id", "comment", "client_data", "variables", "exports", "settings", "draft", "cache",
    "resolution",
}  # fmt: skip
MARK = {"operator": "op1", "draft": "k7f3", "revision": 1, "attempt": 1}


def address(name: str) -> str:
    return f"https://storage.googleapis.com/bucket/{sha256(name.encode()).hexdigest()}?X-Goog-Signature=00"


def sent(movie: Movie) -> dict[str, Any]:
    return outgoing(movie, {name: address(name) for name in movie.files}, MARK)


def plain(value: Any, names: dict[str, str]) -> Any:
    """Without where parts stood, addresses as the names they stand for."""
    if isinstance(value, dict):
        return {k: plain(v, names) for k, v in value.items() if k not in ("where", "connection")}
    if isinstance(value, list | tuple):
        return [plain(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def test_real_movies_leave_as_they_are_meant(movies_dir: Path) -> None:
    left_out = []
    for path in sorted(movies_dir.glob("*.json")):
        try:
            movie = parse_movie(json.loads(path.read_text(encoding="utf-8")))
            document = sent(movie)
        except Refused:
            left_out.append(path.name[:2])
            continue
        assert [error.message for error in _schema().iter_errors(document)] == [], path.name
        assert document["client-data"] == MARK
        assert not {"exports", "draft", "template", "variables", "where"} & set(document)
        names = {address(name): name for name in movie.files}
        again = parse_movie(document)
        assert plain(again.model_dump(exclude=OURS), names) == plain(movie.model_dump(exclude=OURS), names)
    # 61 is no movie; 59 and 67 hold placeholders for another tool to fill in.
    assert left_out == ["59", "61", "67"]


def clip(**changes: Any) -> dict[str, Any]:
    element = {"type": "video", "src": "clip000001", "duration": 4, **changes}
    return {"resolution": "instagram-story", "fps": 30, "scenes": [{"elements": [element]}]}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (clip(src="https://evil.org/a.mp4"), "no file 'https://evil.org/a.mp4'"),
        (clip(src="/etc/passwd"), "no file '/etc/passwd'"),
        (clip(mask="https://evil.org/m.png"), "no file 'https://evil.org/m.png'"),
        ({"scenes": [{"duration": 4, "elements": [{"type": "html", "src": "https://evil.org"}]}]}, "page"),
        (clip() | {"elements": [{"type": "subtitles", "captions": " HTTPS://evil.org/a.srt"}]}, "captions"),
        (
            {"scenes": [{"duration": 4, "elements": [
                {"type": "component", "component": "basic/100", "settings": {"card": {"image": "//evil.org"}}}
            ]}]},
            "address in its settings",
        ),
        (
            {"scenes": [{"duration": 4, "elements": [{"type": "text", "text": "{{ secret }}"}]}]},
            "take for an expression",
        ),
    ],
)  # fmt: skip
def test_addresses_and_expressions_of_the_movie_do_not_leave(document: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        outgoing(parse_movie(document), {"clip000001": address("clip000001")}, MARK)


def test_where_a_movie_would_be_sent_to_and_marked_stays_here() -> None:
    hook = {"destinations": [{"type": "webhook", "endpoint": "https://evil.org/hook"}]}
    document = clip() | {"exports": [hook], "draft": True, "id": "x", "client-data": {"draft": "other"}}
    found = sent(parse_movie(document))
    assert "evil.org" not in json.dumps(found)
    assert found["client-data"] == MARK
    assert (found["width"], found["height"], found["fps"]) == (1080, 1920, 30)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=12), st.text(max_size=40), max_size=6))
def test_no_extra_word_of_a_movie_leaves(extra: dict[str, str]) -> None:
    document = clip()
    document["scenes"][0]["elements"][0] |= {f"x-{name}": f"secret-{text}" for name, text in extra.items()}
    try:
        found = sent(parse_movie(document))
    except Refused:
        return
    assert "secret-" not in json.dumps(found)
    jsonschema.validate(found, _schema().schema)


@pytest.mark.parametrize(
    ("document", "lengths", "credits"),
    [
        (clip(), {}, 4),
        (clip(duration=-1), {"clip000001": 7.2}, 8),
        (clip(duration=-1), {}, 30),
        (clip() | {"resolution": "custom", "width": 2160, "height": 3840}, {}, 16),
        ({"scenes": [{"duration": 5, "elements": [{"type": "image", "prompt": "a vase"}]}]}, {}, 25),
    ],
)
def test_what_it_will_cost(document: dict[str, Any], lengths: dict[str, float | None], credits: int) -> None:
    assert estimate(parse_movie(document), lengths) == credits


def test_what_it_did_cost() -> None:
    assert cost_of(108.2, 1080, 1920) == 109
    assert cost_of(10.0, 2160, 3840) == 40
