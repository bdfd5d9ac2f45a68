"""A server on a real socket of this machine that keeps state, counts effects, and fails when it is told to.

It works in threads of its own, so that tests with and without an event loop, and other processes, can use
it. One request at a time changes the state.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    target: str  # as it stood in the request line
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def path(self) -> str:
        """As sent: not decoded, so that a slash within a name stays one."""
        return urlsplit(self.target).path

    @property
    def parts(self) -> list[str]:
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[-1]

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> Answer:
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


@dataclass(frozen=True)
class Fault:
    """What goes wrong once. ``answer`` is given instead of an effect. ``drop``: the line breaks "before" the
    effect, "after" it, or "late": the line breaks, and the effect comes ``seconds`` later. ``seconds`` else
    pass between the effect and the answer. ``cut``: only so many bytes of the answer's body arrive."""

    answer: Answer | None = None
    drop: str = ""
    seconds: float = 0.0
    cut: int | None = None


class Double(ABC):
    """A subclass says what a request is called (``name_of``) and what comes of it (``effect``)."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, Asked, int]] = []  # name, request, status
        self.problems: list[str] = []  # what the real service would have refused
        self.faults: dict[str, list[Fault]] = {}
        self.meddle: dict[str, Callable[[], object]] = {}  # name → what somebody does just before its effect
        self.noticed: dict[str, Callable[[], object]] = {}  # name → who is told that it was asked for
        self.at_once = self.most_at_once = 0
        self.lock = threading.RLock()
        self._timers: list[threading.Timer] = []

    @abstractmethod
    def name_of(self, asked: Asked) -> str: ...

    @abstractmethod
    def effect(self, name: str, asked: Asked) -> Answer: ...

    def fail(self, name: str, *faults: Fault) -> None:
        """The next requests of this name go wrong, one fault each."""
        self.faults.setdefault(name, []).extend(faults)

    def count(self, *names: str) -> int:
        return sum(name in names for name, _, _ in self.asked)

    @contextmanager
    def running(self) -> Iterator[Any]:
        server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"double": self}))
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            for timer in self._timers:
                timer.join()
            server.shutdown()
            server.server_close()
            thread.join()

    def handle(self, asked: Asked) -> tuple[Answer | None, int | None]:
        """The answer (None: the line breaks) and how much of it arrives."""
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self._handle(asked)
        finally:
            with self.lock:
                self.at_once -= 1

    def _handle(self, asked: Asked) -> tuple[Answer | None, int | None]:
        with self.lock:
            name = self.name_of(asked)
            self.noticed.get(name, _nothing)()
            planned = self.faults.get(name)
            fault = planned.pop(0) if planned else Fault()
            if fault.answer is not None or fault.drop in ("before", "late"):
                self.asked.append((name, asked, fault.answer.status if fault.answer else 0))
                if fault.drop == "late":
                    timer = threading.Timer(fault.seconds, self._late, (name, asked))
                    self._timers.append(timer)
                    timer.start()
                return fault.answer, fault.cut
            self.meddle.pop(name, _nothing)()
            answer = self.effect(name, asked)
            self.asked.append((name, asked, answer.status))
        time.sleep(fault.seconds)  # the service is slow: its client has to wait
        return (None if fault.drop == "after" else answer), fault.cut

    def _late(self, name: str, asked: Asked) -> None:
        with self.lock:
            self.effect(name, asked)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # clients may die at any moment
            super().handle_error(request, client_address)


def _nothing() -> None:
    """Nobody meddles."""


class _Handler(BaseHTTPRequestHandler):
    double: Double
    protocol_version = "HTTP/1.1"
    timeout = 30

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("transfer-encoding", "") == "chunked":
            body = self._chunks()
        else:
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it died
                self.close_connection = True
                return
        answer, cut = self.double.handle(Asked(self.command, self.path, headers, body))
        if answer is None:
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body if cut is None else answer.body[:cut])
        if cut is not None:
            self.close_connection = True

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _any

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read what was asked, not a log."""
