"""The body of an answer, unpacked no further than the caller takes: a small one may stand for gigabytes.

httpx would unpack each piece as a whole, and what is packed several times as often as its header says.
"""

from __future__ import annotations

import zlib

import httpx

from services.errors import Unavailable
from services.http.trouble import Unanswered

ACCEPTED = "gzip"  # what requests ask for, and all that is understood
_GZIP = 16 + zlib.MAX_WBITS
_PLAIN = ("", "identity")


def is_plain(response: httpx.Response) -> bool:
    return _coding(response) in _PLAIN


async def read_body(response: httpx.Response, name: str, most: int) -> bytes:
    """The body of an answer of the service called ``name``.

    Unavailable over ``most`` bytes, Unanswered for what cannot be unpacked. Raises what httpx raises.
    """
    coding = _coding(response)
    if coding not in (*_PLAIN, "gzip", "x-gzip"):
        raise _unreadable(name)
    unpacked = None if coding in _PLAIN else zlib.decompressobj(_GZIP)
    body, came = bytearray(), False
    async for chunk in response.aiter_raw():
        came = True
        try:
            body += chunk if unpacked is None else unpacked.decompress(chunk, most + 1 - len(body))
        except zlib.error:
            raise _unreadable(name) from None
        if len(body) > most:
            raise Unavailable(
                f"{name} answered with more than {most >> 10} KB: that is no answer of it.",
                remedy="It is tried again later.",
            )
    if unpacked is not None and came and not unpacked.eof:
        raise _unreadable(name)
    return bytes(body)


def _coding(response: httpx.Response) -> str:
    return str(response.headers.get("content-encoding", "")).strip().lower()


def _unreadable(name: str) -> Unanswered:
    return Unanswered(
        f"{name} answered something that cannot be unpacked.", sent=True, remedy="It is tried again later."
    )
