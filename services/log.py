"""Logging: loggers that work before anything is configured, context fields, and timed().

    log = get_logger(__name__)
    with log_context(draft=7), timed("render"):
        log.info("Rendering %s", name)

How lines look is in services/log_format.py, what is taken out of them in services/redaction.py.
"""

from __future__ import annotations

import functools
import inspect
import logging
import re
import stat
import sys
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import aclosing, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TextIO, TypeVar, cast

from services import metrics
from services.errors import Misconfigured
from services.log_format import JsonLines, TextLines, log_context
from services.redaction import redact, register_secret

__all__ = [
    "Logger",
    "get_logger",
    "initialize_logging",
    "log_context",
    "parse_size",
    "redact",
    "register_secret",
    "timed",
]

# Libraries that tell every request and every scheduled job; --debug hears them, normal days do not.
_CHATTY = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "openai",
    "apscheduler",
    "aiohttp.access",
    "asyncio",
    "PIL",
    "matplotlib",
    "libav",
)
_DEFAULTS: dict[str, Any] = {
    "log_level": "INFO",
    "log_file": None,
    "log_max_size": "10MB",
    "log_backup_count": 5,
    "log_console_output": True,
    "log_format": "text",
    "debug": False,
}
_lock = threading.RLock()
_own: list[logging.Handler] = []

P = ParamSpec("P")
R = TypeVar("R")


class Logger(logging.LoggerAdapter[logging.Logger]):
    """A standard logger with context fields: ``log.bind(draft=7).info(...)``; ``extra=`` adds fields too."""

    def bind(self, **context: object) -> Logger:
        return Logger(self.logger, {**(self.extra or {}), **context})

    def process(self, msg: object, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        # Under one attribute, so that no field can collide with a record's own ("name", "args" …).
        kwargs["extra"] = {"context": {**(self.extra or {}), **(kwargs.get("extra") or {})}}
        return msg, kwargs


def get_logger(name: str) -> Logger:
    """The logger of this name. Before initialize_logging() it writes to the terminal from INFO on."""
    with _lock:
        if not _own:
            initialize_logging({})
    return Logger(logging.getLogger(name), {})


def initialize_logging(settings: Mapping[str, Any]) -> None:
    """Send the log where ``settings`` say; calling again replaces what the last call set up.

    Keys are LOG_LEVEL, LOG_FILE, LOG_MAX_SIZE, LOG_BACKUP_COUNT, LOG_CONSOLE_OUTPUT, LOG_FORMAT and debug,
    in either case; others are ignored. Raises Misconfigured, with everything left as it was.
    """
    given = {key.lower(): value for key, value in settings.items() if value is not None}
    values = _DEFAULTS | {key: value for key, value in given.items() if key in _DEFAULTS}
    debug = _flag("debug", values["debug"])
    level = logging.DEBUG if debug else _level(values["log_level"])
    lines = _lines(values["log_format"])
    handlers: list[logging.Handler] = []
    if _flag("LOG_CONSOLE_OUTPUT", values["log_console_output"]):
        handlers.append(_Terminal())
    if str(values["log_file"] or ""):
        handlers.append(_open_file(Path(values["log_file"]), values))
    for handler in handlers:
        handler.setFormatter(lines)
    _install(handlers or [logging.NullHandler()], level, debug=debug)


def _install(handlers: list[logging.Handler], level: int, *, debug: bool) -> None:
    root = logging.getLogger()
    with _lock:
        for handler in handlers:
            root.addHandler(handler)
        for handler in _own:
            root.removeHandler(handler)
            with suppress(OSError):  # a full disk must not stop the change to another place
                handler.close()
        _own[:] = handlers
        root.setLevel(level)
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.INFO if debug else max(level, logging.WARNING))


class _Careful(logging.Handler):
    """When a line cannot be written, says so without the line: the standard way shows it unredacted."""

    def handleError(self, record: logging.LogRecord) -> None:
        problem = sys.exc_info()[1]
        if sys.stderr is not None and not getattr(self, "_complained", False):
            self._complained = True
            text = redact(f"{type(problem).__name__}: {problem}")
            sys.stderr.write(f"The log cannot be written ({text}). Lines are being lost.\n")


