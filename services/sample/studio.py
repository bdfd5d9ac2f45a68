"""Building the sample studio: what is missing is shared out to child processes, and a marker closes it."""

from __future__ import annotations

import errno
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import services
from services.errors import OperatorError, Unavailable
from services.log import get_logger
from services.sample.catalogue import LABEL, VERSION
from services.sample.work import FOLDERS, Task, all_tasks

_log = get_logger(__name__)

MARKER = ".sample-studio.json"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class StudioReport:
    """What make_studio found and did: all files of the studio, how many it made and how many it kept."""

    target: Path
    files: tuple[Path, ...]
    made: int
    kept: int
    seconds: float


def make_studio(
    target: Path,
    *,
    on_progress: Progress | None = None,
    workers: int | None = None,
    folders: Mapping[str, str] | None = None,
) -> StudioReport:
    """Draw and play the sample studio below ``target``; files that are there are kept.

    ``folders`` renames the folders (keys video, music, completed, wip, build). ``on_progress`` gets a
    sentence and the numbers of steps done and in all, in the calling thread. Blocks for ten seconds or so.
    Raises Unavailable when the disk is full or cannot be written.
    """
    start = perf_counter()
    names = FOLDERS | dict(folders or {})
    tasks = all_tasks()
    paths = {task.key: [target / names[kind] / name for kind, name in task.files] for task in tasks}
    files = tuple(path for task in tasks for path in paths[task.key])
    try:
        for name in names.values():
            (target / name).mkdir(parents=True, exist_ok=True)
        _sweep(files)
        todo = [task for task in tasks if not all(_whole(path) for path in paths[task.key])]
        missing = sum(not _whole(path) for path in files)
        if todo:
            count = max(1, min(workers or os.cpu_count() or 1, 4, len(todo)))
            _share_out(todo, paths, count, on_progress or (lambda sentence, done, total: None))
        _mark(target, files)
    except OSError as error:
        raise _unavailable(target, error.errno or 0, error.strerror or str(error)) from error
    report = StudioReport(target, files, missing, len(files) - missing, perf_counter() - start)
    _log.info("sample studio: %d files made, %d kept, %.1f s", report.made, report.kept, report.seconds)
    return report


def is_complete(target: Path, *, folders: Mapping[str, str] | None = None) -> bool:
    """Whether ``target`` holds this version's studio with every file of it."""
    try:
        marker = json.loads((target / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(marker, dict) or marker.get("version") != VERSION:
        return False
    names = FOLDERS | dict(folders or {})
    return all(_whole(target / names[kind] / name) for task in all_tasks() for kind, name in task.files)


def is_sample(target: Path) -> bool:
    """Whether ``target`` is a folder this studio was made in (whole or not, of any version)."""
    return os.path.isfile(target / MARKER)  # noqa: PTH113 - a folder that may not be entered is no error


def _whole(path: Path) -> bool:
    # Files arrive by renaming, so one that exists is complete; an empty one is a leftover of a full disk.
    return os.path.isfile(path) and path.stat().st_size > 0  # noqa: PTH113 - see is_sample


def _sweep(files: tuple[Path, ...]) -> None:
    """Remove what an interrupted run left under temporary names."""
    for folder in {path.parent for path in files}:
        own = {f".{path.name}." for path in files if path.parent == folder}
        for part in folder.glob(".*.part"):
            if any(part.name.startswith(name) for name in own):
                part.unlink(missing_ok=True)


def _mark(target: Path, files: tuple[Path, ...]) -> None:
    marker = {"about": LABEL, "version": VERSION, "files": sorted(str(p.relative_to(target)) for p in files)}
    part = target / f"{MARKER}.part"
    part.write_text(json.dumps(marker, indent=1), encoding="utf-8")
    part.replace(target / MARKER)


def _share_out(tasks: list[Task], paths: dict[str, list[Path]], count: int, report: Progress) -> None:
    """Run ``tasks`` in ``count`` child processes; the first failure stops all."""
    orders: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        orders.put(task)
    answers: queue.SimpleQueue[Task | OperatorError] = queue.SimpleQueue()
    children = [_start_worker() for _ in range(count)]
    threads = [
        threading.Thread(
            target=_attend, args=(child, orders, answers, paths), name="sample-studio", daemon=True
        )
        for child in children
    ]
    try:
        for thread in threads:
            thread.start()
        for done in range(1, len(tasks) + 1):
            answer = answers.get()
            if isinstance(answer, OperatorError):
                raise answer
            report(answer.doing, done, len(tasks))
    finally:
        for child in children:
            child.kill()
        for thread in threads:
            thread.join()
        for child in children:
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
        _sweep(tuple(path for group in paths.values() for path in group))


def _start_worker() -> subprocess.Popen[str]:
    root = str(Path(services.__file__).resolve().parent.parent)
    search = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    # One thread of arithmetic each: the workers themselves fill the cores.
    settings = {"PYTHONPATH": search, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "services.sample.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | settings,
    )


def _attend(
    child: subprocess.Popen[str],
    orders: queue.SimpleQueue[Task],
    answers: queue.SimpleQueue[Task | OperatorError],
    paths: dict[str, list[Path]],
) -> None:
    """Hand one child a task after the other and pass its answers on, until there is no more or it fails."""
    if child.stdin is None or child.stdout is None:
        raise AssertionError("a worker is always started with pipes")
    while True:
        try:
            task = orders.get_nowait()
        except queue.Empty:
            return
        where = [str(path) for path in paths[task.key]]
        try:
            child.stdin.write(json.dumps({"key": task.key, "paths": where}) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except (OSError, ValueError):
            line = ""  # killed: by us at the end, or from outside
        if not line:
            answers.put(
                Unavailable(
                    "A process that draws the sample studio ended unexpectedly.",
                    remedy="Start again; what is finished is kept. If it happens again, free some memory.",
                )
            )
            return
        answer = json.loads(line)
        if "error" in answer:
            folder = paths[task.key][0].parent
            answers.put(_unavailable(folder, int(answer["errno"]), str(answer["error"])))
            return
        answers.put(task)


def _unavailable(folder: Path, number: int, reason: str) -> Unavailable:
    if number in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable(
            f"The sample studio could not be finished: the disk of {folder} is full.",
            remedy="Free about 40 MB or set DATA_DIR to another disk, then start again; the rest is kept.",
        )
    if number in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Unavailable(
            f"The sample studio could not be made: {folder} cannot be written.",
            remedy="Allow writing there, set DATA_DIR to another folder, or MEDIA_DIR to your own media.",
        )
    return Unavailable(
        f"The sample studio could not be made in {folder}: {reason}.",
        remedy="Start again; what is finished is kept.",
    )
