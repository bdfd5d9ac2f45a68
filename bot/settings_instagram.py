"""The settings of Instagram, the account and the publisher; bot/settings.py takes them in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo
from pydantic_settings import BaseSettings

from bot.setting_types import Explained, Lower, items, setting, vendor_address

INSTAGRAM, POSTING = "Instagram", "Posting"
_NAME = r"^[A-Za-z0-9._]{1,30}$"


def _expiration(value: object) -> object:
    """ "2026-12-24 18:00:00" is UTC; ISO 8601 says its zone itself."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    at = datetime.fromisoformat(value.strip())
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _secret(value: SecretStr | None) -> SecretStr | None:
    plain = value.get_secret_value().strip() if value is not None else ""
    if plain and not (plain.isascii() and plain.isprintable() and " " not in plain):
        raise ValueError("not a token")
    return SecretStr(plain) if plain else None


def _few(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) > 3:
        raise Explained("names more than three accounts", "Leave three at most: Instagram takes no more")
    return names


def _plain_name(value: object) -> object:
    return value.strip().lstrip("@") if isinstance(value, str) else value


def _possible(upload: str, info: ValidationInfo) -> str:
    if upload == "resumable" and info.data.get("instagram_login") == "instagram":
        raise Explained(
            "is resumable, but Instagram takes uploads only from apps with Facebook login",
            "Leave it empty and set GCS_BUCKET, or set INSTAGRAM_LOGIN to facebook",
        )
    return upload


Upload = Annotated[Literal["", "resumable", "url"], Lower, AfterValidator(_possible)]
Secret = Annotated[SecretStr | None, AfterValidator(_secret)]
Moment = Annotated[datetime | None, BeforeValidator(_expiration)]
Number = Annotated[str, Field(pattern=r"^(\d{1,25})?$")]
Collaborator = Annotated[str, BeforeValidator(_plain_name), Field(pattern=_NAME)]
Collaborators = Annotated[tuple[Collaborator, ...], AfterValidator(_few), BeforeValidator(items)]


class InstagramSettings(BaseSettings):
    """Fields of Settings; keys select the account, PUBLISH_TO alone the publisher (bot/twins.py)."""

    publish_to: Annotated[Literal["outbox", "instagram"], Lower] = setting(
        "outbox", POSTING,
        "Where approved videos go: outbox is the folder DATA_DIR/outbox, instagram the account of "
        "INSTAGRAM_USER_ID. Keys alone never start real posts.",
        "outbox or instagram", "outbox",
    )
    instagram_login: Annotated[Literal["facebook", "instagram"], Lower] = setting(
        "facebook", INSTAGRAM,
        "How the app reaches the account: facebook (through its Facebook page) or instagram (without one).",
        "facebook or instagram", "facebook",
    )
    instagram_user_id: Number = setting(
        "", INSTAGRAM,
        "The number of the professional account; `autopotter setup` finds it. This or any other key here "
        "selects the account instagram.",
        "a number like 17841400000000001", "17841400000000001", words="(none)",
    )
    instagram_access_token: Secret = setting(
        None, INSTAGRAM,
        "The account's token. It is prolonged in time and then kept in DATA_DIR/instagram_token.json, which "
        "beats this line until you change it.",
        "a token without spaces", "", words="(none)",
    )
    instagram_token_expiration: Moment = setting(
        None, INSTAGRAM,
        "When that token ends, if you know it: 2026-12-24 18:00:00 (UTC) or ISO 8601.",
        "a time like 2026-12-24 18:00:00", "2026-12-24 18:00:00", words="(asked for)",
    )
    instagram_days_before_refresh: int = setting(
        7, INSTAGRAM, "How many days before its end the token is prolonged (1–50).",
        "a whole number from 1 to 50", "7", ge=1, le=50,
    )
    instagram_comments: int = setting(
        50, INSTAGRAM,
        "How many comments of each of the newest 100 posts are read, the newest ones (1–1000). Beyond 50, "
        "each 50 of a post are one request more, and 100 requests more are the most.",
        "a whole number from 1 to 1000", "50", ge=1, le=1000,
    )
    fb_app_id: Number = setting(
        "", INSTAGRAM, "The Meta app's id. Needed with INSTAGRAM_LOGIN=facebook.",
        "a number", "1234567890123456", words="(none)",
    )
    fb_app_secret: Secret = setting(
        None, INSTAGRAM,
        "The Meta app's secret. Needed with INSTAGRAM_LOGIN=facebook; with instagram only to make the first "
        "long-lived token (the Instagram app secret).",
        "a secret without spaces", "", words="(none)",
    )
    instagram_upload: Upload = setting(
        "", INSTAGRAM,
        "How the video comes to Instagram: resumable (uploaded, nothing need be public; the cover is a "
        "moment of the video) or url (fetched at a signed address of the bucket, which has to be GCS_BUCKET; "
        "the cover is its own picture). With INSTAGRAM_LOGIN=instagram only url works.",
        "resumable or url", "resumable", words="(resumable; url with INSTAGRAM_LOGIN=instagram)",
    )
    instagram_dry_run: bool = setting(
        True, INSTAGRAM,
        "Whether the video is brought to Instagram up to 19 hours before its time, invisible, so that wrong "
        "formats and missing permissions show early.",
        "true or false", "true",
    )
    instagram_share_to_feed: bool = setting(
        True, INSTAGRAM, "Whether Reels also appear in the account's feed.", "true or false", "true"
    )
    instagram_collaborators: Collaborators = setting(
        (), INSTAGRAM, "Accounts that are invited to each Reel as collaborators, at most three.",
        "a comma-separated list of user names", "clay_friend", words="(none)",
    )
    instagram_ai_generated: bool = setting(
        False, INSTAGRAM,
        "Whether Reels are labelled as made with AI: yours are cut from your own footage, but Instagram "
        "wants it for realistic pictures or voices that a machine made.",
        "true or false", "false",
    )
    graph_version: str = setting(
        "v25.0", INSTAGRAM, "The version of Instagram's API; v25.0 lives until July 2028.",
        "a version like v25.0", "v25.0", pattern=r"^v\d{1,3}\.\d{1,2}$",
    )
    graph_base_url: Annotated[str, vendor_address("graph.facebook.com", "graph.instagram.com")] = setting(
        "https://graph.facebook.com", INSTAGRAM,
        "Where the API is asked; with INSTAGRAM_LOGIN=instagram it is https://graph.instagram.com unless set "
        "to a server on this machine. Another is for tests.",
        "an address of the service", "https://graph.facebook.com",
    )
    graph_upload_url: Annotated[str, vendor_address("rupload.facebook.com")] = setting(
        "https://rupload.facebook.com", INSTAGRAM, "Where videos are uploaded; another is for tests.",
        "an address of the service", "https://rupload.facebook.com",
    )

    @property
    def posts_by_address(self) -> bool:
        """Whether Instagram fetches each video itself; else it is uploaded."""
        return self.instagram_upload == "url" or self.instagram_login == "instagram"

    @property
    def graph_host(self) -> str:
        """Where the API is asked with this login."""
        given = self.graph_base_url
        if self.instagram_login == "instagram" and "facebook.com" in given:
            return "https://graph.instagram.com"
        return given
