"""A draft's card in a chat: what it says in each state. Chats draw it; nothing here moves by itself.

Only what lasts is said (no countdown, no percentage): a card is edited when the draft changed, not every
second. Progress has a message of its own (bot/chat/progress.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from humanize import naturalsize, precisedelta

from bot.chat.port import Field, Message
from bot.operator import Operator, filed_name
from bot.reply import Action
from services.model.draft import State
from services.store.messages import named

MOST_RESOURCES = 8
SHOWN = 16  # characters of a fingerprint that its buttons carry

_TONES = {
    State.PROPOSED: "waiting",
    State.RENDERING: "waiting",
    State.DRAFT: "plain",
    State.APPROVED: "good",
    State.FINALISING: "good",
    State.PUBLISHING: "waiting",
    State.UNKNOWN: "bad",
    State.FAILED: "bad",
    State.DENIED: "done",
    State.POSTED: "good",
}
_OPEN_TO_VOTES = (
    State.DRAFT,
    State.APPROVED,
    State.DENIED,
    State.PROPOSED,
    State.RENDERING,
    State.FINALISING,
)


def key_of(number: int) -> str:
    return f"draft:{number}"


def number_of(key: str) -> int | None:
    """The draft whose card has this key; None for what is no card."""
    kind, _, number = key.partition(":")
    return int(number) if kind == "draft" else None


def card(
    view: Mapping[str, Any], op: Operator, names: Mapping[str, str], *, paused: bool, fingerprint: str = ""
) -> Message:
    """The message of a draft; ``view`` is the object of `drafts --json`, ``names`` what voters are called.

    ``fingerprint`` is the draft's: its buttons carry it.
    """
    state = State(view["state"])
    number, tag = view["number"], view["tag"]
    shown = bool(view["size"]) and view["cleared"] is None
    link = str(view["permalink"] or "")
    return Message(
        key=key_of(number),
        mark=tag,
        title=f"{number} · {view['title']}",
        text="\n\n".join(filter(None, (str(view["strategy"]), _caption(view)))),
        fields=(
            Field("Status", _status(view, op, names, state, paused=paused), short=False),
            *_facts(view, state),
        ),
        tone=_TONES[state],
        foot=" · ".join(
            filter(None, (_revision(view), "made of sample media" if view["sample"] else "", tag))
        ),
        link=link if link.startswith(("https://", "http://")) else "",
        image=Path(view["cover"] if state is State.POSTED else view["storyboard"]) if shown else None,
        video=Path(view["preview"]) if shown else None,
        video_key=_key(view, op) if shown else "",
        pictures=f"{view['revision']} {view['content']} {state is State.POSTED}" if shown else "",
        actions=tuple(Action(**action) for action in view["actions"]) + _details(view),
        shows=fingerprint[:SHOWN],
        seeded=state in _OPEN_TO_VOTES,
    )


def _key(view: Mapping[str, Any], op: Operator) -> str:
    """Of the video in the bucket's folder of drafts."""
    final = Path(view["video"]).name.startswith("final-")
    name = filed_name(view["number"], view["tag"], view["revision"], final=final)
    return f"{op.options.draft_folder}/{name}"


def _caption(view: Mapping[str, Any]) -> str:
    caption = str(view["caption"]).strip()
    return f"Caption:\n{caption}" if caption else "It has no caption."


def _revision(view: Mapping[str, Any]) -> str:
    return f"revision {view['revision']}" if view["revision"] > 1 else ""


def _details(view: Mapping[str, Any]) -> tuple[Action, ...]:
    return (Action(f"show:{view['number']}:{view['revision']}", "Details"),)


def _status(
    view: Mapping[str, Any], op: Operator, names: Mapping[str, str], state: State, *, paused: bool
) -> str:
    """One or two sentences: where it stands, by whom, what comes next."""
    who = f" by {named(str(view['decided_by']), names)}" if view["decided_by"] else ""
    reason = _sentence(str(view["reason"]))
    match state:
        case State.PROPOSED:
            parts = ["Proposed. It is rendered next; ❌ cancels that."]
        case State.RENDERING:
            parts = ["Rendering. ❌ cancels it."]
        case State.DRAFT:
            parts = ["Draft: waits for ✅ or ❌.", reason]
        case State.APPROVED:
            parts = [f"Approved{who}.", _when(view, op, paused=paused)]
        case State.FINALISING:
            parts = [f"Approved{who}. Its final video is being made.", "Posting is paused." if paused else ""]
        case State.PUBLISHING:
            parts = [f"Approved{who}. It is being published."]
        case State.UNKNOWN:
            parts = ["Is it live?", reason, "Look at the account, then say which it is."]
        case State.FAILED:
            parts = ["Failed.", reason, "Retry tries it again."]
        case State.DENIED:
            parts = [f"Denied{who}.", f"Reason: {view['reason']}" if view["reason"] else "", _unseen(view)]
        case State.POSTED:
            hand = " by hand" if view["posted_by_hand"] else ""
            at = f" {_moment(view['posted_at'], op)}" if view["posted_at"] else ""
            parts = [f"Posted{hand}{at}.", place(str(view["permalink"] or ""))]
    return " ".join(filter(None, parts))


