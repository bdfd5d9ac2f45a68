"""What each error of Graph means: the table, as data, and the error for people made of it.

Sources: developers.facebook.com/docs/graph-api/guides/error-handling and
…/docs/instagram-platform/instagram-graph-api/reference/error-codes (September 2026). Which of them leave it
open whether a post is live is from reports of those who post: 4/2207051 was answered to posts that were
(github.com/gitroomhq/postiz-app/issues/1681), 100/33 to containers that existed (issues/1562).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from services.errors import Held, Misconfigured, OperatorError, Refused, Unavailable
from services.redaction import redact

HOUR, DAY = 3600.0, 86400.0


class Kind(Enum):
    """What is to be done about an error."""

    DEAD = "dead"  # the token: a person renews it, nothing is asked until then
    PERSON = "person"  # a permission or the account itself: a person acts
    THROTTLED = "throttled"  # asked too often
    PASSING = "passing"  # the service's own trouble: the same may work later
    HELD = "held"  # not now, certainly without effect
    UNCLEAR = "unclear"  # may have happened nevertheless
    AGAIN = "again"  # the container is lost: a new one may work
    INPUT = "input"  # this draft, as it is, is never taken
    ABSENT = "absent"  # no such object, or it may not be seen, or a passing blindness


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table. ``sentence`` and ``remedy`` are for people; ``wait`` in seconds."""

    kind: Kind
    sentence: str
    remedy: str = ""
    wait: float | None = None

    @property
    def retriable(self) -> bool:
        return self.kind not in (Kind.DEAD, Kind.PERSON, Kind.INPUT)


_RENEW = (
    "Make a new token in the Meta app's dashboard and give it to `autopotter setup`; approved drafts wait."
)
_BY_ITSELF = "It is tried again by itself."
_EDIT = "Change the draft and approve it again."
_RENDER = "Retry renders it again."
_APP = "Look at the account in the Instagram app: it asks for something there. Approved drafts wait."

