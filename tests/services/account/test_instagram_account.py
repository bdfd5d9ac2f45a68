"""The account over a socket: how many requests it takes, and what it does when Instagram refuses."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from services.account.document import INSIGHTS
from services.account.instagram import InstagramAccount
from services.errors import Held, Misconfigured, Unavailable
from services.graph.graph import Graph
from services.store import Store
from tests.doubles.graph_client import Side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault
from tests.services.account.conftest import by_id, posts


async def test_twenty_five_posts_with_everything_take_two_requests(
    we: Side, account: InstagramAccount
) -> None:
    made = posts(we, 30)
    found = await account.get_recent_media(25)
    assert len(we.server.calls) == 2 <= 4
    assert [post["id"] for post in found] == [one.id for one in made[:25]]
    for post, one in zip(found, made, strict=False):
        assert post["insights"] == {name: one.insights[name] for name in INSIGHTS}
        assert post["engagement_rate"] is not None
        assert [comment["text"] for comment in post["comments"]] == ["Is it glazed?"] * 3
        assert post["comments"][0]["replies"][0]["text"] == "Yes"
        assert post["comment_quality"]["answered"] == 1
        assert post["timestamp"] == one.at.isoformat(timespec="seconds")


async def test_a_hundred_posts_take_three_requests(we: Side, account: InstagramAccount) -> None:
    made = posts(we, 130)
    document = await account.export_to_json()
    assert [call.operation for call in we.server.calls] == ["account", "media", "media"]
    assert [post["id"] for post in document["recent_media"]] == [one.id for one in made[:100]]
    assert document["account_info"]["account_id"] == we.server.state.user_id
    assert document["account_info"]["followers_count"] == 1200
    assert document["account_info"]["website"] is None


async def test_what_is_absent_is_none_and_not_zero(we: Side, account: InstagramAccount) -> None:
    [one] = posts(we, 1)
    one.likes, one.caption, one.silent = None, None, {"views", "reach"}
    one.comments.clear()
    [post] = await account.get_recent_media()
    assert (post["like_count"], post["caption"], post["comment_quality"]) == (None, None, None)
    assert (post["insights"]["views"], post["insights"]["reach"]) == (None, None)
    assert post["insights"]["shares"] == one.insights["shares"]


async def test_a_metric_one_post_refuses_is_dropped_said_once_and_asked_of_the_others(
    we: Side, account: InstagramAccount, caplog: pytest.LogCaptureFixture
) -> None:
    made = posts(we, 8)
    made[3].refuses = {"shares", "saved"}
    found = by_id(await account.get_recent_media())
    for one in made:
        told = found[one.id]["insights"]
        assert told["reach"] == one.insights["reach"]
        assert told["shares"] == (None if one is made[3] else one.insights["shares"])
    # account, the page twice, and each post by itself, one of them in two requests at most
    assert len(we.server.calls) <= 1 + 2 + 8 + 1
    assert caplog.text.count("does not tell saved and shares") == 1
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        await account.get_recent_media()
    assert "shares" not in caplog.text
    assert "does not tell saved and shares of every post" in await account.ping()


async def test_a_retired_metric_costs_one_request_more_and_no_post(
    we: Side, account: InstagramAccount
) -> None:
    made = posts(we, 5)
    we.server.state.withdrawn = {"views"}
    found = by_id(await account.get_recent_media())
    assert [call.operation for call in we.server.calls] == ["account", "media", "media"]
    assert {post["insights"]["views"] for post in found.values()} == {None}
    assert found[made[0].id]["insights"]["reach"] == made[0].insights["reach"]
    await account.get_recent_media()
    assert len(we.server.calls) == 5  # known from then on
    assert "does not measure views any more" in await account.ping()


async def test_throttled_among_posts_that_are_asked_by_themselves_leaves_what_was_read(
    we: Side, account: InstagramAccount
) -> None:
    made = posts(we, 4)
    made[0].refuses = {"shares"}
    we.server.fail("insights", Fault(), Fault(error=GraphError(80002, "too many calls")))
    found = by_id(await account.get_recent_media())
    assert found[made[1].id]["insights"]["reach"] == made[1].insights["reach"]
    assert [found[one.id]["insights"]["shares"] for one in made] == [None] * 4
    assert len(we.server.asked("insights")) == 2


@pytest.mark.parametrize(
    "error",
    [
        GraphError(10, "(#10) Not enough viewers for the media to show insights"),
        GraphError(100, "Media posted before business account conversion", 2108006),
        GraphError(100, "An unknown error has occurred."),
    ],
)
async def test_a_post_that_cannot_be_measured_leaves_the_others_theirs(
    we: Side, account: InstagramAccount, error: GraphError
) -> None:
    made = posts(we, 4)
    made[1].error = error
    found = by_id(await account.get_recent_media())
    assert set(found[made[1].id]["insights"].values()) == {None}
    assert found[made[1].id]["comments"]
    for one in (made[0], made[2], made[3]):
        assert found[one.id]["insights"]["reach"] == one.insights["reach"]


async def test_a_post_from_before_the_business_account_is_never_asked_again(
    we: Side, account: InstagramAccount
) -> None:
    made = posts(we, 2)
    made[0].error = GraphError(100, "Media posted before business account conversion", 2108006)
    await account.get_recent_media()
    await account.get_recent_media()
    asked = [call.path for call in we.server.asked("insights") if made[0].id in call.path]
    assert len(asked) == 1


async def test_without_the_permission_to_measure_the_rest_is_told(
    we: Side, account: InstagramAccount
) -> None:
    posts(we, 3)
    refusal = GraphError(10, "(#10) Application does not have permission for this action")
    we.server.fail("media", Fault(error=refusal), Fault(error=refusal))
    found = await account.get_recent_media()
    assert [post["like_count"] for post in found] == [0, 0, 0]
    assert "may not read insights" in await account.ping()


async def test_too_much_at_once_is_asked_in_halves(we: Side, account: InstagramAccount) -> None:
    made = posts(we, 40)
    heavy = GraphError(1, "Please reduce the amount of data you're asking for, then retry your request")
    we.server.fail("media", Fault(error=heavy), Fault(error=heavy))
    found = await account.get_recent_media(40)
    assert [post["id"] for post in found] == [one.id for one in made]
    assert [call.params["limit"] for call in we.server.asked("media")] == ["40", "20", "10", "10", "10", "10"]


async def test_passing_trouble_and_malformed_answers(we: Side, account: InstagramAccount) -> None:
    posts(we, 2)
    we.server.fail("media", Fault(error=GraphError(2, "Service temporarily unavailable", status=500)))
    we.server.fail("account", Fault(drop="before"))
    assert len(await account.get_recent_media()) == 2
    for fault in (Fault(text="<html>"), Fault(cut=True), Fault(text="[]")):
        we.server.fail("media", fault)
        with pytest.raises(Unavailable, match="cannot be read"):
            await account.get_recent_media()
    we.server.fail("media", *[Fault(status=503)] * 5)
    with pytest.raises(Unavailable, match="out of order"):
        await account.get_recent_media()


async def test_usage_slows_and_stops(we: Side, account: InstagramAccount) -> None:
    posts(we, 2)
    we.server.usage = {"call_count": 85, "total_cputime": 10, "total_time": 12}
    await account.get_recent_media()
    assert len(we.pauses) == 1  # the second request waited
    we.server.usage["call_count"], we.server.regain = 100, 7
    with pytest.raises(Held, match="7 min"):
        await account.get_recent_media()
    asked = len(we.server.calls)
    with pytest.raises(Held):
        await account.get_recent_media()
    assert len(we.server.calls) == asked


async def test_being_throttled_leaves_instagram_alone(we: Side, account: InstagramAccount) -> None:
    we.server.allowance = 0
    with pytest.raises(Unavailable, match="too often"):
        await account.get_account_info()
    with pytest.raises(Held):
        await account.get_account_info()
    assert len(we.server.calls) == 1


async def test_429_with_retry_after_is_told(we: Side, account: InstagramAccount) -> None:
    we.server.fail("account", *[Fault(status=429, headers={"Retry-After": "240"})] * 4)
    with pytest.raises(Unavailable) as caught:
        await account.get_account_info()
    assert caught.value.retry_after == 240


async def test_ping_tells_the_account_the_token_and_changes_nothing(
    we: Side, account: InstagramAccount
) -> None:
    told = await account.ping()
    assert told.startswith("Instagram account @clay_and_fire with 1,200 followers; ")
    assert not we.file.exists()
    if we.server.state.flavour == "facebook":
        assert "60 days left and may read the account" in told


async def test_a_dead_token_is_a_sentence(we: Side, account: InstagramAccount) -> None:
    we.server.state.tokens[we.token].dead = 460
    for ask in (account.ping, account.export_to_json):
        with pytest.raises(Misconfigured, match="password was changed"):
            await ask()
    assert len(we.server.calls) == 1


async def test_a_collection_prolongs_the_token_when_that_is_due(we: Side, tmp_path: Path) -> None:
    posts(we, 1)
    old = we.server.state.issue(age=timedelta(days=55))
    keeper = we.keeper_of(old, we.server.state.tokens[old].expires)
    store = await Store.open(tmp_path / "other.db")
    account = InstagramAccount(Graph(we.wire, keeper), keeper, store, clock=we.clock)
    await account.export_to_json()
    assert [call.operation for call in we.server.calls] == ["token", "account", "media"]
    assert (await keeper.current()).get_secret_value() != old
    await store.close()
