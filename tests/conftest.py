"""Operators over local twins in temporary folders, both chats, and where the official specifications lie."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine
from bot.operator import Operator
from bot.settings import Settings, load_settings
from bot.wiring import close_operator, open_operator
from services.chat_access.slack_scopes import MANIFEST
from services.log import initialize_logging
from tests.doubles import media
from tests.doubles.discord_server import DiscordServer
from tests.doubles.publisher import ShakyPublisher
from tests.doubles.renderer import QuickRenderer
from tests.doubles.slack_server import SlackServer

ROOT = Path(__file__).resolve().parent.parent


def _folder(variable: str, name: str) -> Path:
    found = Path(os.environ.get(variable) or ROOT.parent / "shared" / name)
    if not found.is_dir() or not any(found.iterdir()):
        pytest.skip(f"{found} is not there; set {variable} to the folder to run this test")
    return found


@pytest.fixture(autouse=True)
def _plain_log() -> Iterator[None]:
    """What a test set up for the log ends with it."""
    initialize_logging({})
    yield
    initialize_logging({})


@pytest.fixture(scope="session")
def contracts_dir() -> Path:
    """The official specifications (CONTRACTS_DIR)."""
    return _folder("CONTRACTS_DIR", "contracts")


@pytest.fixture(scope="session")
def movies_dir() -> Path:
    """Real JSON2Video movies (MOVIES_DIR)."""
    return _folder("MOVIES_DIR", "movies")


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small folder of real media; read only."""
    return media.studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="session")
def rendered_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return media.render_files(tmp_path_factory.mktemp("rendered"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 1 MB. Needs the right to mount one: root, or ``unshare -rm``."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def settings(tmp_path: Path, studio: Path) -> Settings:
    return load_settings(
        [], {"DATA_DIR": str(tmp_path / "data"), "MEDIA_DIR": str(studio), "TIMEZONE": "Europe/Berlin"}
    )


@pytest.fixture
def first_backoff() -> float:
    """Seconds after which the operator's engine tries again what failed: soon."""
    return 0.01


@pytest.fixture
async def op(settings: Settings, rendered_files: Path, first_backoff: float) -> AsyncIterator[Operator]:
    """An operator that is not running, whose renders are quick and whose publisher can be made to shake."""
    op = await open_operator(settings, Engine(first_backoff=first_backoff))
    publisher = ShakyPublisher(op.services.publisher)  # type: ignore[arg-type]
    op.services = dataclasses.replace(
        op.services, renderer=QuickRenderer(rendered_files), publisher=publisher
    )
    yield op
    await close_operator(op)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    """Discord's double on a socket, without a request that breaks Discord's own document."""
    server = DiscordServer()
    server.limits.off()
    async with server.running():
        yield server
    assert server.problems == []


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """What the app in Slack is made from."""
    found: dict[str, Any] = json.loads((ROOT / MANIFEST).read_text(encoding="utf-8"))
    return found


@pytest.fixture
async def slack(manifest: dict[str, Any]) -> AsyncIterator[SlackServer]:
    """Slack's double on a socket, with the app installed from its manifest."""
    server = SlackServer()
    server.rates.enforced = False
    server.install(manifest)
    async with server.running():
        yield server
    assert server.problems == []
