"""Reads what the Responses interface answers: final text apart from remarks, calls, refusals, what it cost.

Never ``output_text``: it runs remarks and the final answer together, which is no JSON any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from openai.types.responses import Response

from services.planner.assistant.talk import Call, Tokens, Turn


def turn_of(response: Response) -> Turn:
    """The turn of a response that is completed or incomplete."""
    reason = ""
    if response.status == "incomplete":
        details = response.incomplete_details
        reason = str((details.reason if details else None) or "incomplete")
    usage, tokens = response.usage, None
    if usage is not None:
        read, written = usage.input_tokens_details, usage.output_tokens_details
        tokens = Tokens(
            usage.input_tokens,
            (read.cached_tokens or 0) if read else 0,
            usage.output_tokens,
            (written.reasoning_tokens or 0) if written else 0,
        )
    return read_items([item.to_dict(mode="json") for item in response.output], cut=reason, tokens=tokens)


def read_items(items: Iterable[Mapping[str, Any]], cut: str = "", tokens: Tokens | None = None) -> Turn:
    """The turn that these output items make, whether of a response or of a conversation."""
    final: list[str] = []
    remarks: list[str] = []
    refusals: list[str] = []
    calls: list[Call] = []
    kept = [dict(item) for item in items]
    for item in kept:
        kind = item.get("type")
        if kind == "function_call":
            calls.append(
                Call(str(item.get("call_id")), str(item.get("name")), str(item.get("arguments") or ""))
            )
        elif kind == "message":
            for part in item.get("content") or ():
                if part.get("type") == "refusal":
                    refusals.append(str(part.get("refusal") or ""))
                elif part.get("type") in ("output_text", "text"):
                    commentary = item.get("phase") == "commentary"
                    (remarks if commentary else final).append(str(part.get("text") or ""))
    return Turn(
        text="".join(final),
        calls=tuple(calls),
        refusal=" ".join(refusals),
        cut=cut,
        commentary=" ".join(remarks),
        tokens=tokens,
        items=tuple(kept),
    )


def answered_since(
    newest_first: Iterable[Mapping[str, Any]], ours: Collection[str]
) -> list[dict[str, Any]] | None:
    """What a conversation says after the item of ours that ``ours`` names (a mark in a message, or call ids).

    None: ours is not there. []: it is there, and unanswered.
    """
    after: list[dict[str, Any]] = []
    for item in newest_first:
        if _is_ours(item, ours):
            return after[::-1]
        if item.get("type") in ("function_call", "reasoning") or item.get("role") == "assistant":
            after.append(dict(item))
    return None


def open_calls(newest_first: Iterable[Mapping[str, Any]]) -> list[str]:
    """Ids of tool calls that nobody answered, oldest first."""
    answered: set[str] = set()
    found: list[str] = []
    for item in newest_first:
        call = str(item.get("call_id"))
        if item.get("type") == "function_call_output":
            answered.add(call)
        elif item.get("type") == "function_call" and call not in answered:
            found.append(call)
    return found[::-1]


def _is_ours(item: Mapping[str, Any], ours: Collection[str]) -> bool:
    if item.get("type") == "function_call_output":
        return item.get("call_id") in ours
    if item.get("type") != "message" or item.get("role") != "user":
        return False
    text = " ".join(str(part.get("text") or "") for part in item.get("content") or ())
    return any(mark in text for mark in ours)
