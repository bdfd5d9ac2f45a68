"""What Graph answers when posts and comments are read: fields expanded, edges paged by cursors."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from tests.doubles import graph_contract, graph_upload
from tests.doubles.graph_error import GraphError, missing
from tests.doubles.graph_fields import BadFields, Field, fields_of
from tests.doubles.graph_state import Comment, Instagram, Medium

Link = Callable[[str], str]  # the address of the page behind a cursor
_TITLES = {"ig_reels_avg_watch_time": "Average watch time"}


def read_fields(text: str, default: str = "id") -> tuple[Field, ...]:
    try:
        return fields_of(text or default)
    except BadFields as error:
        raise GraphError(2500, f"(#2500) {error}") from error


def read(state: Instagram, node: str, operation: str, place: str, params: dict[str, str], link: Link) -> Any:
    """What a GET of a node or an edge answers; ``node`` is the flavour's name of a post."""
    wanted = read_fields(params.get("fields", ""))
    match operation:
        case "account":
            return account(state, wanted)
        case "media":
            if place != state.user_id:
                raise missing(place)
            page = paged(state.media, params, most=100, key=lambda one: one.id, link=link)
            return page | {"data": [medium(state, node, one, wanted, link) for one in page["data"]]}
        case "medium":
            return medium(state, node, state.medium(place), wanted, link)
        case "insights":
            return {"data": insights(state, node, state.medium(place), params.get("metric", ""))}
        case "comments":
            page = paged(state.medium(place).comments, params, most=50, key=lambda c: c.id, link=link)
            return page | {"data": [comment(state, one, wanted, link) for one in page["data"]]}
        case "limit":
            if place != state.user_id:
                raise missing(place)
            config = {"quota_total": state.quota_total, "quota_duration": 86400}
            known: dict[str, Any] = {"config": config, "quota_usage": state.used()}
            asked = {one.name: known[one.name] for one in wanted if one.name in known}
            return {"data": [asked or {"quota_usage": state.used()}]}
    container = state.container(place)
    code = state.state_of(container, look=True)
    known = {"id": container.id, "status_code": code, "status": container.error or f"{code}."}
    if "video_url" not in container.params:
        known["video_status"] = graph_upload.video_status(container)
    return {"id": container.id} | {one.name: known[one.name] for one in wanted if one.name in known}


def account(state: Instagram, wanted: Iterable[Field]) -> dict[str, Any]:
    known = {
        "id": state.user_id if state.flavour == "facebook" else f"9{state.user_id[1:]}",
        "user_id": state.user_id,
        "username": state.username,
        "name": "Clay & Fire",
        "biography": "Pots from a printer.",
        "followers_count": state.followers,
        "follows_count": 87,
        "media_count": len(state.media),
        "profile_picture_url": "https://cdn.example/p.jpg",
        # no website: a field without a value is left out
    }
    if state.flavour == "facebook":
        del known["user_id"]
    return {"id": known["id"]} | {one.name: known[one.name] for one in wanted if one.name in known}


def medium(state: Instagram, node: str, one: Medium, wanted: Iterable[Field], link: Link) -> dict[str, Any]:
    """One post as the fields ask for it; GraphError if a metric is refused, which fails the whole request."""
    known: dict[str, Any] = {
        "id": one.id,
        "caption": one.caption,
        "media_type": one.media_type,
        "media_product_type": one.product,
        "permalink": one.permalink,
        "shortcode": one.shortcode,
        "timestamp": stamp(one.at),
        "username": state.username,
        "like_count": one.likes,
        "comments_count": sum(1 + len(comment.replies) for comment in one.comments),
        "is_comment_enabled": True,
    }
    found: dict[str, Any] = {"id": one.id}
    for field in wanted:
        if field.name == "insights":
            found["insights"] = {"data": insights(state, node, one, field.modifiers.get("metric", ""))}
        elif field.name == "comments":
            page = paged(one.comments, field.modifiers, most=50, key=lambda c: c.id, link=link)
            page["data"] = [comment(state, c, field.inner, link) for c in page["data"]]
            if page["data"]:  # an edge without anything is left out
                found["comments"] = page
        elif known.get(field.name) is not None:
            found[field.name] = known[field.name]
    return found


def comment(state: Instagram, one: Comment, wanted: Iterable[Field], link: Link) -> dict[str, Any]:
    known: dict[str, Any] = {
        "id": one.id, "username": one.username, "text": one.text,
        "timestamp": stamp(one.at), "like_count": one.like_count, "hidden": False,
    }  # fmt: skip
    found: dict[str, Any] = {"id": one.id}
    for field in wanted:
        if field.name == "replies":
            page = paged(one.replies, field.modifiers, most=50, key=lambda r: r.id, link=link)
            page["data"] = [comment(state, reply, field.inner, link) for reply in page["data"]]
            if page["data"]:
                found["replies"] = page
        elif field.name in known:
            found[field.name] = known[field.name]
    return found


def insights(state: Instagram, node: str, one: Medium, names: str) -> list[dict[str, Any]]:
    asked = names.split(",") if names else []
    if not asked:
        raise GraphError(100, "(#100) The parameter metric is required")
    known = [name for name in graph_contract.metrics(node) if name not in state.withdrawn]
    for index, name in enumerate(asked):
        if name not in known:
            text = f"(#100) metric[{index}] must be one of the following values: {', '.join(known)}"
            raise GraphError(100, text)
    if one.error is not None:
        raise one.error
    refused = [name for name in asked if name not in one.metrics]
    if refused:
        text = f"(#100) The Media Insights API does not support the {', '.join(refused)} metric for "
        text += "this media product type."
        raise GraphError(100, text)
    return [
        {
            "name": name,
            "period": "lifetime",
            "values": [{"value": one.insights[name]}],
            "title": _TITLES.get(name, name.title()),
            "description": "",
            "id": f"{one.id}/insights/{name}/lifetime",
        }
        for name in asked
        if name in one.insights and name not in one.silent  # no data is no row, not a 0
    ]


def paged(
    rows: Sequence[Any],
    params: dict[str, str],
    *,
    most: int,
    key: Callable[[Any], str],
    link: Link,
) -> dict[str, Any]:
    """One page behind the cursor ``after``; ``next`` only where there is more."""
    limit = min(int(params.get("limit", 25)), most)
    keys = [key(row) for row in rows]
    start = 0
    if after := params.get("after"):
        place = base64.b64decode(after).decode()
        if place not in keys:
            raise GraphError(100, "(#100) Invalid cursor")
        start = keys.index(place) + 1
    shown = list(rows[start : start + limit])
    page: dict[str, Any] = {"data": shown}
    if shown:
        last = _cursor(key(shown[-1]))
        page["paging"] = {"cursors": {"before": _cursor(key(shown[0])), "after": last}}
        if start + limit < len(rows):
            page["paging"]["next"] = link(last)
    return page


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def _cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
