"""Reads the brand's folder: who speaks, what makes a good video, what videos are for, what to know.

Nothing in the folder can stop a run: what is missing, broken, too large or no text is replaced by a default
and told in a sentence. The texts are handed on as they are; whoever uses them treats them as data.
"""

from __future__ import annotations

import math
from pathlib import Path

import yaml

from services.model.brief import Brand, Intent

LARGEST = 256 * 1024  # bytes per file; a planner reads all of it
MOST_FILES = 100  # in context/
DEEPEST = 10  # lists and maps within each other in intents.yaml
CONTEXT_TYPES = frozenset({".md", ".txt", ".yaml", ".yml", ".json", ".csv"})

PERSONALITY = """\
You speak for a small studio in the first person plural: plainly, warmly, with a little dry humour. You are
exact about materials and honest about what went wrong. You never boast and never use slang you would have
to explain.
"""
INSTRUCTIONS = """\
Propose short vertical videos (5 to 60 seconds) from the studio's own footage. Each must differ from the
others and from the last drafts in its idea, not only in its title. Use only the files listed, and say
nothing about them that their names, the context and the footage do not show. A caption has at most 2200
characters and at most 5 hashtags. The first second must give a reason to watch the second one.
"""
INTENTS = (
    Intent("show_the_process", "Show how a thing comes into being, from its first layer to its last.", 3.0),
    Intent("reveal_the_piece", "Let the finished piece be the event; keep the viewer waiting for it.", 2.0),
    Intent("honest_failure", "Show something that went wrong, and what it taught, without drama.", 1.0),
    Intent("teach_one_thing", "Teach exactly one thing a viewer can use.", 1.0),
)


class Unreadable(Exception):
    """Why a file cannot be used, and what would help."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


def read_brand(folder: Path) -> Brand:
    """The brand in ``folder``: personality.md, instructions.md, intents.yaml and the texts in context/.

    Never raises for what is in the folder, or for its absence; ``notes`` then say what was replaced.
    """
    notes: list[str] = []
    return Brand(
        personality=_text_or(PERSONALITY, folder, "personality.md", notes),
        instructions=_text_or(INSTRUCTIONS, folder, "instructions.md", notes),
        intents=_intents(folder, notes),
        context=_context(folder, notes),
        notes=tuple(notes),
    )


def _text_or(default: str, folder: Path, name: str, notes: list[str]) -> str:
    try:
        text = _read(folder, folder / name)
    except FileNotFoundError:
        notes.append(f"The brand has no {name}: a plain default is used. Write one in BRAND_DIR.")
        return default
    except Unreadable as error:
        notes.append(f"The brand's {name} {error}: a plain default is used. {error.remedy}")
        return default
    if not text.strip():
        notes.append(f"The brand's {name} is empty: a plain default is used. Write something into it.")
        return default
    return text


def _intents(folder: Path, notes: list[str]) -> tuple[Intent, ...]:
    name = "intents.yaml"
    try:
        found = _parse_intents(_read(folder, folder / name), notes)
    except FileNotFoundError:
        notes.append(f"The brand has no {name}: four plain intents are used. Write one in BRAND_DIR.")
        return INTENTS
    except Unreadable as error:
        notes.append(f"The brand's {name} {error}: four plain intents are used. {error.remedy}")
        return INTENTS
    if not found:
        notes.append(f"The brand's {name} holds no usable intent: four plain ones are used. Add some.")
    return found or INTENTS


def _parse_intents(text: str, notes: list[str]) -> tuple[Intent, ...]:
    shape = "Write a list of entries with name, prompt and weight."
    try:
        refuse_bombs(text)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f" (line {line + 1})" if isinstance(line, int) else ""
        raise Unreadable(f"is not valid YAML{where}", shape) from error
    if isinstance(data, dict) and "intents" in data:
        data = data["intents"]
    if not isinstance(data, list):
        raise Unreadable("is not a list", shape)
    intents: dict[str, Intent] = {}
    for number, entry in enumerate(data, start=1):
        intent = _intent(entry)
        if intent is None or intent.name in intents:
            wrong = "repeats a name" if intent else "needs a name, a prompt and a weight above 0"
            notes.append(f"Entry {number} of the brand's intents.yaml {wrong}: it is left out. Correct it.")
        else:
            intents[intent.name] = intent
    return tuple(intents.values())


def refuse_bombs(text: str) -> None:
    """A few lines of YAML aliases stand for gigabytes, a few thousand brackets for minutes of parsing."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable("uses YAML aliases, which are not read here", "Write the text out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Unreadable("is nested too deeply", "Write a plain list of entries.")


def _intent(entry: object) -> Intent | None:
    if not isinstance(entry, dict):
        return None
    name, prompt, weight = entry.get("name"), entry.get("prompt"), entry.get("weight", 1.0)
    if not (isinstance(name, str) and name.strip() and isinstance(prompt, str) and prompt.strip()):
        return None
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        return None
    try:
        weight = float(weight)
    except OverflowError:  # an integer of hundreds of digits
        return None
    if not (math.isfinite(weight) and weight > 0):
        return None
    return Intent(name.strip(), " ".join(prompt.split()), weight)


def _context(folder: Path, notes: list[str]) -> dict[str, str]:
    try:
        paths = sorted((folder / "context").iterdir())
    except FileNotFoundError:
        notes.append("The brand has no context folder: planners know only file names. Add one in BRAND_DIR.")
        return {}
    except OSError as error:
        notes.append(f"The brand's context folder cannot be read ({error.strerror}). Check its permissions.")
        return {}
    texts: dict[str, str] = {}
    for path in paths:
        if path.suffix.lower() not in CONTEXT_TYPES or path.name.startswith("."):
            continue
        if len(texts) == MOST_FILES:
            notes.append(f"The brand's context folder has over {MOST_FILES} texts: the rest is left out.")
            break
        shown = "context/" + _printable(path.name)
        try:
            texts[_printable(path.name)] = _read(folder, path)
        except FileNotFoundError:
            notes.append(f"The brand's {shown} leads to no file: it is left out. Remove or repair the link.")
        except Unreadable as error:
            notes.append(f"The brand's {shown} {error}: it is left out. {error.remedy}")
    return texts


def _read(folder: Path, path: Path) -> str:
    """The file's text; raises FileNotFoundError or Unreadable. Links may not lead out of ``folder``."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()):
            raise Unreadable("is a link that leads out of the brand's folder", "Put the file itself there.")
        if not real.is_file():  # reading a pipe would wait for ever
            raise Unreadable("is not a regular file", "Put a text file there.")
        with real.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError) as error:  # RuntimeError: a circle of links, before Python 3.13
        reason = (error.strerror if isinstance(error, OSError) else None) or "its links lead in a circle"
        raise Unreadable(f"cannot be read ({reason})", "Check the file and its permissions.") from error
    if len(content) > LARGEST:
        raise Unreadable("is larger than 256 KB", "Shorten it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8 text", "Save it as UTF-8.") from error
    if "\0" in text:
        raise Unreadable("is not a text", "Save it as UTF-8 text.")
    return text.replace("\r\n", "\n")


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
