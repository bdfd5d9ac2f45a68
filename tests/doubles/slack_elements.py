"""What stands within blocks: texts, buttons, menus, fields, images; checked as Slack's block reference says.

https://docs.slack.dev/reference/block-kit: limits, required and known properties. Problems are told in
Slack's own form, with a JSON pointer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.slack_state import Workspace


@dataclass
class Check:
    """Collects what is wrong with one message or view."""

    space: Workspace
    view: bool = False
    problems: list[str] = field(default_factory=list)

    def wrong(self, at: str, what: str) -> None:
        self.problems.append(f"{what} [json-pointer:{at}]")

    def shape(self, at: str, value: Any, required: Collection[str], known: Collection[str]) -> bool:
        """An object with these properties and no others."""
        if not isinstance(value, Mapping):
            self.wrong(at, "must provide an object")
            return False
        for name in sorted(required - value.keys()):  # type: ignore[operator]
            self.wrong(at, f"missing required field: {name}")
        for name in sorted(value.keys() - set(known) - set(required) - {"type"}):
            self.wrong(at, f"invalid additional property: {name}")
        return set(required) <= value.keys()

    def string(self, at: str, value: Any, most: int, least: int = 0) -> bool:
        if not isinstance(value, str):
            self.wrong(at, "must be a string")
        elif len(value) < least:
            self.wrong(at, f"must be more than {least - 1} characters")
        elif len(value) > most:
            self.wrong(at, f"must be less than {most + 1} characters")
        else:
            return True
        return False

    def optional(self, at: str, value: Mapping[str, Any], /, **most: int) -> None:
        for name, limit in most.items():
            if name in value:
                self.string(f"{at}/{name}", value[name], limit)

    def text(self, at: str, value: Any, most: int, kinds: Collection[str] = ("plain_text", "mrkdwn")) -> None:
        if not self.shape(at, value, {"type", "text"}, ("emoji", "verbatim")):
            return
        if value["type"] not in kinds:
            self.wrong(f"{at}/type", f"must be one of: {', '.join(kinds)}")
        if value["type"] == "mrkdwn" and "emoji" in value:
            self.wrong(at, "invalid additional property: emoji")
        self.string(f"{at}/text", value["text"], most, 1)

    def plain(self, at: str, value: Any, most: int) -> None:
        self.text(at, value, most, ("plain_text",))

    def items(self, at: str, value: Any, most: int, least: int = 1) -> list[Any]:
        if not isinstance(value, list):
            self.wrong(at, "must provide an array")
            return []
        if len(value) < least:
            self.wrong(at, f"no fewer than {least} items allowed")
        if len(value) > most:
            self.wrong(at, f"no more than {most} items allowed")
        return value

    def url(self, at: str, value: Any, schemes: Collection[str] = ("http", "https")) -> bool:
        if not self.string(at, value, 3000, 1):
            return False
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname or re.search(r"[\s<>|]", value):
            self.wrong(at, "Invalid URL" if "http" in schemes else "must be an https URL")
            return False
        return True

    def picture(self, at: str, value: Mapping[str, Any]) -> None:
        """image_url, which Slack must be able to fetch, or slack_file."""
        if ("image_url" in value) == ("slack_file" in value):
            self.wrong(at, "must provide either image_url or slack_file")
        if "image_url" in value:
            good = self.url(f"{at}/image_url", value["image_url"])
            if good and not reachable(value["image_url"]):
                self.wrong(f"{at}/image_url", "downloading image failed")
        if "slack_file" in value:
            self._slack_file(f"{at}/slack_file", value["slack_file"])
        if "alt_text" in value:
            self.string(f"{at}/alt_text", value["alt_text"], 2000, 1)

    def _slack_file(self, at: str, value: Any) -> None:
        if not self.shape(at, value, set(), ("id", "url")):
            return
        if ("id" in value) == ("url" in value):
            self.wrong(at, "must provide either id or url")
            return
        if "id" in value and not re.fullmatch(r"F[A-Z0-9]{8,}", str(value["id"])):
            self.wrong(f"{at}/id", "input must match regex pattern: ^[F][A-Z0-9]{8,}$")
            return
        ids = {value.get("id")} | set(str(value.get("url", "")).replace("-", "/").split("/"))
        found = [file for file in self.space.files.values() if file.id in ids]
        if not found or not found[0].visible or found[0].deleted or not is_image(found[0].name):
            self.wrong(at, "invalid slack file")

    def confirm(self, at: str, value: Any) -> None:
        if self.shape(at, value, {"title", "text", "confirm", "deny"}, ("style",)):
            self.plain(f"{at}/title", value["title"], 100)
            self.text(f"{at}/text", value["text"], 300)
            self.plain(f"{at}/confirm", value["confirm"], 30)
            self.plain(f"{at}/deny", value["deny"], 30)

    def options(self, at: str, value: Any, most: int) -> None:
        for index, option in enumerate(self.items(at, value, most)):
            here = f"{at}/{index}"
            if self.shape(here, option, {"text", "value"}, ("description", "url")):
                self.text(f"{here}/text", option["text"], 75)
                self.string(f"{here}/value", option["value"], 150, 1)
                if "description" in option:
                    self.text(f"{here}/description", option["description"], 75)


def reachable(url: str) -> bool:
    """Slack's servers fetch pictures: an address of this machine or its network is none for them."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))


