"""Where each setting's text comes from: the environment, a line of a file, or nowhere. Checks nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic.fields import FieldInfo

from bot.env_files import EnvFiles, read_env_files
from bot.setting_texts import is_secret
from services.log import register_secret

DEFAULT_FILE = "bot.env"  # in the current directory; absent is fine
ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Given:
    """``values``: field → text, of what is set and not empty. ``sources``: variable → "environment" or
    "bot.env line 4", of the same."""

    values: Mapping[str, str]
    sources: Mapping[str, str]
    files: EnvFiles


def gather(
    fields: Mapping[str, FieldInfo], env_files: Sequence[Path] | None, environ: Mapping[str, str] | None
) -> Given:
    """The environment wins over files, later files over earlier ones.

    Without ``env_files`` the file bot.env of the current directory is read if there is one. Raises
    Misconfigured if a file cannot be read. Secrets are known to the log from here on.
    """
    environ = os.environ if environ is None else environ
    if env_files is None:
        # os.path: a folder this user may not look into has no bot.env for it.
        env_files = [Path(DEFAULT_FILE)] if os.path.exists(DEFAULT_FILE) else []  # noqa: PTH110
    files = read_env_files(env_files, environ)
    names = {name.upper(): name for name in fields}
    texts = {**files.values, **{name: value for name, value in environ.items() if name in names}}
    set_ = {name: value for name, value in texts.items() if name in names and value.strip()}
    for name, value in set_.items():
        if is_secret(fields[names[name]]):
            register_secret(value)
    return Given(
        values={names[name]: value for name, value in set_.items()},
        sources={name: ENVIRONMENT if name in environ else files.places[name] for name in set_},
        files=files,
    )
