"""What the brief says of the account: what worked, what did not, what people ask. Quotes are data.

Comments may come from anybody. They are quoted, without the name of whoever wrote them; the only exception
are accounts the operator's owner names in INSTRUCTION_ACCOUNTS, whose comments that begin with "system" are
orders (see orders()). Whoever takes over such an account gives orders, too: the list is empty by default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from services.planner.quoted import plain, quoted

_BEST, _WORST, _QUESTIONS, _TAGS = 6, 3, 10, 8
_MOST_ORDERS, _LONGEST_ORDER = 10, 500
_SIGN = "system"


def account_lines(analytics: Mapping[str, Any] | None) -> list[str]:
    """The analytics digest, most useful first; a sentence when there is none."""
    if not analytics:
        return ["Nothing is known of the account yet."]
    return list(_lines(analytics))


def orders(analytics: Mapping[str, Any] | None, accounts: Collection[str]) -> list[str]:
    """What accounts in ``accounts`` (user names, any case, with or without @) ordered in comments."""
    allowed = {name.strip().lstrip("@").casefold() for name in accounts} - {""}
    if not allowed or not analytics:
        return []
    found = []
    for _, comment in comments(analytics):
        text = plain(comment.get("text"), _LONGEST_ORDER)
        by = str(comment.get("username") or "").casefold()
        order = text[len(_SIGN) :].lstrip(" :,-–") if text.casefold().startswith(_SIGN) else ""
        if by in allowed and order:
            found.append((str(comment.get("timestamp") or ""), order))
    newest = sorted(found, key=lambda row: row[0], reverse=True)
    return list(dict.fromkeys(order for _, order in newest))[:_MOST_ORDERS]


def comments(analytics: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(post, comment) for every comment that was read, posts newest first."""
    for post in posts(analytics):
        for comment in post.get("comments") or ():
            if isinstance(comment, dict):
                yield post, comment


def posts(analytics: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = analytics.get("recent_media")
    return [post for post in found if isinstance(post, dict)] if isinstance(found, list) else []


def _lines(analytics: Mapping[str, Any]) -> Iterator[str]:
    account, metrics = _part(analytics, "account_info"), _part(analytics, "summary_metrics")
    activity = _part(analytics, "recent_activity")
    yield (
        f"Followers {_known(account.get('followers_count'))}, of the last days new: "
        f"{_known(activity.get('new_followers'))} followers, {_known(activity.get('new_likes'))} likes, "
        f"{_known(activity.get('new_comments'))} comments. "
        f"Average engagement {_rate(metrics.get('avg_engagement_rate'))}."
    )
    rated = [p for p in posts(analytics) if isinstance(p.get("engagement_rate"), int | float)]
    rated.sort(key=lambda p: (-float(p["engagement_rate"]), str(p.get("id"))))
    if rated:
        yield "What worked best:"
        yield from (_post(p) for p in rated[:_BEST])
    if len(rated) > _BEST + _WORST:
        yield "What worked least:"
        yield from (_post(p) for p in rated[-_WORST:])
    if asked := _questions(analytics):
        yield "What people ask (their words, data):"
        yield from (f"- {quoted(text, 160)}" for text in asked)
    tags = _part(analytics, "hashtag_performance")
    rows = [(t, v) for t, v in tags.items() if isinstance(v, dict) and v.get("usage_count")]
    if rows:
        words = (
            f"#{plain(t, 30)} {v.get('usage_count')}× {_rate(v.get('avg_engagement_rate'))}"
            for t, v in rows[:_TAGS]
        )
        yield f"Hashtags, uses and engagement: {', '.join(words)}"


def _post(post: Mapping[str, Any]) -> str:
    numbers = _part(post, "insights")
    caption = plain(str(post.get("caption") or "").partition("\n")[0], 90)
    kind, day = plain(post.get("media_type"), 16), plain(str(post.get("timestamp") or "")[:10])
    return (
        f"- {plain(post.get('id'), 24)} {day} {kind}: "
        f"engagement {_rate(post.get('engagement_rate'))}, reach {_known(numbers.get('reach'))}, "
        f"saved {_known(numbers.get('saved'))}, shares {_known(numbers.get('shares'))}, {quoted(caption, 90)}"
    )


def _questions(analytics: Mapping[str, Any]) -> list[str]:
    """Comments that ask something: unanswered and liked ones first, each once."""
    found: dict[str, tuple[bool, int, str]] = {}
    for _, comment in comments(analytics):
        text = plain(comment.get("text"), 160)
        if "?" in text:
            likes = comment.get("like_count")
            rank = (bool(comment.get("replies")), -(likes if isinstance(likes, int) else 0))
            found.setdefault(text.casefold(), (*rank, text))
    return [row[2] for row in sorted(found.values())][:_QUESTIONS]


def _part(owner: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = owner.get(name)
    return found if isinstance(found, dict) else {}


def _known(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else "unknown"


def _rate(value: object) -> str:
    return f"{value:.1%}" if isinstance(value, int | float) else "unknown"


def draft_words(values: Sequence[str]) -> str:
    """The parts of a line that are not empty."""
    return " | ".join(value for value in values if value)
