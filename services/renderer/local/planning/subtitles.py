"""Subtitles of the timeline → layers, one for each page (pure but for looking into fonts)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.errors import Refused
from services.movie import Span, SubtitlesSpan, Timeline
from services.movie.elements import Voice
from services.movie.settings import SubtitlesSettings
from services.renderer.local.planning.layers import Box, Layer
from services.renderer.local.planning.stage import Stage
from services.renderer.local.planning.subtitle_look import (
    SubtitleLook,
    SubtitleSpec,
    SubtitleWord,
    subtitle_look,
)
from services.renderer.local.text.captions import Cue, Word, is_address, parse_captions, speech
from services.renderer.local.text.fonts import display_name, shown_family
from services.renderer.local.text.lettering import letters_left_out
from services.renderer.local.text.pages import WORD_STYLES, Page, pages_of, replaced, until
from services.renderer.local.text.subtitle_layer import type_of

_SHOWN_LETTERS = 4_000  # that are looked up in the fonts, for the notes


def voices_of(timeline: Timeline) -> list[Span]:
    """All voices of the movie that are not muted, as they begin."""
    every = [*timeline.spans, *(span for scene in timeline.scenes for span in scene.spans)]
    voices = [s for s in every if isinstance(s.element, Voice) and not s.element.muted]
    return sorted(voices, key=lambda span: (span.first, span.order))


def subtitle_layers(timeline: Timeline, stage: Stage, voices: Sequence[Span] = ()) -> tuple[Layer, ...]:
    """The pages of all subtitles, in order.

    ``voices`` are shown, too, where a movie has no subtitles: what speaks here is a stand-in at best.
    """
    layers: list[Layer] = []
    for span in timeline.subtitles:
        cues = _cues(span, timeline, stage)
        made = tuple(_layers(span.where, span.element.settings, cues, (span.first, span.last), stage))
        if any(isinstance(layer.spec, SubtitleSpec) and layer.spec.look.edge for layer in made):
            stage.notes.append(
                f"{span.where}: its settings name neither outline nor shadow; "
                "a soft dark edge keeps the subtitles legible here."
            )
        layers += made
    if timeline.subtitles or not voices:
        return tuple(layers)
    stage.notes.extend(f"{span.where}: what the voice says is shown as subtitles." for span in voices)
    cues = _spoken(voices, stage.fps)
    return tuple(_layers(voices[0].where, SubtitlesSettings(), cues, (0, timeline.frames), stage))


def _cues(span: SubtitlesSpan, timeline: Timeline, stage: Stage) -> list[Cue]:
    """In seconds of the movie."""
    where, text = span.where, span.element.captions
    if not text.strip():
        voices = [voice for voice in voices_of(timeline) if span.first <= voice.first < span.last]
        if voices:
            stage.notes.append(
                f"{where}: the subtitles show the text of the voices; when each word is said is estimated."
            )
        else:
            stage.notes.append(
                f"{where}: without captions no subtitles are shown: the sound is not transcribed here."
            )
        return _spoken(voices, stage.fps)
    if is_address(text):
        stage.notes.append(f"{where}: captions are not fetched from an address; write them into the movie.")
        return []
    try:
        captions = parse_captions(text)
    except Refused as error:
        stage.notes.append(f"{where}: {error.message} No subtitles are shown.")
        return []
    stage.notes.extend(f"{where}: {note}" for note in captions.notes)
    by_words = span.element.settings.style in WORD_STYLES
    if by_words and any(not cue.timed for cue in captions.cues):
        stage.notes.append(
            f"{where}: its captions do not say when each word is spoken; "
            "the time of each caption is divided among its words."
        )
    return [_later(cue, span.first / stage.fps) for cue in captions.cues]


def _spoken(voices: Sequence[Span], fps: int) -> list[Cue]:
    found: list[Cue] = []
    for at, span in enumerate(voices):
        assert isinstance(span.element, Voice)
        following = voices[at + 1].first if at + 1 < len(voices) else span.last
        # Two voices at once: the later one is read.
        end = max(span.first, min(span.last, following)) if following > span.first else span.last
        found += speech(span.element.text, span.first / fps, end / fps)
    return found


def _later(cue: Cue, seconds: float) -> Cue:
    if seconds == 0:
        return cue
    words = tuple(Word(w.text, w.start + seconds, w.end + seconds) for w in cue.words)
    return Cue(cue.start + seconds, cue.end + seconds, words, cue.timed)


def _layers(
    where: str, settings: SubtitlesSettings, cues: list[Cue], during: tuple[int, int], stage: Stage
) -> Iterator[Layer]:
    look = subtitle_look(settings, stage.canvas, stage.scale)
    seen = [_worded(cue, settings) for cue in cues if cue.start * stage.fps < during[1]]
    if seen:
        stage.notes.extend(_notes(where, settings, look, seen))
    for cue in seen:
        for page in pages_of(cue, settings.style, settings.max_words_per_line):
            first, last = (min(during[1], round(time * stage.fps)) for time in (page.start, page.end))
            if last > first:
                spec = SubtitleSpec(look, _words(page, first, stage.fps), page.marked, stage.canvas)
                yield Layer(where=where, spec=spec, box=Box(0, 0, *stage.canvas), first=first, last=last)


def _worded(cue: Cue, settings: SubtitlesSettings) -> Cue:
    """With words replaced, and in capitals if they are to be."""
    cue = replaced(cue, settings.replace)
    if not settings.all_caps:
        return cue
    words = tuple(replace(word, text=word.text.upper()) for word in cue.words)
    return replace(cue, words=words)


def _words(page: Page, first: int, fps: int) -> tuple[SubtitleWord, ...]:
    listed = [word for line in page.lines for word in line]
    lines = [number for number, line in enumerate(page.lines) for _ in line]
    return tuple(
        SubtitleWord(
            word.text,
            lines[at],
            round(word.start * fps) - first,
            round(until(listed, at, page.end) * fps) - first,
        )
        for at, word in enumerate(listed)
    )


def _notes(where: str, settings: SubtitlesSettings, look: SubtitleLook, cues: list[Cue]) -> Iterator[str]:
    family, exact = shown_family(look.family)
    if not exact:
        wanted = look.family.split(",")[0].strip().strip("'\"")
        yield f"{where}: the font {wanted[:40]!r} is shown as {display_name(family)}."
    if settings.font_url:
        yield f"{where}: a font is not fetched from an address."
    if settings.position == "custom":
        yield f"{where}: the vendor does not say what x and y mean; the middle of the subtitles is put there."
    words = " ".join(word.text for cue in cues for word in cue.words)[:_SHOWN_LETTERS]
    type_ = type_of(look, look.size)
    yield from letters_left_out(where, words, type_, tuple(type_.lost(words)))
