"""The token the operator obtained itself, in a file of its own that only its owner reads.

It beats the token of the settings as long as that is the one it descends from: whoever writes another one
into the settings means it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from services import files
from services.log import get_logger
from services.redaction import register_secret

log = get_logger(__name__)
FILE = "instagram_token.json"
MODE = 0o600
_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Token:
    """``expires`` None: nobody said, or never (``eternal``). ``scopes`` is () when unknown."""

    secret: SecretStr
    expires: datetime | None = None
    obtained: datetime | None = None
    scopes: tuple[str, ...] = ()
    eternal: bool = False
    settings: str = field(default="", repr=False)  # digest of the settings' token it descends from


def digest(secret: SecretStr) -> str:
    """Tells whether two tokens are one, without being one."""
    return hashlib.sha256(secret.get_secret_value().encode()).hexdigest()


def read(path: Path) -> Token | None:
    """What was stored; None where nothing usable is. Blocks."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_LARGEST))
        token = Token(
            SecretStr(str(found["token"])),
            _moment(found.get("expires")),
            _moment(found.get("obtained")),
            tuple(map(str, found.get("scopes") or ())),
            found.get("eternal") is True,
            str(found["settings"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        # Its text could be the token's: only the kind of damage is told.
        log.warning("%s cannot be used (%s); the settings' token is taken", path.name, type(error).__name__)
        return None
    register_secret(token.secret.get_secret_value())
    return token


def write(path: Path, token: Token) -> None:
    """Store it, whole and synced, before anything else is forgotten. Blocks; raises OperatorError."""
    register_secret(token.secret.get_secret_value())
    stored = {
        "token": token.secret.get_secret_value(),
        "expires": token.expires.isoformat() if token.expires else None,
        "obtained": token.obtained.isoformat() if token.obtained else None,
        "scopes": list(token.scopes),
        "eternal": token.eternal,
        "settings": token.settings,
    }
    with files.written(path, mode=MODE) as stream:
        stream.write(json.dumps(stored).encode())


def stamp(path: Path) -> tuple[int, int]:
    """Changes when the file does; another process of this operator may have written it."""
    try:
        found = os.stat(path)  # noqa: PTH116 - one call, on every request
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_ino


def _moment(text: object) -> datetime | None:
    found = datetime.fromisoformat(text) if isinstance(text, str) else None
    if found is not None and found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found
