"""`autopotter setup`, answer instagram: a token that lives long is made, and the account is found."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.env_files import read_env_files
from bot.settings import Settings, load_settings, twins
from services.graph.wire import Wire
from tests.doubles.graph_process import GraphProcess


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(getpass, "getpass", input)


@pytest.fixture(scope="module", params=["facebook", "instagram"])
def graph(request: pytest.FixtureRequest) -> Iterator[GraphProcess]:
    running = GraphProcess("--flavour", request.param)
    yield running
    counts = running.counts()
    running.stop()
    assert counts["problems"] == []


def setup(graph: GraphProcess, *answers: str) -> Result:
    """The address of the double stands in the file already; all else is answered."""
    Path("bot.env").write_text(
        f"GRAPH_BASE_URL={graph.url}\nGRAPH_UPLOAD_URL={graph.url}\nDESK_PORT=0\nDATA_DIR=data\n"
    )
    lines = "".join(f"{answer}\n" for answer in answers)
    return CliRunner().invoke(
        cli, ["setup"], input=lines, env={"COLUMNS": "500", "TIMEZONE": "Europe/Berlin"}
    )


def keys(graph: GraphProcess, token: str) -> list[str]:
    """Answers to the walk's questions, PUBLISH_TO left as it is."""
    env = graph.env
    app = [env["FB_APP_ID"]] if env["INSTAGRAM_LOGIN"] == "facebook" else []
    return [env["INSTAGRAM_LOGIN"], *app, env["FB_APP_SECRET"], token, ""]


def test_from_a_short_lived_token_to_a_connected_account(graph: GraphProcess) -> None:
    result = setup(graph, "skip", "instagram", *keys(graph, graph.short), "yes")
    assert result.exit_code == 0, result.output
    assert "Connected to @clay_and_fire (number 17841400000000001)" in result.output
    written = dict(read_env_files([Path("bot.env")], {}).values)
    assert written["INSTAGRAM_USER_ID"] == graph.env["INSTAGRAM_USER_ID"]
    assert written["INSTAGRAM_ACCESS_TOKEN"] != graph.short
    for secret in (graph.short, written["INSTAGRAM_ACCESS_TOKEN"], graph.env["FB_APP_SECRET"]):
        assert secret not in result.output
    settings = load_settings([Path("bot.env")], {})
    assert settings.instagram_token_expiration is not None
    assert twins(settings)["account"] == "instagram"
    assert twins(settings)["publisher"] == "outbox", "keys alone never publish"
    assert Path("bot.env").stat().st_mode & 0o777 == 0o600


def test_a_wrong_token_is_told_and_can_be_put_right(graph: GraphProcess) -> None:
    wrong = keys(graph, "EAAwrong0123456789")
    right = ["", *[""] * (len(wrong) - 3), graph.short, ""]
    result = setup(graph, "skip", "instagram", *wrong, "instagram", *right, "yes")
    assert result.exit_code == 0, result.output
    assert "The Instagram token is expired, revoked or wrong." in result.output
    assert "Connected to @clay_and_fire" in result.output


@pytest.mark.parametrize("graph", ["instagram"], indirect=True)
def test_the_account_is_found_bare_and_in_a_list(
    graph: GraphProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meta's reference shows the one, its guide the other."""
    ask = Wire.ask

    async def listed(self: Wire, method: str, path: str, *more: Any, **named: Any) -> dict[str, Any]:
        answer = await ask(self, method, path, *more, **named)
        return {"data": [answer]} if path.endswith("/me") else answer

    monkeypatch.setattr(Wire, "ask", listed)
    result = setup(graph, "skip", "instagram", *keys(graph, graph.short), "yes")
    assert "Connected to @clay_and_fire (number 17841400000000001)" in result.output


@pytest.mark.parametrize("graph", ["instagram"], indirect=True)
def test_a_personal_account_is_told(graph: GraphProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Wire.ask

    async def personal(self: Wire, method: str, path: str, *more: Any, **named: Any) -> dict[str, Any]:
        return {"id": "9"} if path.endswith("/me") else await ask(self, method, path, *more, **named)

    monkeypatch.setattr(Wire, "ask", personal)
    result = setup(graph, "skip", "instagram", *keys(graph, graph.short), "no")
    assert "belongs to no professional Instagram account" in result.output


def test_a_wrong_secret_names_the_variables(graph: GraphProcess) -> None:
    answers = keys(graph, graph.short)
    answers[-3] = "0123456789abcdef"
    result = setup(graph, "skip", "instagram", *answers, "no")
    assert result.exit_code == 0, result.output
    assert "Correct FB_APP_ID and FB_APP_SECRET." in result.output
    assert "Nothing was written." in result.output


def test_posting_is_chosen_by_hand(graph: GraphProcess) -> None:
    answers = [*keys(graph, graph.short)[:-1], "instagram"]
    if graph.env["INSTAGRAM_LOGIN"] == "instagram":
        answers.append("")  # without a bucket it is refused, and stays as it was
        result = setup(graph, "skip", "instagram", *answers, "yes")
        assert "fetches each video at an address" in result.output
        assert "GCS_BUCKET" in result.output
        assert twins(load_settings([Path("bot.env")], {}))["publisher"] == "outbox"
        return
    result = setup(graph, "skip", "instagram", *answers, "yes")
    assert result.exit_code == 0, result.output
    assert twins(load_settings([Path("bot.env")], {}))["publisher"] == "instagram"
