"""Reads the comments that no longer fit into the answer about their post, in a bounded number of requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.account.instagram_fields import COMMENTS, comment_entries, comment_fields
from services.errors import Refused, Unavailable
from services.graph.errors import Kind, fault_of
from services.graph.graph import Graph, cursor_of
from services.log import get_logger

log = get_logger(__name__)

FURTHER = 100  # requests for older comments, of one reading of the account
_ABOUT_IT = (Kind.INPUT, Kind.ABSENT)


async def read_on(graph: Graph, posts: Iterable[dict[str, Any]], wanted: int) -> None:
    """Up to ``wanted`` comments of each post, newest first; ``comments_after`` is where the next ones begin.

    A post that keeps its ``comments_after`` has older ones that were not read. Whatever fails leaves
    what was read before; only Misconfigured is raised.
    """
    left = FURTHER
    for post in posts:
        while post["comments_after"] and len(post["comments"]) < wanted and left:
            left -= 1
            try:
                page = await _page(graph, post, wanted)
            except (Unavailable, Refused) as error:
                fault = fault_of(error)
                if fault is not None and fault.entry.kind in _ABOUT_IT:
                    break
                log.warning("Some comments are missing: %s", error)
                return
            known = {one["id"] for one in post["comments"]}
            post["comments"] += [one for one in comment_entries(page) if one["id"] not in known]
            post["comments_after"] = cursor_of(page) if cursor_of(page) != post["comments_after"] else ""


async def _page(graph: Graph, post: Mapping[str, Any], wanted: int) -> dict[str, Any]:
    few = min(COMMENTS, wanted - len(post["comments"]))
    return await graph.get(
        f"{post['id']}/comments", fields=comment_fields(), limit=str(few), after=post["comments_after"]
    )
