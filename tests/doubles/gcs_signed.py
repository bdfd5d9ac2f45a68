"""Signed addresses as Google Cloud Storage judges them: by whom, for what, and until when.

https://cloud.google.com/storage/docs/authentication/canonical-requests
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from tests.doubles.google_keys import verified
from tests.doubles.http_double import Asked

_NEEDED = [
    f"X-Goog-{n}" for n in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
]
LONGEST = 7 * 24 * 3600  # seconds an address may live


def address_problem(asked: Asked, now: datetime) -> tuple[int, str] | None:
    """Status and words of the refusal; None for an address that is right."""
    query = {name: values[0] for name, values in asked.query.items()}
    missing = [name for name in _NEEDED if name not in query]
    if missing:
        return 400, f"Missing query parameters: {', '.join(missing)}"
    signature = bytes.fromhex(query.pop("X-Goog-Signature"))
    canonical = "&".join(f"{_quoted(n)}={_quoted(v)}" for n, v in sorted(query.items()))
    headers = query["X-Goog-SignedHeaders"].split(";")
    lines = "".join(f"{name}:{asked.headers[name].strip()}\n" for name in headers)
    request = "\n".join([asked.method, asked.path, canonical, lines, ";".join(headers), "UNSIGNED-PAYLOAD"])
    scope = query["X-Goog-Credential"].partition("/")[2]
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join([query["X-Goog-Algorithm"], query["X-Goog-Date"], scope, digest])
    if not verified(text.encode(), signature):
        return 403, "The request signature we calculated does not match the signature provided."
    begun = datetime.strptime(query["X-Goog-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    life = int(query["X-Goog-Expires"])
    if life > LONGEST:
        return 400, "X-Goog-Expires must be less than a week."
    return (400, "The provided token has expired.") if now > begun + timedelta(seconds=life) else None


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
