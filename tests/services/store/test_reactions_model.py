"""Reactions against a small model of votes.md, rules 1 to 6, that shares no code with the store.

The model knows only what the operator was told, in the order it was told: events once, twice, late, out of
order or never; what was read from the chat, begun before and ended after other events; its own removals,
clear-alls, deleted cards; and votes by button, desk and sheet in between. After every step the journal holds
exactly the model's votes, and the draft is what the model says.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlite_utils import Database
from store_studio import NOW, propose, render

from services.model.draft import State
from services.model.vote import Choice
from services.store import decisions, drafts, journal, messages, reactions
from services.store.migrations import migrate
from services.store.reactions import Reaction

EXAMPLES = int(os.environ.get("INVARIANT_EXAMPLES", "0")) or 150
CHAT, CHANNEL, TARGET = "room", "lobby", "outbox"
CHOICES = {"✅": Choice.APPROVE, "👍": Choice.APPROVE, "❌": Choice.DENY, "👎": Choice.DENY}
PEOPLE = ("ann", "bob", "eve")
STRANGER = "eve"
CAPTIONS = ("Layer by layer.", "Grown overnight.")

Pair = tuple[str, str]  # person, emoji


@dataclass
class Counted:
    """A reaction that counts: the vote it is, and the caption it was about."""

    vote: int
    caption: str


@dataclass
class Model:
    caption: str
    shown: str  # the caption as the card has it
    votes: list[tuple[str, Choice]] = field(default_factory=list)
    current: dict[str, tuple[int, Choice, str]] = field(default_factory=dict)
    counted: dict[Pair, Counted] = field(default_factory=dict)
    void: set[Pair] = field(default_factory=set)  # decide nothing: the operator takes them away, if it may
    missing: dict[Pair, Counted] = field(default_factory=dict)  # denials that went without a word
    touched: set[Pair] = field(default_factory=set)  # told about since a reading began

    def vote(self, voter: str, choice: Choice) -> int:
        self.votes.append((voter, choice))
        if choice is Choice.HOLD:
            self.current.clear()
        elif choice is Choice.WITHDRAW:
            self.current.pop(voter, None)
        else:
            self.current[voter] = (len(self.votes), choice, self.caption)
        return len(self.votes)

    def state(self) -> State:
        valid = [
            (number, choice)
            for number, choice, caption in self.current.values()
            if choice is Choice.DENY or caption == self.caption
        ]
        if not valid:
            return State.DRAFT
        return State.APPROVED if max(valid)[1] is Choice.APPROVE else State.DENIED

    def added(self, pair: Pair) -> None:
        if pair in self.counted or pair in self.void:
            return
        person, emoji = pair
        choice = CHOICES[emoji]
        self.touched.add(pair)
        self.missing.pop(pair, None)
        if person == STRANGER or (choice is Choice.APPROVE and self.caption != self.shown):
            self.void.add(pair)
        else:
            self.counted[pair] = Counted(self.vote(person, choice), self.caption)

    def removed(self, pair: Pair) -> None:
        if pair in self.void:
            self.void.discard(pair)
            self.touched.add(pair)
            return
        was = self.counted.pop(pair, None) or self.missing.pop(pair, None)
        if was is None:
            return
        self.touched.add(pair)
        person, emoji = pair
        if self.current.get(person, (0,))[0] != was.vote:
            return
        same = [other for other in self.counted if other[0] == person and CHOICES[other[1]] is CHOICES[emoji]]
        for other in same:
            self.counted[other].vote = was.vote
        if not same:
            self.vote(person, Choice.WITHDRAW)

    def read(self, there: list[Pair]) -> None:
        untouched = [pair for pair in sorted({*self.counted, *self.void}) if pair not in self.touched]
        later = set(self.touched)
        for pair in untouched:
            if pair in there:
                continue
            if pair in self.counted and CHOICES[pair[1]] is Choice.DENY:
                self.missing[pair] = self.counted.pop(pair)
            else:
                self.removed(pair)
        for wanted in (Choice.APPROVE, Choice.DENY):
            for pair in there:
                if CHOICES[pair[1]] is wanted and pair not in later:
                    self.added(pair)

    def card_shows(self) -> None:
        self.shown = self.caption
        for pair, counted in list(self.counted.items()):
            if CHOICES[pair[1]] is Choice.APPROVE and counted.caption != self.shown:
                del self.counted[pair]
                self.void.add(pair)
                self.touched.add(pair)

    def gone(self) -> None:
        """All at once: cleared, or with the message. No vote of anybody."""
        self.touched |= {*self.counted, *self.void, *self.missing}
        for known in (self.counted, self.missing):
            known.clear()
        self.void.clear()


pairs = st.tuples(st.sampled_from(("ann", *PEOPLE)), st.sampled_from(("✅", "❌", *CHOICES)))
HOW = st.sampled_from(("once", "once", "twice", "late", "missed"))


class Reacting(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.db = Database(memory=True)
        migrate(self.db, Path("memory"))
        self.clock = NOW
        self.number = propose(self.db)
        render(self.db, self.number)
        caption = drafts.get(self.db, self.number).caption
        self.model = Model(caption, caption)
        self.there: list[Pair] = []  # what stands below the card
        self.late: list[tuple[Callable[[Pair], None], Pair]] = []
        self.reading: tuple[list[Pair], object] | None = None
        self.posts = 0
        self.post()

    def now(self):  # type: ignore[no-untyped-def]
        self.clock += timedelta(seconds=1)
        return self.clock

    @property
    def message(self) -> str:
        return f"m{self.posts}"

    def post(self) -> None:
        self.posts += 1
        key = f"draft:{self.number}"
        messages.intend(self.db, CHAT, key, channel=CHANNEL, draft=self.number, now=self.now())
        self.record()

    def record(self) -> None:
        """As the card's reconciler does after each post and edit."""
        draft = drafts.get(self.db, self.number)
        shows = drafts.print_of(self.db, draft, TARGET)
        messages.record(
            self.db, CHAT, f"draft:{self.number}", self.message, shown="", pictures="", fingerprint=shows,
            revision=draft.revision,
        )  # fmt: skip
        reactions.drop_stale(self.db, CHAT, self.message, shows, now=self.now())
        self.model.card_shows()

    def told_added(self, pair: Pair) -> None:
        reaction = Reaction(pair[0], pair[1], CHOICES[pair[1]], pair[0], entitled=pair[0] != STRANGER)
        reactions.added(self.db, CHAT, self.message, reaction, target=TARGET, now=self.now())
        self.model.added(pair)

    def told_removed(self, pair: Pair) -> None:
        reactions.removed(self.db, CHAT, self.message, *pair, target=TARGET, now=self.now())
        self.model.removed(pair)

    def tell(self, event: Callable[[Pair], None], pair: Pair, how: str) -> None:
        if how == "late":
            self.late.append((event, pair))
        for _ in range({"once": 1, "twice": 2}.get(how, 0)):
            event(pair)

    @rule(pair=pairs, how=HOW)
    def somebody_reacts(self, pair: Pair, how: str) -> None:
        if pair not in self.there:
            self.there.append(pair)
            self.tell(self.told_added, pair, how)

    @precondition(lambda self: self.there)
    @rule(data=st.data(), how=HOW)
    def somebody_takes_it_back(self, data: st.DataObject, how: str) -> None:
        pair = data.draw(st.sampled_from(sorted(self.there)))
        self.there.remove(pair)
        self.tell(self.told_removed, pair, how)

    @precondition(lambda self: self.late)
    @rule(data=st.data())
    def an_event_comes_late(self, data: st.DataObject) -> None:
        event, pair = self.late.pop(data.draw(st.integers(0, len(self.late) - 1)))
        event(pair)

    @precondition(lambda self: self.reading is None)
    @rule()
    def reading_begins(self) -> None:
        self.reading = list(self.there), self.now()
        self.model.touched.clear()

    @precondition(lambda self: self.reading is not None)
    @rule()
    def reading_ends(self) -> None:
        assert self.reading is not None
        (seen, since), self.reading = self.reading, None
        found = [Reaction(who, emoji, CHOICES[emoji], who, who != STRANGER) for who, emoji in seen]
        reactions.read_back(
            self.db,
            CHAT,
            self.message,
            found,
            since=since,
            target=TARGET,
            now=self.now(),  # type: ignore[arg-type]
        )
        self.model.read(seen)

    @rule(may=st.booleans(), how=st.sampled_from(("early", "once", "late", "missed")))
    def the_operator_takes_away_what_does_not_count(self, may: bool, how: str) -> None:
        """ "early": it is told of the removal before it has the answer."""
        for message, who, emoji in reactions.to_remove(self.db, CHAT):
            assert message == self.message
            pair = (who, emoji)
            if may and pair in self.there:
                self.there.remove(pair)
            if may and how == "early":
                self.told_removed(pair)
            reactions.taken_away(self.db, CHAT, [(message, *pair)], could=may, now=self.now())
            self.model.touched.add(pair)
            if may:
                self.model.void.discard(pair)
                self.tell(self.told_removed, pair, how)

    @rule(emoji=st.sampled_from(("", *CHOICES)))
    def reactions_are_cleared(self, emoji: str) -> None:
        self.there = [pair for pair in self.there if emoji not in ("", pair[1])]
        reactions.cleared(self.db, CHAT, self.message, now=self.now(), emoji=emoji)
        model = self.model
        for known in (model.counted, model.missing, dict.fromkeys(model.void)):
            model.touched |= {pair for pair in known if emoji in ("", pair[1])}
        model.void = {pair for pair in model.void if emoji not in ("", pair[1])}
        for counted in (model.counted, model.missing):
            for pair in [pair for pair in counted if emoji in ("", pair[1])]:
                del counted[pair]

    @rule()
    def the_card_is_deleted_and_comes_back(self) -> None:
        messages.lost(self.db, CHAT, self.message)
        self.there, self.late, self.reading = [], [], None
        self.model.gone()
        self.post()

    @rule(who=st.sampled_from(("desk", "console", "ann", "bob")), approve=st.booleans())
    def somebody_decides_elsewhere(self, who: str, approve: bool) -> None:
        choice = Choice.APPROVE if approve else Choice.DENY
        decisions.vote(self.db, self.number, choice, voter=who, target=TARGET, now=self.now())
        self.model.vote(who, choice)

    @rule()
    def the_sheet_says_draft(self) -> None:
        decisions.vote(self.db, self.number, Choice.HOLD, voter="sheet", target=TARGET, now=self.now())
        self.model.vote("sheet", Choice.HOLD)

    @rule(caption=st.sampled_from(CAPTIONS))
    def the_caption_is_edited(self, caption: str) -> None:
        decisions.edit_caption(self.db, self.number, caption, voter="desk", target=TARGET, now=self.now())
        self.model.caption = caption

    @rule()
    def the_card_is_edited(self) -> None:
        self.record()

    @rule(pair=pairs, other=pairs)
    def much_happens_while_nobody_listens(self, pair: Pair, other: Pair) -> None:
        for each in (pair, other):
            (self.there.remove if each in self.there else self.there.append)(each)
        self.reading = None
        self.reading_begins()
        self.reading_ends()

    @rule(pair=pairs, other=pairs, how=HOW)
    def one_is_told_while_it_is_read(self, pair: Pair, other: Pair, how: str) -> None:
        self.reading = None
        self.somebody_reacts(other, how)
        self.reading_begins()
        for each in (pair, other):
            react = each not in self.there
            (self.there.append if react else self.there.remove)(each)
            self.tell(self.told_added if react else self.told_removed, each, "once")
        self.reading_ends()

    @rule(pair=pairs, may=st.booleans(), how=st.sampled_from(("early", "once", "late", "missed")))
    def an_edit_takes_an_approval_away(self, pair: Pair, may: bool, how: str) -> None:
        self.somebody_reacts(pair, "once")
        caption = next(other for other in CAPTIONS if other != self.model.caption)
        self.the_caption_is_edited(caption)
        self.told_added(pair)  # told again, of what the card does not show yet
        self.the_card_is_edited()
        self.the_operator_takes_away_what_does_not_count(may, how)

    @rule()
    def all_comes_to_rest(self) -> None:
        """After two readings with nothing between them the journal knows what stands there."""
        self.late, self.reading = [], None
        for _ in range(2):
            self.reading_begins()
            self.reading_ends()
            self.the_operator_takes_away_what_does_not_count(True, "missed")
        seen = [Reaction(who, emoji, CHOICES[emoji]) for who, emoji in self.there]
        assert not reactions.differs(self.db, CHAT, self.message, seen)

    @invariant()
    def every_vote_is_in_the_journal_once(self) -> None:
        filed = [(vote.voter, vote.choice) for vote in journal.votes(self.db, self.number)]
        assert filed == self.model.votes

    @invariant()
    def the_draft_is_what_the_votes_say(self) -> None:
        assert drafts.get(self.db, self.number).state is self.model.state()

    def teardown(self) -> None:
        self.db.close()


def test_reactions_are_the_votes_of_the_model() -> None:
    run_state_machine_as_test(
        Reacting,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=60, deadline=None, derandomize=EXAMPLES == 150,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
        ),
    )  # fmt: skip
