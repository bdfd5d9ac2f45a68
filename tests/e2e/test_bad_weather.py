"""Every service at once answers rubbish, breaks lines or is not there, at the start and during the day: the
operator stays up, says each cause once, and goes on by itself.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles import media
from tests.doubles.everywhere import Everywhere
from tests.doubles.gate import WEATHERS
from tests.doubles.openai_contract import contract_in
from tests.e2e.operator_process import Autopotter

ELSEWHERE = ("account", "bucket", "planner", "renderer", "sheet", "publisher")


@pytest.fixture
def services(tmp_path: Path, studio: Path, contracts_dir: Path) -> Iterator[Everywhere]:
    made = media.video(tmp_path / "made.mp4", seconds=6.0)
    services = Everywhere(made, contract_in(contracts_dir))
    services.fill(studio)
    with services.running():
        yield services
    assert services.problems == []


@pytest.fixture
def autopotter(tmp_path: Path, services: Everywhere) -> Iterator[Autopotter]:
    quick = {"POST_DELAY": "1s", "AUTOPOST_POLL_INTERVAL": "1s"}
    operator = Autopotter(tmp_path / "data", None, **services.env(tmp_path), **quick)
    yield operator
    if operator.process is not None:
        operator.kill()


@pytest.mark.timeout(400)
def test_the_operator_outlives_bad_weather_of_every_kind(
    autopotter: Autopotter, services: Everywhere
) -> None:
    services.turn("html")
    autopotter.start()
    told = _unwell(autopotter)
    assert set(told) == set(ELSEWHERE)
    assert not [said for said in told.values() if "unexpected" in said]
    assert autopotter.command("generate", "1").returncode == 1

    services.turn("")
    autopotter.until(lambda: _is_well(autopotter), "every service to be there again")
    (number,) = autopotter.ask("generate", "1")["drafts"]
    autopotter.until(lambda: autopotter.drafts("draft"), "a draft")
    for weather in WEATHERS:
        before = services.gates["sheet"].turned_away
        services.turn(weather)
        if weather != "refused":  # there nobody is counted
            autopotter.until(lambda: services.gates["sheet"].turned_away > before, f"the sheet in {weather}")  # noqa: B023
    services.turn("")
    autopotter.ask("approve", str(number))
    autopotter.until(lambda: autopotter.drafts("posted"), "the draft to be posted")
    autopotter.until(lambda: _is_well(autopotter), "every service to be there again")
    assert len(services.graph.state.effects) == len(services.renderer.bought) == 1
    autopotter.until(lambda: "Posted" in str(services.sheet.tab.texts()), "the sheet")
    assert autopotter.stop() == 0
    _said_once(autopotter.log())


def _unwell(autopotter: Autopotter) -> dict[str, str]:
    """What each service that is not well says."""
    health = json.loads(autopotter.command("status", "--json").stdout)["health"]
    return {name: one["message"] for name, one in health.items() if not one["ok"]}


def _is_well(autopotter: Autopotter) -> bool:
    return not _unwell(autopotter)


def _said_once(log: str) -> None:
    """No traceback, and no cause twice without its end in between."""
    assert "Traceback" not in log
    said: Counter[str] = Counter()
    for line in log.splitlines():
        found = re.search(r"(?:WARNING|INFO) +bot\.telling: (\w+) (\S*): (.*)", line)
        if found is None:
            continue
        name, _, words = found.groups()
        if words == "it works again":
            said = Counter({k: n for k, n in said.items() if not k.startswith(f"{name} ")})
        else:
            said[f"{name} {words}"] += 1
    assert [words for words, count in said.items() if count > 1] == []
