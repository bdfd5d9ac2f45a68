"""What is true at the end: every vote once, nothing lost, and all that is shown agrees with the journal.

It is held against benchmarks/chatting/votes.py, not against the operator's own code.
"""

from __future__ import annotations

import contextlib
import math
import shutil
import sqlite3
import statistics
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chatting.channels import Channel, Shown
from benchmarks.chatting.crowd import BOUNDARY, Crowd, Step
from benchmarks.chatting.votes import Cell, Decided, decided
from benchmarks.chatting.watching import Entry, Watch

_EMOJI = {"white_check_mark": "✅", "x": "❌", "+1": "👍", "-1": "👎"}
LOOKS = 0.3  # seconds two looks may lie apart on a busy machine
PLACES = {"desk": "the desk", "console": "the command line", "sheet": "the sheet"}


@dataclass(frozen=True)
class Death:
    """What the operator had taken in when it was killed."""

    at: float
    last: int  # sequence of the journal
    known: dict[tuple[str, int], frozenset[str]]  # (voter, draft) → the reactions it knew to stand


def death(data: Path, at: float) -> Death:
    """Read from a copy, in which what was half-written is rolled back."""
    with tempfile.TemporaryDirectory() as folder:
        for path in data.glob("operator.db*"):
            shutil.copy(path, Path(folder) / path.name)
        with contextlib.closing(sqlite3.connect(Path(folder) / "operator.db")) as db:
            last = int(db.execute("SELECT coalesce(max(sequence), 0) FROM journal").fetchone()[0])
            found = db.execute(
                "SELECT r.voter, m.draft, r.emoji FROM reactions r"
                " JOIN messages m ON m.chat = r.chat AND m.message = r.message WHERE r.state = 'standing'"
            ).fetchall()
    known: dict[tuple[str, int], set[str]] = defaultdict(set)
    for voter, draft, emoji in found:
        known[voter, draft].add(_EMOJI.get(emoji, emoji))
    return Death(at, last, {key: frozenset(emoji) for key, emoji in known.items()})


def written_down(data: Path) -> bool:
    """Whether the operator knows what every card shows: a reaction below one that it found again after a lost
    answer is refused, and the person told, until that was edited."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'operator.db'}?mode=ro", uri=True)) as db:
        query = "SELECT count(*) FROM messages WHERE key LIKE 'draft:%' AND fingerprint = ''"
        return not db.execute(query).fetchone()[0]


@dataclass(frozen=True)
class Heard:
    """A reaction that was told, and its entry."""

    at: float
    entry: Entry


def votes(
    crowd: Crowd, channels: Sequence[Channel], entries: Sequence[Entry], deaths: Sequence[Death]
) -> tuple[list[Heard], list[str]]:
    """Every reaction that was told with its entry, and a sentence for everything that is wrong."""
    by_cell: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        by_cell[entry.voter, entry.draft].append(entry)
    heard: list[Heard] = []
    wrong: list[str] = []
    voters = {
        (channel.name, person): voter for channel in channels for person, voter in enumerate(channel.voters)
    }
    for (chat, person, number), steps in crowd.steps.items():
        voter = voters[chat, person]
        found = by_cell.pop((voter, number), [])
        expected, moments = _expected(steps, found, voter, number, deaths)
        if [entry.kind for entry in found] != expected.votes:
            what = f"{voter} at draft {number}: the journal has {[e.kind for e in found]}"
            wrong.append(f"{what}, it should have {expected.votes} of {_told(steps)}")
            continue
        pairs = zip(moments, found, strict=True)
        heard += [Heard(at, entry) for at, entry in pairs if at is not None]
    for (voter, number), found in by_cell.items():
        count = len(found)
        if voter == "desk":
            least = sum(crowd.decided[number, deed] for deed in ("approve", "deny"))
            most = sum(crowd.asked[number, deed] for deed in ("approve", "deny"))
        elif voter == "sheet":
            least = most = int(number in crowd.saved)
        else:
            least, most = crowd.clicked[voter, number], crowd.clicks[voter, number]
        if not least <= count <= most:
            wrong.append(f"{voter} at draft {number}: {count} entries, it should be {least} to {most}")
    known = {(entry.voter, entry.draft) for entry in entries}
    sought = Counter({("desk", number): 1 for number, _ in crowd.decided}) + Counter(crowd.clicked)
    sought += Counter({("sheet", number): 1 for number in crowd.saved})
    wrong += [
        f"{voter} at draft {number}: nothing in the journal"
        for voter, number in sought
        if (voter, number) not in known
    ]
    return heard, wrong


def _expected(
    steps: Sequence[Step], found: Sequence[Entry], voter: str, number: int, deaths: Sequence[Death]
) -> tuple[Cell, list[float | None]]:
    """What the steps ask for. What was begun just before a kill may not have been taken in; how much of it
    was is seen by what the journal had then, and must be a beginning of it."""
    cell, moments = Cell(), list[float | None]()
    rest = list(steps)
    for one in deaths:
        had = [entry.kind for entry in found if entry.sequence <= one.last]
        known = one.known.get((voter, number), frozenset())
        before = [step for step in rest if step.at < one.at and step.told]
        there = _there(step for step in steps if step.at < one.at)
        best: tuple[Cell, list[float | None], int] | None = None
        trial, times = cell.copy(), list(moments)
        for taken in range(len(before) + 1):
            for found_there in (False, True):  # it may have been read back, and killed before anybody knew
                end, more = trial.copy(), list(times)
                if found_there:
                    _apply(end, more, Step(one.at, seen=there))
                if end.votes == had and end.known == known:
                    best = end, more, taken
            if taken < len(before):
                _apply(trial, times, before[taken])
        if best is None or any(step.at < one.at - BOUNDARY for step in before[best[2] :]):
            break  # not a beginning: as if all was told, which then differs
        cell, moments, taken = best
        rest = [step for step in rest if step.at >= one.at]
    for step in rest:
        _apply(cell, moments, step)
    return cell, moments


def _there(steps: Iterable[Step]) -> frozenset[str]:
    """What stands after these, told or not."""
    standing: set[str] = set()
    for step in steps:
        if step.seen is None:
            (standing.add if step.put else standing.discard)(step.emoji)
    return frozenset(standing)


def _apply(cell: Cell, moments: list[float | None], step: Step) -> None:
    before = len(cell.votes)
    if step.seen is not None:
        cell.read_back(set(step.seen))
        moments += [None] * (len(cell.votes) - before)
    elif step.told:
        (cell.put if step.put else cell.take)(step.emoji)
        moments += [step.at] * (len(cell.votes) - before)


def _told(steps: Sequence[Step]) -> str:
    return " ".join(
        f"(read {''.join(sorted(step.seen))})" if step.seen is not None
        else f"{'+' if step.put else '-'}{step.emoji}{'' if step.told else ' (away)'}"
        for step in steps
    )  # fmt: skip


def standing(entries: Sequence[Entry], numbers: Sequence[int]) -> dict[int, Decided]:
    """What the journal's votes say of each draft."""
    by_draft: dict[int, list[tuple[str, str]]] = {number: [] for number in numbers}
    for entry in entries:
        by_draft[entry.draft].append((entry.voter, entry.kind))
    return {number: decided(found) for number, found in by_draft.items()}


