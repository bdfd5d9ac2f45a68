"""Comments of posts that have many: how many are read, in how many requests, and that the rest is told."""

from __future__ import annotations

from typing import Any

import pytest

from services.account import instagram_comments
from services.account.instagram import InstagramAccount
from services.store import Store
from tests.doubles.graph_client import Side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault
from tests.doubles.graph_state import Comment, Medium
from tests.services.account.conftest import by_id, posts


def talked_about(we: Side, one: Medium, count: int) -> list[str]:
    """Give the post so many comments; their texts, newest first."""
    texts = [f"Comment {n}" for n in range(count)]
    one.comments = [Comment(f"{one.id}{n:05d}", "guest", text, we.clock.now) for n, text in enumerate(texts)]
    return texts


def words(post: dict[str, Any]) -> list[str]:
    return [comment["text"] for comment in post["comments"]]


async def test_comments_beyond_fifty_are_told_to_be_cut_and_cost_nothing(
    we: Side, account: InstagramAccount
) -> None:
    made = posts(we, 25)
    texts = [talked_about(we, one, 120) for one in made]
    found = await account.get_recent_media(25)
    assert len(we.server.calls) == 2
    assert [words(post) for post in found] == [said[:50] for said in texts]
    assert all(post["comments_cut"] for post in found)


def reading(we: Side, store: Store, comments: int) -> InstagramAccount:
    return InstagramAccount(we.graph, we.keeper, store, comments=comments, clock=we.clock)


async def test_as_many_comments_as_are_wanted_are_read(we: Side, store: Store) -> None:
    first, second, third, fourth = posts(we, 4)
    many, enough = talked_about(we, first, 170), talked_about(we, second, 130)
    exact = talked_about(we, third, 50)
    first.comments[60].replies = [Comment(f"{first.id}9", "clay", "Yes", we.clock.now)]
    found = by_id(await reading(we, store, 130).get_recent_media())
    assert words(found[first.id]) == many[:130]
    assert words(found[second.id]) == enough
    assert words(found[third.id]) == exact
    assert found[first.id]["comments"][60]["replies"][0]["text"] == "Yes"
    cut = {name: post["comments_cut"] for name, post in found.items()}
    assert cut == {first.id: True, second.id: False, third.id: False, fourth.id: False}
    assert len(we.server.calls) == 2 + 2 + 2


async def test_fewer_comments_than_an_answer_holds_can_be_wanted(we: Side, store: Store) -> None:
    [one] = posts(we, 1)
    said = talked_about(we, one, 20)
    [post] = await reading(we, store, 5).get_recent_media()
    assert (words(post), post["comments_cut"]) == (said[:5], True)
    assert we.server.asked("comments") == []


async def test_the_requests_for_older_comments_have_an_end(
    we: Side, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instagram_comments, "FURTHER", 3)
    for one in posts(we, 3):
        talked_about(we, one, 200)
    found = await reading(we, store, 1000).get_recent_media()
    assert [len(post["comments"]) for post in found] == [200, 50, 50]
    assert [post["comments_cut"] for post in found] == [False, True, True]
    assert len(we.server.asked("comments")) == 3


async def test_a_post_that_does_not_tell_its_older_comments_leaves_the_others_theirs(
    we: Side, store: Store
) -> None:
    for one in posts(we, 2):
        talked_about(we, one, 70)
    we.server.fail("comments", Fault(error=GraphError(100, "no such object", 33)))
    found = await reading(we, store, 100).get_recent_media()
    assert [(len(post["comments"]), post["comments_cut"]) for post in found] == [(50, True), (70, False)]


async def test_comments_that_are_throttled_leave_what_was_read(we: Side, store: Store) -> None:
    for one in posts(we, 2):
        talked_about(we, one, 70)
    we.server.fail("comments", Fault(error=GraphError(80002, "too many calls")))
    found = await reading(we, store, 100).get_recent_media()
    assert [(len(post["comments"]), post["comments_cut"]) for post in found] == [(50, True), (50, True)]
    assert len(we.server.asked("comments")) == 1
