"""Requests to the double as they come over the socket, and what goes wrong with them on purpose."""

from __future__ import annotations

import json
import re
from email.message import Message as Headers
from typing import Any

from aiohttp import web

from tests.doubles.discord_acts import Upload
from tests.doubles.discord_limits import limited
from tests.doubles.http_double import Answer, Fault

LOST = Fault(drop="after")  # it took effect, and nobody hears of it
BROKEN = Fault(drop="before")  # the line breaks, and nothing happened
GARBLED = Fault(cut=9)  # it took effect, and the answer ends in its first word


def error(status: int) -> Fault:
    """500, 502, 503 and the like, without an effect."""
    return Fault(Answer(status, b"<html>upstream</html>", {"Content-Type": "text/html"}))


def wait(seconds: float, scope: str = "user") -> Fault:
    """A 429 that asks for this patience. ``scope``: user, shared or global."""
    return Fault(limited(seconds, scope))


def malformed() -> Fault:
    """A good status, and no JSON, without an effect."""
    return Fault(Answer(200, b'{"id": ', {"Content-Type": "application/json"}))


def refused(status: int, code: int, text: str) -> Fault:
    """An error body of Discord's."""
    return Fault(Answer.of({"message": text, "code": code}, status))


def parsed(kind: str, raw: bytes) -> tuple[str, Any, list[Upload]]:
    """Content type, JSON value (None without a body) and uploads of a request. Raises ValueError."""
    about = Headers()
    about["Content-Type"] = kind
    if about.get_content_type() != "multipart/form-data":
        return about.get_content_type(), json.loads(raw) if raw else None, []
    body, uploads = None, []
    mark = b"--" + str(about.get_param("boundary")).encode()
    for part in (b"\r\n" + raw).split(b"\r\n" + mark)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = dict(re.findall(r'(name|filename|filename\*)="?([^";\r\n]*)"?', head.decode()))
        if named.get("name") == "payload_json":
            body = json.loads(content)
        elif number := re.fullmatch(r"files\[(\d)\]", named.get("name", "")):
            uploads.append(Upload(int(number[1]), named.get("filename", "unknown"), content))
        else:
            raise ValueError(f"no such part of a form: {named.get('name')}")
    return about.get_content_type(), {} if body is None else body, uploads


async def given(request: web.Request, answer: Answer | None, cut: int | None) -> web.StreamResponse:
    """The answer, or so much of it; None: the line breaks."""
    headers = {"Via": "1.1 google", **(answer.headers if answer else {})}
    if answer is not None and cut is None:
        return web.Response(status=answer.status, body=answer.body or None, headers=headers)
    if answer is not None:
        begun = web.StreamResponse(status=answer.status, headers=headers)
        begun.content_length = len(answer.body)
        await begun.prepare(request)
        await begun.write(answer.body[:cut])
    if request.transport is not None:
        request.transport.close()
    return web.Response()
