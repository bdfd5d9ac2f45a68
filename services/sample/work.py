"""One piece of work of the studio: which files it leaves, and making them under temporary names first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from services.sample import catalogue
from services.sample.catalogue import Clip, Photo, Tune

FOLDERS: dict[str, str] = {
    "video": "video_uploads",
    "music": "music_uploads",
    "completed": "completed_works",
    "wip": "wip_photos",
    "build": "build_photos",
}


@dataclass(frozen=True, slots=True)
class Task:
    """``files`` are (folder kind, name); ``weight`` is roughly its CPU seconds; ``doing`` a sentence."""

    key: str
    files: tuple[tuple[str, str], ...]
    weight: float
    doing: str
    source: Clip | Photo | Tune | str


def all_tasks() -> tuple[Task, ...]:
    """Everything the studio consists of, the longest work first."""
    ending = _music_ending()
    tasks = [
        Task(
            clip.name, (("video", f"{clip.name}.mp4"), ("video", f"{clip.name}.jpg")),
            3.0 if clip.spin or clip.fails else 1.8, f"Filming {clip.form} growing.", clip,
        )
        for clip in catalogue.CLIPS
    ]  # fmt: skip
    tasks += [
        Task(f"{p.folder}/{p.name}", ((p.folder, f"{p.name}.jpg"),), 0.4, f"Photographing {p.name}.", p)
        for p in catalogue.PHOTOS
    ]
    tasks += [
        Task(t.name, (("music", f"{t.name}.{ending}"),), 1.2, f"Playing “{t.title}”.", t)
        for t in catalogue.TUNES
    ]
    tasks += [
        Task("model", (("build", "rv06.stl"),), 0.1, "Saving a model for the printer.", "model"),
        Task(
            "notes", (("build", "about_this_studio.txt"),), 0.0, "Writing a note about the studio.", "notes"
        ),
        Task("litter", (("completed", ".DS_Store"),), 0.0, "Leaving a file that is not media.", "litter"),
    ]
    return tuple(sorted(tasks, key=lambda task: -task.weight))


def _music_ending() -> str:
    from services.sample.encode import music_ending  # late: whoever only asks for a name needs no numpy

    return music_ending()


def make(task: Task, paths: list[Path]) -> None:
    """Make the files of ``task`` at ``paths``; each appears complete or not at all. Raises OSError."""
    source = task.source
    if isinstance(source, Clip):
        _make_clip(source, *paths)
        return
    with _arriving(paths[0]) as part:
        _maker(source)(part)


def _maker(source: Photo | Tune | str) -> Callable[[Path], object]:
    if isinstance(source, Photo):
        from services.sample import photos

        photo = source
        return lambda part: photos.save(part, photos.draw(photo), rotated=photo.rotated)
    if isinstance(source, Tune):
        from services.sample import encode, music

        tune = source
        tags = {"title": tune.title, "artist": "Autopotter sample studio", "TBPM": str(tune.tempo)}
        return lambda part: encode.write_music(part, music.play(tune), tags)
    from services.sample import extras
    from services.sample.shape import FORMS

    return {
        "model": lambda part: extras.write_stl(part, FORMS["rv06"]),
        "notes": lambda part: part.write_text(extras.NOTES, encoding="utf-8"),
        "litter": lambda part: part.write_bytes(extras.DS_STORE),
    }[source]


def _make_clip(clip: Clip, video: Path, still: Path) -> None:
    """The clip and its poster, from the same frames."""
    from services.sample import encode, music, photos, timelapse
    from services.sample.planes import Frame

    chosen = timelapse.poster_index(clip)

    def watched(part: Path) -> Iterator[Frame]:
        for index, frame in enumerate(timelapse.frames(clip)):
            if index == chosen:
                photos.save(part, frame.to_image())
            yield frame

    sound = music.hum(clip.seconds, clip.seed) if clip.hum else None
    with _arriving(still) as still_part, _arriving(video) as video_part:
        encode.write_clip(video_part, watched(still_part), clip.size, timelapse.FPS, sound)


@contextmanager
def _arriving(path: Path) -> Iterator[Path]:
    """A temporary name beside ``path`` that becomes it when all went well."""
    part = path.with_name(f".{path.name}.{uuid4().hex[:8]}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
