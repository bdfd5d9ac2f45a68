"""The planner's remote twin: OpenAI, or a server that speaks its language.

A run is one conversation: the brief, look-ups, proposals, and what came back with reasons. Across runs the
memory is the brief (every item of a conversation is paid for on each call), unless ``thread`` is "keep".
Its parts are in services/planner/assistant/; here they are put together.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2
import openai
from pydantic import SecretStr

from services.log import get_logger, timed
from services.model.brief import Brief
from services.model.proposal import Proposal
from services.planner.assistant.chat import ChatTalk
from services.planner.assistant.client import connect, is_openai, server_name
from services.planner.assistant.compile import to_proposal
from services.planner.assistant.configuration import Configuration, order_text, repair_text, revision_text
from services.planner.assistant.documents import left_out_documents, upload_files
from services.planner.assistant.line import Line
from services.planner.assistant.looping import generate_proposals
from services.planner.assistant.models import DEFAULTS, Choice, choose_models
from services.planner.assistant.purse import Purse
from services.planner.assistant.responses import SETTLE, ResponsesTalk
from services.planner.assistant.schema import Answer
from services.planner.assistant.talk import Talk, Words
from services.planner.assistant.trouble import Trouble, sentence, trouble_of
from services.planner.brief import Rules, WrittenBrief, write_brief
from services.planner.shelf import Shelf
from services.planner.tools import Toolbox
from services.ports import PlannerAnswer, Tell
from services.store import Store, planning
from services.store.planning import KEPT, Conversation

log = get_logger(__name__)

_FIRST_ANSWER = 8_000  # tokens an answer may have for one proposal, thoughts included
_COMPACT_ABOVE = 60_000  # tokens from which on a conversation that is kept is shortened by the service
_SAME_LIST = 3600.0  # seconds a list of models is believed


@dataclass(frozen=True, slots=True)
class Where:
    """The server. ``api``: responses, chat, or auto (responses at OpenAI, chat elsewhere). Seconds."""

    key: SecretStr
    base_url: str = ""
    api: str = "auto"
    timeout: float = 600.0
    settle: Sequence[float] = SETTLE


@dataclass(frozen=True, slots=True)
class Habits:
    """``models`` in order of preference; ``thread``: run or keep; ``conversation``: one that is pinned.

    ``upload_tokens``: how much of long documents may be uploaded beside the brief (0: nothing).
    """

    models: tuple[str, ...] = ()
    thread: str = "run"
    conversation: str = ""
    rules: Rules = field(default_factory=Rules)
    upload_tokens: int = 0


@dataclass(slots=True)
class _Live:
    """A run's conversation while this process works on it."""

    run: str
    tag: str
    line: Line
    talk: Talk
    turns: int = 0


