"""What Discord refuses of a message, a modal and commands, with its own error bodies. Lengths are characters.

Sources: the reference of messages, embeds, components and application commands.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.discord_refusal import Refusal, empty, field, form
from tests.doubles.discord_world import walk

V2 = 1 << 15  # the flag IS_COMPONENTS_V2
EPHEMERAL = 1 << 6
SETTABLE = 1 << 2 | EPHEMERAL | 1 << 12 | V2  # no embeds of links; ephemeral; silent; components v2
_EMBED_PARTS = (("title", 256), ("description", 4096), ("author/name", 256), ("footer/text", 2048))
_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}\Z")
Json = dict[str, Any]
Errors = dict[str, tuple[str, str]]


def _long(most: int) -> tuple[str, str]:
    return "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."


def _required() -> tuple[str, str]:
    return "BASE_TYPE_REQUIRED", "This field is required"


def check_message(body: Json, *, files: int, flags: int) -> None:
    """A message as it would be. ``files``: how many it would have; raises Refusal."""
    content = body.get("content") or ""
    embeds, components = body.get("embeds") or [], body.get("components") or []
    errors: Errors = {}
    if len(content) > 2000:
        errors["content"] = _long(2000)
    if len(str(body.get("nonce") or "")) > 25:
        errors["nonce"] = _long(25)
    if files > 10:
        errors["attachments"] = ("BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    errors |= _embeds(embeds)
    errors |= _layout(components) if flags & V2 else _rows(components)
    errors |= check_mentions(body.get("allowed_mentions"))
    if flags & V2 and (content or embeds):
        sentence = "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        errors[""] = ("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", sentence)
    if errors:
        raise form(errors)
    if not (content.strip() or embeds or files or (components and flags & V2) or body.get("sticker_ids")):
        raise empty()


def check_mentions(allowed: Json | None) -> Errors:
    for name in ("users", "roles"):
        if allowed and name in (allowed.get("parse") or []) and allowed.get(name):
            sentence = f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'
            return {"allowed_mentions": ("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", sentence)}
    return {}


def _at(embed: Json, path: str) -> str:
    value: Any = embed
    for step in path.split("/"):
        value = (value or {}).get(step)
    return str(value or "")


def _embeds(embeds: list[Json]) -> Errors:
    errors: Errors = {}
    total = 0
    if len(embeds) > 10:
        errors["embeds"] = ("BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, embed in enumerate(embeds):
        here, size = f"embeds/{index}", 0
        for path, most in _EMBED_PARTS:
            words = _at(embed, path)
            size += len(words)
            if len(words) > most:
                errors[f"{here}/{path}"] = _long(most)
        fields = embed.get("fields") or []
        if len(fields) > 25:
            errors[f"{here}/fields"] = ("BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for number, one in enumerate(fields):
            for path, most in (("name", 256), ("value", 1024)):
                words = str(one.get(path) or "")
                size += len(words)
                if not words.strip():
                    errors[f"{here}/fields/{number}/{path}"] = _required()
                elif len(words) > most:
                    errors[f"{here}/fields/{number}/{path}"] = _long(most)
        for path in ("url", "image/url", "thumbnail/url", "author/url", "author/icon_url", "footer/icon_url"):
            errors |= _link(
                _at(embed, path), f"{here}/{path}", attachment=not path.endswith("r/url") and path != "url"
            )
        total += size
        if not size and not embed.get("image") and not embed.get("thumbnail"):
            errors[f"{here}/description"] = _required()
    if total > 6000:
        errors["embeds"] = ("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    return errors


def _link(link: str, path: str, *, attachment: bool) -> Errors:
    schemes = ("http", "https", "attachment") if attachment else ("http", "https")
    if not link or urlsplit(link).scheme in schemes:
        return {}
    sentence = f'Scheme "{urlsplit(link).scheme}" is not supported. Scheme must be one of {schemes}.'
    return {path: ("URL_TYPE_INVALID_SCHEME", sentence)}


def _rows(components: list[Json]) -> Errors:
    errors: Errors = {}
    if len(components) > 5:
        errors["components"] = ("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for index, row in enumerate(components):
        if row.get("type") != 1:
            errors[f"components/{index}/type"] = (
                "UNION_TYPE_CHOICES",
                'Value of field "type" must be one of (1,).',
            )
            continue
        errors |= _row(row, f"components/{index}")
    return errors | _custom_ids(components)


def _row(row: Json, here: str) -> Errors:
    errors: Errors = {}
    inner = row.get("components") or []
    wide = any(one.get("type") != 2 for one in inner)
    if not inner or len(inner) > (1 if wide else 5):
        most = 1 if wide else 5
        errors[f"{here}/components"] = ("BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {most} in length.")
    for index, one in enumerate(inner):
        if one.get("type") == 2:
            errors |= _button(one, f"{here}/components/{index}")
    return errors


def _button(button: Json, here: str) -> Errors:
    errors: Errors = {}
    if len(button.get("label") or "") > 80:
        errors[f"{here}/label"] = _long(80)
    if not button.get("label") and not button.get("emoji"):
        errors[here] = ("BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "Button must have a label or an emoji")
    if button.get("style") == 5:
        errors |= _link(str(button.get("url") or "no:"), f"{here}/url", attachment=False)
        if button.get("custom_id"):
            errors[f"{here}/custom_id"] = (
                "BUTTON_COMPONENT_CUSTOM_ID_URL_EXCLUSIVE",
                "A url, or a custom id",
            )
    elif not 1 <= len(button.get("custom_id") or "") <= 100:
        errors[f"{here}/custom_id"] = ("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    return errors


def _custom_ids(components: list[Json]) -> Errors:
    names = Counter(one["custom_id"] for one in walk(components) if one.get("custom_id"))
    twice = [name for name, count in names.items() if count > 1]
    sentence = "Component custom id cannot be duplicated"
    return {"components": ("COMPONENT_CUSTOM_ID_DUPLICATED", sentence)} if twice else {}


def _layout(components: list[Json]) -> Errors:
    errors: Errors = {}
    whole = list(walk(components))
    if len(whole) > 40:
        errors["components"] = ("MESSAGE_COMPONENTS_TOO_MANY", "The total number of components exceeds 40")
    if sum(len(one.get("content") or "") for one in whole if one.get("type") == 10) > 4000:
        errors["components"] = ("COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Displayable text exceeds 4000")
    for index, one in enumerate(whole):
        if one.get("type") == 1:
            errors |= _row(one, f"components/{index}")
    return errors | _custom_ids(components)


def check_modal(data: Json) -> None:
    errors: Errors = {}
    if not 1 <= len(data.get("title") or "") <= 45:
        errors["data/title"] = ("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 45 in length.")
    if not 1 <= len(data.get("custom_id") or "") <= 100:
        errors["data/custom_id"] = ("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    components = data.get("components") or []
    if not 1 <= len(components) <= 5:
        errors["data/components"] = ("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for number, one in enumerate(one for one in walk(components) if one.get("type") == 4):
        if len(one.get("label") or "") > 45:
            errors[f"data/components/{number}/label"] = _long(45)
        if len(one.get("placeholder") or "") > 100:
            errors[f"data/components/{number}/placeholder"] = _long(100)
        if len(one.get("value") or "") > (one.get("max_length") or 4000):
            errors[f"data/components/{number}/value"] = _long(one.get("max_length") or 4000)
    if errors := errors | _custom_ids(components):
        raise form(errors)


def check_choices(data: Json) -> None:
    choices = data.get("choices") or []
    if len(choices) > 25:
        raise field("data/choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, one in enumerate(choices):
        if not 1 <= len(one.get("name", "")) <= 100 or len(str(one.get("value", ""))) > 100:
            raise field(
                f"data/choices/{index}", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."
            )


def check_commands(commands: list[Json]) -> None:
    """A whole set of commands: at most 100, each within the limits of names, options and sizes."""
    if len([one for one in commands if one.get("type", 1) == 1]) > 100:
        raise Refusal(400, 30032, "Maximum number of application commands reached (100).")
    names = Counter((one.get("type", 1), one["name"]) for one in commands)
    if any(count > 1 for count in names.values()):
        raise field("", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    for index, command in enumerate(commands):
        if errors := _command(command, str(index)):
            raise form(errors)
        if _weight(command) > 8000:
            sentence = "Command exceeds maximum size (8000)"
            raise field(str(index), "APPLICATION_COMMAND_TOO_LARGE", sentence)


def _command(command: Json, here: str) -> Errors:
    errors: Errors = {}
    slash = command.get("type", 1) <= 11 and ("description" in command or command.get("type", 1) == 1)
    name, description = command["name"], command.get("description") or ""
    if slash and (not _COMMAND_NAME.match(name) or name != name.lower()):
        errors[f"{here}/name"] = ("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if slash and not 1 <= len(description) <= 100:
        errors[f"{here}/description"] = ("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    options = command.get("options") or []
    if len(options) > 25 or len(command.get("choices") or []) > 25:
        errors[f"{here}/options"] = ("BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    needed = [bool(one.get("required")) for one in options]
    if needed != sorted(needed, reverse=True):
        sentence = "Required options must be placed before non-required options"
        errors[f"{here}/options"] = ("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", sentence)
    if len({one["name"] for one in options}) < len(options):
        errors[f"{here}/options"] = (
            "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
            "Option name already exists",
        )
    if command.get("autocomplete") and command.get("choices"):
        errors[here] = ("APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_CHOICES", "Choices, or autocomplete")
    for index, one in enumerate(options):
        errors |= _command(one, f"{here}/options/{index}")
    return errors


def _weight(command: Json) -> int:
    """Names, descriptions and values of a command and all within it."""
    own = len(command["name"]) + len(command.get("description") or "")
    choices = sum(len(one["name"]) + len(str(one["value"])) for one in command.get("choices") or [])
    return own + choices + sum(_weight(one) for one in command.get("options") or [])
