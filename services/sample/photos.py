"""Photos: finished pieces, work in progress, the workshop. What is in each is said in catalogue.py."""

from __future__ import annotations

from dataclasses import replace
from math import cos, sin
from pathlib import Path

import numpy as np
from PIL import Image

from services.sample.catalogue import LABEL, Photo, Stand
from services.sample.glaze import GLAZES
from services.sample.printer import beam, carriage, plate, print_head
from services.sample.scene import BACKDROPS, backdrop, board, grain, lay, place, shadow, to_image
from services.sample.shade import display, mouth, picture
from services.sample.shape import FORMS, Floats
from services.sample.surface import Pose

SIZE = (1080, 1440)
_ORIENTATION, _DESCRIPTION, _SOFTWARE = 0x0112, 0x010E, 0x0131
_PITCH = 0.19


def draw(photo: Photo) -> Image.Image:
    """The photo as it is looked at (before any EXIF rotation)."""
    width, height = SIZE[::-1] if photo.wide else SIZE
    canvas = backdrop(replace(BACKDROPS[photo.backdrop], horizon=photo.horizon), width, height)
    for k, level in enumerate(photo.boards):
        board(canvas, round(level * height), height // 44, photo.seed + k)
    for stand in sorted(photo.stands, key=lambda stand: stand.y):
        _stand(canvas, stand, photo.seed)
    if photo.head:
        _print_head(canvas, photo.stands[0])
    for k, clay in enumerate(photo.tubes):
        _tube(canvas, clay, (k + 0.75) / (len(photo.tubes) + 0.5), k)
    return to_image(grain(canvas, photo.seed))


def save(path: Path, image: Image.Image, *, rotated: bool = False) -> None:
    """Write a JPEG; ``rotated`` stores it lying on its side with EXIF orientation 6."""
    exif = Image.Exif()
    exif[_DESCRIPTION] = LABEL
    exif[_SOFTWARE] = "Autopotter sample studio"
    if rotated:
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif[_ORIENTATION] = 6
    image.save(path, format="JPEG", quality=88, exif=exif, comment=LABEL.encode())


def _pose(stand: Stand, height: int) -> Pose:
    tall = round(stand.height * height * (1 - 0.22 * stand.slump))
    return Pose(tall, stand.turn, _PITCH, stand.slump)


def _stand(canvas: Floats, stand: Stand, seed: int) -> None:
    height, width = canvas.shape[1:]
    form, glaze = FORMS[stand.form], GLAZES[stand.glaze]
    pose = _pose(stand, height)
    row, column = round(stand.y * height), round(stand.x * width)
    foot = form.profile[0][1] * pose.height
    if stand.plate:
        radius = round(form.widest * 1.25 * pose.height)
        disc = plate(radius, sin(_PITCH), (0.80, 0.765, 0.70))
        shadow(canvas, row + radius * 0.1, column, radius * 1.02, radius * 0.4, 0.9)
        lay(canvas, disc.colour, disc.cover, row - disc.anchor[0], column - disc.anchor[1])
    shadow(canvas, row, column, foot, pose.height * stand.level * 0.8)
    pot = picture(form, pose, glaze, seed + len(stand.glaze))
    top = mouth(form, pose, stand.level, glaze.gloss)
    cut = max(0, pot.centre[0] - round(stand.level * (pose.height - 1) * cos(_PITCH)))
    place(canvas, pot, top, row, column, cut if stand.level < 1 else 0)


def _print_head(canvas: Floats, stand: Stand) -> None:
    """Beam, carriage and head, the nozzle on the lip of the pot under it."""
    height, width = canvas.shape[1:]
    pose, form = _pose(stand, height), FORMS[stand.form]
    unit = width / 720 * stand.height / 0.54
    clay = display(np.array(GLAZES[stand.glaze].thin, dtype=np.float32) * 1.1)
    angle = 0.5
    at = np.full((1, 1), stand.level, dtype=np.float32)
    radius = float(form.radius(at, np.full((1, 1), angle + pose.turn, dtype=np.float32))[0, 0])
    radius = (radius - form.wall / 2) * pose.height
    x = round(stand.x * width + radius * sin(angle))
    y = stand.y * height - stand.level * (pose.height - 1) * cos(_PITCH) + radius * cos(angle) * sin(_PITCH)
    red, green, blue = (float(value) for value in clay)
    head = print_head((red, green, blue), unit)
    rail = beam(width, int(44 * unit))
    block = carriage(int(150 * unit), int(96 * unit))
    for part, rise, middle in ((rail, 250, width // 2), (block, 250, x), (head, 1, x)):
        lay(canvas, part.colour, part.cover, round(y - rise * unit) - part.anchor[0], middle - part.anchor[1])


def _tube(canvas: Floats, clay: str, x: float, index: int) -> None:
    """A cartridge full of clay, standing on its nozzle's cap."""
    height, width = canvas.shape[1:]
    red, green, blue = display(np.array(GLAZES[clay].thin, dtype=np.float32) * 1.1).tolist()
    unit = 1.28
    head = print_head((red, green, blue), unit)
    row, column = round(height * (0.84 + 0.03 * (index % 2))), round(width * x)
    shadow(canvas, row, column, 44 * unit, height * 0.5)
    base = round(62 * unit)  # without the bare nozzle
    colour, cover = head.colour[:, :-base], head.cover[:-base]
    lay(canvas, colour, cover, row - cover.shape[0] + 6, column - head.anchor[1])
