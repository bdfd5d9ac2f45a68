"""What else lies about in a studio's folders: a model for the slicer, a note, a file nobody wants."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from services.sample.catalogue import LABEL
from services.sample.shape import Form

NOTES = f"""{LABEL}

Everything in this studio was drawn and synthesised by a program, so that Autopotter can be tried
without an account and without media of your own. No real pot was harmed.

How the files are named
  video_uploads    timelapse_<piece>.gcode_<date>_<time>.mp4, and a .jpg of the same name beside it
  completed_works  <piece>.jpg, the glazed piece
  wip_photos       prints under way, drying, or gone wrong
  build_photos     the printer and its parts
  music_uploads    pieces to put under a video; the tempo is in the name

Series
  TU  tumblers             TM  tall moon vases      SV  spiral vases
  RV  ripple vases         SM  small moons

Set MEDIA_DIR to a folder of your own to work with real media; that folder is only ever read.
"""

DS_STORE = b"\x00\x00\x00\x01Bud1" + bytes(4096 - 8)


def write_stl(path: Path, form: Form, height: float = 160.0, around: int = 120, rows: int = 90) -> None:
    """The outside of a pot with its floor as binary STL, in millimetres."""
    z = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False, dtype=np.float32)[None, :]
    r = form.radius(z, angle) * height
    points = np.stack([r * np.cos(angle), r * np.sin(angle), np.broadcast_to(z * height, r.shape)], axis=-1)
    after = np.roll(points, -1, axis=1)
    lower, upper = (points[:-1], after[:-1]), (points[1:], after[1:])
    wall = [
        np.stack([lower[0], lower[1], upper[1]], axis=2).reshape(-1, 3, 3),
        np.stack([lower[0], upper[1], upper[0]], axis=2).reshape(-1, 3, 3),
    ]
    centre = np.zeros_like(points[0])
    floor = np.stack([centre, after[0], points[0]], axis=1)
    triangles = np.concatenate([*wall, floor]).astype("<f4")
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("unused", "<u2")])
    facets = np.zeros(len(triangles), dtype=record)
    facets["normal"], facets["corners"] = normals, triangles
    head = LABEL.encode().ljust(80, b" ") + np.uint32(len(triangles)).astype("<u4").tobytes()
    path.write_bytes(head + facets.tobytes())
