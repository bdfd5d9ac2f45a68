"""What the sample studio holds: every file with its form, glaze, light and seed. Data only."""

from __future__ import annotations

from dataclasses import dataclass

LABEL = "Autopotter sample data"
VERSION = 1

PORTRAIT = (720, 1280)
LANDSCAPE = (1280, 720)


@dataclass(frozen=True, slots=True)
class Clip:
    """A timelapse. ``spin`` is the number of pictures for one lobe of a turning pot, 0 for a still plate."""

    name: str  # without ending
    form: str
    clay: str
    backdrop: str
    seconds: float
    seed: int
    size: tuple[int, int] = PORTRAIT
    spin: int = 0
    fails: bool = False
    hum: bool = False


CLIPS: tuple[Clip, ...] = (
    Clip("timelapse_rv06.gcode_20250430_1556", "rv06", "wet clay", "linen", 4.8, 1, hum=True),
    Clip("timelapse_tu01.gcode_20250312_0941", "tu01", "wet stoneware", "slate", 4.0, 2),
    Clip("timelapse_tm02.gcode_20250405_1418", "tm02", "wet porcelain", "dusk", 4.4, 3),
    Clip("timelapse_sv03.gcode_20250321_1127", "sv03", "wet clay", "sage", 4.2, 4),
    Clip("timelapse_rv04.gcode_20250418_1033", "rv04", "wet porcelain", "clay", 4.4, 5, hum=True),
    Clip("timelapse_sm05.gcode_20250507_1702", "sm05", "wet stoneware", "ochre", 4.0, 6, size=LANDSCAPE),
    Clip("timelapse_sv05.gcode_20250512_0858", "sv05", "wet stoneware", "ink", 4.4, 7, spin=14),
    Clip("timelapse_sv04_failed.gcode_20250326_1605", "sv04", "wet clay", "cloud", 4.4, 8, fails=True),
)


@dataclass(frozen=True, slots=True)
class Stand:
    """A pot in a photo: place of its foot and height are parts of the picture's width and height.
    ``level`` below 1 is a pot still being printed."""

    form: str
    glaze: str
    x: float = 0.5
    y: float = 0.80
    height: float = 0.52
    turn: float = 0.3
    level: float = 1.0
    slump: float = 0.0
    plate: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """``rotated`` stores the pixels lying down with EXIF orientation 6, as phones do. ``head`` puts the
    print head on the first pot; ``tubes`` are clays in cartridges; ``boards`` are heights of shelves."""

    folder: str  # completed, wip or build
    name: str  # without ending
    backdrop: str
    stands: tuple[Stand, ...] = ()
    wide: bool = False
    rotated: bool = False
    head: bool = False
    tubes: tuple[str, ...] = ()
    boards: tuple[float, ...] = ()
    horizon: float = 0.66
    seed: int = 1


