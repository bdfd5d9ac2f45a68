"""The brief as text: everything a planner may know, within a token budget, most useful first.

Each part may take what is left over by the parts before it, but a floor is kept for every part after it, so
that a long instruction cannot push the media out. What does not fit is cut at the end of a line, and the
part says how much is left out and which tool reaches it. Pure: a Brief and its rules in, text out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.model.brief import LENGTHS, Brief, Lengths, PastDraft
from services.planner.digest_account import account_lines, draft_words, orders
from services.planner.digest_media import ledger_lines, media_lines
from services.planner.material import COOL_DOWN
from services.planner.quoted import lines_of, plain, quoted
from services.planner.shelf import Shelf
from services.planner.tokens import estimate_tokens
from services.planner.variety import WINDOW

BUDGET = 12_000  # tokens
SMALLEST = 2_000
_DRAFTS = 30


@dataclass(frozen=True, slots=True)
class Rules:
    """``budget`` in tokens; comments of ``instruction_accounts`` that begin with "system" are orders.

    For ``cool_down`` drafts a file rests; from the last ``window`` ones a new one must differ; ``lengths``
    are how long one may be, in seconds.
    """

    budget: int = BUDGET
    instruction_accounts: tuple[str, ...] = ()
    cool_down: int = COOL_DOWN
    window: int = WINDOW
    lengths: Lengths = LENGTHS


@dataclass(frozen=True, slots=True)
class Part:
    """One part. ``binding``: it tells the planner what to do, all else is data. ``tokens``: estimated."""

    name: str
    title: str
    text: str
    tokens: int
    left_out: int  # lines
    binding: bool

    @property
    def whole(self) -> str:
        return f"## {self.title}\n{self.text}\n"


@dataclass(frozen=True, slots=True)
class WrittenBrief:
    parts: tuple[Part, ...]
    budget: int

    @property
    def tokens(self) -> int:
        return sum(part.tokens for part in self.parts)

    @property
    def instructions(self) -> str:
        """What binds the planner: who it speaks for, and what it is to do."""
        return "\n".join(part.whole for part in self.parts if part.binding)

    @property
    def data(self) -> str:
        """What it may know."""
        return "\n".join(part.whole for part in self.parts if not part.binding)

    @property
    def text(self) -> str:
        return "\n".join(part.whole for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A part before it is cut. ``floor``: its share of the budget; ``more``: what reaches the rest."""

    name: str
    title: str
    lines: Sequence[str]
    floor: float
    more: str = ""
    binding: bool = False


def write_brief(brief: Brief, rules: Rules | None = None, shelf: Shelf | None = None) -> WrittenBrief:
    """Never more tokens than the budget (by the estimate of tokens.py), which is at least SMALLEST."""
    rules = rules or Rules()
    budget = max(SMALLEST, rules.budget)
    drafts = _drafts(brief, rules, shelf or Shelf(brief))
    sizes = [_cost(draft.title, draft.lines) for draft in drafts]
    floors = [min(size, int(draft.floor * budget)) for draft, size in zip(drafts, sizes, strict=True)]
    parts: list[Part] = []
    left = budget
    for index, draft in enumerate(drafts):
        room = left - sum(floors[index + 1 :])
        part = _cut(draft, room)
        if part is not None:
            parts.append(part)
            left -= part.tokens
    return WrittenBrief(tuple(parts), budget)


def _drafts(brief: Brief, rules: Rules, shelf: Shelf) -> list[_Draft]:
    brand = brief.brand
    tool = "search_media and get_media reach every file"
    found = [
        _Draft("personality", "Who you speak for", lines_of(brand.personality), 0.08, binding=True),
        _Draft("instructions", "What the brand asks for", lines_of(brand.instructions), 0.14, binding=True),
        _Draft("orders", "What the owner ordered", orders(brief.analytics, rules.instruction_accounts), 0.04,
               binding=True),
        _Draft("intents", "Intents: what a video is for", _intents(brief), 0.05),
        _Draft("context", "The brand's documents", _context(brief), 0.10),
        _Draft("account", "The account", account_lines(brief.analytics), 0.12,
               "get_analytics reaches everything"),
        _Draft("media", "The media", media_lines(shelf), 0.25, tool),
        _Draft("drafts", "The last drafts, newest first", [_past(d) for d in brief.past[:_DRAFTS]], 0.10),
        _Draft("ledger", "Used lately: let these rest", ledger_lines(shelf, rules.cool_down), 0.05,
               "get_media says how a file was used"),
        _Draft("labels", "What did better", list(brief.evidence), 0.03),
        _Draft("renderer", "What the renderer does not show as the format says", _lacking(brief), 0.03),
        _Draft("notes", "What is missing or old", [plain(note, 300) for note in brief.notes], 0.02),
    ]  # fmt: skip
    return [draft for draft in found if draft.lines]


def _cut(draft: _Draft, room: int) -> Part | None:
    """The part within ``room`` tokens; None when not even a line fits."""
    cost = _cost(draft.title, draft.lines)
    kept = len(draft.lines)
    if cost > room:
        kept, spent = 0, estimate_tokens(f"## {draft.title}\n{_rest(9_999, draft.more)}\n")
        for line in draft.lines:
            spent += estimate_tokens(line) + 1
            if spent > room:
                break
            kept += 1
    if not kept:
        return None
    lines = list(draft.lines[:kept])
    if left_out := len(draft.lines) - kept:
        lines.append(_rest(left_out, draft.more))
    return Part(draft.name, draft.title, "\n".join(lines), _cost(draft.title, lines), left_out, draft.binding)


def _rest(count: int, more: str) -> str:
    return f"(… {count} more lines are left out{f'; {more}' if more else ''})"


def _cost(title: str, lines: Sequence[str]) -> int:
    return estimate_tokens(f"## {title}\n") + sum(estimate_tokens(line) + 1 for line in lines)


def _intents(brief: Brief) -> list[str]:
    return [
        f"- {plain(i.name, 60)} (weight {i.weight:g}): {plain(i.prompt, 300)}" for i in brief.brand.intents
    ]


def _lacking(brief: Brief) -> list[str]:
    """Proposals that use it come back."""
    return [f"- {line}" for line in brief.abilities.lacking()] if brief.abilities else []


def _context(brief: Brief) -> list[str]:
    lines = []
    for name, text in brief.brand.context.items():
        lines.append(f"### {quoted(name, 80)}")
        lines += [f"> {line}" for line in lines_of(text)]
    return lines


def _past(draft: PastDraft) -> str:
    """Number, what became of it and why, what it was."""
    reason = f"because {quoted(draft.reason, 160)}" if draft.reason else ""
    assets = " ".join(draft.assets[:6])
    return f"- {draft.number}: " + draft_words(
        [
            draft.state,
            reason,
            plain(draft.format, 40),
            plain(draft.intent, 40),
            quoted(draft.title, 80),
            assets,
        ]
    )
