"""Which files belong together, by their names and by the brand's word."""

from __future__ import annotations

import pytest

from services.brand_pairs import brand_pairs
from services.bucket.pairs import Belonging, Named, belongings
from services.model.asset import Category, asset_id
from services.model.brief import Brand
from services.model.footage import Mapped, Role

PRINT = "video_uploads/timelapse_rv06.gcode_20250430_1556"
AGAIN = "video_uploads/timelapse_rv06.gcode_20250502_0900"


def named(*keys: str) -> list[Named]:
    kinds = {"mp4": Category.VIDEO, "jpg": Category.IMAGE, "mp3": Category.AUDIO}
    return [Named(asset_id(key), kinds[key.rpartition(".")[2]], *key.split("/", 1)) for key in keys]


def found(keys: list[str], mapped: list[Mapped] | None = None) -> dict[str, Belonging]:
    known = belongings(named(*keys), mapped or [])
    return {key: known[asset_id(key)] for key in keys if asset_id(key) in known}


def test_a_timelapse_its_still_and_the_finished_piece() -> None:
    keys = [f"{PRINT}.mp4", f"{PRINT}.jpg", "completed_works/rv06.jpg", "completed_works/rv06_b.jpg"]
    known = found(keys)
    assert {one.piece for one in known.values()} == {"rv06"}
    assert [known[key].role for key in keys] == [Role.TIMELAPSE, Role.STILL, Role.FINISHED, Role.FINISHED]
    assert {one.object for one in known.values()} == {"rv06/timelapse_rv06.gcode_20250430_1556"}


def test_printed_twice_it_is_not_known_which_one_is_finished() -> None:
    known = found([f"{PRINT}.mp4", f"{AGAIN}.mp4", "completed_works/rv06.jpg"])
    assert known["completed_works/rv06.jpg"] == Belonging("rv06", Role.FINISHED, "")
    assert known[f"{PRINT}.mp4"].object != known[f"{AGAIN}.mp4"].object


def test_the_brand_says_which_one() -> None:
    told = [Mapped("rv06", {"rv06.jpg": Role.FINISHED, f"{AGAIN.partition('/')[2]}.mp4": Role.TIMELAPSE})]
    known = found([f"{PRINT}.mp4", f"{AGAIN}.mp4", f"{AGAIN}.jpg", "completed_works/rv06.jpg"], told)
    assert (
        known["completed_works/rv06.jpg"].object
        == known[f"{AGAIN}.mp4"].object
        == known[f"{AGAIN}.jpg"].object
    )
    assert known[f"{PRINT}.mp4"].object != known[f"{AGAIN}.mp4"].object


def test_a_failed_print_did_not_become_the_finished_piece() -> None:
    failed = "video_uploads/timelapse_sv04_failed.gcode_20250326_1605.mp4"
    known = found([failed, "completed_works/sv04.jpg", "wip_photos/sv04_failed_print.jpg"])
    assert known["completed_works/sv04.jpg"].object == ""
    assert known["wip_photos/sv04_failed_print.jpg"].object == known[failed].object != ""


def test_names_of_cameras_are_no_pieces() -> None:
    assert found(["media/IMG_123.jpg", "media/MVI_77.mp4", "media/DSC_001.jpg", "media/take_02.mp4"]) == {}
    assert found(["media/tu_series_02.jpg", "media/song ab12.mp3"]) == {}


def test_a_clip_and_a_photo_of_one_name_belong_together() -> None:
    known = found(["media/Big bowl.mp4", "media/Big bowl.jpg", "media/other.jpg", "media/sub/Big bowl.jpg"])
    assert set(known) == {"media/Big bowl.mp4", "media/Big bowl.jpg"}
    assert {one.piece for one in known.values()} == {"big bowl"}


def test_the_brand_may_name_pieces_that_names_do_not() -> None:
    told = [Mapped("moon jar", {"dsc_001.jpg": Role.FINISHED, "mvi_77.mp4": Role.OTHER})]
    known = found(["media/DSC_001.jpg", "media/MVI_77.mp4"], told)
    assert {one.piece for one in known.values()} == {"moon jar"}
    assert len({one.object for one in known.values()}) == 1


def brand(**context: str) -> Brand:
    return Brand("", "", (), {name.replace("_yaml", ".yaml"): text for name, text in context.items()})


def test_the_brand_s_lists_are_read() -> None:
    text = """
pieces:
  - {model: rv06, photo: rv06.jpg, prints: [a/Timelapse_1.mp4, two.mp4], note: darker}
  - {piece: Moon jar, files: IMG_1.jpg, failed: [x.jpg]}
  - {model: nothing}
  - {photo: nameless.jpg}
  - just a word
"""
    assert brand_pairs(brand(pairs_yaml=text)) == [
        Mapped(
            "rv06", {"rv06.jpg": Role.FINISHED, "timelapse_1.mp4": Role.TIMELAPSE, "two.mp4": Role.TIMELAPSE}
        ),
        Mapped("moon jar", {"x.jpg": Role.FAILED, "img_1.jpg": Role.OTHER}),
    ]


def test_a_line_that_names_a_piece_says_of_which_its_files_are() -> None:
    told = brand_pairs(brand(notes_md="IMG_7788.JPG and x.png: sv03.\nrv06.jpg is larger than rv05.\nNo."))
    assert told == [
        Mapped("sv03", {"img_7788.jpg": Role.OTHER, "x.png": Role.OTHER}, sure=False),
        Mapped("rv05", {"rv06.jpg": Role.OTHER}, sure=False),
    ]
    known = found(["wip_photos/IMG_7788.jpg", "completed_works/rv06.jpg", "completed_works/sv03.jpg"], told)
    assert known["wip_photos/IMG_7788.jpg"] == Belonging("sv03", Role.PROGRESS, "")
    assert known["completed_works/rv06.jpg"].piece == "rv06", "its own name knows better"


@pytest.mark.parametrize(
    "text", ["", "pieces: 7", "- a list", "pieces: [", "a: &a [1]\npieces: [*a, *a]", "pieces:" + " [" * 2000]
)
def test_what_is_no_list_of_pieces_is_left_out(text: str) -> None:
    assert brand_pairs(brand(other_yaml=text)) == []
    assert brand_pairs(Brand("", "", (), {"notes.md": "pieces:\n - {model: a1, photo: b.jpg}"})) == []
