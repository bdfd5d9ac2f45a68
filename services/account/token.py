"""The account's token: kept, prolonged before it ends, and mourned in a sentence when it is dead.

Account and publisher share one keeper. It never asks in a loop: a token that the service refused is not used
again until the settings or the stored file hold another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from services.account import token_calls, token_file
from services.account.token_file import Token, digest
from services.errors import Misconfigured, OperatorError, Refused
from services.graph.errors import TABLE, GraphFault, Kind, fault_of
from services.graph.login import ABILITIES
from services.graph.wire import Wire
from services.log import get_logger
from services.redaction import register_secret

log = get_logger(__name__)

DAYS_BEFORE_REFRESH = 7
YOUNGEST = timedelta(hours=24)  # "must be at least 24 hours old" to be prolonged
HOURS_BETWEEN_TRIES = timedelta(hours=6)  # after an attempt that brought nothing
_INSPECTED = timedelta(hours=24)  # how long what debug_token said is taken for true
_EXPIRED = TABLE[190, 463]


@dataclass(frozen=True, slots=True)
class Standing:
    """``days`` left, None if unknown or without end (``eternal``); ``lacking`` what it may not do;
    ``unprolonged`` why it cannot be prolonged, as far as that is known."""

    days: float | None
    eternal: bool
    scopes: tuple[str, ...]
    lacking: tuple[str, ...]
    unprolonged: OperatorError | None = None

    def words(self) -> str:
        if self.eternal:
            life = "the token has no end"
        elif self.days is None:
            life = "when the token ends is not known"
        else:
            life = f"the token has {self.days:.0f} {'day' if round(self.days) == 1 else 'days'} left"
        if self.unprolonged is not None:
            life += f", and it cannot be prolonged: {self.unprolonged.message.rstrip('.')}"
        may = [ability.words for ability in ABILITIES if ability.words not in self.lacking]
        if not self.scopes:
            return f"{life}."
        told = f"{life} and may {_listed(may)}" if may else f"{life} and may do nothing"
        return f"{told}, but not {_listed(list(self.lacking))}." if self.lacking else f"{told}."


class TokenKeeper:
    """``given`` is the settings' token, ``given_expires`` what they say of its end. ``clock``: aware."""

    def __init__(
        self,
        wire: Wire,
        given: SecretStr,
        file: Path,
        *,
        given_expires: datetime | None = None,
        days_before_refresh: float = DAYS_BEFORE_REFRESH,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._wire = wire
        self._given = Token(given, given_expires, settings=digest(given))
        self._file = file
        self._margin = timedelta(days=days_before_refresh)
        self._clock = clock
        self._stamp: tuple[int, int] | None = None
        self._token = self._given
        self._dead: tuple[str, Misconfigured] | None = None  # digest of the token, what people are told
        self._next_try: datetime | None = None
        self._inspected: tuple[str, datetime, token_calls.Inspection] | None = None
        self._unprolonged: OperatorError | None = None
        self._one_at_a_time = asyncio.Lock()
        register_secret(given.get_secret_value())

    async def current(self) -> SecretStr:
        """The newest token. Misconfigured, without asking anybody, if it is known to be dead."""
        token = await self._load()
        if self._dead is not None and self._dead[0] == digest(token.secret):
            raise self._dead[1]
        # What a person wrote beside a token may be about the one before it: then the service has the word.
        if token.obtained is not None and self._is_over(token):
            raise Misconfigured(_EXPIRED.sentence, remedy=_EXPIRED.remedy, variable="INSTAGRAM_ACCESS_TOKEN")
        return token.secret

    def died(self, token: SecretStr, fault: GraphFault) -> None:
        entry = fault.entry
        error = Misconfigured(entry.sentence, remedy=entry.remedy, variable="INSTAGRAM_ACCESS_TOKEN")
        if self._dead is None or self._dead[0] != digest(token):
            log.warning("The Instagram token is dead (%s): %s", fault, error)
        self._dead = digest(token), error

    async def is_token_expired(self) -> bool:
        return self._is_over(await self._load())

    async def check_refresh_access_token(self) -> bool:
        """Prolong the token if that is due; whether a new one is stored now.

        Raises Misconfigured for a dead one. Any other failure is logged and tried again after hours: the
        token at hand still works.
        """
        async with self._one_at_a_time:
            await self.current()
            token = await self._load()
            if not await self._is_due(token):
                return False
            self._next_try = self._clock() + HOURS_BETWEEN_TRIES
            try:
                new = await token_calls.refresh(self._wire, token.secret, self._clock())
            except OperatorError as error:
                fault = fault_of(error)
                if fault is not None and fault.entry.kind is Kind.DEAD:
                    self.died(token.secret, fault)
                    raise
                log.warning("The Instagram token could not be prolonged: %s", error)
                return False
            if token.expires and new.expires and new.expires <= token.expires:
                log.warning("Instagram did not prolong the token: it ends %s", token.expires.date())
            await self._store(replace(new, scopes=new.scopes or token.scopes))
            return True

    async def get_long_lived_token(self, short: SecretStr | None = None) -> Token:
        """Exchange a short-lived token (the settings', unless given) for one of 60 days, and store it."""
        async with self._one_at_a_time:
            new = await token_calls.exchange(self._wire, short or self._given.secret, self._clock())
            await self._store(new)
            return self._token

    async def standing(self) -> Standing:
        """How the token stands, for `status` and `doctor`; asks the service at most once a day."""
        token = await self._load()
        found = await self._inspect(token)
        expires = token.expires or (found.expires if found else None)
        scopes = (found.scopes if found else ()) or token.scopes
        left = (expires - self._clock()) / timedelta(days=1) if expires else None
        lacking = self._wire.login.lacking(scopes) if scopes else []
        eternal = token.eternal or (found is not None and found.valid and expires is None)
        words = tuple(ability.words for ability in lacking)
        return Standing(left, eternal, scopes, words, None if eternal else self._unprolonged)

    async def _load(self) -> Token:
        stamp = token_file.stamp(self._file)
        if stamp != self._stamp:
            stored = await asyncio.to_thread(token_file.read, self._file)
            mine = stored is not None and stored.settings == self._given.settings
            self._token = stored if stored is not None and mine else self._given
            self._stamp = stamp
        return self._token

    async def _store(self, new: Token) -> None:
        new = replace(new, settings=self._given.settings)
        await asyncio.to_thread(token_file.write, self._file, new)  # stored first; then the old is forgotten
        self._token, self._stamp, self._dead = new, token_file.stamp(self._file), None

    def _is_over(self, token: Token) -> bool:
        return token.expires is not None and token.expires <= self._clock()

    async def _is_due(self, token: Token) -> bool:
        now = self._clock()
        if token.eternal or (self._next_try is not None and now < self._next_try):
            return False
        if token.obtained is not None and now - token.obtained < YOUNGEST:
            return False
        expires = token.expires
        if expires is None:
            found = await self._inspect(token)
            if found is not None and found.valid and found.expires is None:
                return False
            expires = found.expires if found else None
        # Nobody knows when it ends: prolonging it is the way to learn it.
        return expires is None or expires - now < self._margin

    async def _inspect(self, token: Token) -> token_calls.Inspection | None:
        name, now = digest(token.secret), self._clock()
        known = self._inspected
        if known is not None and known[0] == name and now - known[1] < _INSPECTED:
            return known[2]
        try:
            found = await token_calls.inspect(self._wire, token.secret)
        except (OperatorError, Refused) as error:
            # Who may not ask about the token as its app may not prolong it as its app either.
            self._unprolonged = error if isinstance(error, Misconfigured) else None
            log.info("What the Instagram token may do could not be asked: %s", error)
            return None
        self._unprolonged = None
        if found is not None:
            self._inspected = name, now, found
        return found


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nothing"
