"""What the tests of bad input share: hostile media, what people were told, operators with quick renders."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from PIL import Image

from bot.engine import Engine
from bot.operations.registry import Requester
from bot.operator import Operator
from bot.reply import Reply
from bot.settings import load_settings
from bot.surfaces.base import dispatch
from bot.wiring import close_operator, open_operator
from tests.doubles import media
from tests.doubles.renderer import QuickRenderer

SECRET = "never-to-be-told-4711"  # DESK_TOKEN of every operator here
ME = Requester("console")

# Names that try to be an option, a path, a formula, a tag, a colour, a new line, or no text at all.
HOSTILE = (
    b'it\'s "quoted" rv06',
    b"two\nlines rv07",
    "🏺 pot ✨ rv08".encode(),
    b"%2e%2e%2fetc ..%2f..%2fetc rv09",
    b"up\\..\\..\\passwd rv10",
    b'=HYPERLINK("http:evil","rv11")',
    b"hey @everyone <img src=x onerror=alert(1)> rv12",
    b"\x1b[31mred\x07 rv13",
    "\u202etxt\u0085\u009b2J rv14".encode(),
    b"\xff\xfe no text rv15",
    b"--help rv16",
    b"{{7*7}} ${HOME} %s rv17",
)


def told(done: subprocess.CompletedProcess[str]) -> str:
    """All a command said, in one line. Whatever happened: no traceback, no secret, nothing to obey."""
    text = done.stdout + done.stderr
    assert_calm(text)
    return " ".join(text.split())


def assert_calm(text: str) -> None:
    assert "Traceback" not in text, text
    assert SECRET not in text, text
    assert all(char.isprintable() or char == "\n" for char in text), ascii(text)


async def asked(op: Operator, name: str, **given: Any) -> Reply:
    """The last reply of an operation, its text being all that was said; never a traceback or a secret."""
    replies = [reply async for reply in dispatch(op, ME, name, given)]
    text = " ".join(part for reply in replies for part in (reply.text, reply.remedy) if part)
    assert "Something unexpected" not in text, text
    assert SECRET not in text
    return dataclasses.replace(replies[-1], text=text)


@contextlib.asynccontextmanager
async def operator(data: Path, material: Path, rendered: Path, **more: str) -> AsyncIterator[Operator]:
    """The real operator of these settings, but for its renders, which are at once done."""
    environ = {"DATA_DIR": str(data), "MEDIA_DIR": str(material), "DESK_TOKEN": SECRET}
    environ |= {"DISK_MIN_FREE": "1KB", **more}  # disks of these tests are small
    op = await open_operator(load_settings([], environ), Engine(first_backoff=0.01))
    op.services = dataclasses.replace(op.services, renderer=QuickRenderer(rendered))
    try:
        yield op
    finally:
        await close_operator(op)


def linked(source: Path, target: Path) -> Path:
    """A folder of media with the same files, to which more can be added."""
    for path in source.rglob("*"):
        if path.is_file():
            (place := target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            os.link(path, place)
    return target


def broken_media(root: Path) -> dict[str, str]:
    """Files nobody can use, among others; answers name → what its problem must say."""
    whole = next(root.rglob("*.mp4")).read_bytes()
    clip, photo, large = "cut.mp4", "empty.jpg", "huge.png"
    (root / "video_uploads" / clip).write_bytes(whole[:400])
    (root / "video_uploads" / "noise.mp4").write_bytes(bytes(range(256)) * 64)
    (root / "wip_photos" / photo).touch()
    Image.new("1", (10_000, 10_000)).save(root / "completed_works" / large)
    (root / "music_uploads" / "torn.mp3").write_bytes(b"ID3\x04" + bytes(400))
    return {
        clip: "damaged",
        "noise.mp4": "damaged",
        photo: "empty",
        large: "100 megapixels",
        "torn.mp3": "damaged",
    }


def hostile_media(root: Path) -> Path:
    """A folder in which every name is hostile and every file is good."""
    folder = os.fsencode(root / "completed_works")
    for number, name in enumerate(HOSTILE):
        source = media.photo(root / f"{number}.jpg", colour=(20 * number, 90, 250 - 20 * number))
        Path(os.fsdecode(folder)).mkdir(parents=True, exist_ok=True)
        source.rename(Path(os.fsdecode(folder + b"/" + name + b".jpg")))
    clip = media.video(root / "clip.mp4", seconds=6.0)
    (root / "video_uploads").mkdir()
    for name in HOSTILE[:6]:
        os.link(clip, os.fsencode(root / "video_uploads") + b"/" + name + b".mp4")
    clip.unlink()
    return root
