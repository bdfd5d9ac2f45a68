"""What is asked of posts, and how Graph's answers become the fields of the document. Pure.

Sources below developers.facebook.com/docs/instagram-platform/reference (September 2026): instagram-media,
…/insights, …/comments. A field without a value is left out, and so is a metric without data: both are None
here, never 0. Everything in captions and comments is what strangers wrote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.account import document
from services.graph.errors import GraphFault
from services.graph.graph import cursor_of

COMMENTS = 50  # newest first, and as many answers to each: the most one answer of Instagram holds
_POST = "id,caption,media_type,media_product_type,permalink,timestamp,like_count,comments_count"
_COMMENT = "id,username,text,timestamp,like_count"
_UNSUPPORTED = re.compile(r"does not support the ([\w, ]{1,500}?) metrics? for")
_ALLOWED = re.compile(r"must be one of the following values: ([\w, ]{1,5000})")


def media_fields(metrics: Collection[str], *, comments: int) -> str:
    """The ``fields`` of one request for posts with all that is wanted of them, ``comments`` of each."""
    parts = [_POST]
    if metrics:
        parts.append(f"insights.metric({','.join(metrics)})")
    if comments:
        parts.append(f"comments.limit({min(comments, COMMENTS)}){{{comment_fields()}}}")
    return ",".join(parts)


def comment_fields() -> str:
    """The ``fields`` of a comment with its answers."""
    return f"{_COMMENT},replies.limit({COMMENTS}){{{_COMMENT}}}"


def refused_metrics(fault: GraphFault, asked: Sequence[str]) -> list[str]:
    """Of ``asked``, those that the answer names as unsupported by some post."""
    found = _UNSUPPORTED.search(fault.message)
    named = {name.strip() for name in found[1].split(",")} if found else set()
    return [name for name in asked if name in named]


def retired_metrics(fault: GraphFault, asked: Sequence[str]) -> list[str]:
    """Of ``asked``, those that the service does not know any more."""
    found = _ALLOWED.search(fault.message)
    allowed = {name.strip() for name in found[1].split(",")} if found else set()
    return [name for name in asked if name not in allowed] if found else []


def post_fields(post: Mapping[str, Any]) -> dict[str, Any]:
    """One post as document.media_entry() takes it."""
    return {
        "id": str(post.get("id") or ""),
        "media_type": _text(post.get("media_type")),
        "caption": _text(post.get("caption")),
        "permalink": _text(post.get("permalink")),
        "timestamp": moment(post.get("timestamp")),
        "like_count": _count(post.get("like_count")),
        "comments_count": _count(post.get("comments_count")),
        "insights": insight_values(_rows(post.get("insights"))),
        "comments": comment_entries(post.get("comments")),
        "comments_after": cursor_of(edge) if isinstance(edge := post.get("comments"), dict) else "",
    }


def insight_values(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Metric → value; the value stands in one of two places."""
    found: dict[str, int] = {}
    for row in rows:
        values, total = row.get("values"), row.get("total_value")
        place = values[0] if isinstance(values, list) and values else total
        value = _count(place.get("value")) if isinstance(place, Mapping) else None
        if value is not None:
            found[str(row.get("name"))] = value
    return found


def moment(text: object) -> str | None:
    """ "2026-09-26T22:36:43+0000" as the document writes times; None if it is none."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return document.moment(at) if at.tzinfo is not None else None


def comment_entries(edge: object) -> list[dict[str, Any]]:
    """The comments of one page, as document.media_entry() takes them."""
    return [_comment(one) for one in _rows(edge)]


def _comment(one: Mapping[str, Any]) -> dict[str, Any]:
    return _words(one) | {"replies": [_words(reply) for reply in _rows(one.get("replies"))]}


def _words(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(one.get("id") or ""),
        "username": _text(one.get("username")),
        "text": _text(one.get("text")),
        "timestamp": moment(one.get("timestamp")),
        "like_count": _count(one.get("like_count")),
    }


def _rows(edge: object) -> list[Mapping[str, Any]]:
    rows = edge.get("data") if isinstance(edge, Mapping) else None
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