TABLE: dict[tuple[int, int | None], Entry] = {
    # Tokens
    (190, None): Entry(Kind.DEAD, "The Instagram token is expired, revoked or wrong.", _RENEW),
    (190, 458): Entry(Kind.DEAD, "The account has removed the app: its token is worth nothing.", _RENEW),
    (190, 459): Entry(
        Kind.DEAD, "Facebook wants the account's owner to confirm who they are.", f"{_APP} {_RENEW}"
    ),
    (190, 460): Entry(Kind.DEAD, "The account's password was changed, which ended the token.", _RENEW),
    (190, 463): Entry(Kind.DEAD, "The Instagram token has expired: it cannot be prolonged any more.", _RENEW),
    (190, 464): Entry(Kind.DEAD, "The account is not confirmed.", f"{_APP} {_RENEW}"),
    (190, 467): Entry(Kind.DEAD, "The Instagram token was revoked, or its owner logged out.", _RENEW),
    (190, 492): Entry(Kind.DEAD, "The session of the Instagram token is invalid.", _RENEW),
    (102, None): Entry(Kind.DEAD, "The session of the Instagram token has ended.", _RENEW),
    (101, None): Entry(
        Kind.PERSON, "Facebook does not know this app and secret.", "Correct FB_APP_ID and FB_APP_SECRET."
    ),
    # The account
    (10, None): Entry(
        Kind.PERSON, "The Instagram token lacks a permission for this.",
        "Grant the app what `autopotter doctor` says is lacking, make a new token and give it to setup.",
    ),
    (2635, None): Entry(
        Kind.PERSON, "Instagram has retired this version of its API.", "Set GRAPH_VERSION to a newer one."
    ),
    (25, 2207050): Entry(Kind.PERSON, "Instagram has restricted the account.", _APP),
    (368, None): Entry(
        Kind.HELD, "Instagram blocks the account for now, for its policies.", _APP, 6 * HOUR
    ),
    # Too much
    (4, None): Entry(Kind.THROTTLED, "Instagram was asked too often by this app.", _BY_ITSELF, HOUR / 4),
    (17, None): Entry(Kind.THROTTLED, "Instagram was asked too often for its user.", _BY_ITSELF, HOUR / 4),
    (32, None): Entry(Kind.THROTTLED, "Instagram was asked too often for this page.", _BY_ITSELF, HOUR / 4),
    (341, None): Entry(Kind.THROTTLED, "The app has reached a limit of Instagram's.", _BY_ITSELF, HOUR),
    (613, None): Entry(Kind.THROTTLED, "Instagram was asked too often.", _BY_ITSELF, HOUR / 4),
    (80002, None): Entry(
        Kind.THROTTLED, "Instagram was asked too often for this account.", _BY_ITSELF, HOUR / 4
    ),
    (4, 2207051): Entry(
        Kind.UNCLEAR, "Instagram restricts what the account may do now, as it does against spam.",
        "Whether it is live is looked up; then posting rests for an hour.", HOUR,
    ),
    (9, 2207042): Entry(
        Kind.HELD, "The account has published as much as Instagram allows in 24 hours.", _BY_ITSELF, HOUR
    ),
    # Passing trouble
    (1, None): Entry(Kind.PASSING, "Instagram had an unknown error.", _BY_ITSELF),
    (2, None): Entry(Kind.PASSING, "Instagram is out of order for now.", _BY_ITSELF),
    (-1, 2207001): Entry(Kind.UNCLEAR, "Instagram's server failed.", _BY_ITSELF),
    (-1, 2207032): Entry(Kind.PASSING, "Instagram could not make the post's container.", _BY_ITSELF),
    (9007, 2207027): Entry(
        Kind.HELD, "Instagram is still processing the video.", _BY_ITSELF, 30.0
    ),
    (100, 33): Entry(Kind.ABSENT, "Instagram does not show it: it is gone, or may not be seen.", _BY_ITSELF),
    # The container
    (-2, 2207003): Entry(Kind.AGAIN, "Instagram could not download the video in time.", _BY_ITSELF),
    (-2, 2207020): Entry(Kind.AGAIN, "Instagram has given the uploaded video up.", _BY_ITSELF),
    (-1, 2207053): Entry(Kind.AGAIN, "The upload of the video failed for an unknown reason.", _BY_ITSELF),
    (24, 2207006): Entry(Kind.AGAIN, "Instagram does not know the uploaded video any more.", _BY_ITSELF),
    (24, 2207008): Entry(Kind.AGAIN, "Instagram does not know the post's container any more.", _BY_ITSELF),
    (9004, 2207052): Entry(
        Kind.AGAIN, "Instagram could not fetch the video from its address.",
        "It is tried again by itself. INSTAGRAM_UPLOAD=resumable needs no address.",
    ),
    # The draft
    (1, 2207057): Entry(Kind.INPUT, "The cover's moment lies outside the video.", _RENDER),
    (100, None): Entry(Kind.INPUT, "Instagram does not take a value of this request.", _EDIT),
    (100, 2207023): Entry(Kind.INPUT, "Instagram does not know this kind of post.", _EDIT),
    (100, 2207028): Entry(Kind.INPUT, "A carousel has 2 to 10 items.", _EDIT),
    (100, 2207035): Entry(Kind.INPUT, "The product tags are wrong.", _EDIT),
    (100, 2207036): Entry(Kind.INPUT, "Product tags need a photo.", _EDIT),
    (100, 2207037): Entry(Kind.INPUT, "A product tag's product cannot be used.", _EDIT),
    (100, 2207040): Entry(Kind.INPUT, "The caption mentions more than 20 accounts.", _EDIT),
    (352, 2207026): Entry(Kind.INPUT, "Instagram does not take the format of the video.", _RENDER),
    (36000, 2207004): Entry(Kind.INPUT, "The cover is too large for Instagram.", _RENDER),
    (36001, 2207005): Entry(Kind.INPUT, "Instagram does not take the format of the cover.", _RENDER),
    (36003, 2207009): Entry(Kind.INPUT, "Instagram does not take the shape of the cover.", _RENDER),
    (36004, 2207010): Entry(Kind.INPUT, "The caption is too long for Instagram.", _EDIT),
    (506, None): Entry(Kind.INPUT, "Instagram takes it for a post that is already there.", _EDIT),
}  # fmt: skip
_BY_SUBCODE = {subcode: entry for (_, subcode), entry in TABLE.items() if subcode is not None}
_FEW_VIEWERS = "not enough viewers"  # code 10, but no lack of permission
_SUBCODE = re.compile(r"\b(22\d{5})\b")
_SHOWN = 200


