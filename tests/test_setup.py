"""`autopotter setup`: answers by terminal, pipe or option; a file that keeps what a person wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console as Rich

from bot import setup
from bot.__main__ import cli
from bot.env_files import read_env_files
from bot.env_writer import quoted, with_values, write
from bot.setting_types import ROOT
from bot.settings import load_settings, read_settings
from bot.setup_steps import STEPS, Question, Step
from services.errors import Refused

EXAMPLE = (ROOT / "bot.env.example").read_text()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current directory is one without a bot.env, and nothing is set in the environment."""
    monkeypatch.chdir(tmp_path)
    for step in STEPS:
        for question in step.questions:
            monkeypatch.delenv(question.variable, raising=False)


def run(*words: str, answers: str = "", **env: str) -> Result:
    given_env = {"COLUMNS": "500", "TIMEZONE": "Europe/Berlin", **env}
    return CliRunner().invoke(cli, ["setup", *words], input=answers, env=given_env)


def answers(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def said(result: Result) -> str:
    return " ".join(result.output.split())


def values(path: Path = Path("bot.env")) -> dict[str, str]:
    return dict(read_env_files([path], {}).values)


def test_answers_by_pipe(tmp_path: Path, studio: Path) -> None:
    result = run(answers=answers(str(studio), "", "my data", "", "90s", "0", "yes"))
    assert result.exit_code == 0, result.output
    path = tmp_path / "bot.env"
    assert path.stat().st_mode & 0o777 == 0o600
    assert values() == {
        "MEDIA_DIR": str(studio),
        "DATA_DIR": str(tmp_path / "my data"),
        "POST_DELAY": "90s",
        "DESK_PORT": "0",
    }
    settings = load_settings([path], {})
    assert settings.data_dir == tmp_path / "my data"
    assert "bot.env is written. The doctor says:" in said(result)
    assert said(result).endswith("`autopotter run` starts it.")
    kept = [line for line in path.read_text().splitlines() if line.startswith("#")]
    assert len(kept) == sum(line.startswith("#") for line in EXAMPLE.splitlines()) - 4, "all its comments"
    assert not (tmp_path / "my data").exists(), "nothing else is made"


def test_each_answer_is_checked_at_once_by_the_settings_own_words(tmp_path: Path, studio: Path) -> None:
    result = run(
        answers=answers("nowhere", str(studio), "", str(studio / "video_uploads"), "data", "often",
                        "0 18 * * mon", "99999", "0", "")
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    for sentence in (
        "MEDIA_DIR must be an existing folder. Write for example",
        "DATA_DIR lies in the media that MEDIA_DIR names, which is never written to.",
        "AUTOPOST_CRON must be a cron line",
        "DESK_PORT must be a whole number from 0 to 65535.",
    ):
        assert sentence in said(result)
    assert values()["AUTOPOST_CRON"] == "0 18 * * mon"
    assert "How long after an approval" not in result.output, "slots leave no delay to ask for"


def test_a_wrong_answer_is_not_what_enter_keeps(tmp_path: Path) -> None:
    result = run(answers=answers("nowhere", "", "", "", "", "", "0", "yes"))
    assert result.exit_code == 0, result.output
    assert values() == {"DESK_PORT": "0"}


def test_back_skip_default_and_quit(tmp_path: Path) -> None:
    Path("bot.env").write_text("DESK_PORT=1234\n")
    result = run(answers=answers("", "", "first", "back", "second", "skip", "back", "default", "yes"))
    assert result.exit_code == 0, result.output
    assert values() == {"DATA_DIR": str(tmp_path / "second"), "DESK_PORT": ""}
    before = Path("bot.env").read_bytes()
    for ending in (("quit",), ("", "", "third", "skip", "no")):
        result = run(answers=answers(*ending))
        assert result.exit_code == 0
        assert "Nothing was written." in result.output
    assert Path("bot.env").read_bytes() == before


def test_answers_that_end_too_soon_write_nothing(tmp_path: Path) -> None:
    result = run(answers=answers("", ""))
    assert result.exit_code == 1
    assert "The answers ended before all was asked: nothing was written." in said(result)
    assert list(tmp_path.iterdir()) == []


def test_what_a_person_wrote_stays(tmp_path: Path) -> None:
    mine = (
        "# my studio\n\nBASE=/home/me  # for both\nDESK_PORT=1111 # the old one\n"
        "export LOG_LEVEL='DEBUG'\nPOST_DELAY=1m\n\n# ---- end ----"
    )
    Path("bot.env").write_text(mine)
    Path("bot.env").chmod(0o644)
    assert run("--non-interactive", "--desk-port", "0", "--data-dir", "d a t a").exit_code == 0
    assert Path("bot.env").read_text() == (
        mine.replace("DESK_PORT=1111", "DESK_PORT=0") + f"\nDATA_DIR='{tmp_path}/d a t a'\n"
    )
    assert Path("bot.env").stat().st_mode & 0o777 == 0o600
    kept = Path("bot.env.before-setup")
    assert kept.read_text() == mine
    assert kept.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"bot.env", "bot.env.before-setup"}


def test_by_options_or_not_at_all(studio: Path) -> None:
    done = run("--non-interactive", "--json", "--media-dir", str(studio), "--desk-port", "0")
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["written"] == ["DESK_PORT", "MEDIA_DIR"]
    assert document["doctor"]["ok"] is (done.exit_code == 0) is True
    before = Path("bot.env").read_bytes()
    for words, sentence in (
        ((), "There is nothing to write. Give values: --media-dir"),
        (("--desk-port", "many"), "DESK_PORT must be a whole number"),
        (("--data-dir", str(studio)), "DATA_DIR lies in the media"),
    ):
        refused = run("--non-interactive", *words)
        assert refused.exit_code == 1
        assert sentence in said(refused)
    assert run("--json").exit_code == 1
    assert Path("bot.env").read_bytes() == before


def test_a_new_answer_must_not_break_what_was_not_asked(studio: Path) -> None:
    Path("bot.env").write_text(f"DATA_DIR={studio}\n")
    refused = run("--non-interactive", "--media-dir", str(studio))
    assert "DATA_DIR lies in the media" in said(refused)
    assert Path("bot.env").read_text() == f"DATA_DIR={studio}\n"


def test_the_environment_wins_and_is_said_to(tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path / "data")}
    result = run(answers=answers("", "", "", "", "0", "yes"), **env)
    assert result.exit_code == 0, result.output
    assert "DATA_DIR is set in the environment, which wins." in result.output
    assert values() == {"DESK_PORT": "0"}
    assert "wins over the file" in said(run("--non-interactive", "--data-dir", "x", **env))


