"""Google Sheets refuses, breaks, lies or is slow: what stands in the sheet then, and what a person reads."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.errors import Misconfigured, OperatorError, Unavailable
from services.google_access import read_key
from services.ports import SheetRow
from services.sheet.google import GoogleSheet
from services.sheet.google_calls import MAX_BYTES, TRIES
from services.sheet.google_pace import PER_MINUTE, WINDOW_SECONDS, Pace
from tests.doubles.google_keys import EMAIL, key_file
from tests.doubles.google_twins import google_sheet
from tests.doubles.http_double import Answer, Fault
from tests.doubles.sheets_server import SheetsServer

ROW = SheetRow("k7f3.1", "Draft", 7, "2026-11-20", "Clay, layer by layer.", "file:///7.mp4", "Slow growth.")
OTHER = replace(ROW, draft_id="m2p9.1", number=8, caption="Six pots")
AGAIN = replace(ROW, draft_id="k7f3.2", status="Approved")
STATUS, CAPTION, ID = 0, 3, 6


def standing(server: SheetsServer) -> list[tuple[str, str]]:
    return [(line[ID], line[STATUS]) for line in server.tab.texts()[1:]]


# A lost answer.


@pytest.mark.parametrize("name", ["values.append", "values.batchUpdate"])
async def test_a_write_whose_answer_is_lost_is_looked_for_not_repeated(
    server: SheetsServer, sheet: GoogleSheet, name: str
) -> None:
    await sheet.write([ROW])
    server.asked.clear()
    server.fail(name, Fault(drop="after"))
    with pytest.raises(Unavailable, match="Whether the rows were written is not known") as lost:
        await sheet.write([AGAIN, OTHER])
    assert (lost.value.retry_after or 0) >= 10, "an abandoned request may still take effect"
    assert server.count(name) == 1
    assert await sheet.write([AGAIN, OTHER]) == {"k7f3.2", "m2p9.1"}
    assert standing(server) == [("k7f3.2", "Approved"), ("m2p9.1", "Draft")]
    assert (server.count("values.append"), server.count("values.batchUpdate")) == (1, 1)


async def test_a_write_that_never_arrived_is_made_by_the_next_step(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    await sheet.write([ROW])
    server.fail("values.append", Fault(drop="before"))
    with pytest.raises(Unavailable, match="not known"):
        await sheet.write([OTHER])
    assert standing(server) == [("k7f3.1", "Draft")]
    assert await sheet.write([OTHER]) == {"m2p9.1"}
    assert standing(server) == [("k7f3.1", "Draft"), ("m2p9.1", "Draft")]


async def test_a_slow_answer_ends_the_wait_and_the_row_is_found(server: SheetsServer, tmp_path: Path) -> None:
    sheet = google_sheet(server, tmp_path, patience=0.3)
    server.fail("values.append", Fault(seconds=1.0))
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"did not answer in time\. Whether"):
        await sheet.write([ROW])
    assert time.monotonic() - began < 0.9
    assert await sheet.write([ROW]) == {"k7f3.1"}
    assert (len(standing(server)), server.count("values.append")) == (1, 1)
    await sheet.aclose()


async def test_a_header_or_a_look_whose_answer_is_lost_is_made_once(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    for name in ("values.batchUpdate", "batchUpdate"):
        server.fail(name, Fault(drop="after"))
        with pytest.raises(Unavailable):
            await sheet.write([ROW])
        assert standing(server) == []
    assert await sheet.write([ROW]) == {"k7f3.1"}
    assert (len(server.tab.cells), len(server.tab.marks)) == (2, 1)


# Reads are tried again, a few times.


async def test_a_burst_of_errors_is_outlasted_by_a_read(server: SheetsServer, sheet: GoogleSheet) -> None:
    await sheet.write([ROW])
    server.asked.clear()
    server.fail("values.get", Fault(Answer(503)), Fault(drop="before"), Fault(Answer(500, b"oops")))
    assert await sheet.read() == [ROW]
    assert server.count("values.get") == 4


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(Answer(503)), r"out of order for now \(error 503\)"),
        (Fault(drop="before"), "could not be reached, or the line broke"),
        (Fault(Answer(200, b"{"), cut=1), "could not be reached|cannot be read"),
        (Fault(Answer(200, b"<html>Sign in</html>")), "cannot be read"),
        (Fault(cut=20), "the line broke"),
        (Fault(Answer(429)), "asked too often"),
    ],
)
async def test_a_read_gives_up(server: SheetsServer, sheet: GoogleSheet, fault: Fault, sentence: str) -> None:
    await sheet.write([ROW])
    server.asked.clear()
    server.fail("values.get", *[fault] * 50)
    with pytest.raises(Unavailable, match=sentence) as error:
        await sheet.read()
    assert error.value.remedy
    assert server.count("values.get") == TRIES
    server.faults.clear()
    assert await sheet.read() == [ROW]


@pytest.mark.parametrize("said", [[], "text", {"values": "none"}, {"values": [1]}, None])
async def test_nonsense_is_no_sheet(server: SheetsServer, sheet: GoogleSheet, said: Any) -> None:
    await sheet.write([ROW])
    server.fail("values.get", Fault(Answer.of(said)))
    with pytest.raises(Unavailable, match="cannot be read"):
        await sheet.read()


async def test_an_answer_without_end_is_cut_short(server: SheetsServer, sheet: GoogleSheet) -> None:
    await sheet.write([ROW])
    server.fail("values.get", *[Fault(Answer(200, b" " * (MAX_BYTES + 1)))] * TRIES)
    with pytest.raises(Unavailable, match="cannot be read"):
        await sheet.read()


# The limit.


async def test_a_refused_minute_is_waited_out(server: SheetsServer, sheet: GoogleSheet) -> None:
    await sheet.write([ROW])
    server.per_minute, server.window, server.retry_after = 3, 0.5, "1"
    for _ in range(7):
        assert await sheet.read() == [ROW]
    refused = [status for name, _, status in server.asked if status == 429]
    assert refused, "it was refused, and nobody noticed"


async def test_a_refused_write_certainly_had_no_effect_and_is_tried_again(
    server: SheetsServer, sheet: GoogleSheet
) -> None:
    await sheet.write([ROW])
    server.fail("values.append", Fault(Answer(429)), Fault(Answer(429)))
    assert await sheet.write([OTHER]) == {"m2p9.1"}
    assert (server.count("values.append"), len(standing(server))) == (4, 2)


async def test_a_long_pause_is_not_waited_for_but_passed_on(server: SheetsServer, sheet: GoogleSheet) -> None:
    server.fail("get", Fault(Answer(429, headers={"Retry-After": "600"})))
    with pytest.raises(Unavailable, match="too often") as error:
        await sheet.read()
    assert error.value.retry_after == 600


def test_of_our_own_never_more_than_the_limit_in_any_minute() -> None:
    now, went = 0.0, list[float]()
    pace = Pace(lambda: now)
    while now < 400:
        if (wait := pace.wait(reading=True)) == 0:
            went.append(now)
            now += 0.125
        else:
            assert wait <= WINDOW_SECONDS
            now += wait
    assert all(later - first >= WINDOW_SECONDS for first, later in zip(went, went[PER_MINUTE:], strict=False))
    assert len(went) >= 400 / WINDOW_SECONDS * PER_MINUTE - PER_MINUTE
    assert pace.wait(reading=False) == 0, "writes are counted apart"


async def test_when_the_minute_is_used_up_the_step_is_put_off(server: SheetsServer, tmp_path: Path) -> None:
    sheet = google_sheet(server, tmp_path, pace=Pace(lambda: 5.0))
    for _ in range(PER_MINUTE - 1):  # and one call to find the tab
        await sheet.read()
    with pytest.raises(Unavailable, match="as often as it allows") as error:
        await sheet.read()
    assert error.value.retry_after == WINDOW_SECONDS
    assert server.count("values.get", "get") == PER_MINUTE
    await sheet.aclose()


async def test_closing_ends_a_wait(server: SheetsServer, sheet: GoogleSheet) -> None:
    arrived = threading.Event()
    server.fail("get", Fault(Answer(429, headers={"Retry-After": "30"})))
    server.noticed["get"] = arrived.set
    reading = asyncio.create_task(sheet.read())
    await asyncio.to_thread(arrived.wait, 10)
    await sheet.aclose()
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable):
            await reading


# Rights.


def not_shared(server: SheetsServer) -> None:
    server.shared = ""


def only_to_look(server: SheetsServer) -> None:
    server.shared = "viewer"


def deleted(server: SheetsServer) -> None:
    server.deleted = True


def disabled(server: SheetsServer) -> None:
    server.disabled = True


def key_gone(server: SheetsServer) -> None:
    server.desk.key_deleted = True
    server.desk.given.clear()


@pytest.mark.parametrize(
    ("what", "sentence", "remedy"),
    [
        (not_shared, "may not open the Google sheet", f"choose Share, and add {EMAIL} as an editor"),
        (only_to_look, "may only look at the Google sheet", f"add {EMAIL} as an editor"),
        (deleted, "There is no Google sheet with the id", "Restore it from the trash"),
        (disabled, "API is not enabled", "Enable it in the console"),
        (
            key_gone,
            "does not accept the key of GOOGLE_CREDENTIALS_PATH",
            "Check the clock, or make a new key",
        ),
    ],
)
async def test_a_right_that_is_missing_says_who_can_give_it(
    server: SheetsServer, sheet: GoogleSheet, what: Callable[[SheetsServer], None], sentence: str, remedy: str
) -> None:
    await sheet.write([ROW])
    what(server)
    with pytest.raises(Misconfigured, match=sentence) as error:
        await sheet.ping()
    assert remedy in error.value.remedy
    with pytest.raises(Misconfigured, match=sentence):
        await sheet.write([AGAIN])
    assert standing(server) == [("k7f3.1", "Draft")]


async def test_protected_cells_are_said_to_be(server: SheetsServer, sheet: GoogleSheet) -> None:
    await sheet.write([ROW])
    text = "You are trying to edit a protected cell or object. Please contact the spreadsheet owner."
    server.fail("values.batchUpdate", Fault(Answer.of({"error": {"code": 400, "message": text}}, 400)))
    with pytest.raises(Misconfigured, match="are protected"):
        await sheet.write([AGAIN])


async def test_an_excel_file_in_drive_is_said_to_be_one(server: SheetsServer, sheet: GoogleSheet) -> None:
    text = "This operation is not supported for this document"
    server.fail("get", Fault(Answer.of({"error": {"code": 400, "message": text}}, 400)))
    with pytest.raises(Misconfigured, match="Excel file"):
        await sheet.read()


async def test_a_token_that_ends_is_renewed(server: SheetsServer, sheet: GoogleSheet) -> None:
    await sheet.write([ROW])
    server.desk.given.clear()
    assert await sheet.write([OTHER]) == {"m2p9.1"}
    assert server.count("token") == 2


# Secrets.


async def test_no_secret_in_log_or_sentence(
    server: SheetsServer, sheet: GoogleSheet, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    await sheet.write([ROW])
    said = []
    for name, fault in (("values.get", Fault(Answer(500))), ("values.append", Fault(drop="after"))):
        server.fail(name, *[fault] * 9)
        with pytest.raises(OperatorError) as error:
            await sheet.write([OTHER])
        said.append(f"{error.value} {error.value.__cause__!r} {error.value.__context__!r}")
        server.faults.clear()
    text = caplog.text + "".join(said)
    for secret in (*server.desk.given, "BEGIN PRIVATE KEY", "assertion"):
        assert secret not in text
    assert "private_key" not in repr(read_key(key_file(tmp_path / "k.json", server.url), "K"))
