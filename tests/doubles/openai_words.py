"""What a model says, as items, and how it travels: events of the Responses stream, chunks of a chat's."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]


@dataclass(frozen=True)
class Say:
    """Output items with another status than completed."""

    items: Sequence[Item] = ()
    status: str = "completed"
    reason: str = ""  # why incomplete
    code: str = ""  # why failed


def message(text: str, phase: str | None = None) -> Item:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {
        "type": "message",
        "id": f"msg_{secrets.token_hex(6)}",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    return item | ({"phase": phase} if phase else {})


def refusal(text: str) -> Item:
    return message("") | {"content": [{"type": "refusal", "refusal": text}]}


def call(name: str, **arguments: Any) -> Item:
    return {
        "type": "function_call",
        "id": f"fc_{secrets.token_hex(6)}",
        "call_id": f"call_{secrets.token_hex(6)}",
        "name": name,
        "arguments": json.dumps(arguments),
        "status": "completed",
    }


def chunks(model: str, say: Say) -> list[dict[str, Any]]:
    base = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    for index, item in enumerate(say.items):
        if item["type"] == "function_call":
            half = len(item["arguments"]) // 2
            head = {"index": index, "id": item["call_id"], "type": "function"}
            head["function"] = {"name": item["name"], "arguments": item["arguments"][:half]}
            rest = {"index": index, "function": {"arguments": item["arguments"][half:]}}
            deltas += [{"tool_calls": [head]}, {"tool_calls": [rest]}]
        else:
            text = item["content"][0].get("text", "")
            deltas += [{"content": text[i : i + 50]} for i in range(0, len(text), 50)]
    calls = any(item["type"] == "function_call" for item in say.items)
    end = "length" if say.reason else "tool_calls" if calls else "stop"
    rows = [{**base, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    rows.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": end}]})
    usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
    return [*rows, {**base, "choices": [], "usage": usage}]


def whole_chat(model: str, say: Say) -> dict[str, Any]:
    """An answer that is not streamed; what the model says is a message."""
    text = "".join(item["content"][0].get("text", "") for item in say.items)
    choice = {
        "index": 0,
        "finish_reason": "length" if say.reason else "stop",
        "message": {"role": "assistant", "content": text},
    }
    usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
    base = {"id": "chat-1", "object": "chat.completion", "created": 1, "model": model}
    return base | {"choices": [choice], "usage": usage}


def events(begun: dict[str, Any], response: dict[str, Any]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    for index, item in enumerate(response["output"]):
        events.append({"type": "response.output_item.added", "output_index": index, "item": item})
        if item["type"] == "message" and "text" in item["content"][0]:
            text = item["content"][0]["text"]
            where = {"item_id": item["id"], "output_index": index, "content_index": 0, "logprobs": []}
            events += [
                {"type": "response.output_text.delta", "delta": text[i : i + 300], **where}
                for i in range(0, len(text), 300)
            ]
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    return [*events, {"type": f"response.{response['status']}", "response": response}]
