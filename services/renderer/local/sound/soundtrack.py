"""The soundtrack: every sound decoded, placed, shaped and mixed, then brought to one loudness.

One sound is in memory at a time, beside the mix: a movie of twenty sounds needs no more than one of two.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

from services.errors import OperatorError
from services.renderer.local.media import Assets, shown_name
from services.renderer.local.output.encode import RATE
from services.renderer.local.planning.layers import Plan, Sound
from services.renderer.local.sound.ducking import duck
from services.renderer.local.sound.envelope import shape
from services.renderer.local.sound.loudness import TARGET, loudness, normalise
from services.renderer.local.sound.sound_file import fill

VERSION = "1"  # of everything that turns sounds into a soundtrack; part of its key

_MOST_EVENED = 15.0  # dB by which a voice is made louder or quieter at most

Track = npt.NDArray[np.float32]  # (2, samples)


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """``track`` is (2, samples) at 48 kHz, as long as the movie; ``notes`` say what could not be heard."""

    track: Track
    notes: tuple[str, ...] = ()


def soundtrack(plan: Plan, assets: Assets) -> Soundtrack:
    """Silence where nothing sounds; all of it silent if nothing does."""
    return mixed(plan.sounds, assets, plan.frames, plan.fps)


def soundtrack_key(plan: Plan, contents: Mapping[str, str]) -> str:
    """What the soundtrack depends on: its sounds, ``contents`` (asset id → hash), the libraries, and us."""
    used = sorted({sound.asset for sound in plan.sounds})
    facts = [
        VERSION, av.__version__, np.__version__, plan.frames, plan.fps,
        [dataclasses.asdict(sound) for sound in plan.sounds], [[a, contents.get(a, "")] for a in used],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def mixed(sounds: Sequence[Sound], assets: Assets, frames: int, fps: int) -> Soundtrack:
    """The sounds of a movie of ``frames`` frames as one track."""
    total = round(frames * RATE / fps)
    bed, notes = np.zeros((2, total), np.float32), list[str]()
    if not sounds:
        return Soundtrack(bed)
    room = np.empty_like(bed)
    voices = [sound for sound in sounds if sound.kind == "voice"]
    for sound in sounds:
        if sound.kind != "voice":
            _add(bed, room, sound, assets, notes)
    if voices:
        over = np.zeros_like(bed)
        for sound in voices:
            _add(over, room, sound, assets, notes)
        del room
        duck(bed, over, RATE)
        bed += over
        del over
    normalise(bed)
    return Soundtrack(bed, tuple(notes))


def _add(mix: Track, room: Track, sound: Sound, assets: Assets, notes: list[str]) -> None:
    """One sound onto ``mix``; ``room`` is as large and used for the sound alone."""
    first = round(sound.start * RATE)
    length = min(round(sound.seconds * RATE), mix.shape[1] - first)
    if length <= 0:
        return
    played = room[:, :length]
    played[...] = 0
    once = played[:, : min(length, round(sound.round * RATE) or length)]
    name = shown_name(assets[sound.asset].name)
    try:
        heard = fill(once, assets[sound.asset], sound.seek)
    except OperatorError as error:
        notes.append(f"{sound.where}: it is silent. {error.message}")
        return
    if not heard.samples:
        notes.append(f"{sound.where}: it is silent, because no sound in {name} could be read there.")
        return
    if not heard.whole:
        notes.append(f"{sound.where}: parts of the sound of {name} are damaged and left silent.")
    period = once.shape[1] if sound.round else heard.samples
    rounds = -(-length // period)
    filled = min(length, period * (min(sound.loop, rounds) if sound.loop else rounds))
    _repeat(played, period, filled)
    ends = filled if sound.round == 0 or filled == length else min(filled, heard.samples)
    if sound.kind == "voice":
        played[:, :ends] *= _even(played[:, :ends])
    shape(played[:, :ends], sound, RATE, cut_off=filled == length)
    mix[:, first : first + ends] += played[:, :ends]


def _even(voice: Track) -> np.float32:
    """The factor that makes a voice as loud as mastered music: a stand-in's own level means nothing."""
    gain = TARGET - loudness(voice)
    return np.float32(10 ** (np.clip(gain, -_MOST_EVENED, _MOST_EVENED) / 20) if np.isfinite(gain) else 1.0)


def _repeat(played: Track, period: int, filled: int) -> None:
    """The first ``period`` samples again and again, up to ``filled``."""
    done = period
    while done < filled:
        more = min(done, filled - done)
        played[:, done : done + more] = played[:, :more]
        done += more
