"""How long setup and doctor wait for a chat's answers: somebody sits before them."""

from __future__ import annotations

from services.http.client import Http
from services.http.remote import Remote
from services.http.service import Service

ANSWER_SECONDS, ATTEMPTS, PATIENCE = 15.0, 3, 10.0


def chat_remote(http: Http, name: str, base_url: str, domain: str) -> Remote:
    """The chat of this ``name`` (used in sentences) at the address of its API."""
    return Remote(
        http,
        Service(
            name, base_url.rstrip("/"), domains=(domain,), timeout=ANSWER_SECONDS, attempts=ATTEMPTS,
            patience=PATIENCE,
        ),
    )  # fmt: skip
