"""What is repeated, after which pause, and what is told instead: over a real socket."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from services.errors import Misconfigured, Refused, Unavailable
from services.http.answer import parse_retry_after
from services.http.service import Again
from services.http.trouble import Unanswered
from tests.doubles.http_double import Answer, Fault
from tests.services.http.http_studio import NewRemote, Pauses, Told

SECRET = "hunter2-hunter2"


async def test_what_may_be_repeated_is_until_it_works(remote: NewRemote) -> None:
    with Told().running() as server:
        busy = Answer(status=503)
        server.fail("GET", Fault(busy), Fault(drop="before"), Fault(Answer(status=500)))
        pauses = Pauses()
        answer = await remote(server.url, pauses).ask("GET", "/x")
    assert (answer.status, answer.json(), server.effects) == (200, {"ok": True}, 1)
    assert len(pauses) == 3
    assert all(0 <= pause <= limit for pause, limit in zip(pauses, (0.5, 1, 2), strict=True))


async def test_pauses_are_drawn_at_random(remote: NewRemote) -> None:
    drawn: set[float] = set()
    with Told(lambda asked: Answer(status=502)).running() as server:
        for _ in range(3):
            pauses = Pauses()
            assert (await remote(server.url, pauses).ask("GET", "/x")).status == 502
            drawn |= set(pauses)
    assert len(drawn) == 9


async def test_an_act_is_not_repeated_after_it_may_have_reached_the_service(remote: NewRemote) -> None:
    with Told().running() as server:
        server.fail("POST", Fault(drop="after"))
        with pytest.raises(Unanswered) as caught:
            await remote(server.url).ask("POST", "/x", json={})
        assert (server.effects, caught.value.sent) == (1, True)
        server.fail("POST", Fault(Answer(status=503)), Fault(Answer(status=429)))
        assert (await remote(server.url).ask("POST", "/x", json={})).status == 503
        assert (await remote(server.url).ask("POST", "/x", json={})).status == 429
    assert server.effects == 1


async def test_an_act_that_cannot_have_been_sent_is_repeated_unless_it_is_guarded(remote: NewRemote) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    for again, attempts in ((Again.UNSENT, 4), (Again.NEVER, 1), (Again.SAFE, 4)):
        pauses = Pauses()
        with pytest.raises(Unanswered, match="The test cannot be reached") as caught:
            await remote(url, pauses).ask("POST", "/x", again=again)
        assert (caught.value.sent, len(pauses)) == (False, attempts - 1)


async def test_an_answer_that_does_not_come_in_time(remote: NewRemote) -> None:
    with Told().running() as server:
        server.fail("POST", Fault(seconds=0.6))
        with pytest.raises(Unanswered, match="did not answer") as caught:
            await remote(server.url).ask("POST", "/x", seconds=0.2)
    assert caught.value.sent


async def test_an_answer_that_drips_ends_as_well(remote: NewRemote) -> None:
    left = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not (reader.at_eof() or writer.is_closing()):
            writer.write(b".")
            await asyncio.sleep(0.02)
        writer.close()
        left.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(Unanswered, match=r"did not answer within 0 s|did not answer in time"):
        await remote(url, attempts=1).ask("GET", "/x", seconds=0.4)
    await left.wait()  # the line is closed, not only forgotten
    server.close()


async def test_the_pause_the_service_names_is_kept_also_by_others(remote: NewRemote) -> None:
    with Told().running() as server:
        server.fail("GET", Fault(Answer(status=429, headers={"Retry-After": "7"})))
        pauses = Pauses()
        assert (await remote(server.url, pauses).ask("GET", "/x")).ok
    assert pauses[0] >= 7
    assert pauses[1] == pytest.approx(7, abs=0.5)  # the host's own rest: the recorded pause took no time


async def test_a_pause_longer_than_patience_is_told_and_nothing_more_is_asked(remote: NewRemote) -> None:
    with Told().running() as server:
        server.fail("GET", Fault(Answer(status=429, headers={"Retry-After": "3600"})))
        asked = remote(server.url)
        answer = await asked.ask("GET", "/x")
        assert (answer.status, answer.retry_after) == (429, 3600.0)
        trouble = answer.trouble()
        assert isinstance(trouble, Unavailable)
        assert trouble.retry_after == 3600.0
        with pytest.raises(Unanswered, match="left alone for another 60 min") as caught:
            await asked.ask("POST", "/x", again=Again.NEVER)
    assert not caught.value.sent
    assert server.count("GET", "POST") == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", None),
        ("5", 5),
        ("0", 0),
        ("-5", 0),
        ("soon", None),
        ("inf", None),
        ("1e9", 86400),
        ("nan", None),
    ],
)
def test_retry_after(text: str, wanted: float | None) -> None:
    assert parse_retry_after(text) == wanted


def test_retry_after_as_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert parse_retry_after(at) == pytest.approx(90, abs=2)
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


async def test_no_more_requests_at_once_than_allowed(remote: NewRemote) -> None:
    under_way, most = 0, 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        await reader.readuntil(b"\r\n\r\n")
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    asked = remote(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", concurrency=2)
    await asyncio.gather(*(asked.ask("GET", f"/{n}") for n in range(10)))
    server.close()
    assert most == 2


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_too_long_is_not_held_in_memory(remote: NewRemote, packed: bool) -> None:
    body = b"0" * 50_000
    headers = {"Content-Encoding": "gzip"} if packed else {}
    with Told(
        lambda asked: Answer(200, gzip.compress(body) if packed else body, headers)
    ).running() as server:
        with pytest.raises(Unavailable, match="more than 9 KB"):
            await remote(server.url, max_bytes=9 << 10).ask("GET", "/x")
        assert server.effects == 1
        assert (await remote(server.url).ask("GET", "/x")).body == body


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"{", b"[" * 100_000, b'"x"', b"\xff\xfe"])
async def test_what_is_no_json_object_is_said_to_be_unreadable(remote: NewRemote, body: bytes) -> None:
    with Told(lambda asked: Answer(200, body)).running() as server:
        answer = await remote(server.url).ask("GET", "/x")
    with pytest.raises(Unavailable, match="cannot be read"):
        answer.json()


async def test_a_redirect_does_not_take_the_key_along(remote: NewRemote) -> None:
    with Told(lambda asked: Answer(302, headers={"Location": "http://localhost:1/"})).running() as server:
        answer = await remote(server.url).ask("GET", "/x", headers={"x-api-key": SecretStr(SECRET)})
    assert answer.status == 302
    assert "not followed" in str(answer.trouble())


async def test_cookies_are_not_kept(remote: NewRemote) -> None:
    with Told(lambda asked: Answer(200, b"{}", {"Set-Cookie": "a=b"})).running() as server:
        asked = remote(server.url)
        await asked.ask("GET", "/x")
        await asked.ask("GET", "/x")
    assert "cookie" not in server.asked[1][1].headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Refused),
        (429, Unavailable),
        (500, Unavailable),
        (504, Unavailable),
        (599, Unavailable),
    ],
)
async def test_what_a_status_means_by_itself(remote: NewRemote, status: int, kind: type[Exception]) -> None:
    with Told(lambda asked: Answer(status)).running() as server:
        answer = await remote(server.url, attempts=1).ask("GET", "/x")
    assert type(answer.trouble()) is kind


async def test_secrets_arrive_and_are_in_no_log_error_traceback_or_repr(
    remote: NewRemote,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="services")
    seen: list[str] = []
    key = SecretStr(SECRET)
    with Told().running() as server:
        server.fail("GET", Fault(drop="before"), Fault(Answer(status=500)))
        asked = remote(server.url)
        await asked.ask("GET", "/x", params={"access_token": key}, headers={"x-api-key": key})
        assert server.asked[-1][1].one("access_token") == SECRET
        assert server.asked[-1][1].headers["x-api-key"] == SECRET
        await asked.ask("POST", "/x", data={"secret": key})
        assert SECRET.encode() in server.asked[-1][1].body
        server.fail("POST", Fault(drop="after"))
        with pytest.raises(Unanswered) as unclear:
            await asked.ask("POST", f"/x?token={SECRET}", data={"secret": key}, headers={"x-api-key": key})
        seen += traceback.format_exception(unclear.value)
        assert unclear.value.__cause__ is None
    for bad in (f"{SECRET}\n", f"{SECRET}\r\nHost: evil.org", f"{SECRET}ä", f"{SECRET}\x00"):
        with pytest.raises(Misconfigured, match="characters that no key has") as caught:
            await asked.ask("GET", "/x", headers={"x-api-key": SecretStr(bad)})
        seen += traceback.format_exception(caught.value)
    seen += [repr(asked), repr(Answer.of({})), caplog.text]
    assert "services" in caplog.text or "The test" in caplog.text
    assert SECRET not in json.dumps(seen)
