"""Variables, conditions and repeated scenes: the document with every ``{{ }}`` replaced by its value.

Names are looked up in the element, then its scene (in a repeated one: the item first), then the movie.
A document that gives no variables at all was made for another tool, which should have filled it in
("{{ $json.title }}"): its placeholders stay as they are in texts, are left out elsewhere, and are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.movie.arithmetic import ExpressionError, MissingVariable, truthy
from services.movie.filling import LEFT_OUT, Filler, Scope, TooLarge
from services.movie.place import place
from services.movie.problems import MovieError, Warnings

_MOST_SCENES = 1_000
_MEASURED = re.compile(r"_(?:start|end|duration|extratime)\b")  # the vendor gives each element's, by its id
# Not looked into: nothing of it is seen, and its braces may be meant for someone else.
_RAW = frozenset({"comment", "variables", "client-data", "exports", "template"})
_OWN = frozenset({"scenes", "elements", "condition", "iterate"})


def fill_in(document: Mapping[str, Any], warnings: Warnings) -> dict[str, Any]:
    """A document without expressions, conditions and ``iterate``; each scene and element says where it
    was written (``where``). MovieError with a sentence for each thing that cannot be worked out.

    ``document`` is bounded in depth and size.
    """
    walk = _Walk(Filler(warnings, foreign=not _gives_variables(document)))
    try:
        movie = walk.movie(document)
    except (TooLarge, RecursionError):
        raise MovieError(["The movie grows too large when its variables are filled in."]) from None
    if walk.problems:
        raise MovieError(walk.problems)
    return movie


def _gives_variables(document: Mapping[str, Any]) -> bool:
    parts: list[Any] = [document]
    scenes = document.get("scenes")
    parts += scenes if isinstance(scenes, list) else []
    for part in list(parts):
        elements = part.get("elements") if isinstance(part, Mapping) else None
        parts += elements if isinstance(elements, list) else []
    return any(isinstance(p, Mapping) and (p.get("variables") or p.get("iterate")) for p in parts)


class _Walk:
    """Through the movie, its scenes and their elements."""

    def __init__(self, filler: Filler) -> None:
        self.problems: list[str] = []
        self._filler = filler

    def movie(self, document: Mapping[str, Any]) -> dict[str, Any]:
        scope = Scope(self._variables(document, place(None)), None, self._filler)
        movie = self._part(document, scope, place(None))
        movie.pop("where", None)
        if "elements" in document:
            movie["elements"] = self._elements(document["elements"], scope, None)
        if "scenes" in document:
            movie["scenes"] = self._scenes(document["scenes"], scope)
        return movie

    def _scenes(self, scenes: Any, outer: Scope) -> Any:
        if not isinstance(scenes, list):
            return scenes
        found = []
        for at, scene in enumerate(scenes, 1):
            if not isinstance(scene, Mapping):
                found.append(scene)
                continue
            for where, values in self._repeats(scene, outer, place(at)):
                if len(found) >= _MOST_SCENES:
                    raise TooLarge
                scope = Scope(values, outer, self._filler)
                if self._holds(scene, scope, where):
                    part = self._part(scene, scope, where)
                    if "elements" in scene:
                        part["elements"] = self._elements(scene["elements"], scope, where)
                    found.append(part)
        return found

    def _repeats(
        self, scene: Mapping[str, Any], outer: Scope, where: str
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Where and with which variables the scene is there: once, or once for each item of a list."""
        own = self._variables(scene, where)
        if not scene.get("iterate"):
            yield where, own
            return
        items = self._list(scene["iterate"], Scope(own, outer, self._filler), where)
        for at, item in enumerate(items, 1):
            if not isinstance(item, Mapping):
                self.problems.append(
                    f"{where}: item {at} of {str(scene['iterate'])[:60]} must be an object: "
                    "its properties become the variables of the scene."
                )
                return
            yield f"{where} (item {at})", {**own, **item}

    def _variables(self, part: Mapping[str, Any], where: str) -> Mapping[str, Any]:
        own = part.get("variables") or {}
        if isinstance(own, Mapping):
            return own
        self.problems.append(f"{where}: 'variables' must be an object of names and values.")
        return {}

    def _list(self, name: Any, scope: Scope, where: str) -> list[Any]:
        self._filler.where = where
        try:
            if isinstance(name, str) and "{{" not in name:
                found = scope.find(name.strip())
            else:
                found = self._filler.value(name, scope, "iterate")
        except ExpressionError as error:
            self._tell(error, "iterate")
            return []
        if not isinstance(found, list):
            self.problems.append(f"{where}: 'iterate' must name a variable that is a list.")
            return []
        return found

    def _elements(self, elements: Any, outer: Scope, where: str | None) -> Any:
        if not isinstance(elements, list):
            return elements
        found = []
        for at, element in enumerate(elements, 1):
            if not isinstance(element, Mapping):
                found.append(element)
                continue
            spot = f"{where}, element #{at}" if where else place(None, at)
            own = self._variables(element, spot)
            scope = Scope(own, outer, self._filler) if own else outer
            if self._holds(element, scope, spot):
                found.append(self._part(element, scope, spot))
        return found

    def _holds(self, part: Mapping[str, Any], scope: Scope, where: str) -> bool:
        """The vendor leaves out what has a condition of false or the empty string."""
        if part.get("condition") is None:
            return True
        self._filler.where = where
        try:
            value = self._filler.value(part["condition"], scope, "condition")
        except ExpressionError as error:
            self._tell(error, "condition")
            return True
        return value is LEFT_OUT or truthy(value)

    def _part(self, part: Mapping[str, Any], scope: Scope, where: str) -> dict[str, Any]:
        """The properties of a movie, scene or element, but not what it contains."""
        self._filler.where = where
        found: dict[str, Any] = {}
        for key, value in part.items():
            if key in _OWN:
                continue
            if key in _RAW:
                found[key] = value
                continue
            free = key == "settings" and part.get("type") == "component"
            try:
                filled = self._filler.value(value, scope, "text" if free else str(key), free=free)
            except ExpressionError as error:
                self._tell(error, str(key))
                continue
            if filled is not LEFT_OUT and filled is not None:
                found[key] = filled
        found["where"] = where
        return found

    def _tell(self, error: ExpressionError, key: str) -> None:
        name = ".".join([key, *error.path])[:80]
        code, inner = (
            c if len(c) <= 60 else f"{c[:60]}…" for c in (error.expression.strip(), error.inner.strip())
        )
        said = str(error)
        if isinstance(error, MissingVariable) and _MEASURED.search(code):
            said += " (Times of other elements are not filled in here: write the seconds.)"
        if inner and inner != code:
            said = f"{said[:-1]} (in {{{{{inner}}}}})."
        what = f"{{{{{code}}}}} in '{name}'" if code else f"'{name}'"
        self.problems.append(f"{self._filler.where}: {what} {said}")