def test_another_file_by_its_name(tmp_path: Path) -> None:
    target = tmp_path / "brand two.env"
    result = run("--env-file", str(target), "--non-interactive", "--desk-port", "0")
    assert result.exit_code == 0, result.output
    assert values(target) == {"DESK_PORT": "0"}
    assert not Path("bot.env").exists()


def test_a_broken_file_is_not_touched() -> None:
    Path("bot.env").write_text("no setting\n")
    refused = run("--non-interactive", "--desk-port", "0")
    assert refused.exit_code == 1
    assert "Line 1 of bot.env is not of the form NAME=value." in said(refused)
    assert Path("bot.env").read_text() == "no setting\n"


def test_by_a_real_pipe(tmp_path: Path, studio: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "setup"],
        input=answers(str(studio), "", "data", "", "", "0", ""),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert values()["MEDIA_DIR"] == str(studio)


def test_a_step_of_a_later_service_asks_for_secrets_unseen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = (*STEPS, Step("Chat", (Question("DESK_TOKEN", "What does the desk ask for?"),)))
    state = setup.Setup(read_settings([], {}), {}, steps)
    lines = iter(["", "", "", "", "", "", "too short", "a-secret-of-length-24", "yes"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    assert setup.Dialogue(state, Rich(highlight=False), Path("bot.env")).hold()
    assert state.answers == {"DESK_TOKEN": "a-secret-of-length-24"}
    told = capsys.readouterr().out
    assert "DESK_TOKEN must be at least 16" in told
    assert "DESK_TOKEN=(not shown)" in told
    assert "a-secret-of-length-24" not in told


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).filter(str.strip))
def test_every_text_is_read_back_as_given(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    path, both = tmp_path_factory.mktemp("env") / "bot.env", {"MEDIA_DIR": value, "DATA_DIR": value}
    write(path, with_values("# a\nMEDIA_DIR='old' # why\n\n#DATA_DIR=x\n", both), both)
    assert values(path) == both


def test_what_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    text = "MEDIA_DIR=a\n"
    with pytest.raises(Refused, match="cannot hold"):
        write(tmp_path / "bot.env", text, {"MEDIA_DIR": "b"})
    assert list(tmp_path.iterdir()) == []


def test_plain_values_stay_plain() -> None:
    assert quoted("/home/me/pottery") == "/home/me/pottery"
    assert quoted("0 9 * * mon-fri") == "'0 9 * * mon-fri'"
    assert quoted("it's ${HOME}") == "'it\\'s $${HOME}'"


def test_a_link_to_ones_own_settings_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.env"
    real.write_text("DESK_PORT=1\n")
    Path("bot.env").symlink_to(real)
    assert run("--non-interactive", "--desk-port", "0").exit_code == 0
    assert Path("bot.env").is_symlink()
    assert real.read_text() == "DESK_PORT=0\n"
