from __future__ import annotations

import pytest

from services.bucket.categories import content_type, file_category, ignored
from services.model.asset import Category


@pytest.mark.parametrize(
    ("name", "category", "kind"),
    [
        ("timelapse_rv06.gcode_20250430_1556.mp4", Category.VIDEO, "video/mp4"),
        ("CLIP.MOV", Category.VIDEO, "video/quicktime"),
        ("song.mp3", Category.AUDIO, "audio/mpeg"),
        ("rv06.JPG", Category.IMAGE, "image/jpeg"),
        ("IMG.HEIC", Category.IMAGE, "image/heic"),
        ("vase.stl", Category.MODEL_3D, "model/stl"),
        ("notes.txt", Category.DOCUMENT, "text/plain"),
        ("all.tar.gz", Category.ARCHIVE, "application/gzip"),
        ("mp4", Category.OTHER, "application/octet-stream"),
        ("x.unknown", Category.OTHER, "application/octet-stream"),
        ("odd.mp4\n", Category.OTHER, "application/octet-stream"),
    ],
)
def test_names_decide(name: str, category: Category, kind: str) -> None:
    assert file_category(name) is category
    assert content_type(name) == kind


def test_a_content_type_helps_only_a_name_that_says_nothing() -> None:
    assert file_category("upload-7", "video/mp4") is Category.VIDEO
    assert file_category("rv06.jpg", "video/mp4") is Category.IMAGE


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "._a.jpg", "Thumbs.db", "a.mp4.part", "a.tmp", "~$notes.docx", "a.jpg~", "desktop.ini"],
)
def test_what_systems_leave_behind_is_ignored(name: str) -> None:
    assert ignored(name)


@pytest.mark.parametrize("name", ["partly.mp4", "a.part.mp4", "thumbs.db.jpg", "…", "temp"])
def test_what_people_name_is_kept(name: str) -> None:
    assert not ignored(name)
