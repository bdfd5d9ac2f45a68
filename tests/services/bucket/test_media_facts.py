from __future__ import annotations

import asyncio
import io
import threading
import time

import pytest

from services.bucket.categories import file_category
from services.bucket.facts import FactsReader, Finding
from services.model.asset import Category, MediaFacts


async def read(reader: FactsReader, name: str, content: bytes) -> Finding:
    return await reader.read(io.BytesIO(content), file_category(name), name)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("clip.mp4", MediaFacts("mov", 0.5, 64, 48, 30.0, True)),
        ("silent.mp4", MediaFacts("mov", 1.0, 64, 48, 30.0, False)),
        ("turned.mp4", MediaFacts("mov", 0.5, 48, 64, 30.0, False)),
        ("photo.jpg", MediaFacts("jpeg", None, 40, 30)),
        ("turned.jpg", MediaFacts("jpeg", None, 30, 40)),
        ("photo.png", MediaFacts("png", None, 40, 30)),
        ("photo.webp", MediaFacts("webp", None, 40, 30)),
        ("music.wav", MediaFacts("wav", 0.5, has_audio=True)),
    ],
)
async def test_facts_of_what_can_be_used(
    reader: FactsReader, made: dict[str, bytes], name: str, facts: MediaFacts
) -> None:
    finding = await read(reader, name, made[name])
    assert finding.problem is None
    assert finding.facts is not None
    # AAC ends on a whole packet, so that the container may last a few hundredths longer.
    assert finding.facts.duration == pytest.approx(facts.duration, abs=0.1)
    assert finding.facts == MediaFacts(
        facts.format, finding.facts.duration, facts.width, facts.height, facts.fps, facts.has_audio
    )


async def test_problems_are_sentences(reader: FactsReader, made: dict[str, bytes]) -> None:
    half = made["silent.mp4"][: len(made["silent.mp4"]) // 3]
    cases = {
        "zero.jpg": (b"", "empty"),
        "broken.mp4": (half, "damaged"),
        "text.mp4": (b"hello", "damaged"),
        "noise.mp3": (bytes(range(256)) * 8, "damaged"),
        "cut.jpg": (made["large.jpg"][:5000], "damaged"),
        "cut.png": (made["photo.png"][:900], "damaged"),
        "cut.webp": (made["photo.webp"][:200], "damaged"),
        "phone.heic": (b"\0\0\0\x18ftypheic" + bytes(50), "HEIC"),
        "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        "huge.png": (made["huge.png"], "12000 × 9000 pixels"),
        "playlist.mp4": (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n", "damaged"),
        "list.mp4": (b"ffconcat version 1.0\nfile /etc/passwd\n", "damaged"),
        "photo.mp4": (made["photo.jpg"], "damaged"),
        "music.mp4": (made["music.wav"], "no picture"),
        "clip.mp3": (made["silent.mp4"], "no sound"),
    }
    for name, (content, word) in cases.items():
        finding = await read(reader, name, content)
        assert finding.facts is None, name
        assert finding.problem is not None, name
        assert word in finding.problem, (name, finding.problem)
        assert finding.problem.endswith("."), name


async def test_a_photo_with_something_behind_its_end_is_fine(
    reader: FactsReader, made: dict[str, bytes]
) -> None:
    finding = await read(reader, "motion.jpg", made["photo.jpg"] + bytes(200_000))
    assert finding.problem is None


async def test_other_files_have_no_facts_and_are_not_read(reader: FactsReader) -> None:
    class Untouchable(io.BytesIO):
        def seek(self, *_: int) -> int:
            raise AssertionError("read")

    assert await reader.read(Untouchable(b"solid"), Category.MODEL_3D, "vase.stl") == Finding()


class Waits(io.BytesIO):
    """A file whose bytes come only when the test says so."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.go_on = threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        self.go_on.wait(10)
        return super().read(size)


async def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read(
    made: dict[str, bytes],
) -> None:
    reader = FactsReader(parallel=1, seconds=0.001)
    try:
        for _ in range(2):
            finding = await read(reader, "silent.mp4", made["silent.mp4"])
            assert finding.problem is not None
            assert "longer than 0.001 seconds" in finding.problem
    finally:
        reader.close()


async def test_bytes_that_come_late_are_no_fault_of_the_file(made: dict[str, bytes]) -> None:
    reader = FactsReader(parallel=1, seconds=0.3)
    try:
        assert (await read(reader, "photo.jpg", made["photo.jpg"])).problem is None
        slow = Waits(made["photo.jpg"])
        task = asyncio.create_task(reader.read(slow, Category.IMAGE, "slow.jpg"))
        threading.Timer(0.8, slow.go_on.set).start()
        assert (await task).problem is None
    finally:
        reader.close()


async def test_a_file_that_kills_its_reader_is_kept_with_the_reason(made: dict[str, bytes]) -> None:
    reader = FactsReader(parallel=1)
    await read(reader, "photo.jpg", made["photo.jpg"])
    child = reader._children.waiting.get()
    reader._children.waiting.put(child)
    assert child is not None

    class Deadly(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            child.process.kill()
            child.process.wait()
            return super().read(size)

    try:
        finding = await reader.read(Deadly(made["photo.jpg"]), Category.IMAGE, "deadly.jpg")
        assert finding.problem == "The file made the reader stop; it is probably damaged."
        assert (await read(reader, "photo.jpg", made["photo.jpg"])).problem is None
    finally:
        reader.close()


async def test_a_file_that_fails_while_it_is_read_costs_no_reader(
    reader: FactsReader, made: dict[str, bytes]
) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    for _ in range(3):
        with pytest.raises(OSError, match="Input/output"):
            await reader.read(Broken(b"xxxx"), Category.IMAGE, "a.jpg")
    assert (await read(reader, "photo.jpg", made["photo.jpg"])).problem is None


async def test_forty_files_take_no_three_seconds(reader: FactsReader, made: dict[str, bytes]) -> None:
    started = time.perf_counter()
    names = ["clip.mp4", "photo.jpg", "music.wav", "turned.jpg"] * 10
    findings = await asyncio.gather(*(read(reader, name, made[name]) for name in names))
    assert all(finding.problem is None for finding in findings)
    assert time.perf_counter() - started < 3
