"""A small operator for the desk's tests: real files, a real store, the local twins; nothing is rendered.

The drafts' videos are tiny clips made here, so that a browser really plays what the desk serves.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw

from bot.operator import Operator, draft_folder
from bot.settings import load_settings
from bot.surfaces.desk import Desk
from bot.wiring import close_operator, open_operator
from services.model.draft import Rendered, State
from services.model.proposal import Labels, Proposal, Resource
from services.model.vote import Choice
from services.store import decisions, drafts, guards, jobs, journal, media
from services.store.journal import Kind

CLI_TOKEN = "the-command-line's-own-token"
TITLES = (
    "Twelve hours of clay in twenty seconds",
    "From first layer to glaze: RV06",
    "Five bowls, one evening",
    "What failed this week, and why we keep it",
    "The tall ones: TM series side by side",
    "How a spiral becomes a vase",
    "Glaze day",
    "A quiet minute with the machine",
    "Teabowls for a friend",
    "The seam nobody sees",
)
CAPTION = (
    "Twelve hours of printing, twenty seconds of watching. The seam hides in the spiral.\n\n"
    "Which one would you keep?\n\n#ceramics #3dprinting #pottery"
)


@dataclass(slots=True)
class Running:
    """An operator with its desk on a free port."""

    op: Operator
    desk: Desk
    url: str


def tone(index: int) -> tuple[int, int, int]:
    """A calm colour of its own for each draft."""
    tones = ((168, 98, 66), (92, 112, 104), (176, 142, 98), (94, 86, 110), (142, 74, 60), (110, 124, 140))
    return tones[index % len(tones)]


def make_clip(path: Path, color: tuple[int, int, int], size: tuple[int, int] = (90, 160)) -> None:
    """Half a second of H.264, its middle row moving."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=12, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for at in range(6):
            pixels = np.full((size[1], size[0], 3), color, np.uint8)
            pixels[at * 10 : at * 10 + 20] = 240
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)


