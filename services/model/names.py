"""What the name of a file says by itself: the piece it is of, and what of that piece is seen.

One place for the patterns and words, as the catalogue and the planners must read a name alike. Nothing is
guessed beyond the words: a camera's "IMG_123" names no piece, a folder "uploads" says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.model.asset import Category
from services.model.footage import Role


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ID = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2,3})(\d{1,3})(?![A-Za-z0-9])")
# Letters that cameras, phones and people put before a number that is no piece.
_NO_IDS = word_set(
    """img dsc mvi mov vid pxl gh gx dji pic jpg png mp mpg wav take part rev ver day cam no nr vol pt ep
    tmp new old the and for"""
)
_TIMELAPSE = word_set("timelapse gcode")
_GROUPS = word_set("series family group")
_ROLES: tuple[tuple[Role, frozenset[str]], ...] = (
    (
        Role.FAILED,
        word_set("fail failed fails failure failures collapse collapsed broken cracked torn slumped oops"),
    ),
    (Role.FINISHED, word_set("completed complete finished finish done final glazed fired")),
    (Role.PROGRESS, word_set("wip progress process drying unfinished greenware printed leather")),
    (Role.BUILD, word_set("build builds workshop machine printer assembly")),
)
ROLE_WORDS = frozenset(word for _, said in _ROLES for word in said)


def tokens(text: str) -> frozenset[str]:
    """Its words of Latin letters, in lower case."""
    return frozenset(re.findall(r"[a-z]+", text.lower()))


def stem_of(name: str) -> str:
    return name.rpartition(".")[0] or name


def pieces_in(text: str) -> Iterator[str]:
    """Ids such as "rv06", in lower case and in order."""
    return (match[0].lower() for match in _ID.finditer(text) if match[1].lower() not in _NO_IDS)


def series_of(piece: str) -> str:
    """ "RV" of "rv06"; "" for a piece that is called otherwise."""
    match = _ID.fullmatch(piece)
    return match[1].upper() if match and match[1].lower() not in _NO_IDS else ""


def is_group(stem: str) -> bool:
    """A picture of several pieces."""
    return bool(tokens(stem) & _GROUPS)


def is_timelapse(stem: str) -> bool:
    """A timelapse, or the still of one."""
    return bool(tokens(stem) & _TIMELAPSE)


def role_of(stem: str, subfolder: str, folder: str, category: Category) -> Role:
    """The name's own word, else that of the nearest folder that has one."""
    # A person adds "failed" to a timelapse after having seen how it ended.
    if is_timelapse(stem) and not tokens(stem) & _ROLES[0][1]:
        return Role.TIMELAPSE if category is Category.VIDEO else Role.STILL
    for place in (stem, subfolder, folder):
        for role, said in _ROLES:
            if tokens(place) & said:
                return role
    return Role.OTHER