def _unseen(view: Mapping[str, Any]) -> str:
    """Of a denied one that has no video."""
    if view["cleared"]:
        return "Its files were cleared; undo has it rendered again."
    return "" if view["duration"] else "It was never rendered; undo lets it be."


def place(permalink: str) -> str:
    """Where a post is, for a channel: a path of the operator's machine is of no use to people elsewhere."""
    if not permalink.startswith("file:"):
        return permalink
    return f"It lies in the outbox as {PurePosixPath(unquote(urlsplit(permalink).path)).name}."


def _moment(text: str, op: Operator) -> str:
    """ "Sat 28 Nov 2026 18:00": a card may be read next week, so nothing is today."""
    return f"{datetime.fromisoformat(text).astimezone(op.options.timezone):%a %-d %b %Y %H:%M}"


def _when(view: Mapping[str, Any], op: Operator, *, paused: bool) -> str:
    bought = view["awaits_final"]
    final = " Its final video is bought first." if bought else ""
    if paused:
        return "Posting is paused."
    if view["due_in"] is not None and view["due_in"] <= 0:
        return f"It is posted next.{final}"
    if view["posts"]:
        return f"It is posted on {_moment(view['post_at'], op)}.{final}"
    if op.options.autopost_cron:
        return f"It waits for its slot.{final}"
    delay = precisedelta(op.options.post_delay)
    if bought:
        return f"Its final video is bought {delay} after that, and posted; taking it back stops that."
    return f"It is posted {delay} after that; taking it back stops that."


def _facts(view: Mapping[str, Any], state: State) -> tuple[Field, ...]:
    facts = []
    if view["duration"]:
        facts.append(Field("Video", f"{view['duration']:.1f} s · {naturalsize(view['size'])}"))
        facts.append(Field("Rendered by", " · ".join([str(view["renderer"]), *_spent(view)])))
    labels = " · ".join(filter(None, (view["format"], view["intent"])))
    if labels:
        facts.append(Field("Kind", labels))
    facts.append(Field("Differs", str(view["differs"])))
    if view["evidence"]:
        facts.append(Field("Evidence", _sentence(str(view["evidence"])), short=False))
    if cost := _cost(view, state):
        facts.append(Field("Cost", cost, short=False))
    if state is not State.POSTED:
        facts.append(Field("Made of", _resources(view), short=False))
    if view["approximations"] and state in (State.DRAFT, State.APPROVED, State.FINALISING):
        facts.append(Field("Only approximated", " ".join(view["approximations"]), short=False))
    return tuple(facts)


def _spent(view: Mapping[str, Any]) -> list[str]:
    """What making its video took: credits of a service, or the work of this computer."""
    if view["credits"]:
        return [f"{view['credits']:,} credit{'' if view['credits'] == 1 else 's'}"]
    return [f"{view['cpu_seconds']:.0f} s of CPU"] if view["cpu_seconds"] else []


def _cost(view: Mapping[str, Any], state: State) -> str:
    """What deciding buys; what is left of the caps changes with every draft and is said to who decides."""
    bought = view["purchase"]
    if bought is None:
        return ""
    many = f"about {bought['credits']:,} credit{'' if bought['credits'] == 1 else 's'} of {bought['service']}"
    match state:
        case State.APPROVED:
            return f"Its final video takes {many}."
        case State.FAILED:
            return f"Retrying buys its final video for {many}."
        case _:
            return f"Approving buys its final video for {many}."


def _resources(view: Mapping[str, Any]) -> str:
    """Each file with its role; what is left out is counted."""
    lines = [
        " – ".join(filter(None, (str(r["name"] or r["asset"]), str(r.get("role", "")))))
        for r in view["resources"]
    ]
    lines = list(dict.fromkeys(lines))
    more = len(lines) - MOST_RESOURCES
    return "\n".join([*lines[:MOST_RESOURCES], *([f"and {more} more"] if more > 0 else [])]) or "nothing"


def _sentence(text: str) -> str:
    """``text`` begun with a capital and ended with a full stop; "" stays so."""
    text = text.strip()
    if not text:
        return ""
    return text[:1].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")
