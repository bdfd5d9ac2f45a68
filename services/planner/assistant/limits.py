"""What OpenAI, or a server that speaks its language, allows; made of the assistant's own constants."""

from __future__ import annotations

from services.limits import Limit, ServiceLimits, span
from services.planner.assistant.documents import KEPT_FOR
from services.planner.assistant.line import TRIES
from services.planner.assistant.looping import MOST_CALLS, MOST_TURNS
from services.planner.assistant.models import NEAR
from services.planner.assistant.responses import SETTLE
from services.planner.assistant.trouble import LONGEST_WAIT

LIMITS = ServiceLimits(
    service="OpenAI",
    twins=("planner openai",),
    source="platform.openai.com/docs: rate limits, error codes, deprecations; the openai package",
    limits=(
        Limit(
            "Dollars a day",
            "OPENAI_DAILY_BUDGET",
            "our own ledger, before each call",
            "“Today's budget for the planner is used up”: nothing is asked",
        ),
        Limit(
            "Requests and tokens a minute",
            "by the account's tier; the service tells",
            f"429; a pause it names is kept up to {span(LONGEST_WAIT)}",
            "“is asked too often for now”, if it lasts",
        ),
        Limit(
            "The account's own limit",
            "what was paid in",
            "429 with insufficient_quota",
            "“has used up its own limit”: nothing was proposed",
        ),
        Limit(
            "Life of a model",
            "until its day of shutdown",
            f"the list of models, from {NEAR} days before",
            "a note with the proposals; then the next model of OPENAI_MODEL is used",
        ),
        Limit(
            "Look-ups of one answer",
            f"{MOST_TURNS} turns, {MOST_CALLS} look-ups in each",
            "counted here",
            "nothing: the model is asked for its answer",
        ),
        Limit(
            "Uploaded documents",
            f"kept {KEPT_FOR.days} days",
            "their time is noted when they are uploaded",
            "nothing: they are uploaded anew",
        ),
    ),
    waits=(
        ("An answer", "OPENAI_TIMEOUT"),
        ("Between looks for an answer that was lost", ", ".join(span(seconds) for seconds in SETTLE)),
    ),
    repeats=f"Each kind of trouble is tried {TRIES} times in a turn; the package's own repeats are off. What "
    "may have been accepted is looked for in the conversation first, and paid for only once.",
)
