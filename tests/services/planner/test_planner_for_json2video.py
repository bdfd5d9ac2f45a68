"""Whatever the offline planner proposes, the paid renderer takes: what is approved is not refused there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from planner_studio import arbitrary_folder, brief, large_studio, remembered, small_studio

from services.model.asset import Asset
from services.movie import parse_movie
from services.planner.formats import FORMATS
from services.planner.offline import plan
from services.renderer.json2video.outgoing import outgoing
from tests.doubles.json2video_server import _schema


def refused(movie: dict[str, object]) -> list[str]:
    parsed = parse_movie(movie)
    document = outgoing(parsed, {name: f"https://storage.example/{name}" for name in parsed.files}, {})
    return [f"{list(error.absolute_path)}: {error.message}" for error in _schema().iter_errors(document)]


@pytest.mark.parametrize("studio", [small_studio, large_studio, arbitrary_folder])
def test_every_format_is_taken(studio: Callable[[], list[Asset]]) -> None:
    assets, past, formats = studio(), [], set()
    for run in range(12):
        for proposal in plan(brief(assets, past=past[::-1][:60], count=5, run=str(run))).proposals:
            assert refused(proposal.movie) == [], proposal.labels.format
            formats.add(proposal.labels.format)
            past.append(remembered(proposal, len(past) + 1))
    assert len(formats) > len(FORMATS) / 2


@pytest.mark.parametrize(("zoom", "sent"), [(14, 10), (-40.5, -10), (3, 3)])
def test_a_zoom_beyond_what_the_service_takes_is_its_most(zoom: float, sent: float) -> None:
    element = {"type": "image", "src": "m000000001", "duration": 4, "zoom": zoom}
    movie = parse_movie({"resolution": "instagram-story", "scenes": [{"elements": [element]}]})
    document = outgoing(movie, {"m000000001": "https://storage.example/a.jpg"}, {})
    assert document["scenes"][0]["elements"][0]["zoom"] == sent