class OpenAIPlanner:
    """The Planner port over a language model. End it with ``aclose()``."""

    name = "openai"

    def __init__(
        self,
        store: Store,
        purse: Purse,
        where: Where,
        habits: Habits | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._purse = purse
        self._where = where
        self._habits = habits or Habits()
        self._clock = clock
        self._client = connect(where.key.get_secret_value(), where.base_url, where.timeout)
        self._server = server_name(where.base_url)
        self._chat = where.api == "chat" or (where.api == "auto" and not is_openai(where.base_url))
        self._models: list[str] = []
        self._listed: tuple[float, Choice] | None = None
        self._live: _Live | None = None
        self._one_at_a_time = asyncio.Lock()

    async def aclose(self) -> None:
        await self._client.close()

    async def ping(self) -> str:
        """Model, server, conversation with its configuration, and what today cost. Asks for no answer."""
        choice = await self._choice(fresh=True)
        last = await self._store.do(planning.latest_conversation)
        parts = [f"{choice.models[0]} at {self._server} can be asked."]
        if self._habits.conversation:
            parts.append(f"Conversation {self._habits.conversation} is pinned.")
        if last is not None:
            parts.append(f"Last conversation {last.id}, configuration {last.configuration}.")
        parts.append(await self._purse.told())
        return " ".join([*parts, *choice.notes])

    @timed("planner.propose")
    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        """Proposals of the model, not yet checked; notes say what was repaired, refused or left out."""
        async with self._one_at_a_time:
            shelf = await asyncio.to_thread(Shelf, brief)
            written = await asyncio.to_thread(write_brief, brief, self._habits.rules, shelf)
            configuration = Configuration(written, self._habits.rules.window, brief.lengths)
            live, first, notes = await self._turn(brief, written, configuration)
            live.line.tell = tell
            live.turns += 1
            answer, wrong = await generate_proposals(
                live.talk,
                configuration.ask(max_output_tokens=_FIRST_ANSWER * (1 + max(1, brief.count))),
                Toolbox(brief, shelf),
                first,
                brief,
                mark=f"{live.tag}.{live.turns}",
                tell=tell,
            )
            repaired = [*live.line.notes]
            live.line.notes.clear()
            return PlannerAnswer(
                self.parse_responses(answer, shelf, brief.evidence), (*notes, *repaired, *wrong)
            )

    def parse_responses(
        self, answer: Answer | None, shelf: Shelf, evidence: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        """The proposals of an answer; our code writes their movies."""
        plans = answer.proposals if answer else []
        return tuple(to_proposal(plan, shelf.by_id, self.name, evidence) for plan in plans[:20])

    async def create_or_get_thread(self, run: str, configuration: str) -> tuple[str | None, bool, list[str]]:
        """The conversation of a run: (id or None, whether it is older than this call, notes).

        A pinned one, the one that is kept while the configuration stays the same, the run's own, or a new
        one. None when none can be made: the run goes on without.
        """
        if self._habits.conversation:
            return self._habits.conversation, True, []
        name, notes = self._key(run), list[str]()
        known = await self._store.do(planning.conversation, name)
        if known is not None:
            if name != KEPT or known.configuration == configuration:
                return known.id, True, notes
            notes.append(
                "The planner's instructions changed since the last run: a new conversation was begun."
            )
        made = await self._create_thread(name, configuration)
        if made is None:
            notes.append(f"{self._server} makes no conversation: the planner went on without one.")
        return made, False, notes

    async def _create_thread(self, name: str, configuration: str) -> str | None:
        try:
            made = await self._client.conversations.create(
                metadata={"app": "autopotter", "run": name[:512], "configuration": configuration}
            )
        except (openai.APIError, httpx2.HTTPError) as error:
            trouble = trouble_of(error)
            if trouble in (Trouble.KEY, Trouble.QUOTA, Trouble.NEVER_SENT):
                raise sentence(error, self._server, "") from None
            log.warning("no conversation could be made: %s", trouble.value)
            return None
        found = Conversation(name, made.id, configuration, (self._models or [""])[0], self._clock())
        await self._store.do(planning.keep_conversation, found)
        return made.id

    async def _turn(
        self, brief: Brief, written: WrittenBrief, configuration: Configuration
    ) -> tuple[_Live, Words, list[str]]:
        """The run's conversation and what to say in it: only what came back, if it knows the rest."""
        again = bool(brief.rejected or brief.kept)
        if again and self._live is not None and self._live.run == brief.run and bool(brief.run):
            return self._live, Words(repair_text(brief)), []
        notes = list((await self._choice()).notes)
        live, said = await self._begin(brief, configuration.hash)
        notes += said
        parts = [order_text(brief, written), revision_text(brief), repair_text(brief) if again else ""]
        text = "\n\n".join(part for part in parts if part)
        files: tuple[str, ...] = ()
        if self._habits.upload_tokens and not self._chat:
            documents = left_out_documents(brief, written, self._habits.upload_tokens)
            files, problems = await upload_files(self._client, self._store, documents, self._clock())
            notes += problems
        self._live = live
        return live, Words(text, files), notes

    async def _begin(self, brief: Brief, configuration: str) -> tuple[_Live, list[str]]:
        run = brief.run or secrets.token_hex(4)
        tag = f"{run}-{brief.seed:x}{_later(brief)}"
        line = Line(self._client, self._models, self._purse, run, self._server, self._where.settle)
        if self._chat:
            return _Live(brief.run, tag, line, ChatTalk(line)), []
        conversation, older, notes = await self.create_or_get_thread(run, configuration)

        async def renew(_: str) -> str | None:
            return await self._create_thread(self._key(run), configuration)

        kept = self._habits.thread == "keep" or bool(self._habits.conversation)
        talk = ResponsesTalk(
            line,
            conversation=conversation,
            resumed=older,
            renew=renew,
            compact_above=_COMPACT_ABOVE if kept else 0,
            patience=self._where.timeout,
        )
        return _Live(brief.run, tag, line, talk), notes

    def _key(self, run: str) -> str:
        return KEPT if self._habits.thread == "keep" else run

    async def _choice(self, *, fresh: bool = False) -> Choice:
        """The models in order; the server's list is believed for an hour."""
        now = asyncio.get_running_loop().time()
        if self._listed is not None and not fresh and now - self._listed[0] < _SAME_LIST:
            return self._listed[1]
        default = DEFAULTS if is_openai(self._where.base_url) else ()
        choice = await choose_models(
            self._client,
            self._habits.models,
            server=self._server,
            default=default,
            today=self._clock().date(),
            sure=fresh,
        )
        self._listed = now, choice
        self._models[:] = choice.models
        return choice


def _later(brief: Brief) -> str:
    """What tells a later order from the first one of its run, whose turns are in the same conversation."""
    rejected = [rejection.proposal.title for rejection in brief.rejected]
    parts = [brief.wish, *(proposal.title for proposal in brief.kept), *rejected]
    if brief.revises is not None:
        parts.append(f"draft {brief.revises.number}")
    if not any(parts):
        return ""
    return "-" + hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:8]
