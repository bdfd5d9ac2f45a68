"""Real movies from first to last frame at low size, their files replaced by stand-ins of the same kind."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest
from renderer_studio import GREEN, RED, Studio

from services.errors import Refused
from services.movie import parse_movie
from services.movie.elements import Audio, Image, Video
from services.renderer.local.media import AssetFile
from services.renderer.local.profile import Profile
from services.renderer.local.render import NAMES, render

TINY = Profile(name="tiny", scale=0.1, preset="ultrafast")
NO_LENGTH = "41_doc_exports_ftp_then_webhook"  # an example of exports: it has no scenes
BATCHES = 8


def stand_ins(studio: Studio, document: object) -> dict[str, AssetFile]:
    """Each file the movie names → a photo, clip or tone of the studio."""
    movie = parse_movie(document)
    kinds = {Image: "photo.jpg", Video: "clip.mp4", Audio: "tone.wav"}
    found = {}
    for element in [*movie.elements, *(e for scene in movie.scenes for e in scene.elements)]:
        if isinstance(element, Image | Video | Audio) and element.src:
            name = kinds[type(element)]
            found[element.src] = AssetFile(element.src, studio.folder / name, f"media/{name}")
    return found


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_real_movie_is_rendered(batch: int, studio: Studio, movies_dir: Path, tmp_path: Path) -> None:
    studio.photo("photo.jpg", RED, (640, 480))
    studio.clip("clip.mp4", [GREEN] * 8, tone=0.2)  # 4 s
    studio.tone("tone.wav", 4)
    for file in sorted(movies_dir.glob("*.json"))[batch::BATCHES]:
        document = json.loads(file.read_text(encoding="utf-8"))
        folder = tmp_path / file.stem
        folder.mkdir()
        if "broken" in file.stem or file.stem == NO_LENGTH:
            with pytest.raises(Refused, match=r"has no 'scenes'|duration cannot be zero"):
                render(document, {}, folder, TINY, lambda share: None)
            continue
        result = render(document, stand_ins(studio, document), folder, TINY, lambda share: None)
        with av.open(str(folder / NAMES["video"])) as video:
            frames = sum(1 for _ in video.decode(video=0))
            assert frames == round(result.duration * video.streams.video[0].average_rate), file.stem
            assert video.streams.audio, file.stem
        movie = parse_movie(document)
        assert set(movie.warnings) <= set(result.approximations), file.stem
        if any(e.type == "html" for scene in movie.scenes for e in scene.elements):
            assert any("HTML" in note for note in result.approximations), file.stem