PHOTOS: tuple[Photo, ...] = (
    Photo("completed", "rv06", "slate", (Stand("rv06", "celadon", height=0.56),), seed=1),
    Photo("completed", "tu01", "linen", (Stand("tu01", "tenmoku", height=0.46),), seed=2),
    Photo("completed", "tm02", "clay", (Stand("tm02", "oxide white", height=0.60),), seed=3),
    Photo("completed", "sv03", "ochre", (Stand("sv03", "cobalt", height=0.57),), seed=4),
    Photo("completed", "rv04", "ink", (Stand("rv04", "iron red", height=0.52),), seed=5),
    Photo(
        "completed", "sm05", "sage", (Stand("sm05", "blush", x=0.52, y=0.82, height=0.54),), wide=True, seed=6
    ),
    Photo("completed", "sv05", "cloud", (Stand("sv05", "moss", height=0.59),), rotated=True, seed=7),
    Photo(
        "completed",
        "sm02",
        "dusk",
        (Stand("sm02", "celadon", x=0.47, y=0.82, height=0.60),),
        wide=True,
        seed=8,
    ),
    Photo("completed", "tm04", "sage", (Stand("tm04", "iron red", height=0.60),), seed=9),
    Photo(
        "completed",
        "tu_series_glazes",
        "cloud",
        (
            Stand("tu03", "cobalt", 0.22, 0.70, 0.34),
            Stand("tu05", "oxide white", 0.50, 0.70, 0.34, 1.0),
            Stand("tu01", "moss", 0.78, 0.70, 0.34, 0.7),
            Stand("tu05", "celadon", 0.36, 0.86, 0.36, 0.1),
            Stand("tu01", "iron red", 0.655, 0.86, 0.36, 0.2),
        ),
        wide=True,
        horizon=0.52,
        seed=10,
    ),
    Photo(
        "completed",
        "series_family_2025",
        "linen",
        (
            Stand("tm04", "tenmoku", 0.30, 0.74, 0.50),
            Stand("sv03", "celadon", 0.68, 0.745, 0.44),
            Stand("sm02", "oxide white", 0.47, 0.84, 0.25),
            Stand("tu03", "cobalt", 0.80, 0.87, 0.18),
        ),
        horizon=0.60,
        seed=11,
    ),
    Photo(
        "wip",
        "drying_shelf_20250422",
        "linen",
        (
            Stand("rv04", "dry stoneware", 0.14, 0.445, 0.30),
            Stand("sm02", "dry porcelain", 0.385, 0.445, 0.23),
            Stand("tm02", "dry clay", 0.62, 0.445, 0.33),
            Stand("tu01", "dry stoneware", 0.83, 0.445, 0.25),
            Stand("tu05", "dry porcelain", 0.13, 0.905, 0.25),
            Stand("sv05", "dry clay", 0.345, 0.905, 0.335),
            Stand("rv07", "dry porcelain", 0.56, 0.905, 0.32),
            Stand("sm05", "wet clay", 0.81, 0.905, 0.22),
        ),
        wide=True,
        boards=(0.455, 0.915),
        horizon=1.6,
        seed=12,
    ),
    Photo(
        "wip",
        "rv07_half_printed",
        "slate",
        (Stand("rv07", "wet porcelain", y=0.78, height=0.56, level=0.55, plate=True),),
        head=True,
        seed=13,
    ),
    Photo(
        "wip",
        "sv04_failed_print",
        "cloud",
        (Stand("sv04", "wet clay", x=0.47, y=0.78, height=0.48, level=0.82, slump=1.15, plate=True),),
        seed=14,
    ),
    Photo(
        "wip",
        "tu03_leather_hard",
        "dusk",
        (
            Stand("tu03", "dry stoneware", 0.34, 0.74, 0.34),
            Stand("tu03", "dry clay", 0.64, 0.80, 0.36, 0.9),
        ),
        horizon=0.58,
        seed=15,
    ),
    Photo(
        "build",
        "printer_first_layers",
        "cloud",
        (Stand("sv03", "wet stoneware", y=0.80, height=0.50, level=0.16, plate=True),),
        head=True,
        seed=16,
    ),
    Photo(
        "build",
        "nozzle_closeup",
        "ink",
        (Stand("rv06", "wet clay", y=1.0, height=0.82, level=0.55),),
        head=True,
        seed=17,
    ),
    Photo(
        "build",
        "clay_tubes",
        "sage",
        tubes=("wet clay", "wet porcelain", "wet stoneware", "dry clay"),
        wide=True,
        seed=18,
    ),
)


@dataclass(frozen=True, slots=True)
class Tune:
    """A piece of music: beats per minute, bars of four beats, and the chords (semitones over A2)."""

    name: str  # without ending
    title: str
    tempo: int
    bars: int
    chords: tuple[tuple[int, ...], ...]
    seed: int


TUNES: tuple[Tune, ...] = (
    Tune(
        "slow_kiln_84bpm",
        "Slow kiln",
        84,
        7,
        ((0, 7, 12, 16), (5, 9, 12, 17), (-3, 4, 12, 16), (-5, 2, 11, 14)),
        1,
    ),
    Tune(
        "turning_wheel_96bpm",
        "Turning wheel",
        96,
        8,
        ((3, 10, 15, 19), (-2, 5, 14, 17), (0, 7, 12, 15), (-4, 3, 12, 15)),
        2,
    ),
    Tune(
        "glaze_day_112bpm",
        "Glaze day",
        112,
        10,
        ((5, 12, 16, 21), (0, 7, 16, 19), (2, 9, 17, 21), (-2, 5, 14, 17)),
        3,
    ),
)
