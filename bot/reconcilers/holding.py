"""What holds the operator up now, as notices: steps that keep failing, caps that are reached.

Computed anew at each change, and compared with the notices that stand: new ones are said, those that are
over are ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers.sayings import digest, numbers
from bot.views import due_in
from services.model.draft import State
from services.store import drafts, facts, guards, notices

OWN = ("cards", "reactions", "announce")  # what fails to say something is not said by the same way
LOGIN = "token:"  # notices of the account's token, which say more than a step that fails for it
_KINDS = ("trouble:", "limit:")
_DAY = timedelta(hours=24)
_TITLES = {
    "limit": "A limit is reached",
    "setting": "Something has to be set right",
    "outside": "Something keeps failing",
    "other": "Something keeps failing",
}
# Failures in a row after which it is told: what may pass by itself has half a minute to do so.
_PERSISTENT = {"limit": 1, "setting": 1, "outside": 5, "other": 3}


@dataclass(frozen=True, slots=True)
class Held:
    title: str
    text: str
    times: int = 1


def changed(db: Database, op: Operator, troubles: Sequence[Mapping[str, object]], settled: bool) -> bool:
    """Whether anything is new, came more often, or is over."""
    known, now = _known(db), _held(db, op, troubles)
    if any(known.get(key) != (held.text, held.times) for key, held in now.items()):
        return True
    return any(_is_over(key, settled) for key in known if key not in now)


def tell(db: Database, op: Operator, troubles: Sequence[Mapping[str, object]], settled: bool) -> None:
    known, now = _known(db), _held(db, op, troubles)
    for key in known:
        if key not in now and _is_over(key, settled):
            notices.end(db, key, now=op.now())
    for key, held in now.items():
        if known.get(key) != (held.text, held.times):
            notices.say(db, key, held.title, level="bad", text=held.text, now=op.now(), times=held.times)


def _is_over(key: str, settled: bool) -> bool:
    """A process that has just begun has not failed at anything yet."""
    return settled or not key.startswith("trouble:")


def _known(db: Database) -> dict[str, tuple[str, int]]:
    found = [notice for kind in _KINDS for notice in notices.standing(db, kind)]
    return {notice.key: (notice.text, notice.times) for notice in found}


def _held(db: Database, op: Operator, troubles: Sequence[Mapping[str, object]]) -> dict[str, Held]:
    found = _troubles(troubles, {notice.text for notice in notices.standing(db, LOGIN)})
    for name, surface in op.surfaces.items():
        if surface.ends:  # the others hear of it; what may come back by itself is in `status`
            found[f"trouble:{name}"] = Held(
                f"{name.capitalize()} is down until the next start", surface.trouble
            )
    if (posts := _posts_per_day(db, op)) is not None:
        found["limit:posts"] = posts
    spent = facts.get(db, facts.BUDGET_SPENT)
    if spent is not None and op.now() < datetime.fromisoformat(spent["until"]):
        text = f"{spent['text']} Until tomorrow drafts are made without the language model."
        found["limit:planner"] = Held(_TITLES["limit"], text)
    return found


def _troubles(troubles: Sequence[Mapping[str, object]], said: set[str]) -> dict[str, Held]:
    """Several keys that fail for one cause are one; what is ``said`` elsewhere is left out."""
    found: dict[str, Held] = {}
    for trouble in troubles:
        kind, failures = str(trouble["kind"]), int(str(trouble["failures"]))
        sentence = str(trouble["message"])
        if trouble["reconciler"] in OWN or failures < _PERSISTENT[kind] or sentence in said:
            continue
        key = f"trouble:{digest(sentence)}"
        # A limit, or a setting, is one matter however often it was run into.
        times = 1 if kind in ("limit", "setting") else failures
        if key not in found or found[key].times < times:
            found[key] = Held(_TITLES[kind], sentence, times)
    return found


def _posts_per_day(db: Database, op: Operator) -> Held | None:
    """POSTS_PER_DAY holds approved drafts whose time has come."""
    most, since = op.options.posts_per_day, op.now() - _DAY
    if facts.get(db, facts.PAUSED) is not None or guards.posted_since(db, since) < most:
        return None
    ready = [draft for draft in drafts.standings(db, states=[State.APPROVED]) if due_in(op, draft) == 0]
    if not ready:
        return None
    oldest = guards.oldest_post_since(db, since)
    until = f" until {(oldest + _DAY).astimezone(op.options.timezone):%a %H:%M}" if oldest else ""
    waiting = sorted(draft.number for draft in ready)
    who = f"Draft {waiting[0]} waits" if len(waiting) == 1 else f"Drafts {numbers(waiting)} wait"
    posts = f"{most} post{' ' if most == 1 else 's '}went out in the last 24 hours"
    return Held(_TITLES["limit"], f"{posts}, as many as POSTS_PER_DAY allows. {who}{until}.")
