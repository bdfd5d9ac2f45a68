"""The analytics document: how what a service says of an account and its posts becomes numbers to plan with.

Rules: a value nobody told is None, never 0. Rates are fractions (0.05 is 5 %), rounded to four digits.

* engagement_rate = (likes + comments + saved + shares) / reach when reach is known; without it
  (likes + comments) / followers; None when neither can be made. Saved and shares count only when told.
* play_rate = views / reach of a video: how often it was played for each account it reached.
* comment_quality = of the comments that were read: how many ask something, how many got an answer, how
  many words they have. None when none were read.
* comments_cut: whether the post has older comments than those that were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.store.snapshots import Snapshot

VERSION = "2.0"
INSIGHTS = ("reach", "views", "likes", "comments", "saved", "shares", "total_interactions")
ACTIVITY_WINDOW = timedelta(days=7)
TREND_POINTS = 30
_ACCOUNT = (
    "account_id",
    "username",
    "followers_count",
    "following_count",
    "media_count",
    "biography",
    "website",
)
# A letter must follow, as Instagram links no tag of digits alone.
_HASHTAG = re.compile(r"#(?=\w*[^\W\d])(\w+)")


def build_document(
    *,
    source: str,
    now: datetime,
    account: Mapping[str, Any],
    recent_media: Sequence[dict[str, Any]],
    activity: dict[str, Any],
) -> dict[str, Any]:
    """The whole document, of an account_info(), media entries (media_entry()) and a recent_activity()."""
    return {
        "export_info": {"exported_at": moment(now), "export_version": VERSION, "source": source},
        "account_info": dict(account),
        "recent_media": list(recent_media),
        "recent_activity": activity,
        "hashtag_performance": hashtag_performance(recent_media),
        "summary_metrics": summary_metrics(recent_media),
    }


def account_info(fields: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {name: fields.get(name) for name in _ACCOUNT} | {"retrieved_at": moment(now)}


def media_entry(fields: Mapping[str, Any], followers: int | None) -> dict[str, Any]:
    """One post. ``fields`` has what the service told of id, media_type, caption, permalink, timestamp,
    like_count, comments_count, insights and comments; ``comments_after`` where there are older comments."""
    insights = {name: (fields.get("insights") or {}).get(name) for name in INSIGHTS}
    comments = [_comment(comment) for comment in fields.get("comments") or ()]
    likes, count = fields.get("like_count"), fields.get("comments_count")
    return {
        "id": fields["id"],
        "media_type": fields.get("media_type"),
        "caption": fields.get("caption"),
        "permalink": fields.get("permalink"),
        "timestamp": fields.get("timestamp"),
        "like_count": likes,
        "comments_count": count,
        "insights": insights,
        "engagement_rate": engagement_rate(likes, count, insights, followers),
        "play_rate": _rate(insights["views"], insights["reach"]) if _is_video(fields) else None,
        "comments": comments,
        "comments_cut": bool(fields.get("comments_after")),
        "comment_quality": comment_quality(comments),
    }


def engagement_rate(
    likes: int | None, comments: int | None, insights: Mapping[str, int | None], followers: int | None
) -> float | None:
    """A fraction; see the module's words."""
    likes = likes if likes is not None else insights.get("likes")
    comments = comments if comments is not None else insights.get("comments")
    if likes is None or comments is None:
        return None
    if not insights.get("reach"):
        return _rate(likes + comments, followers)
    further = (insights.get("saved") or 0) + (insights.get("shares") or 0)
    return _rate(likes + comments + further, insights["reach"])


