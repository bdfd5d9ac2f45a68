"""The log as people get it: real handlers, real files, real stderr, and secrets that must not be in any."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from services import log as log_module
from services import metrics, redaction
from services.errors import Misconfigured
from services.log import get_logger, initialize_logging, log_context, parse_size, register_secret, timed
from services.log_format import JsonLines, TextLines

ROOT = Path(__file__).parents[2]
SECRET = 'pot "t3r" ü/key'


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(redaction, "_registered", set())
    monkeypatch.setattr(redaction, "_known", None)
    metrics.reset()
    yield
    initialize_logging({})
    metrics.reset()


def own_handlers() -> list[logging.Handler]:
    return [handler for handler in logging.getLogger().handlers if handler in log_module._own]


def test_works_before_any_configuration() -> None:
    code = "from services.log import get_logger as g; g('x').info('hello %d', 7); g('x').debug('quiet')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.rstrip().endswith("INFO    x: hello 7")
    assert done.stdout == ""
    assert "quiet" not in done.stderr


def test_file_and_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "logs" / "operator.log"
    initialize_logging({"LOG_FILE": path, "LOG_LEVEL": "warning"})
    get_logger("a").warning("to both")
    get_logger("a").info("to none")
    shown = capsys.readouterr()
    assert "to both" in shown.err
    assert shown.out == ""
    assert path.read_text().count("\n") == 1


def test_terminal_can_be_silent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.log"
    initialize_logging({"log_file": str(path), "log_console_output": "false"})
    get_logger("a").error("file only")
    assert capsys.readouterr().err == ""
    assert "file only" in path.read_text()


def test_nothing_configured_to_write_stays_silent(capsys: pytest.CaptureFixture[str]) -> None:
    initialize_logging({"log_console_output": False})
    get_logger("a").error("nowhere")
    assert capsys.readouterr().err == ""


def test_calling_again_replaces_only_its_own_handlers(tmp_path: Path) -> None:
    foreign = logging.NullHandler()
    logging.getLogger().addHandler(foreign)
    try:
        for number in range(3):
            initialize_logging({"log_file": tmp_path / f"{number}.log"})
        assert len(own_handlers()) == 2
        assert foreign in logging.getLogger().handlers
        get_logger("a").info("once")
        assert (tmp_path / "2.log").read_text().count("once") == 1
        assert (tmp_path / "1.log").read_text() == ""
    finally:
        logging.getLogger().removeHandler(foreign)


def test_debug_hears_everything_and_the_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    initialize_logging({"debug": True})
    get_logger("a").debug("detail")
    logging.getLogger("httpx").info("request")
    initialize_logging({})
    logging.getLogger("httpx").info("too chatty")
    shown = capsys.readouterr().err
    assert "detail" in shown
    assert "request" in shown
    assert "chatty" not in shown


def test_rotates_by_size_and_keeps_the_count(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    initialize_logging(
        {"log_file": path, "log_max_size": "2KB", "log_backup_count": "2", "log_console_output": False}
    )
    for number in range(200):
        get_logger("a").info("line %03d of a log that has to turn over several times", number)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["a.log", "a.log.1", "a.log.2"]
    assert all(file.stat().st_size <= 2048 for file in files)
    assert "line 199" in path.read_text()


def test_a_count_of_zero_starts_the_file_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    initialize_logging(
        {"log_file": path, "log_max_size": "2KB", "log_backup_count": 0, "log_console_output": False}
    )
    for number in range(100):
        get_logger("a").info("line %03d of a log that has to turn over several times", number)
    assert [file.name for file in tmp_path.iterdir()] == ["a.log"]
    assert 0 < path.stat().st_size <= 2048
    assert "line 099" in path.read_text()


def test_threads_write_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    initialize_logging(
        {"log_file": path, "log_format": "json", "log_console_output": False, "log_max_size": "20KB"}
    )

    def work(name: int) -> None:
        for number in range(100):
            get_logger("a").bind(worker=name).info("line %d", number)

    workers = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    lines = [json.loads(line) for file in tmp_path.iterdir() for line in file.read_text().splitlines()]
    assert len({(line["context"]["worker"], line["message"]) for line in lines}) == 400


@pytest.mark.parametrize("make", ["folder", "below a file", "pipe"])
def test_a_file_that_cannot_be_opened(tmp_path: Path, make: str) -> None:
    path = tmp_path / "x"
    if make == "folder":
        path.mkdir()
    elif make == "below a file":
        path.write_text("")
        path = path / "a.log"
    else:
        os.mkfifo(path)
    before = own_handlers()
    with pytest.raises(Misconfigured, match="LOG_FILE") as caught:
        initialize_logging({"log_file": path})
    assert caught.value.variable == "LOG_FILE"
    assert caught.value.remedy
    assert own_handlers() == before


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LOG_LEVEL", "LOUD"), ("LOG_FORMAT", "xml"), ("LOG_MAX_SIZE", "big"), ("LOG_BACKUP_COUNT", "-1"),
     ("LOG_CONSOLE_OUTPUT", "perhaps")],
)  # fmt: skip
def test_wrong_values_name_the_variable(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        initialize_logging({"LOG_FILE": tmp_path / "a.log", variable: value})
    assert caught.value.variable == variable


@pytest.mark.parametrize(
    ("text", "size"), [("10MB", 10 << 20), ("512k", 512 << 10), ("1.5 GiB", 3 << 29), (4096, 4096)]
)
def test_sizes(text: object, size: int) -> None:
    assert parse_size(text) == size


def test_a_full_disk_is_said_once_without_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    handler = log_module._File("/dev/full", encoding="utf-8")
    handler.setFormatter(logging.Formatter())
    try:
        for _ in range(2):
            handler.handle(logging.makeLogRecord({"msg": "the line itself"}))
        shown = capsys.readouterr().err
        assert shown.count("The log cannot be written") == 1
        assert "the line itself" not in shown
    finally:
        with pytest.raises(OSError, match="No space"):
            handler.close()


def test_hostile_text_forges_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    initialize_logging({"log_file": path, "log_console_output": False})
    forged = "x\n2026-01-01 00:00:00+00:00 INFO    a: forged\r\x1b[2J\u2028\x85end"
    with log_context(name=forged):
        try:
            raise ValueError(forged)
        except ValueError:
            get_logger("a").exception("caption %s", forged)
    head, *trace = path.read_text().split("\n")[:-1]
    assert "caption x\\n2026" in head
    assert trace
    assert all(line.startswith("    | ") for line in trace)
    assert not any(character in path.read_text() for character in "\r\x1b\u2028\x85")


def test_context_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    initialize_logging({"log_file": path, "log_format": "json", "log_console_output": False})
    log = get_logger("a").bind(job=3)
    with log_context(draft=7):
        fields = {"lineno": "kept apart", "ratio": float("inf")}  # a record has a lineno of its own
        log.info("in", extra=fields)
        with log_context(draft=8):
            log.bind(step="x").info("deeper")
    log.info("out")
    contexts = [json.loads(line)["context"] for line in path.read_text().splitlines()]
    assert contexts == [
        {"draft": 7, "job": 3, "lineno": "kept apart", "ratio": "inf"},
        {"draft": 8, "job": 3, "step": "x"},
        {"job": 3},
    ]


async def test_context_follows_tasks_not_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    initialize_logging({"log_file": path, "log_format": "json", "log_console_output": False})

    async def work(draft: int) -> None:
        with log_context(draft=draft):
            await asyncio.sleep(0)
            await asyncio.to_thread(get_logger("a").info, "%d", draft)

    await asyncio.gather(*(work(draft) for draft in range(5)))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 5
    assert all(line["context"]["draft"] == int(line["message"]) for line in lines)


@pytest.mark.parametrize("lines", [TextLines(), JsonLines()])
def test_arguments_that_do_not_fit_are_logged_all_the_same(lines: logging.Formatter) -> None:
    record = logging.makeLogRecord({"name": "a", "msg": "%d drafts Bearer hidden1", "args": ("three",)})
    written = lines.format(record)
    assert "drafts Bearer [redacted] (arguments do not fit" in written
    assert "hidden" not in written


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_registered_secret_is_in_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = tmp_path / "a.log"
    initialize_logging({"log_file": path, "log_format": kind, "debug": True})
    register_secret(SECRET)

    def call() -> None:
        local = {"k": SECRET}
        raise KeyError(local, SECRET)

    with log_context(header=SECRET):
        try:
            call()
        except KeyError:
            get_logger("a").bind(more=[SECRET]).exception("call with %s failed", SECRET, stack_info=True)
    written = path.read_text() + capsys.readouterr().err
    assert "call with [redacted] failed" in written
    assert "KeyError" in written
    assert "t3r" not in written


async def test_a_failing_request_leaks_neither_its_url_nor_its_header(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    path = tmp_path / "a.log"
    initialize_logging({"log_file": path, "debug": True})
    logging.getLogger("httpcore").setLevel(logging.DEBUG)  # logs headers
    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server, httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/me?access_token=EAhidden1&key=hidden2"
        try:
            answer = await client.get(url, headers={"Authorization": "Bearer hidden3secret"})
            answer.raise_for_status()
        except httpx.HTTPStatusError:
            get_logger("a").exception("The account could not be read")
    written = path.read_text() + capsys.readouterr().err
    assert "HTTP Request: GET" in written
    assert "access_token=[redacted]" in written
    assert "hidden" not in written


@pytest.mark.parametrize(
    "text",
    [
        "https://x/y?access_token=hidden&fields=id", "https://x/y?a=1&key=hidden", "x-api-key: hidden",
        "Authorization: Bearer hidden", "Bearer hidden-token.x", "OAuth hidden123456",
        "{'access_token': 'hidden'}", '{"client_secret":"hidden \\" more hidden"}', "DESK_TOKEN=hidden",
        "(b'x-api-key', b'hidden')", "xoxb-1234-hidden", "xapp-1-A0-hidden", "sk-proj-hiddenhidden1",
        "MTA5hiddenhiddenhiddenhid.GhIdde.hiddenhiddenhiddenhiddenhidden",
        "https://discord.com/api/webhooks/123456/hiddenhiddenhiddenhidden",
        "https://discord.com/api/v10/interactions/123456/hiddenhiddenhiddenhidden/callback",
        "https://hooks.slack.com/commands/T0/1/hidden", "wss://wss.slack.com/link/?ticket=hidden&app_id=A0",
        "https://hooks.slack.com/services/T0/B0/hidden", "postgres://me:hidden@host/db",
        "https://storage.googleapis.com/b/o?X-Goog-Signature=hidden&X-Goog-Credential=hidden",
        "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----", "ya29.a0hiddenhiddenhidden",
        "EAAhiddenhiddenhiddenhidden",
    ],
)  # fmt: skip
def test_shapes_of_secrets(text: str) -> None:
    redacted = redaction.redact(text)
    assert "hidden" not in redacted
    assert "[redacted]" in redacted


@pytest.mark.parametrize(
    "text",
    [
        "Rendering timelapse_rv06.gcode_20250430_1556.mp4", "draft 7 (k7f3) took 3.2 s, 1200 tokens",
        "OAuth error, ask again", "the token expired", "task-runner-and-more-words", "key=7",
        "https://127.0.0.1:8765/drafts?page=2",
    ],
)  # fmt: skip
def test_ordinary_text_stays(text: str) -> None:
    assert redaction.redact(text) == text


def test_short_values_are_no_secrets() -> None:
    register_secret("ab")
    assert redaction.redact("about") == "about"


def test_redaction_is_quick_on_hostile_text() -> None:
    for text in ("token" * 40_000, "a-" * 100_000, "a://" * 50_000, '"token' * 30_000, "Bearer " * 30_000):
        redaction.redact(text)  # the timeout of the test run is the measure: seconds, not hours


def test_timed_as_context_and_decorator() -> None:
    @timed("plain")
    def plain(value: int) -> int:
        """Kept."""
        return value + 1

    assert plain(1) == 2
    assert plain.__doc__ == "Kept."
    with timed("block"):
        pass
    with pytest.raises(ValueError, match="no"), timed("block"):
        raise ValueError("no")
    metrics.retry("block")
    found = metrics.snapshot()
    assert (found["plain"]["count"], found["plain"]["failures"]) == (1, 0)
    assert (found["block"]["count"], found["block"]["failures"], found["block"]["retries"]) == (2, 1, 1)


async def test_timed_async() -> None:
    @timed("coroutine")
    async def coroutine() -> str:
        await asyncio.sleep(0)
        return "done"

    @timed("generator")
    async def generator() -> AsyncIterator[int]:
        yield 1
        raise ValueError("stop")

    @timed("cancelled")
    async def forever() -> None:
        await asyncio.Event().wait()

    assert await coroutine() == "done"
    with pytest.raises(ValueError, match="stop"):
        [item async for item in generator()]
    async with timed("block"):
        pass
    task = asyncio.create_task(forever())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    counts = {name: (metric["count"], metric["failures"]) for name, metric in metrics.snapshot().items()}
    assert counts == {"block": (1, 0), "cancelled": (1, 0), "coroutine": (1, 0), "generator": (1, 1)}


def test_percentiles_and_bounds() -> None:
    for second in range(1, 101):
        metrics.record("x", float(second))
    found = metrics.snapshot()["x"]
    assert (found["p50"], found["p95"], found["max"]) == (50.0, 95.0, 100.0)
    for _ in range(metrics.WINDOW):
        metrics.record("x", 1.0)
    found = metrics.snapshot()["x"]
    assert (found["count"], found["p95"], found["max"]) == (100 + metrics.WINDOW, 1.0, 100.0)
    metrics.retry("only retried")
    assert metrics.snapshot()["only retried"]["p50"] is None
