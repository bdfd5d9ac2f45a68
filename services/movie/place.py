"""The vendor's way of naming a spot in a movie."""

from __future__ import annotations


def place(scene: int | None, element: int | None = None) -> str:
    """ "Scene #1, element #2"; counted from 1, None = the movie itself."""
    if scene is None:
        return "Movie" if element is None else f"Movie element #{element}"
    return f"Scene #{scene}" if element is None else f"Scene #{scene}, element #{element}"
