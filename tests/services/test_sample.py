"""The sample studio, built for real once and looked at as a newcomer's bucket would be."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageOps

from services.errors import Unavailable
from services.sample import StudioReport, catalogue, is_complete, is_sample, make_studio, photos
from services.sample.shape import FORMS
from services.sample.work import all_tasks, make


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> StudioReport:
    target = tmp_path_factory.mktemp("studio")
    steps: list[tuple[str, int, int]] = []
    report = make_studio(target, on_progress=lambda *step: steps.append(step), workers=2)
    assert [done for _, done, _ in steps] == list(range(1, len(all_tasks()) + 1))
    assert all(sentence.endswith(".") and total == len(steps) for sentence, _, total in steps)
    return report


def files(studio: StudioReport, folder: str, ending: str) -> list[Path]:
    return sorted((studio.target / folder).glob(f"*{ending}"))


def test_holds_about_forty_files_and_nothing_temporary(studio: StudioReport) -> None:
    assert studio.made == len(studio.files) == 40
    assert all(path.stat().st_size > 0 for path in studio.files)
    found = {path for path in studio.target.rglob("*") if path.is_file()}
    assert found == {*studio.files, studio.target / ".sample-studio.json"}
    assert sum(path.stat().st_size for path in found) < 40e6
    assert is_complete(studio.target)
    assert is_sample(studio.target)


def test_names_are_the_real_studios(studio: StudioReport) -> None:
    clips = files(studio, "video_uploads", ".mp4")
    assert "timelapse_rv06.gcode_20250430_1556.mp4" in [clip.name for clip in clips]
    for clip in clips:
        assert re.fullmatch(
            r"timelapse_(tu|tm|sv|rv|sm)\d\d(_failed)?\.gcode_2025\d{4}_\d{4}\.mp4", clip.name
        )
        assert clip.with_suffix(".jpg").is_file()
    works = {path.stem for path in files(studio, "completed_works", ".jpg")}
    assert {"rv06", "tu01", "tm02", "sv03", "sm02"} <= works
    assert (studio.target / "completed_works/.DS_Store").is_file()


def test_clips_are_reels_like_and_short(studio: StudioReport) -> None:
    total, sounding, shapes = 0.0, 0, set()
    for path in files(studio, "video_uploads", ".mp4"):
        with av.open(str(path)) as clip:
            video = clip.streams.video[0]
            assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
            assert video.codec_context.colorspace == video.codec_context.color_primaries == 1  # BT.709
            assert video.average_rate == 24
            assert clip.metadata["comment"] == catalogue.LABEL
            seconds = video.frames / 24
            assert 4 <= seconds <= 7
            total += seconds
            sounding += bool(clip.streams.audio)
            shapes.add((video.width, video.height))
    assert total <= 60
    assert sounding == 2
    assert shapes == {(720, 1280), (1280, 720)}


def test_something_happens_in_a_clip(studio: StudioReport) -> None:
    """The pot grows: the middle of the picture goes from wall to clay."""
    path = studio.target / "video_uploads/timelapse_rv06.gcode_20250430_1556.mp4"
    with av.open(str(path)) as clip:
        frames = [frame.to_ndarray(format="gray") for frame in clip.decode(video=0)]
    box = np.s_[600:1000, 260:460]
    assert np.mean(frames[-1][box]) < np.mean(frames[0][box]) - 30
    steps = [float(np.abs(b.astype(int) - a).mean()) for a, b in pairwise(frames)]
    assert max(steps) < 12  # calm: no cuts, no flicker


def test_photos_stand_upright_and_say_what_they_are(studio: StudioReport) -> None:
    turned, shapes = [], set()
    for folder in ("completed_works", "wip_photos", "build_photos"):
        for path in files(studio, folder, ".jpg"):
            with Image.open(path) as image:
                exif = image.getexif()
                assert exif[0x010E] == catalogue.LABEL
                if exif.get(0x0112, 1) != 1:
                    turned.append((path.name, exif[0x0112], image.size))
                shapes.add(ImageOps.exif_transpose(image).size)
    assert turned == [("sv05.jpg", 6, (1440, 1080))]
    assert shapes == {(1080, 1440), (1440, 1080)}


def test_pictures_differ_and_use_the_whole_range(studio: StudioReport) -> None:
    small = {}
    for path in files(studio, "completed_works", ".jpg"):
        with Image.open(path) as image:
            small[path.name] = np.asarray(ImageOps.exif_transpose(image).resize((24, 24)), dtype=float)
            low, high = image.convert("L").getextrema()
            assert high - low > 120, path.name
    names = sorted(small)
    for k, name in enumerate(names):
        for other in names[k + 1 :]:
            assert np.abs(small[name] - small[other]).mean() > 6, (name, other)


def test_music_is_in_time_and_not_too_loud(studio: StudioReport) -> None:
    tunes = {tune.name: tune for tune in catalogue.TUNES}
    paths = [path for name in tunes for path in files(studio, "music_uploads", f"{name}.*")]
    assert len(paths) == 3
    for path in paths:
        with av.open(str(path)) as piece:
            assert piece.metadata["TBPM"] == str(tunes[path.stem].tempo)
            assert piece.metadata["title"] == tunes[path.stem].title
            sound = np.concatenate([frame.to_ndarray() for frame in piece.decode(audio=0)], axis=1)
            rate = piece.streams.audio[0].rate
        assert 15 < sound.shape[1] / rate < 40
        assert np.abs(sound).max() < 0.97
        assert -20 < 20 * np.log10(np.sqrt(np.mean(sound**2))) < -14
        assert _beats_per_minute(sound.mean(axis=0), rate) == pytest.approx(tunes[path.stem].tempo, rel=0.03)


def _beats_per_minute(mono: np.ndarray, rate: int) -> float:
    """The tempo between 70 and 140 at which the energy below 120 Hz or so repeats itself best."""
    hop = rate // 200
    low = np.convolve(mono, np.ones(rate // 240) / (rate // 240), "same")
    energy = np.square(low[: low.size // hop * hop]).reshape(-1, hop).sum(axis=1)
    rise = np.clip(np.diff(energy), 0, None)
    rise -= rise.mean()
    lags = np.arange(200 * 60 // 140, 200 * 60 // 70)
    return 60 * 200 / float(lags[int(np.argmax([np.dot(rise[:-lag], rise[lag:]) for lag in lags]))])


def test_the_model_is_a_closed_binary_stl(studio: StudioReport) -> None:
    data = (studio.target / "build_photos/rv06.stl").read_bytes()
    (count,) = struct.unpack_from("<I", data, 80)
    assert len(data) == 84 + 50 * count
    assert data.startswith(catalogue.LABEL.encode())
    assert (studio.target / "build_photos/about_this_studio.txt").read_text().startswith(catalogue.LABEL)


def test_the_same_picture_every_time(studio: StudioReport, tmp_path: Path) -> None:
    again = tmp_path / "rv06.jpg"
    make(next(task for task in all_tasks() if task.key == "completed/rv06"), [again])
    assert again.read_bytes() == (studio.target / "completed_works/rv06.jpg").read_bytes()


def test_only_what_is_missing_is_made_again(studio: StudioReport) -> None:
    gone = studio.target / "completed_works/sm02.jpg"
    before = gone.read_bytes()
    stamps = {path: path.stat().st_mtime_ns for path in studio.files if path != gone}
    gone.unlink()
    left_over = gone.with_name(".sm02.jpg.0123abcd.part")
    left_over.write_bytes(b"half a picture")
    assert not is_complete(studio.target)
    reports: list[StudioReport] = []
    steps: list[str] = []
    # From a thread, as an asyncio program would call it.
    thread = threading.Thread(
        target=lambda: reports.append(make_studio(studio.target, on_progress=lambda s, d, n: steps.append(s)))
    )
    thread.start()
    thread.join()
    assert (reports[0].made, reports[0].kept, len(steps)) == (1, 39, 1)
    assert gone.read_bytes() == before
    assert stamps == {path: path.stat().st_mtime_ns for path in studio.files if path != gone}
    assert not left_over.exists()
    assert is_complete(studio.target)


def test_the_marker_carries_a_version(studio: StudioReport, tmp_path: Path) -> None:
    marker = studio.target / ".sample-studio.json"
    text = marker.read_text()
    marker.write_text(json.dumps(json.loads(text) | {"version": 0}))
    try:
        assert not is_complete(studio.target)
    finally:
        marker.write_text(text)
    assert not is_complete(tmp_path)
    assert not is_sample(tmp_path)


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(Unavailable) as caught:
        make_studio(blocked / "media")
    assert caught.value.remedy


def test_a_full_disk_is_a_sentence_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted as root")
    try:
        with pytest.raises(Unavailable, match="full") as caught:
            make_studio(disk / "media", workers=2)
        assert "Free about" in caught.value.remedy
        assert not list(disk.rglob("*.part"))
        assert not is_complete(disk / "media")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_worker_ends_with_its_parent() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "services.sample.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child.communicate(timeout=30)  # closes its input, as a parent's death does
    assert child.returncode == 0


def test_a_worker_whose_parent_died_meanwhile_says_nothing(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "services.sample.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    photo = min(all_tasks(), key=lambda task: task.weight)
    child.stdout.close()  # as the parent's death does
    paths = [str(tmp_path / name) for _, name in photo.files]
    child.stdin.write(json.dumps({"key": photo.key, "paths": paths}).encode() + b"\n")
    child.stdin.flush()
    assert child.wait(60) == 0
    assert child.stderr.read() == b""
    assert Path(paths[0]).exists()
    child.stdin.close()
    child.stderr.close()


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_is_a_pot(name: str) -> None:
    """No height closes up or flies apart, at any angle."""
    height = np.linspace(0, 1, 60, dtype=np.float32)[:, None]
    angle = np.linspace(0, 2 * np.pi, 90, dtype=np.float32)[None, :]
    radius = FORMS[name].radius(height, angle)
    assert radius.shape == (60, 90)
    assert float(radius.min()) > 0.05
    assert float(radius.max()) <= FORMS[name].widest * 1.02


def test_every_photo_is_possible() -> None:
    for photo in catalogue.PHOTOS:
        assert photo.backdrop in photos.BACKDROPS
        assert all(stand.form in FORMS and stand.glaze in photos.GLAZES for stand in photo.stands)
        assert photo.stands or not photo.head