def differing(
    data: Path, watch: Watch, channels: Sequence[Channel], numbers: Sequence[int], names: dict[str, str]
) -> list[str]:
    """A sentence for all that is shown and is not what the journal says now."""
    wrong = []
    with contextlib.closing(sqlite3.connect(f"file:{data / 'operator.db'}?mode=ro", uri=True)) as db:
        states = dict(db.execute("SELECT number, state FROM drafts").fetchall())
    for number, says in standing(watch.entries, numbers).items():
        if states[number].title() != says.word:
            wrong.append(f"draft {number} is {states[number]}, the votes say {says.word}")
        for channel in channels:
            shown = channel.status(number)[1]
            if shown != told(says, names):
                wrong.append(f"{channel.name}'s card {number} says {shown}, the votes {told(says, names)}")
        row = watch.rows[number][-1][1] if watch.rows[number] else ""
        if row != says.word:
            wrong.append(f"the sheet says {row!r} of draft {number}, the votes {says.word}")
        if watch.desk[number] and watch.desk[number][-1][1] != says.word.lower():
            wrong.append(
                f"the desk says {watch.desk[number][-1][1]} of draft {number}, the votes {says.word}"
            )
    return wrong


def told(says: Decided, names: dict[str, str]) -> Shown:
    return (says.word, names.get(says.by, PLACES.get(says.by, "")) if says.by else "")


def delays(
    heard: Sequence[Heard], watch: Watch, channels: Sequence[Channel], names: dict[str, str]
) -> dict[str, list[float]]:
    """Seconds from a reaction to the journal, to every card, to the row and to the desk: until each says
    what the vote led to, or what a later one did. Infinite where it never did."""
    after: dict[int, list[tuple[Entry, Decided]]] = defaultdict(list)
    for entry in watch.entries:
        seen = [(one.voter, one.kind) for one, _ in after[entry.draft]] + [(entry.voter, entry.kind)]
        after[entry.draft].append((entry, decided(seen)))
    found: dict[str, list[float]] = defaultdict(list)
    for one in heard:
        draft = one.entry.draft
        later = after[draft]
        place = next(i for i, (entry, _) in enumerate(later) if entry.sequence == one.entry.sequence)
        coming = [(entry.at, says) for entry, says in later[place:]]
        found["journal"].append(one.entry.at - one.at)
        for channel in channels:
            shown = [(at, says) for at, says in watch.cards[channel.name, draft]]
            wanted = [(at, told(says, names)) for at, says in coming]
            found[f"card_{channel.name}"].append(_until(shown, wanted) - one.at)
        words = [(at, says.word) for at, says in coming]
        found["row"].append(_until(watch.rows[draft], words) - one.at)
        lower = [(at, word.lower()) for at, word in words]
        found["desk"].append(_until(watch.desk[draft], lower) - one.at)
    return found


def _until(shown: Sequence[tuple[float, object]], wanted: Sequence[tuple[float, object]]) -> float:
    """When it first said one of these, none of them before its time. Looks are some moments apart."""
    ends = [at for at, _ in shown[1:]] + [math.inf]
    for (at, says), end in zip(shown, ends, strict=True):
        for moment, word in wanted:
            if says == word and moment <= end + LOOKS and end > wanted[0][0]:
                return max(at, moment)
    return math.inf


def summary(times: Sequence[float]) -> dict[str, float]:
    if not times:
        return {"count": 0}
    ordered = sorted(times)
    at95 = ordered[min(len(ordered) - 1, math.ceil(len(ordered) * 0.95) - 1)]
    return {
        "count": len(ordered), "p50": round(statistics.median(ordered), 3), "p95": round(at95, 3),
        "max": round(ordered[-1], 3),
    }  # fmt: skip
