"""Which addresses may be asked: those of the service, or of this machine where a test server stands in.

A service's answers name addresses, too (pages, uploads, finished files): data from outside, which must not
lead the operator anywhere else. Imports nothing heavy: settings are checked with it as well.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server listening on ``host``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_below(host: str, domains: Iterable[str]) -> bool:
    """Whether ``host`` is one of ``domains`` or below it: assets.example.com is below example.com."""
    host = host.lower().rstrip(".")
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def base_address(url: str, domains: Iterable[str]) -> str:
    """The address of a service as a setting names it, without a slash at its end.

    https at one of ``domains``, or http or https on this machine. ValueError with the reason otherwise: a
    key would travel to whoever is named here.
    """
    text = url.strip().rstrip("/")
    parts = urlsplit(text)
    port = parts.port  # a ValueError of its own if it is no number
    if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
        raise ValueError("not a plain address")
    if parts.scheme in ("http", "https") and is_loopback(parts.hostname):
        return text
    if parts.scheme != "https" or port not in (None, 443) or not is_below(parts.hostname, domains):
        raise ValueError("neither the service's own address nor this machine's")
    return text


def may_be_asked(scheme: str, host: str, port: int | None, *, base: str, domains: Iterable[str]) -> bool:
    """Whether an address found in an answer belongs to the service at ``base``.

    Its own origin, https at one of ``domains``, and this machine only where the service itself is there.
    """
    if port is not None and not 0 < port < 65_536:  # connecting would be no error of the network's
        return False
    own = urlsplit(base)
    own_host = (own.hostname or "").lower()
    if (scheme, host.lower(), port or _port(scheme)) == (own.scheme, own_host, own.port or _port(own.scheme)):
        return True
    if is_loopback(own_host):
        return scheme in ("http", "https") and is_loopback(host)
    return scheme == "https" and port in (None, 443) and is_below(host, domains)


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
