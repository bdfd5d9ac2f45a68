"""Timelapses: a pot grows coil by coil under the nozzle, now and then on a turning plate; one gives way.

The picture of the finished wall is drawn once (per step of the turn); a frame shows it up to the present
height and puts mouth, bead and print head on top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageFilter

from services.sample.catalogue import Clip
from services.sample.glaze import GLAZES, Glaze
from services.sample.planes import Frame, Sprite, shaded_sprite, to_frame, to_sprite
from services.sample.printer import beam, carriage, plate, print_head
from services.sample.scene import BACKDROPS, backdrop, grain, lay, shadow
from services.sample.shade import display, mouth, picture
from services.sample.shape import FORMS, Floats, Form, base_radius
from services.sample.surface import Pose

FPS = 24
_PITCH = 0.20


@dataclass(frozen=True, slots=True)
class Wall:
    """The finished outside, and the place of the foot's centre in it."""

    sprite: Sprite
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What does not change within a clip."""

    clip: Clip
    form: Form
    glaze: Glaze
    pose: Pose
    row: int
    column: int
    unit: float
    clay: Floats  # linear, of a wet lip


def stage(clip: Clip) -> Stage:
    form = FORMS[clip.form]
    wide, high = clip.size
    short = min(wide, high)
    height = int(min(high * 0.50, 0.30 * short / form.widest * (1.0 if high > wide else 1.15)))
    glaze = GLAZES[clip.clay]
    if clip.spin:
        glaze = replace(glaze, mottle=0.0, plain=True)
    lip = np.array(glaze.thin, dtype=np.float32)
    return Stage(clip, form, glaze, Pose(height, 0.2, _PITCH), int(high * 0.80), wide // 2, short / 720, lip)


def frames(clip: Clip) -> Iterator[Frame]:
    """The clip's pictures in order."""
    set_up = stage(clip)
    total = round(clip.seconds * FPS)
    poses = [
        replace(set_up.pose, turn=0.2 - 2 * pi / set_up.form.lobes * k / clip.spin) for k in range(clip.spin)
    ] or [set_up.pose]
    walls = [_wall(set_up, pose) for pose in poses]
    empty = grain(_room(set_up), clip.seed, 0.007)
    base = to_frame(empty)
    ground, shown_at, fallen = base, Moment(0, 0), 0.0
    for index in range(total):
        now = _moment(clip, index / total)
        if now.level - shown_at.level > 0.06 or now.slump - shown_at.slump > 0.2:
            shown_at, ground = now, _shaded_ground(set_up, empty, base, now)
        frame = ground.copy()
        turn = index % len(walls)
        if now.slump != fallen:
            fallen = now.slump
            squat = int(set_up.pose.height * (1 - 0.26 * fallen))
            poses[0] = replace(set_up.pose, slump=fallen, height=squat)
            walls[0] = _wall(set_up, poses[0])
        _draw(frame, set_up, poses[turn], walls[turn], now, index)
        yield frame


@dataclass(frozen=True, slots=True)
class Moment:
    """``level``: how much of the pot stands, 0 … 1; ``lift``: how far the head has moved away (pixels at
    720); ``slump``: how far the wall has given way."""

    level: float
    lift: float
    slump: float = 0.0


def _ease(t: float) -> float:
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def _moment(clip: Clip, t: float) -> Moment:
    """The course of a clip: a breath, steady growth, a look at the result."""
    begin = 0.05
    if not clip.fails:
        done = 1 - 1.15 / clip.seconds
        return Moment(
            min(1.0, max(0.0, (t - begin) / (done - begin))), 420 * _ease((t - done) / (1 - done) * 0.9)
        )
    stop = 0.60
    level = 0.80 * min(1.0, max(0.0, (t - begin) / (stop - begin)))
    fall = min(1.0, max(0.0, (t - stop + 0.03) / 0.16))
    return Moment(level, 300 * _ease((t - stop - 0.02) / 0.3), 1.15 * fall**1.8 * (1.9 - 0.9 * fall))


def _wall(set_up: Stage, pose: Pose) -> Wall:
    shown = picture(set_up.form, pose, set_up.glaze, set_up.clip.seed)
    return Wall(to_sprite(shown.colour, shown.cover), *shown.centre)


def _room(set_up: Stage) -> Floats:
    """Backdrop, a shelf far behind and out of focus, and the plate."""
    clip = set_up.clip
    wide, high = clip.size
    room = backdrop(replace(BACKDROPS[clip.backdrop], horizon=0.70), wide, high)
    _far_shelf(room, clip.seed)
    radius = int(max(set_up.form.widest * 1.22, 0.30) * set_up.pose.height)
    disc = plate(radius, sin(_PITCH), (0.80, 0.765, 0.70))
    shadow(room, set_up.row + radius * 0.10, set_up.column, radius * 1.02, radius * 0.4, 0.9)
    lay(room, disc.colour, disc.cover, set_up.row - disc.anchor[0], set_up.column - disc.anchor[1])
    return room


