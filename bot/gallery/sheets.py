"""Every sheet, in the order of the page."""

from __future__ import annotations

from bot.gallery import effects, pictures, texts
from bot.gallery.sheet import Sheet

SHEETS: tuple[Sheet, ...] = (
    texts.STYLES, texts.SETTINGS, texts.SUBTITLES, texts.SCRIPTS, pictures.FRAMING, pictures.MOVEMENT,
    pictures.TREATMENT, pictures.LAYERS, pictures.TIME,
    effects.TRANSITIONS, effects.COMPONENTS, effects.AUDIOGRAMS,
)  # fmt: skip
