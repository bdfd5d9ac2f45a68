"""Which settings select Instagram, what is then required, and what they accept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.settings import load_settings, twins
from services.errors import Misconfigured

KEYS = {"INSTAGRAM_USER_ID": "17841400000000001", "INSTAGRAM_ACCESS_TOKEN": "EAAtoken0123456789"}
APP = {"FB_APP_ID": "1234567890", "FB_APP_SECRET": "0123456789abcdef"}


def chosen(**given: str) -> tuple[str, str]:
    found = twins(load_settings([], given))
    return found["account"], found["publisher"]


def test_keys_select_the_account_and_never_the_publisher() -> None:
    assert chosen(**KEYS, **APP) == ("instagram", "outbox")
    assert chosen(**KEYS, **APP, PUBLISH_TO="Instagram") == ("instagram", "instagram")
    assert chosen(**KEYS, INSTAGRAM_LOGIN="instagram") == ("instagram", "outbox")


@pytest.mark.parametrize("missing", [*KEYS, *APP])
def test_a_half_filled_group_names_what_is_missing(missing: str) -> None:
    given = {name: value for name, value in (KEYS | APP).items() if name != missing}
    with pytest.raises(Misconfigured) as caught:
        load_settings([], given)
    assert caught.value.variable == missing


def test_publishing_needs_the_keys() -> None:
    with pytest.raises(Misconfigured, match="INSTAGRAM_USER_ID is missing"):
        load_settings([], {"PUBLISH_TO": "instagram"})


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-12-24 18:00:00", datetime(2026, 12, 24, 18, tzinfo=UTC)),
        ("2026-12-24T18:00:00Z", datetime(2026, 12, 24, 18, tzinfo=UTC)),
        ("2026-12-24T18:00:00+02:00", datetime(2026, 12, 24, 18, tzinfo=timezone(timedelta(hours=2)))),
        ("", None),
    ],
)
def test_the_tokens_end_in_both_spellings(text: str, at: datetime | None) -> None:
    assert load_settings([], {"INSTAGRAM_TOKEN_EXPIRATION": text}).instagram_token_expiration == at


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INSTAGRAM_TOKEN_EXPIRATION", "soon"),
        ("INSTAGRAM_USER_ID", "@clay"),
        ("INSTAGRAM_LOGIN", "threads"),
        ("INSTAGRAM_ACCESS_TOKEN", "two words"),
        ("GRAPH_VERSION", "25"),
        ("GRAPH_BASE_URL", "https://graph.example"),
        ("GRAPH_BASE_URL", "http://graph.facebook.com"),
        ("GRAPH_UPLOAD_URL", "https://rupload.facebook.com.example"),
        ("INSTAGRAM_COLLABORATORS", "a,b,c,d"),
        ("INSTAGRAM_COLLABORATORS", "no spaces"),
        ("INSTAGRAM_DAYS_BEFORE_REFRESH", "0"),
        ("PUBLISH_TO", "threads"),
    ],
)
def test_what_is_wrong_is_refused_without_repeating_it(name: str, value: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        load_settings([], {name: value})
    assert caught.value.variable == name
    assert name == "INSTAGRAM_LOGIN" or value not in str(caught.value) or value in ("25", "0")


BY_INSTAGRAM = KEYS | {"INSTAGRAM_LOGIN": "instagram", "PUBLISH_TO": "instagram"}


def test_without_a_facebook_page_videos_are_fetched_from_a_bucket() -> None:
    """Meta: uploads are only for apps that have implemented Facebook Login for Business."""
    with pytest.raises(Misconfigured, match="fetches each video at an address") as caught:
        load_settings([], BY_INSTAGRAM)
    assert "GCS_BUCKET" in caught.value.remedy
    with pytest.raises(Misconfigured, match="takes uploads only") as caught:
        load_settings([], BY_INSTAGRAM | {"GCS_BUCKET": "clay", "INSTAGRAM_UPLOAD": "resumable"})
    assert caught.value.variable == "INSTAGRAM_UPLOAD"
    for more in ({}, {"INSTAGRAM_UPLOAD": "url"}):
        assert load_settings([], BY_INSTAGRAM | {"GCS_BUCKET": "clay"} | more).posts_by_address


def test_with_a_facebook_page_videos_are_uploaded_unless_wanted_otherwise() -> None:
    given = KEYS | APP | {"PUBLISH_TO": "instagram"}
    assert not load_settings([], given).posts_by_address
    assert not load_settings([], given | {"INSTAGRAM_UPLOAD": "Resumable"}).posts_by_address
    with pytest.raises(Misconfigured, match="cannot work with the bucket 'folder'"):
        load_settings([], given | {"INSTAGRAM_UPLOAD": "url"})
    assert load_settings([], given | {"INSTAGRAM_UPLOAD": "url", "GCS_BUCKET": "clay"}).posts_by_address


def test_each_login_has_its_host() -> None:
    assert load_settings([], {}).graph_host == "https://graph.facebook.com"
    assert load_settings([], {"INSTAGRAM_LOGIN": "instagram"}).graph_host == "https://graph.instagram.com"
    local = {"INSTAGRAM_LOGIN": "instagram", "GRAPH_BASE_URL": "http://127.0.0.1:9/"}
    assert load_settings([], local).graph_host == "http://127.0.0.1:9"


def test_collaborators_are_written_as_people_do() -> None:
    assert load_settings([], {"INSTAGRAM_COLLABORATORS": "@a_1, b.2"}).instagram_collaborators == (
        "a_1",
        "b.2",
    )


def test_secrets_are_in_no_text_of_the_settings() -> None:
    settings = load_settings([], KEYS | APP)
    shown = f"{settings!r}{settings}{settings.model_dump_json()}"
    assert "EAAtoken" not in shown
    assert "0123456789abcdef" not in shown