class GraphFault(Exception):
    """What Graph answered, as the cause of the error that people read."""

    def __init__(self, code: int, subcode: int | None, message: str, *, transient: bool = False) -> None:
        super().__init__(f"{code}/{subcode}: {redact(message)[:_SHOWN]}")
        self.code, self.subcode, self.message, self.transient = code, subcode, message, transient

    @property
    def few_viewers(self) -> bool:
        """A post that too few people saw to be measured; answered like a lack of permission."""
        return self.code == 10 and _FEW_VIEWERS in self.message.lower()

    @property
    def known(self) -> bool:
        """Whether the table says what it means; what nobody wrote down proves nothing."""
        return (self.code, self.subcode) in TABLE or (self.code, None) in TABLE or 200 <= self.code <= 299

    @property
    def entry(self) -> Entry:
        """Its row: of code and subcode, else of the code alone, else of the codes it lies among."""
        found = TABLE.get((self.code, self.subcode)) or TABLE.get((self.code, None))
        if found is not None and not (self.few_viewers or self.transient):
            return found
        if self.transient:
            return found if found and found.retriable else TABLE[2, None]
        if 200 <= self.code <= 299:
            return TABLE[10, None]
        said = " ".join(self.message.split())[:_SHOWN]
        return Entry(Kind.INPUT, f"Instagram refused the request (code {self.code}): {redact(said)}", _EDIT)


def fault_in(body: Mapping[str, Any]) -> GraphFault | None:
    """The fault that a JSON body tells; None if it tells none."""
    error = body.get("error")
    if not isinstance(error, Mapping):
        return None
    code, subcode = error.get("code"), error.get("error_subcode")
    return GraphFault(
        code if isinstance(code, int) else 0,
        subcode if isinstance(subcode, int) else None,
        str(error.get("message") or ""),
        transient=error.get("is_transient") is True,
    )


def status_entry(status: str) -> Entry:
    """What the `status` of a container in ERROR means: it holds the subcode somewhere in its text."""
    found = _SUBCODE.search(status)
    entry = _BY_SUBCODE.get(int(found[1])) if found else None
    return entry or Entry(Kind.INPUT, "Instagram could not process the video.", _RENDER)


def problem(fault: GraphFault, retry_after: float | None = None) -> OperatorError:
    """The error for people; raise it ``from`` the fault."""
    entry = fault.entry
    wait = retry_after if retry_after is not None else entry.wait
    match entry.kind:
        case Kind.DEAD | Kind.PERSON:
            variable = "INSTAGRAM_ACCESS_TOKEN" if entry.kind is Kind.DEAD else ""
            return Misconfigured(entry.sentence, remedy=entry.remedy, variable=variable)
        case Kind.INPUT:
            return Refused(entry.sentence, remedy=entry.remedy)
        case Kind.HELD:
            return Held(entry.sentence, remedy=entry.remedy, retry_after=wait)
        case _:
            return Unavailable(entry.sentence, remedy=entry.remedy, retry_after=wait)


def is_throttled(error: BaseException) -> bool:
    """Whether nothing is to be asked for a while."""
    fault = fault_of(error)
    return isinstance(error, Held) or (fault is not None and fault.entry.kind is Kind.THROTTLED)


def fault_of(error: BaseException) -> GraphFault | None:
    """The fault behind an error for people, if Graph answered one."""
    return error.__cause__ if isinstance(error.__cause__, GraphFault) else None