def _far_shelf(room: Floats, seed: int) -> None:
    """Blurred silhouettes of earlier pots on a board; drawn small, as blur needs no detail."""
    high, wide = room.shape[1] // 8, room.shape[2] // 8
    rng = np.random.default_rng(seed)
    layer = np.zeros((high, wide), dtype=np.float32)
    board = int(high * 0.40)
    layer[board : board + max(2, high // 64)] = 0.9
    x = int(rng.integers(2, 10))
    while x < wide:
        form = FORMS[list(FORMS)[int(rng.integers(len(FORMS)))]]
        tall = int(high * rng.uniform(0.075, 0.125))
        radius = base_radius(form.profile, np.linspace(1, 0, tall)) * tall
        middle = x + int(radius.max())
        inside = np.abs(np.arange(wide)[None, :] - middle) <= radius[:, None]
        part = layer[board - tall : board]
        part[inside] = rng.uniform(0.45, 1.0)
        x = middle + int(radius.max()) + int(rng.integers(3, 14))
    soft = Image.fromarray((layer * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(2.2))
    mask = np.asarray(soft.resize((room.shape[2], room.shape[1]), Image.Resampling.BICUBIC), dtype=np.float32)
    room *= 1 - mask * np.float32(0.20 / 255)


def _shaded_ground(set_up: Stage, empty: Floats, base: Frame, now: Moment) -> Frame:
    """The empty room with the shadow of the pot as it stands; only the shadow's surroundings are redone."""
    tall = now.level * set_up.pose.height * (1 - 0.26 * now.slump)
    radius = set_up.form.profile[0][1] * set_up.pose.height
    top, bottom = (int(set_up.row + k * radius * 2.1) & ~1 for k in (-1, 1))
    left = max(0, int(set_up.column - radius * 2.7) & ~1)
    part = empty[:, max(0, top) : bottom, left:].copy()
    shadow(part, set_up.row - max(0, top), set_up.column - left, radius, tall, min(1.0, now.level * 12))
    ground = base.copy()
    redone = to_frame(part)
    ground.y.paste(redone.y, (left, max(0, top)))
    ground.u.paste(redone.u, (left // 2, max(0, top) // 2))
    ground.v.paste(redone.v, (left // 2, max(0, top) // 2))
    return ground


def _draw(frame: Frame, set_up: Stage, pose: Pose, wall: Wall, now: Moment, index: int) -> None:
    """Wall, mouth, bead and head onto a frame."""
    level = max(now.level, 0.004)
    middle = round(set_up.row - level * (pose.height - 1) * cos(_PITCH))
    hidden = max(0, middle - (set_up.row - wall.row)) & ~1
    frame.lay(wall.sprite.below(hidden), set_up.row - wall.row + hidden, set_up.column - wall.column)
    top = mouth(set_up.form, pose, level, set_up.glaze.gloss, scale=2)
    lip = shaded_sprite(display(set_up.clay), top.shine, top.cover)
    frame.lay(lip, set_up.row + top.top, set_up.column + top.left)
    angle = 0.55 if set_up.clip.spin else index * 2 * pi / 41
    z = np.full((1, 1), level, dtype=np.float32)
    radius = float(set_up.form.radius(z, np.full((1, 1), angle + pose.turn, dtype=np.float32))[0, 0])
    radius = (radius - set_up.form.wall / 2) * pose.height
    settled = 0.35 + 0.65 * _ease(1 - now.lift / 60)
    x = set_up.column + radius * sin(angle) * settled
    y = set_up.row - level * (set_up.pose.height - 1) * cos(_PITCH) + radius * cos(angle) * sin(_PITCH)
    if now.lift < 1:
        _bead(frame, set_up, x, y)
    _head(frame, set_up, x, y - now.lift * set_up.unit)


def _bead(frame: Frame, set_up: Stage, x: float, y: float) -> None:
    """The fresh coil at the nozzle: a bright wet drop."""
    half_x, half_y = 17 * set_up.unit, 9 * set_up.unit
    left, top = int(x - half_x - 3) & ~1, int(y - half_y - 2) & ~1
    u = (np.arange(int(2 * half_x) + 8, dtype=np.float32) + np.float32(left - x))[None, :] / np.float32(
        half_x
    )
    v = (np.arange(int(2 * half_y) + 6, dtype=np.float32) + np.float32(top - y))[:, None] / np.float32(half_y)
    cover = np.clip((1 - np.sqrt(u * u + v * v)) * half_y * 0.7 + 0.5, 0, 1)
    glint = np.float32(0.4) * np.exp(-(((u + 0.35) / 0.25) ** 2 + ((v + 0.35) / 0.3) ** 2))
    frame.lay(shaded_sprite(display(set_up.clay), 1.12 - 0.18 * v - 0.1 * u, cover, glint), top, left)


def _head(frame: Frame, set_up: Stage, x: float, y: float) -> None:
    """Beam, carriage and print head, the nozzle's mouth at (x, y)."""
    wide = frame.y.size[0]
    machine = _machine(set_up.clip.clay, wide, set_up.unit)
    for part, rise, middle in zip(machine, (250, 250, 2), (wide // 2, x, x), strict=True):
        sprite, (row, column) = part
        frame.lay(sprite, round(y - rise * set_up.unit) - row, round(middle) - column)


@lru_cache(maxsize=4)
def _machine(clay: str, wide: int, unit: float) -> tuple[tuple[Sprite, tuple[int, int]], ...]:
    """Sprites of beam, carriage and head with their anchors."""
    red, green, blue = display(np.array(GLAZES[clay].thin, dtype=np.float32) * 1.1).tolist()
    parts = (
        beam(wide, int(44 * unit)),
        carriage(int(150 * unit), int(96 * unit)),
        print_head((red, green, blue), unit),
    )
    return tuple((to_sprite(part.colour, part.cover), part.anchor) for part in parts)


def poster_index(clip: Clip) -> int:
    """Which frame is the picture the studio keeps beside a clip: one late in it."""
    return int(round(clip.seconds * FPS) * (0.52 if clip.fails else 0.80))
