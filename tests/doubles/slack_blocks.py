"""Blocks as Slack takes them in messages and modals, and the words that people read in them.

Limits: https://docs.slack.dev/reference/block-kit/blocks. That a message's blocks are too long together
(msg_blocks_too_long) is documented nowhere: people found it between 13,172 and 13,297 characters.
"""

from __future__ import annotations

import copy
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.slack_elements import IN_ACTIONS, IN_INPUT, IN_SECTION, Check, element
from tests.doubles.slack_error import SlackError
from tests.doubles.slack_state import Message, Workspace

TOO_LONG = 13_000


def _header(check: Check, at: str, block: Mapping[str, Any]) -> None:
    if check.shape(at, block, {"text"}, ("block_id",)):
        check.plain(f"{at}/text", block["text"], 150)


def _section(check: Check, at: str, block: Mapping[str, Any]) -> None:
    check.shape(at, block, set(), ("block_id", "text", "fields", "accessory", "expand"))
    if "text" not in block and "fields" not in block:
        check.wrong(at, "missing required field: text")
    if "text" in block:
        check.text(f"{at}/text", block["text"], 3000)
    if "fields" in block:
        for index, one in enumerate(check.items(f"{at}/fields", block["fields"], 10)):
            check.text(f"{at}/fields/{index}", one, 2000)
    if "accessory" in block:
        element(check, f"{at}/accessory", block["accessory"], IN_SECTION)


def _context(check: Check, at: str, block: Mapping[str, Any]) -> None:
    if not check.shape(at, block, {"elements"}, ("block_id",)):
        return
    for index, one in enumerate(check.items(f"{at}/elements", block["elements"], 10)):
        here = f"{at}/elements/{index}"
        if isinstance(one, Mapping) and one.get("type") == "image":
            element(check, here, one, ("image",))
        else:
            check.text(here, one, 3000)


def _actions(check: Check, at: str, block: Mapping[str, Any]) -> None:
    if not check.shape(at, block, {"elements"}, ("block_id",)):
        return
    seen: set[str] = set()
    for index, one in enumerate(check.items(f"{at}/elements", block["elements"], 25)):
        here = f"{at}/elements/{index}"
        element(check, here, one, IN_ACTIONS)
        action = one.get("action_id") if isinstance(one, Mapping) else None
        if action in seen:
            check.wrong(f"{here}/action_id", f"`action_id` `{action}` already exists for another element")
        seen |= {action} if action else set()


def _image(check: Check, at: str, block: Mapping[str, Any]) -> None:
    if check.shape(at, block, {"alt_text"}, ("block_id", "image_url", "slack_file", "title")):
        check.picture(at, block)
        if "title" in block:
            check.plain(f"{at}/title", block["title"], 2000)


def _video(check: Check, at: str, block: Mapping[str, Any]) -> None:
    known = ("block_id", "author_name", "description", "provider_icon_url", "provider_name", "title_url")
    if not check.shape(at, block, {"alt_text", "title", "thumbnail_url", "video_url"}, known):
        return
    if "links.embed:write" not in check.space.scopes:
        check.wrong(at, "missing scope: links.embed:write")
    check.plain(f"{at}/title", block["title"], 199)
    if "description" in block:
        check.plain(f"{at}/description", block["description"], 199)
    check.string(f"{at}/alt_text", block["alt_text"], 2000, 1)
    check.optional(at, block, author_name=49)
    check.url(f"{at}/thumbnail_url", block["thumbnail_url"])
    if "title_url" in block:
        check.url(f"{at}/title_url", block["title_url"], ("https",))
    if check.url(f"{at}/video_url", block["video_url"], ("https",)):
        host = urlsplit(block["video_url"]).hostname or ""
        if not any(host == one or host.endswith(f".{one}") for one in check.space.unfurl_domains):
            check.wrong(f"{at}/video_url", "domain is not a valid unfurl domain")


def _input(check: Check, at: str, block: Mapping[str, Any]) -> None:
    if not check.shape(at, block, {"label", "element"}, ("block_id", "hint", "optional", "dispatch_action")):
        return
    check.plain(f"{at}/label", block["label"], 2000)
    if "hint" in block:
        check.plain(f"{at}/hint", block["hint"], 2000)
    element(check, f"{at}/element", block["element"], IN_INPUT)


