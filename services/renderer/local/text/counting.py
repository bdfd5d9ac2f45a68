"""A number that counts, inside a text."""

from __future__ import annotations

from services.renderer.local.pictures.aside import Drawn
from services.renderer.local.pictures.easing import eased
from services.renderer.local.pictures.planes import Planes
from services.renderer.local.planning.layers import Box, TextSpec
from services.renderer.local.planning.shape_spec import CounterSpec
from services.renderer.local.text.text_layer import text_source


class Counting:
    """Draws one counter. The text is set anew whenever the number changes."""

    def __init__(self, spec: CounterSpec, box: Box, fps: int) -> None:
        self._spec, self._box, self._fps = spec, box, fps
        self._shown = ""
        self._source = self._text(self._words(0))

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        words = self._words(index)
        if words != self._shown:
            self._source.close()
            self._source = self._text(words)
        self._source.draw(index, canvas, opacity)

    def covers(self, canvas: Planes) -> bool:
        return False

    def close(self) -> None:
        self._source.close()

    def _words(self, index: int) -> str:
        spec = self._spec
        way = eased(spec.easing, index / spec.frames) if index < spec.frames else 1.0
        number = spec.start + (spec.end - spec.start) * way
        return spec.text.replace("__num__", f"{number:.{spec.decimals}f}")

    def _text(self, words: str) -> Drawn:
        self._shown = words
        spec = self._spec
        text = TextSpec(words, "001", spec.look, spec.scale, True, True, spec.canvas)
        return text_source(text, self._box, self._fps, 1)
