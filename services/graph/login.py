"""The two flavours of Instagram's API: by Facebook login and by Instagram login.

Source: developers.facebook.com/docs/instagram-platform/overview (September 2026). Facebook login reaches a
professional account through its Facebook page; Instagram login needs no page. Hosts, names of permissions and
the way of tokens differ; nodes and edges are nearly the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

Flavour = Literal["facebook", "instagram"]

HOSTS: dict[Flavour, str] = {
    "facebook": "https://graph.facebook.com",
    "instagram": "https://graph.instagram.com",
}
UPLOAD_HOST = "https://rupload.facebook.com"  # of both
DOMAINS = ("facebook.com", "instagram.com")
VERSION = "v25.0"  # until 2028-07-29; v26.0 (2026-07-29) is the newest


@dataclass(frozen=True, slots=True)
class Ability:
    """Something a token may do: ``words`` for people, ``scope`` of each flavour."""

    words: str
    scope: dict[Flavour, str]


READ = Ability("read the account", {"facebook": "instagram_basic", "instagram": "instagram_business_basic"})
MEASURE = Ability(
    "read insights",
    {"facebook": "instagram_manage_insights", "instagram": "instagram_business_manage_insights"},
)
COMMENTS = Ability(
    "read comments",
    {"facebook": "instagram_manage_comments", "instagram": "instagram_business_manage_comments"},
)
PUBLISH = Ability(
    "publish", {"facebook": "instagram_content_publish", "instagram": "instagram_business_content_publish"}
)
ABILITIES = (READ, MEASURE, COMMENTS, PUBLISH)


@dataclass(frozen=True, slots=True)
class Login:
    """How one account is reached. ``base_url`` and ``upload_url`` without a slash at the end.

    ``app_id`` and ``app_secret`` are those of the Meta app; Instagram login needs neither but to make the
    first long-lived token of a short-lived one (the secret).
    """

    flavour: Flavour
    user_id: str
    version: str = VERSION
    base_url: str = ""
    upload_url: str = UPLOAD_HOST
    app_id: str = ""
    app_secret: SecretStr = field(default=SecretStr(""))

    @property
    def host(self) -> str:
        return self.base_url or HOSTS[self.flavour]

    def lacking(self, scopes: tuple[str, ...]) -> list[Ability]:
        """The abilities that ``scopes`` do not grant."""
        return [ability for ability in ABILITIES if ability.scope[self.flavour] not in scopes]
