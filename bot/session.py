"""How a command finds the running operator: DATA_DIR/operator.json, readable by its owner only."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from bot.settings import Settings, twins
from services.files import sentence

FILE = "operator.json"
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Session:
    """``token`` admits to the loopback API; ``identity`` must equal the command's own. ``code`` tells from
    which files it was started: they may have been replaced since."""

    url: str
    token: str
    process: int
    version: str
    identity: str
    code: str = ""


def announce(data_dir: Path, *, url: str, token: str, identity: str) -> Session:
    session = Session(url, token, os.getpid(), version("autopotter"), identity, code())
    path = data_dir / FILE
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), 0o600)
            json.dump(asdict(session), stream)
    except OSError as error:
        raise sentence(error, path) from error
    return session


def withdraw(data_dir: Path) -> None:
    """Take the announcement back; one that cannot be removed is harmless, as the lock is free then."""
    with contextlib.suppress(OSError):
        (data_dir / FILE).unlink(missing_ok=True)


def find(data_dir: Path) -> Session | None:
    """What was announced, perhaps by an operator that was killed: compare its process with the lock's."""
    try:
        return Session(**json.loads((data_dir / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_of_other_code(data_dir: Path) -> bool:
    """Whether the announced operator was started from other files than are here now. Reads all of them."""
    found = find(data_dir)
    return found is not None and found.code != code()


def code() -> str:
    """Of the operator's own source, as it lies here. Reads all of it: some 20 ms."""
    digest = hashlib.sha256()
    for folder in ("bot", "services"):
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def identity(settings: Settings) -> str:
    """Of the settings that select a twin, an account or a folder: command and operator must agree on it."""
    selecting = [
        twins(settings),
        str(settings.media_root.resolve()),
        str(settings.brand_dir.resolve()),
        str(settings.data_dir.resolve()),
        list(settings.gcs_folders),
        settings.gcs_draft_folder,
        settings.publish_to,
        settings.instagram_user_id,
        settings.graph_host,
        settings.openai_base_url,
        settings.gcs_bucket,
        settings.google_sheets_id,
    ]
    return hashlib.sha256(json.dumps(selecting, sort_keys=True).encode()).hexdigest()[:16]
