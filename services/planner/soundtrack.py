"""Which music a video gets, from where in the track, and the plain words for length, pace and music."""

from __future__ import annotations

import random
from collections.abc import Sequence

from services.planner.denials import Denials
from services.planner.material import Material
from services.planner.shots import Shot, Track
from services.planner.sights import beats_of, energy_at, tempo_of
from services.planner.words import harmless


def choose_track(
    material: Material, denials: Denials, shots: Sequence[Shot], rolls: random.Random
) -> Track | None:
    """The freshest music that no denial speaks against; a long track may start later, for variety."""
    order = material.mixed(material.music, rolls)
    if not order:
        return None
    wanted = _tempo(shots)
    rank = material.ledger.rank
    order.sort(
        key=lambda i: (
            denials.music.get(i.id, 0.0) >= 1.0,
            *rank(i.id),
            abs((tempo_of(i) or wanted) - wanted) > 30,
        )
    )
    item, total = order[0], sum(shot.length for shot in shots)
    spare = item.duration - total - 1.0
    if spare <= 4:
        return Track(item)
    starts = [share * spare for share in (0.0, rolls.choice((0.0, 0.15)), 0.25, 0.5)]
    seek = max(starts, key=lambda start: energy_at(item, start, total) + 0.4 * rolls.random())
    beats = [beat for beat in beats_of(item) if beat >= seek]
    return Track(item, int(10 * (beats[0] if beats and beats[0] < spare else seek)) / 10)


def _tempo(shots: Sequence[Shot]) -> float:
    """Beats a minute that suit the cuts."""
    mean = sum(shot.length for shot in shots) / len(shots)
    return 125.0 if mean < 1.5 else 105.0 if mean < 3.0 else 80.0


def length_word(seconds: float) -> str:
    return "short" if seconds < 9 else "medium" if seconds < 16 else "long"


def pace_word(lengths: Sequence[float]) -> str:
    shot = sum(lengths) / len(lengths)
    return "quick" if shot < 1.8 else "calm" if shot < 3.6 else "slow"


def music_word(track: Track | None) -> str:
    if track is None:
        return "none"
    return track.item.label or harmless(track.item.asset.file.name, 40) or "music"
