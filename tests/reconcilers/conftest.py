"""What some of the reconcilers' tests ask for."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.operator import Operator
from bot.reconcilers.cards import Cards
from services.google_access import read_key
from services.sheet.csv_file import CsvSheet
from services.sheet.google_calls import Calls
from services.sheet.google_pace import Pace
from tests.doubles import media
from tests.doubles.google_keys import key_file
from tests.doubles.graph_client import Side, side
from tests.doubles.json2video_server import Json2VideoServer
from tests.doubles.room import Room
from tests.doubles.sheets_server import SHEET_ID, SheetsServer
from tests.reconcilers import instagram
from tests.reconcilers.paying import buying
from tests.reconcilers.spreadsheet import WatchedGoogleSheet, path, use


@pytest.fixture
def room(op: Operator) -> Room:
    """A chat in memory in which the operator shows its cards; edits do not wait."""
    room = Room()
    op.chats[room.name] = room
    op.engine.add(Cards(op, gap=0.0))
    return room


@pytest.fixture
def read_at_once(op: Operator) -> None:
    """A sheet saved just now is read at once."""
    use(op, CsvSheet(path(op), settle=0))


@pytest.fixture(scope="session")
def bought_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What JSON2Video delivers; as Instagram takes it."""
    return media.video(tmp_path_factory.mktemp("made") / "made.mp4")


@pytest.fixture
def server(bought_video: Path) -> Iterator[Json2VideoServer]:
    """JSON2Video's double; see paying.py."""
    server = Json2VideoServer(bought_video)
    server.size = (270, 480)
    with server.running():
        yield server
    assert server.problems == []


@pytest.fixture
async def buyer(op: Operator, server: Json2VideoServer, tmp_path: Path) -> AsyncIterator[Operator]:
    """An operator that buys finals, at once when they are wanted."""
    op.options = dataclasses.replace(op.options, post_delay=timedelta(0))
    async with buying(op, server, tmp_path / "renders", finals=True) as found:
        yield found


class Unhurried(Pace):
    def wait(self, *, reading: bool) -> float:
        return 0.0


@pytest.fixture
async def google_sheet(op: Operator, tmp_path: Path) -> AsyncIterator[SheetsServer]:
    """The operator's sheet is one of Google's, which nobody may use in a way that Google refuses."""
    with SheetsServer().running() as server:
        server.per_minute = 100_000  # tests step faster than people; the limit has tests of its own
        key = read_key(key_file(tmp_path / "key.json", server.url), "GOOGLE_CREDENTIALS_PATH")
        sheet = WatchedGoogleSheet(server, Calls(key, SHEET_ID, server.url, Unhurried(), first_pause=0.01))
        use(op, sheet)
        yield server
        await sheet.aclose()
    assert server.problems == []
    assert server.executed == []


@pytest.fixture(params=["csv_file", "google"])
def any_sheet(request: pytest.FixtureRequest) -> None:
    """The same test over each twin."""
    request.getfixturevalue("read_at_once" if request.param == "csv_file" else "google_sheet")


@pytest.fixture(params=["facebook", "instagram"])
async def we(request: pytest.FixtureRequest, tmp_path: Path, op: Operator) -> AsyncIterator[Side]:
    """Instagram's double with each login, and an operator that posts to it."""
    async with side(request.param, tmp_path, instagram.Turning()) as made:
        instagram.use(op, made)
        yield made
        assert made.server.problems == []
        assert made.server.state.repeats == [], "never asked twice for one container that may be live"