def is_image(name: str) -> bool:
    return name.lower().endswith((".png", ".jpg", ".jpeg", ".gif"))


def _button(check: Check, at: str, one: Mapping[str, Any]) -> None:
    known = ("action_id", "url", "value", "style", "confirm", "accessibility_label")
    if not check.shape(at, one, {"text"}, known):
        return
    check.plain(f"{at}/text", one["text"], 75)
    check.optional(at, one, value=2000, accessibility_label=75)
    if "url" in one:
        check.url(f"{at}/url", one["url"])
    if one.get("style", "primary") not in ("primary", "danger"):
        check.wrong(f"{at}/style", "must be one of: primary, danger")
    if "confirm" in one:
        check.confirm(f"{at}/confirm", one["confirm"])


def _menu(check: Check, at: str, one: Mapping[str, Any]) -> None:
    known = ("action_id", "options", "placeholder", "initial_option", "initial_options", "confirm",
             "focus_on_load", "max_selected_items")  # fmt: skip
    if not check.shape(at, one, {"options"}, known):
        return
    most = {"static_select": 100, "multi_static_select": 100, "overflow": 5}.get(str(one["type"]), 10)
    check.options(f"{at}/options", one["options"], most)
    if "placeholder" in one:
        check.plain(f"{at}/placeholder", one["placeholder"], 150)
    for chosen in [one["initial_option"]] if "initial_option" in one else one.get("initial_options", []):
        if chosen not in one["options"]:
            check.wrong(at, "initial option must exactly match a provided option")


def _field(check: Check, at: str, one: Mapping[str, Any]) -> None:
    known = ("action_id", "placeholder", "initial_value", "multiline", "min_length", "max_length",
             "dispatch_action_config", "focus_on_load")  # fmt: skip
    check.shape(at, one, set(), known)
    if "placeholder" in one:
        check.plain(f"{at}/placeholder", one["placeholder"], 150)
    for name in ("min_length", "max_length"):
        if name in one and not 0 <= int(one[name]) <= 3000:
            check.wrong(f"{at}/{name}", "must be between 0 and 3000")
    if "initial_value" in one:
        check.string(f"{at}/initial_value", one["initial_value"], int(one.get("max_length", 3000)))


def _number(check: Check, at: str, one: Mapping[str, Any]) -> None:
    known = ("action_id", "placeholder", "initial_value", "min_value", "max_value", "focus_on_load",
             "dispatch_action_config")  # fmt: skip
    check.shape(at, one, {"is_decimal_allowed"}, known)


def _picture(check: Check, at: str, one: Mapping[str, Any]) -> None:
    if check.shape(at, one, {"alt_text"}, ("image_url", "slack_file")):
        check.picture(at, one)


_MENUS = ("static_select", "multi_static_select", "overflow", "checkboxes", "radio_buttons")
ELEMENTS: dict[str, Callable[[Check, str, Mapping[str, Any]], None]] = {
    "button": _button, "plain_text_input": _field, "number_input": _number, "image": _picture,
    **dict.fromkeys(_MENUS, _menu),
}  # fmt: skip
IN_ACTIONS = ("button", *_MENUS)
IN_SECTION = ("button", "image", *_MENUS)
IN_INPUT = ("plain_text_input", "number_input", "static_select", "multi_static_select", "checkboxes",
            "radio_buttons")  # fmt: skip


def element(check: Check, at: str, one: Any, kinds: Collection[str]) -> None:
    kind = one.get("type") if isinstance(one, Mapping) else None
    if kind not in kinds:
        check.wrong(f"{at}/type", f"unsupported type: {kind}")
        return
    if "action_id" in one:
        check.string(f"{at}/action_id", one["action_id"], 255, 1)
    ELEMENTS[str(kind)](check, at, one)
