"""Writes values into a file like bot.env and keeps everything else in it, letter by letter."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from bot.env_files import read_env_files
from services.errors import Refused
from services.files import written

MODE = 0o600  # it may hold tokens
_PLAIN = re.compile(r"[\w./:,@%+=~-]*", re.ASCII)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """``text`` with each value in the last line that sets its name, else in place of the line that shows its
    default (``#NAME=…``), else at the end. An empty value stays as ``NAME=``: the default."""
    parts = list(parse_stream(io.StringIO(text)))
    places = {binding.key: index for index, binding in enumerate(parts) if binding.key}
    texts = [binding.original.string for binding in parts]
    for name, value in values.items():
        line = f"{name}={quoted(value)}"
        if name in places:
            texts[places[name]] = _renewed(parts[places[name]], line)
        elif value and not _shown_default(texts, parts, name, line):
            if texts and not texts[-1].endswith("\n"):
                texts.append("\n")
            texts.append(f"{line}\n")
    return "".join(texts)


def quoted(value: str) -> str:
    """As the grammar of bot.env takes it: plain where that is safe, else in single quotes."""
    value = value.replace("${", "$${")
    if _PLAIN.fullmatch(value) and "${" not in value:
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def write(path: Path, text: str, values: Mapping[str, str]) -> Path | None:
    """Put ``text`` in the file's place, readable by its owner only, once it is proven to say ``values``.

    Answers where the former file is kept, None if there was none. Raises Refused for a value no file can
    hold, and what services.files raises for a disk or a folder that does not take it.
    """
    target = path.resolve()  # a link to one's own collection of settings stays a link
    trial = target.with_name(f"{target.name}.trial")
    try:
        with written(trial, mode=MODE) as stream:
            stream.write(text.encode())
        said = read_env_files([trial], {})
    finally:
        trial.unlink(missing_ok=True)
    for name, value in values.items():
        if value and said.values.get(name) != value:
            raise Refused(f"{name} has a value that a settings file cannot hold.", remedy="Choose another.")
    kept = None
    if target.exists():
        kept = target.with_name(f"{target.name}.before-setup")
        former = target.read_bytes()
        with written(kept, mode=MODE) as stream:
            stream.write(former)
    with written(target, mode=MODE) as stream:
        stream.write(text.encode())
    return kept


def _renewed(binding: Binding, line: str) -> str:
    """The line of a binding, with the blank lines before it and the comment after it."""
    old = binding.original.string
    lead = old[: len(old) - len(old.lstrip())]
    comment = re.search(r"[ \t]+#[^\n'\"]*$", old.rstrip("\n"))
    return f"{lead}{line}{comment[0] if comment else ''}" + ("\n" if old.endswith("\n") else "")


def _shown_default(texts: list[str], parts: list[Binding], name: str, line: str) -> bool:
    """Put ``line`` where the file shows the default of ``name``; False if it does not."""
    shown = re.compile(rf"(?m)^#[ \t]?{re.escape(name)}=[^\n]*$")
    for index, binding in enumerate(parts):
        if binding.key is None and shown.search(texts[index]):
            texts[index] = shown.sub(lambda found: line, texts[index], count=1)
            return True
    return False