def _divider(check: Check, at: str, block: Mapping[str, Any]) -> None:
    check.shape(at, block, set(), ("block_id",))


def _markdown(check: Check, at: str, block: Mapping[str, Any]) -> None:
    if check.shape(at, block, {"text"}, ("block_id",)):
        check.string(f"{at}/text", block["text"], 12_000, 1)


_BLOCKS: dict[str, Callable[[Check, str, Mapping[str, Any]], None]] = {
    "header": _header, "section": _section, "context": _context, "actions": _actions, "image": _image,
    "video": _video, "divider": _divider, "markdown": _markdown, "input": _input,
}  # fmt: skip


def problems_of(space: Workspace, blocks: list[Any], *, view: bool = False, at: str = "/blocks") -> list[str]:
    check = Check(space, view)
    check.items(at, blocks, 100 if view else 50, 0)
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{at}/{index}"
        kind = block.get("type") if isinstance(block, Mapping) else None
        if str(kind) not in _BLOCKS or kind == ("markdown" if view else "input"):
            check.wrong(f"{here}/type", f"unsupported type: {kind}")
            continue
        _BLOCKS[str(kind)](check, here, block)
        if "block_id" in block and check.string(f"{here}/block_id", block["block_id"], 255, 1):
            if block["block_id"] in seen:
                check.wrong(f"{here}/block_id", "Block ID needs to be unique")
            seen.add(block["block_id"])
    return check.problems


def taken(space: Workspace, given: Any, *, at: str = "/blocks") -> list[dict[str, Any]]:
    """The blocks of a message as Slack keeps them. Raises invalid_blocks_format, invalid_blocks and
    msg_blocks_too_long."""
    if not isinstance(given, list):
        raise SlackError("invalid_blocks_format")
    if problems := problems_of(space, given, at=at):
        raise SlackError("invalid_blocks", messages=problems)
    if len(json.dumps(given, separators=(",", ":"), ensure_ascii=False)) > TOO_LONG:
        raise SlackError("msg_blocks_too_long")
    return named(space, given)


def named(space: Workspace, blocks: list[Any]) -> list[dict[str, Any]]:
    """Blocks without an id get one; so do their actions."""
    kept = copy.deepcopy(blocks)
    for block in kept:
        block.setdefault("block_id", space.new("")[:5])
        for one in elements_of(block):
            one.setdefault("action_id", space.new("")[:5])
    return kept


def elements_of(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What of a block can be clicked or filled in."""
    inside = [
        *block.get("elements", []),
        *(block[name] for name in ("accessory", "element") if name in block),
    ]
    return [one for one in inside if one.get("type") in (*IN_ACTIONS, *IN_INPUT)]


# What people see


def texts_of(value: Any) -> Iterator[tuple[str, str]]:
    """Every text in blocks, in order: its kind (plain_text, mrkdwn or markdown) and its words."""
    if isinstance(value, Mapping):
        text = value.get("text")
        if isinstance(text, str):
            yield str(value.get("type")), text
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def words(message: Message) -> str:
    """What people read: the text only where there are no blocks."""
    shown = [message.blocks, [{"type": "mrkdwn", **one} for one in message.attachments]]
    lines = [html.unescape(text) if kind != "plain_text" else text for kind, text in texts_of(shown)]
    return "\n".join(lines) if message.blocks else "\n".join([html.unescape(message.text), *lines])


def pings(message: Message) -> list[str]:
    """Whom the message calls: <@U…>, <!channel>, <!here>, <!everyone>, <!subteam^S…>; and @here by name with
    link_names or parse=full."""
    marked = [text for kind, text in texts_of(message.blocks) if kind != "plain_text"] + [message.text]
    found = [hit for text in marked for hit in re.findall(r"<([@!][^>|^]+(?:\^[^>|]+)?)", text)]
    found = [hit for hit in found if not hit.startswith("!date")]
    if message.options.get("link_names") or message.options.get("parse") == "full":
        found += [f"!{name}" for text in marked for name in re.findall(r"@(channel|here|everyone)\b", text)]
    return list(dict.fromkeys(found))
