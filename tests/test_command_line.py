"""The command line as scripts meet it: one JSON document, exit codes, options in either place, and parity."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot import command_line, docs, session
from bot.__main__ import cli
from bot.operations.registry import operations
from bot.reply import Card, Reply

HEAVY = ("av", "numpy", "matplotlib", "PIL", "aiohttp", "bot.app", "bot.surfaces.desk")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of its own, so that no bot.env of the machine is read."""
    return tmp_path_factory.mktemp("home")


def autopotter(home: Path, studio: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(docs.ROOT),
        "DATA_DIR": str(home / "data"),
        "MEDIA_DIR": str(studio),
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=environment, cwd=home, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def only_json(text: str) -> object:
    """``text`` must be one JSON document and nothing else."""
    found, end = json.JSONDecoder().raw_decode(text)
    assert text[end:] == "\n"
    return found


def test_json_is_one_document_and_success_is_0(home: Path, studio: Path) -> None:
    done = autopotter(home, studio, "drafts", "--json")
    assert (done.returncode, only_json(done.stdout), done.stderr) == (0, [], "")


def test_failure_is_1_with_a_sentence_and_json_all_the_same(home: Path, studio: Path) -> None:
    done = autopotter(home, studio, "show", "9", "--json")
    assert done.returncode == 1
    assert only_json(done.stdout) == {
        "error": "There is no draft 9.",
        "remedy": "`autopotter drafts` lists them.",
    }
    assert done.stderr.startswith("There is no draft 9.")
    plain = autopotter(home, studio, "edit", "9", "x" * 3000, "--json")
    assert (plain.returncode, "2,200" in str(only_json(plain.stdout))) == (1, True)


def test_wrong_settings_are_1_and_name_the_variable(home: Path, studio: Path) -> None:
    done = autopotter(home, studio, "drafts", "--json", DRAFTS_PER_RUN="many")
    assert done.returncode == 1
    assert "DRAFTS_PER_RUN" in str(only_json(done.stdout))
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["approve"],
        ["approve", "many"],
        ["fly"],
        ["drafts", "--colour"],
        ["generate", "99"],
        ["autopost", "--timeout", "nan"],
    ],
)
def test_misuse_is_2(words: list[str], home: Path, studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(home / "misused"))
    monkeypatch.setenv("MEDIA_DIR", str(studio))
    monkeypatch.chdir(home)
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert "Usage:" in done.output
    assert not (home / "misused").exists(), "nothing was opened"


@pytest.mark.parametrize("order", ["before", "after"])
def test_env_file_in_either_place(order: str, home: Path, studio: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.env"
    file.write_text(f"BRAND_DIR={tmp_path / 'brand'}\n")
    option = ["--env-file", str(file)]
    words = [*option, "status", "--json"] if order == "before" else ["status", "--json", *option]
    done = autopotter(home, studio, *words)
    answer = only_json(done.stdout)
    assert isinstance(answer, dict)
    assert answer["folders"]["brand"] == str(tmp_path / "brand")


def test_an_env_file_that_is_not_there_is_told(home: Path, studio: Path) -> None:
    done = autopotter(home, studio, "drafts", "--env-file", "nowhere.env")
    assert (done.returncode, "nowhere.env" in done.stderr) == (1, True)


def test_debug_logs_to_the_terminal_and_keeps_json_clean(home: Path, studio: Path) -> None:
    quiet = autopotter(home, studio, "inventory", "--json")
    loud = autopotter(home, studio, "inventory", "--json", "--debug", LOG_LEVEL="ERROR")
    assert (quiet.stderr, quiet.returncode, loud.returncode) == ("", 0, 0)
    assert " INFO " in loud.stderr
    only_json(loud.stdout)


def test_a_reason_by_place_or_by_name(home: Path, studio: Path) -> None:
    for words in (["too dark"], ["--reason", "too dark"]):
        done = autopotter(home, studio, "deny", "9", *words)
        assert "There is no draft 9." in done.stderr


def test_every_operation_is_a_command_with_help_and_an_action() -> None:
    known = operations()
    own = {"run", "render", "autopost", "backup", "restore", "doctor", "setup"}
    assert set(cli.commands) == {*known, *own}
    for name, operation in known.items():
        command = cli.commands[name]
        assert (command.help or "").startswith(operation.summary)
        assert len(operation.summary) > 8
        assert operation.summary.endswith(".")
        taken = {parameter.name for parameter in command.params}
        assert taken >= {parameter.name for parameter in operation.parameters} | {"env_file", "debug"}
        with click.Context(command, info_name=name) as context:
            text = command.get_help(context)
        assert all(option in text for option in ("--json", "--debug", "--env-file")), name
        assert all(parameter.about.help for parameter in operation.parameters), name


def test_the_readme_lists_every_command() -> None:
    table = docs.commands_markdown()
    listed = re.findall(r"^\| `([a-z-]+)", table, re.MULTILINE)
    assert listed == list(cli.commands)
    assert "| `deny NUMBER [REASON]` |" in table
    assert "| `render MOVIE --assets ASSETS [--out OUT] [--profile PROFILE]` |" in table
    assert table in docs.README.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [["--help"], ["drafts", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """Counted by modules, not by seconds: what is loaded is what it costs."""
    program = (
        "import sys; from bot.__main__ import cli\n"
        f"cli({words!r}, standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=docs.ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    # sqlite-utils takes numpy where it finds it; nothing of ours does.
    assert {name for name in HEAVY if name in loaded} <= {"numpy"}


def test_nobody_reads_a_traceback(home: Path, studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("bot.command_line.perform", broken)
    monkeypatch.setenv("DATA_DIR", str(home / "data"))
    monkeypatch.setenv("MEDIA_DIR", str(studio))
    monkeypatch.chdir(home)
    done = CliRunner().invoke(cli, ["drafts", "--json"])
    assert done.exit_code == 1
    assert "incident" in done.stdout
    assert "secret" not in done.stdout


@pytest.mark.parametrize("code", ["of another day", ""])
def test_an_answer_of_an_operator_of_other_code_is_a_sentence(
    code: str, home: Path, studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _answered_without_a_word(code, home, studio, monkeypatch)
    assert result.exit_code == 1
    assert "another version" in result.output
    assert "Restart the operator" in result.output


def test_an_answer_that_lacks_something_for_another_reason_is_an_incident(
    home: Path, studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _answered_without_a_word(session.code(), home, studio, monkeypatch)
    assert (result.exit_code, "incident" in result.output) == (1, True)


def _answered_without_a_word(code: str, home: Path, studio: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """`drafts`, answered with a card as an operator of other code may send it."""

    async def answers(*given: object, **more: object) -> AsyncIterator[Reply]:
        yield Reply("One draft.", cards=(Card({"number": 1}),))

    with monkeypatch.context() as then:
        then.setattr(session, "code", lambda: code)
        session.announce(home, url="http://127.0.0.1:9", token="t" * 20, identity="")
    monkeypatch.setattr(command_line, "perform", answers)
    env = {"DATA_DIR": str(home), "MEDIA_DIR": str(studio)}
    result = CliRunner().invoke(cli, ["drafts"], env=env)
    session.withdraw(home)
    return result
