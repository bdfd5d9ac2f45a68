"""Voices, spoken by espeak-ng as a stand-in for the vendor's: before the timeline is laid out, because a
scene lasts as long as what is said in it.

Text goes to the program by its standard input, cleaned and bounded; no shell, no text among its arguments.
It inherits the limits of the renderer's process and has a time limit of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.log import get_logger
from services.movie import Movie
from services.movie.elements import Voice
from services.movie.timeline import voice_name
from services.renderer.local.media import AssetFile, Assets
from services.renderer.local.output.cache import Cache

PROGRAM = "espeak-ng"
VERSION = "1"  # of how it is called; part of the name under which a spoken text is kept

_log = get_logger(__name__)
_MOST_CHARACTERS = 3_000  # of all texts together: more cannot be said in the longest movie
_MOST_BYTES = 32 << 20  # of one spoken text
_HEADER = 44  # bytes of a wav without any sound
_LANGUAGE = re.compile(r"([a-z]{2,3})-([A-Z]{2})(?:-|$)")  # "de-DE-KatjaNeural"
_OTHERWISE = "en-us"


@dataclass(frozen=True, slots=True)
class Speaker:
    """``program`` None: nobody speaks. Spoken texts lie in ``folder``, and in ``cache`` for later renders.

    ``seconds``: how long it may take for one text.
    """

    program: Path | None
    folder: Path
    cache: Cache
    seconds: float = 10.0


def with_voices(movie: Movie, assets: Assets, speaker: Speaker) -> Assets:
    """``assets`` and the movie's voices, under voice_name(); those that could not be spoken are left out."""
    if speaker.program is None:
        return assets
    found: dict[str, AssetFile] = {}
    left = _MOST_CHARACTERS
    for voice in _voices(movie):
        name, words = voice_name(voice), speakable(voice.text)
        if name in found or not words:
            continue
        left -= len(words)
        if left < 0:
            _log.info("Not all voices of a movie are spoken: they are too long")
            break
        try:
            path = _spoken(speaker, speaker.program, words, voice.voice)
        except subprocess.TimeoutExpired:
            _log.warning("%s hangs; the movie's voices stay silent", PROGRAM)
            break
        if path is not None:
            found[name] = AssetFile(name, path, "the spoken voice")
    return {**assets, **found}


def speakable(text: str) -> str:
    """What is said of ``text``: printable, in one line, without the program's own marks for phonemes."""
    words = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(re.sub(r"\[\[+|\]\]+", " ", words).split())


def languages(voice: str) -> tuple[str, ...]:
    """What to ask the program for, in order: by the vendor's name of a voice, then English."""
    match = _LANGUAGE.match(voice)
    if match is None:
        return (_OTHERWISE,)
    language, region = match[1], match[2].lower()
    return tuple(dict.fromkeys((f"{language}-{region}", language, _OTHERWISE)))


def _voices(movie: Movie) -> Iterator[Voice]:
    elements = [*movie.elements, *(element for scene in movie.scenes for element in scene.elements)]
    return (element for element in elements if isinstance(element, Voice))


def _spoken(speaker: Speaker, program: Path, words: str, voice: str) -> Path | None:
    facts = json.dumps([VERSION, _identity(program), words, languages(voice)])
    name = hashlib.sha256(facts.encode()).hexdigest() + ".voice.wav"
    path = speaker.folder / name
    if path.exists() or speaker.cache.take(name, path):
        return path
    for language in languages(voice):
        if _say(program, language, words, path, speaker.seconds):
            speaker.cache.give(name, path)
            return path
    return None


def _identity(program: Path) -> list[str | int]:
    """Another version of the program speaks otherwise."""
    facts = program.stat()
    return [program.name, facts.st_size, facts.st_mtime_ns]


def _say(program: Path, language: str, words: str, path: Path, seconds: float) -> bool:
    """Whether there is sound at ``path`` now. TimeoutExpired: then it would hang at every other text, too."""
    part = path.with_suffix(".part")
    command = [str(program), "-v", language, "-b", "1", "--stdin", "-w", str(part)]
    try:
        done = subprocess.run(  # noqa: S603 - a list without a shell; nothing in it comes from a movie
            command, input=words.encode(), timeout=seconds, check=False, env=_ENVIRONMENT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=path.parent,
        )  # fmt: skip
        if done.returncode == 0 and _HEADER < part.stat().st_size <= _MOST_BYTES:
            part.replace(path)
            return True
        _log.info("%s answered with %s to a text in %s", PROGRAM, done.returncode, language)
    except OSError as error:
        _log.info("%s did not speak: %s", PROGRAM, error)
    finally:
        part.unlink(missing_ok=True)
    return False


_ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
