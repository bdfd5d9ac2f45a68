"""The sheets of text: styles over time, settings, writing systems, subtitles."""

from __future__ import annotations

from typing import Any

from bot.gallery.movies import BAND, SQUARE, Json, clip, film, photo, scene, text
from bot.gallery.sheet import Sheet, Strip

_SECONDS = 4.0
_STYLES = {
    "001": "static", "002": "fades in", "003": "word by word", "004": "letter by letter",
    "005": "a guess: not documented", "006": "letters are revealed", "007": "a guess: not documented",
    "008": "letters grow between lines", "009": "letters come", "010": "letters go",
    "011": "lines on blocks",
}  # fmt: skip
_MOMENTS = (0.0, 0.2, 0.5, 0.8, 1.2, 2.0, 3.9)
_LEAVING = (0.0, 2.0, 2.6, 3.0, 3.4, 3.7, 3.9)
_CAPTIONS = """WEBVTT

00:00.000 --> 00:01.600
<00:00.000>This <00:00.400>bowl <00:00.800>took <00:01.200>nine

00:01.600 --> 00:03.200
<00:01.600>hours <00:02.000>and <00:02.400>two <00:02.800>hands
"""


def _style(style: str) -> Strip:
    words = text("Clay has a memory", style=style, font_size="9vw")
    return Strip(
        f"{style}: {_STYLES[style]}",
        film(scene(_SECONDS, words, background_color="#3a5a78"), size=BAND),
        _LEAVING if style == "010" else _MOMENTS,
    )  # fmt: skip


def _set(label: str, words: str, **settings: Any) -> Strip:
    look = {"font_size": "90px", **settings}
    return Strip(label, film(scene(1, photo("vase.jpg"), text(words, **look)), size=SQUARE), (0.5,))


def _letters(label: str, words: str) -> Strip:
    ground = scene(1, text(words, font_size="100px"), background_color="#2f4f4a")
    return Strip(label, film(ground, size=BAND), (0.5,))


def _subtitles(label: str, **settings: Any) -> Strip:
    said: Json = {
        "type": "subtitles", "captions": _CAPTIONS,
        "settings": {"font-size": 84, **{k.replace("_", "-"): v for k, v in settings.items()}},
    }  # fmt: skip
    return Strip(label, film(scene(3.2, clip()), size=SQUARE, elements=[said]), (0.2, 0.6, 1.4, 1.8))


STYLES = Sheet(
    "text-styles", "Text styles", "The eleven animations of text, at the times under the frames.",
    156, 1, tuple(_style(style) for style in _STYLES),
)  # fmt: skip
SETTINGS = Sheet(
    "text-settings", "Text settings", "Typefaces, places, boxes, outlines and shadows, over a photo.",
    176, 6,
    (
        _set("as it is", "Made by hand"),
        _set("Anton", "Made by hand", font_family="Anton", font_size="150px"),
        _set("Bebas Neue", "Made by hand", font_family="Bebas Neue", font_size="150px"),
        _set("Playfair Display italic", "Made by hand", font_family="Playfair Display", font_style="italic"),
        _set("Montserrat 800", "Made by hand", font_family="Montserrat", font_weight="800"),
        _set("Poppins, upper case", "Made by hand", font_family="Poppins", text_transform="uppercase"),
        _set("top left", "Made\nby hand", vertical_position="top", horizontal_position="left",
             text_align="left", padding="60px"),
        _set("bottom right", "Made\nby hand", vertical_position="bottom", horizontal_position="right",
             text_align="right", padding="60px"),
        _set("wrapped, wide lines", "A bowl is a small room for soup and for the hands around it",
             line_height="1.6", font_size="80px"),
        _set("colour and letter spacing", "Made by hand", color="#ffd166", letter_spacing="0.2em",
             font_size="70px"),
        _set("outline", "Made by hand", font_weight="800", **{"-webkit-text-stroke": "8px #10243a"}),
        _set("far shadow", "Made by hand", text_shadow="12px 12px 18px rgba(0,0,0,0.8)"),
        _set("box", "Made by hand", background_color="#ef476f", padding="30px", border_radius="30px"),
        _set("border", "Made by hand", border="8px solid #ffffff", padding="40px", border_radius="60px"),
        _set("half-transparent", "Made by hand", opacity="0.5", font_weight="800"),
        _set("underlined", "Made by hand", text_decoration="underline"),
        _set("style 011", "Made by hand in\na small room", style="011", font_size="80px"),
        _set("011 in colour", "Made by hand in\na small room", style="011", font_size="80px",
             background_color="#06d6a0", color="#10243a"),
    ),
)  # fmt: skip
SCRIPTS = Sheet(
    "scripts",
    "Writing systems and emoji",
    "East Asian letters and emoji need fonts that are not installed by themselves; without one the "
    "render says what is missing.",
    264,
    4,
    (
        _letters("Latin", "Žluťoučký kůň,\nŞğı, Đức, Ærø"),
        _letters("Greek", "Φτιαγμένο\nστο χέρι"),
        _letters("Cyrillic", "Сделано\nвручную"),
        _letters("Arabic", "مصنوع يدويا\n24 ساعة (Clay)"),
        _letters("Hebrew", "עבודת יד\n24 שעות (Clay)"),
        _letters("Japanese", "手づくりの器、\n土のかたち。"),
        _letters("Korean", "손으로 만든\n그릇"),
        _letters("Emoji", "Fresh 🏺 out of\nthe kiln 🔥👩🏽‍🎨🇯🇵"),
    ),
)
SUBTITLES = Sheet(
    "subtitles", "Subtitles", "Five styles with timed words, then settings, over a clip.",
    136, 2,
    (
        _subtitles("classic", style="classic"),
        _subtitles("classic-progressive", style="classic-progressive"),
        _subtitles("classic-one-word", style="classic-one-word"),
        _subtitles("boxed-line", style="boxed-line"),
        _subtitles("boxed-word", style="boxed-word", box_color="#EF476F"),
        _subtitles("classic, outlined, two words a line, in capitals", outline_width=8, all_caps=True,
                   max_words_per_line=2, position="center-center", font_family="Anton"),
        _subtitles("boxed-line at the top, in colour", style="boxed-line", position="top-center",
                   box_color="#FFD166", line_color="#10243A", word_color="#D62839"),
        _subtitles("classic with a shadow and a replaced word", style="classic",
                   replace={"nine": "9"}, shadow_offset=6, word_color="#06D6A0"),
    ),
)  # fmt: skip
