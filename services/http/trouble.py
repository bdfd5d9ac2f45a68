"""Every exception of httpx as an error for people. What httpx says is not repeated: it may hold a key.

(An illegal header value, for instance, is quoted in full by the exception it causes.)
"""

from __future__ import annotations

import socket
import ssl

import httpx

from services.errors import Unavailable


class Unanswered(Unavailable):
    """No answer that can be used. ``sent`` says whether the request may have reached the service:

    if it may, nobody knows whether it took effect; if not, it certainly did not.
    """

    def __init__(
        self, message: str, *, sent: bool, remedy: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, remedy=remedy, retry_after=retry_after)
        self.sent = sent


_NETWORK = "Check the network; it is tried again."
_LATER = "It is tried again later."
_Meaning = tuple[bool, str, str]  # whether it may have reached the service, what happened, what to do


def _unsent(what: str, remedy: str = _LATER) -> _Meaning:
    return False, what, remedy


def _sent(what: str, remedy: str = _LATER) -> _Meaning:
    return True, what, remedy


_CUT_SHORT = (httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.StreamError)
# Each class that httpx raises itself is named; the last ones catch what a later version adds below them.
_TABLE: dict[type[Exception], _Meaning] = {
    httpx.ConnectError: _unsent("cannot be reached", _NETWORK),
    httpx.ConnectTimeout: _unsent("cannot be reached: nothing answers at its address", _NETWORK),
    httpx.PoolTimeout: _unsent("was not asked: too many requests to it are under way"),
    httpx.ProxyError: _unsent("cannot be reached through the proxy", "Check HTTPS_PROXY."),
    httpx.UnsupportedProtocol: _unsent(
        "was not asked: its address is not one of the web", "Check its address."
    ),
    httpx.InvalidURL: _unsent("was not asked: its address is malformed", "Check its address."),
    httpx.CookieConflict: _unsent("was not asked: two of its cookies have one name"),
    httpx.ReadTimeout: _sent("did not answer in time"),
    httpx.WriteTimeout: _sent("did not take the request in time"),
    httpx.ReadError: _sent("broke the connection off before its answer was complete"),
    httpx.WriteError: _sent("broke the connection off before it had the whole request"),
    httpx.CloseError: _sent("broke the connection off"),
    httpx.RemoteProtocolError: _sent("broke its answer off or did not speak HTTP"),
    httpx.LocalProtocolError: _sent("was sent a request that is not HTTP", "Check its key and address."),
    httpx.DecodingError: _sent("answered something that cannot be unpacked"),
    httpx.TooManyRedirects: _sent("led from one address to the next without end"),
    httpx.HTTPStatusError: _sent("answered with an error"),
    httpx.RequestNotRead: _sent("was sent a request cut short"),
    **dict.fromkeys(_CUT_SHORT, _sent("had its answer cut short")),
    httpx.HTTPError: _sent("could not be asked"),
    # Once a connection stands, this one is not turned into one of httpx's own (0.28).
    ssl.SSLError: _sent("broke the encrypted connection: what came over it was damaged"),
}
EXCEPTIONS = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict, ssl.SSLError)


def translate(error: Exception, name: str) -> Unanswered:
    """``error``, one of EXCEPTIONS, as a sentence about the service called ``name``.

    Raise it ``from None``: the original holds the request with its headers and its whole address.
    """
    kind = next(base for base in type(error).__mro__ if base in _TABLE)
    sent, what, remedy = _TABLE[kind]
    causes = set(map(type, _chain(error)))
    if kind is httpx.ConnectError and socket.gaierror in causes:
        what = "cannot be found: its name has no address"
    elif kind is httpx.ConnectError and ssl.SSLCertVerificationError in causes:
        what = (
            "was not asked: nothing proves that it is the one that answers (its certificate is not trusted)"
        )
        remedy = "Check this machine's clock and network; behind a company's proxy set SSL_CERT_FILE."
    return Unanswered(f"{name} {what}.", sent=sent, remedy=remedy)


def timed_out(name: str, seconds: float) -> Unanswered:
    return Unanswered(f"{name} did not answer within {seconds:.0f} s.", sent=True, remedy=_LATER)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what caused it, as far as it is told."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found