class _Terminal(_Careful, logging.StreamHandler[TextIO]):
    """Whatever sys.stderr is at the moment of writing."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr is None:  # started without a terminal
            return
        self.stream = sys.stderr
        super().emit(record)


class _File(_Careful, RotatingFileHandler):
    """A log file that is renamed to .1, .2 … when full; with a backup count of 0 it starts anew."""

    def doRollover(self) -> None:
        super().doRollover()
        if self.backupCount == 0 and self.stream is not None:
            self.stream.truncate(0)


def _open_file(path: Path, values: Mapping[str, Any]) -> logging.Handler:
    size = parse_size(values["log_max_size"])
    count = _count(values["log_backup_count"])
    path = path.expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise OSError("it is not a regular file")
        return _File(path, maxBytes=size, backupCount=count, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise Misconfigured(
            f"LOG_FILE: the log file {str(path)!r} cannot be opened: {reason}.",
            remedy="Set LOG_FILE to a file in a folder you may write to, or leave it empty.",
            variable="LOG_FILE",
        ) from error


def parse_size(value: object) -> int:
    """Bytes in "10MB", "512k", "1.5 GiB" or a bare number; units are powers of 1024. At least 1 KB."""
    match = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,6})?)\s*([kmg]?)(?:i?b)?\s*", str(value), re.IGNORECASE)
    size = int(float(match[1]) * 1024 ** " kmg".index(match[2].lower() or " ")) if match else 0
    if size < 1024:
        raise _wrong("LOG_MAX_SIZE", value, "a size of at least 1KB", "10MB")
    return size


def _level(value: object) -> int:
    known = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
    if (name := str(value).strip().upper()) not in known:
        raise _wrong("LOG_LEVEL", value, "one of DEBUG, INFO, WARNING, ERROR, CRITICAL", "INFO")
    return logging.getLevelNamesMapping()[name]


def _lines(value: object) -> logging.Formatter:
    kinds: dict[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}
    if (name := str(value).strip().lower()) not in kinds:
        raise _wrong("LOG_FORMAT", value, "text or json", "text")
    return kinds[name]()


def _count(value: object) -> int:
    if not re.fullmatch(r"\d{1,4}", str(value).strip()):
        raise _wrong("LOG_BACKUP_COUNT", value, "a whole number from 0 on", "5")
    return int(str(value))


def _flag(variable: str, value: object) -> bool:
    words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False}
    words["off"] = False
    if (word := str(value).strip().lower()) not in words:
        raise _wrong(variable, value, "true or false", "true")
    return words[word]


def _wrong(variable: str, value: object, wanted: str, example: str) -> Misconfigured:
    return Misconfigured(
        f"{variable}: {str(value)[:60]!r} is not {wanted}.",
        remedy=f"Write for example {variable}={example}.",
        variable=variable,
    )


class timed:
    """Measures under ``name`` what it decorates (def, async def, generators) or surrounds (with, async with).

    Feeds services/metrics. An Exception counts as a failure; being cancelled does not. As a context
    manager, make a new one each time.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._started = 0.0

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failed = kind is not None and issubclass(kind, Exception)
        metrics.record(self.name, time.perf_counter() - self._started, failed=failed)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        return cast(Callable[P, R], functools.wraps(function)(_measured(self.name, function)))


def _measured(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    async def coroutine(*args: Any, **kwargs: Any) -> Any:
        with timed(name):
            return await function(*args, **kwargs)

    async def async_generator(*args: Any, **kwargs: Any) -> Any:
        with timed(name):
            async with aclosing(function(*args, **kwargs)) as items:
                async for item in items:
                    yield item

    def generator(*args: Any, **kwargs: Any) -> Any:
        with timed(name):
            return (yield from function(*args, **kwargs))

    def plain(*args: Any, **kwargs: Any) -> Any:
        with timed(name):
            return function(*args, **kwargs)

    if inspect.iscoroutinefunction(function):
        return coroutine
    if inspect.isasyncgenfunction(function):
        return async_generator
    return generator if inspect.isgeneratorfunction(function) else plain