def make_picture(path: Path, color: tuple[int, int, int], size: tuple[int, int] = (360, 640)) -> None:
    """A pot's outline on a plain ground."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", size, color)
    pen, (w, h) = ImageDraw.Draw(picture), size
    light = tuple(min(255, c + 60) for c in color)
    pen.ellipse((w * 0.2, h * 0.35, w * 0.8, h * 0.75), fill=light)
    pen.rectangle((w * 0.38, h * 0.25, w * 0.62, h * 0.4), fill=light)
    for line in range(8):
        y = h * (0.42 + line * 0.037)
        pen.line((w * 0.22, y, w * 0.78, y), fill=color, width=max(1, w // 180))
    picture.save(path)


def make_media(root: Path) -> None:
    """A creator's folder: photos (one turned by EXIF), a clip, a model, a broken clip, an awkward name."""
    for at in range(7):
        make_picture(root / "completed_works" / f"rv{at:02d}.jpg", tone(at), (300, 400))
    make_clip(root / "video_uploads" / "timelapse_rv06.gcode_20250430_1556.mp4", tone(0))
    (root / "video_uploads" / "broken.mp4").write_bytes(b"this was never a video")
    turned = Image.new("RGB", (400, 200), (200, 60, 40))
    turned.paste((40, 60, 200), (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter
    (root / "wip_photos").mkdir(parents=True, exist_ok=True)
    turned.save(root / "wip_photos" / "turned.jpg", exif=exif)
    make_picture(root / "wip_photos" / "<b>bowl's \"best\" & 'only' 🏺.png", tone(3), (200, 200))
    (root / "build_photos").mkdir(exist_ok=True)
    (root / "build_photos" / "base.stl").write_bytes(b"solid base\nendsolid base\n")
    (root / "build_photos" / "page.html").write_text("<script>document.title='owned'</script>")


def proposal(index: int, assets: tuple[str, ...], *, caption: str = CAPTION, title: str = "") -> Proposal:
    return Proposal(
        title=title or TITLES[index % len(TITLES)],
        strategy="A slow reveal that ends on the finished, glazed piece: people stay for the last second.",
        description="Opens on the empty bed, follows the wall as it grows and cuts to the glazed piece. "
        "The last reel of this kind held viewers 40 % longer than the average.",
        caption=caption,
        resources=tuple(
            Resource.model_validate(
                {"asset": asset, "role": role, "from": 0.0 if role == "lead" else None,
                 "to": 8.5 if role == "lead" else None, "why": "it shows the whole build"}
            )
            for asset, role in zip(assets, ("lead", "reveal", "detail"), strict=False)
        ),
        labels=Labels(intent="show off", format="timelapse + reveal", hook="motion", pace="calm"),
        movie={"width": 1080, "scenes": [{"elements": [{"type": "video", "src": assets[0]}]}]},
    )  # fmt: skip


async def add_draft(
    op: Operator, index: int = 0, *, state: State = State.DRAFT, caption: str = CAPTION, title: str = ""
) -> int:
    """File a draft and bring it to ``state`` by the ways the operator itself takes. Answers its number."""
    now = op.now() - timedelta(minutes=90 - index * 7)
    known = await op.store.do(media.page, limit=3)
    assets = tuple(asset.id for asset in known) or ("m000000000",)
    number = await op.store.do(
        drafts.file, proposal(index, assets, caption=caption, title=title), job=None, sample=False, now=now
    )
    if state is State.PROPOSED:
        return number
    await op.store.do(drafts.move, number, State.PROPOSED, State.RENDERING, now=now)
    draft = await op.store.do(drafts.get, number)
    guard = await op.store.do(guards.intend_render, number, draft.tag, 1, now=now)
    await op.store.do(guards.set_render, guard.key, state="running", handle=guard.key, progress=0.42)
    if state is State.RENDERING:
        return number
    if state is State.FAILED:
        reason = "The clip timelapse_rv06.gcode_20250430_1556.mp4 ends after 3 s, but 8.5 s are asked for."
        await op.store.do(guards.set_render, guard.key, state="failed")
        await op.store.do(drafts.move, number, State.RENDERING, State.FAILED, now=now, reason=reason)
        return number
    await _render(op, number, draft.tag, index)
    await op.store.do(guards.set_render, guard.key, state="done", progress=1.0)
    await op.store.do(drafts.move, number, State.RENDERING, State.DRAFT, now=now)
    await _decide(op, number, state)
    return number


async def _render(op: Operator, number: int, tag: str, index: int) -> None:
    folder = draft_folder(op.drafts_dir, number, tag, 1)
    make_clip(folder / "video.mp4", tone(index))
    make_clip(folder / "preview.mp4", tone(index))
    make_picture(folder / "cover.jpg", tone(index))
    make_picture(folder / "storyboard.jpg", tone(index), (720, 320))
    (folder / "movie.json").write_text(json.dumps({"scenes": []}))
    rendered = Rendered(
        video="video.mp4",
        preview="preview.mp4",
        cover="cover.jpg",
        storyboard="storyboard.jpg",
        duration=18.4,
        size=(folder / "video.mp4").stat().st_size,
        sha256=f"{number:064x}",
        renderer="local",
        approximations=("The wobble of the text is shown as a fade.",) if index == 1 else (),
        cpu_seconds=31.5,
        wall_seconds=17.2,
    )
    await op.store.do(drafts.set_rendered, number, 1, rendered, {})


async def _decide(op: Operator, number: int, state: State) -> None:
    now, by = op.now(), {"voter": "desk", "target": op.target}
    if state in (State.APPROVED, State.PUBLISHING, State.UNKNOWN, State.POSTED):
        await op.store.do(decisions.vote, number, Choice.APPROVE, now=now, **by)
    if state is State.DENIED:
        why = "Too slow at the start, and the mug is cut off."
        await op.store.do(decisions.vote, number, Choice.DENY, now=now, reason=why, **by)
    if state in (State.PUBLISHING, State.UNKNOWN, State.POSTED):
        await op.store.do(drafts.move, number, State.APPROVED, State.PUBLISHING, now=now)
    if state is State.UNKNOWN:
        await op.store.do(drafts.move, number, State.PUBLISHING, State.UNKNOWN, now=now)
    if state is State.POSTED:
        out = str(op.options.data_dir / "outbox" / f"{number:04d}-glaze-day")
        await op.store.do(
            drafts.move,
            number,
            State.PUBLISHING,
            State.POSTED,
            now=now,
            permalink=out,
            posted_at=now.isoformat(),
        )
        await op.store.do(journal.add, Kind.POSTED, voter="outbox", now=now, draft=number, revision=1)


async def fill(op: Operator) -> dict[State, int]:
    """A working day: collected media and analytics, a draft in every state, jobs, decisions."""
    job = await op.store.do(jobs.queue, "collect", {}, by="desk", now=op.now() - timedelta(hours=2))
    await op.store.do(jobs.start, job, now=op.now() - timedelta(hours=2))
    await op.services.collector.collect()
    await op.store.do(jobs.finish, job, now=op.now() - timedelta(hours=2), message="collected")
    states = (
        State.POSTED, State.DENIED, State.FAILED, State.UNKNOWN, State.APPROVED, State.DRAFT, State.DRAFT,
        State.RENDERING, State.PROPOSED,
    )  # fmt: skip
    return {state: await add_draft(op, index, state=state) for index, state in enumerate(states)}


@asynccontextmanager
async def running(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
    own_media: bool = True,
    environ: dict[str, str] | None = None,
) -> AsyncIterator[Running]:
    """An operator over ``folder`` whose desk answers; its engine stands still."""
    if own_media:
        (folder / "media").mkdir(parents=True, exist_ok=True)
    values = {"DATA_DIR": str(folder / "data"), "DESK_PORT": "0", "TIMEZONE": "Europe/Berlin"} | (
        environ or {}
    )
    if own_media:
        values["MEDIA_DIR"] = str(folder / "media")
    op = await open_operator(load_settings([], values))
    op.live = True
    desk = Desk(op, host=host, port=port, token=token, cli_token=CLI_TOKEN)
    try:
        op.desk_url = await desk.start()
        yield Running(op, desk, op.desk_url)
    finally:
        await desk.close()
        await op.services.inventory.close()
        await close_operator(op)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