def comment_quality(comments: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    if not comments:
        return None
    texts = [str(comment["text"] or "") for comment in comments]
    return {
        "comments_read": len(comments),
        "questions": sum("?" in text for text in texts),
        "answered": sum(bool(comment["replies"]) for comment in comments),
        "average_words": round(sum(len(text.split()) for text in texts) / len(texts), 1),
        "average_likes": _average([comment["like_count"] for comment in comments], digits=1),
    }


def hashtags(caption: str | None) -> list[str]:
    """The tags of a caption, each once, in small letters and without the #."""
    return list(dict.fromkeys(tag.lower() for tag in _HASHTAG.findall(caption or "")))


def hashtag_performance(
    media: Iterable[Mapping[str, Any]], tags: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """How posts with each tag did, most used first; ``tags`` (with or without #) asks for these only."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for post in media:
        for tag in hashtags(post["caption"]):
            found.setdefault(tag, []).append(post)
    wanted = sorted(found, key=lambda tag: (-len(found[tag]), tag))
    if tags is not None:
        wanted = [tag.lstrip("#").lower() for tag in tags]
    return {
        tag: {
            "usage_count": len(posts := found.get(tag, [])),
            "total_likes": _sum([post["like_count"] for post in posts]),
            "avg_engagement_rate": _average([post["engagement_rate"] for post in posts]),
        }
        for tag in wanted
    }


def summary_metrics(media: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "total_recent_likes": _sum([post["like_count"] for post in media]),
        "total_recent_comments": _sum([post["comments_count"] for post in media]),
        "avg_engagement_rate": _average([post["engagement_rate"] for post in media]),
    }


def snapshot(
    source: str, now: datetime, account: Mapping[str, Any], media: Iterable[Mapping[str, Any]]
) -> Snapshot:
    """How the account stands, to be compared later."""
    posts = {str(post["id"]): [post["like_count"], post["comments_count"]] for post in media}
    return Snapshot(now, source, {"followers_count": account["followers_count"], "media": posts})


def recent_activity(snapshots: Sequence[Snapshot]) -> dict[str, Any]:
    """What changed between the newest snapshot and the oldest one of the week before it.

    ``snapshots`` are oldest first. Everything new_… is None until there are two. Likes and comments of
    posts that came in between count in full.
    """
    activity: dict[str, Any] = {
        "since": moment(snapshots[0].at) if snapshots else None,
        "new_followers": None,
        "new_likes": None,
        "new_comments": None,
        "follower_trend": _trend(snapshots),
    }
    if len(snapshots) < 2:
        return activity
    newest, earlier = snapshots[-1], snapshots[:-1]
    base = next((s for s in earlier if newest.at - s.at <= ACTIVITY_WINDOW), earlier[-1])
    return activity | {
        "since": moment(base.at),
        "new_followers": _difference(newest.data["followers_count"], base.data["followers_count"]),
        "new_likes": _gained(newest, base, 0),
        "new_comments": _gained(newest, base, 1),
    }


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")


def _trend(snapshots: Sequence[Snapshot]) -> list[dict[str, Any]]:
    """One point for each day, the day's last, the newest thirty."""
    days = {s.at.astimezone(UTC).date(): s for s in snapshots}
    return [
        {"at": moment(s.at), "followers_count": s.data["followers_count"]}
        for s in list(days.values())[-TREND_POINTS:]
    ]


def _gained(newest: Snapshot, base: Snapshot, index: int) -> int | None:
    before = base.data["media"]
    # A post that is in no earlier snapshot had nothing then; one whose count was unknown stays unknown.
    gains = [
        _difference(counts[index], before[post][index] if post in before else 0)
        for post, counts in newest.data["media"].items()
    ]
    return _sum(gains)


def _comment(comment: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "username", "text", "timestamp", "like_count")
    return {name: comment.get(name) for name in names} | {"replies": list(comment.get("replies") or ())}


def _is_video(fields: Mapping[str, Any]) -> bool:
    return fields.get("media_type") == "VIDEO"


def _difference(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before


def _rate(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else round(part / whole, 4)


def _sum(values: Iterable[int | None]) -> int | None:
    """Of those that are known; None when none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _average(values: Iterable[float | None], digits: int = 4) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), digits) if known else None
