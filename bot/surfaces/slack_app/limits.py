"""What Slack allows and how long is waited for it, for docs/limits.md."""

from __future__ import annotations

from bot.engine import LAST_BACKOFF
from bot.reconcilers.cards import GAP_SECONDS
from bot.reconcilers.reactions import AGAIN_SECONDS
from bot.surfaces.slack_app import card
from bot.surfaces.slack_app.channel import SETTLE
from bot.surfaces.slack_app.client import LONGEST_WAIT, REPEATS, REQUEST_SECONDS
from bot.surfaces.slack_app.errors import SECONDS
from bot.surfaces.slack_app.files import SHOWN_SECONDS, UPLOAD_SECONDS
from bot.surfaces.slack_app.line import FIRST_REST, GRACE, HEARTBEAT, HELLO_SECONDS
from bot.surfaces.slack_app.people import KNOWN_SECONDS
from services.limits import Limit, ServiceLimits, span

LIMITS = ServiceLimits(
    service="Slack",
    twins=("chat slack",),
    source="docs.slack.dev: apis/web-api/rate-limits, apis/events-api/using-socket-mode, reference/block-kit",
    limits=(
        Limit(
            "Calls",
            "20, 50 or 100 a minute by the method's tier; about one message a second in a channel",
            "429 with Retry-After",
            f"nothing: pauses up to {span(LONGEST_WAIT)} are waited out, after longer ones it is tried again "
            f"later; a message is edited every {span(GAP_SECONDS)} at most and shows its last state, of many "
            "that change each once it is still",
        ),
        Limit(
            "A wrong token",
            "not tried twice",
            "invalid_auth, token_revoked, account_inactive and their like",
            "“Slack refused the token (token_revoked)”: at the start the chat is down until the next one; "
            "later whatever needs it says so; the rest runs",
        ),
        Limit(
            "Scopes",
            "those of data/slack_manifest.json",
            "the header X-OAuth-Scopes at log-in; missing_scope",
            "“The Slack app lacks the scope files:write”, in `status` and on the desk; without chat:write "
            "the chat is down until the next start",
        ),
        Limit(
            "The channel",
            "the one the app was invited to",
            "not_in_channel, channel_not_found, is_archived",
            "“The Slack app is not in its channel”",
        ),
        Limit(
            "Connections",
            "10 of one app, each renewed every few hours",
            "Slack says so over the line",
            "nothing: the new one is there before the old one goes",
        ),
        Limit(
            "Events",
            "acknowledged within 3 s, else told again, up to 3 times; lost while nobody is connected",
            "the event's own id; a new connection",
            "nothing: none counts twice, and reactions are read back at each new connection",
        ),
        Limit(
            "A message",
            f"{card.HEADER} characters of title, {card.SECTION} of text, {card.BUTTONS} buttons, "
            f"{card.WHOLE} in all",
            "counted here",
            "shortened with …; whole answers come as a file",
        ),
    ),
    waits=(
        ("One try of a request", span(REQUEST_SECONDS)),
        ("A request with its pauses", span(SECONDS)),
        ("A pause Slack names, before it is tried again later", span(LONGEST_WAIT)),
        ("An upload", span(UPLOAD_SECONDS)),
        ("A picture, until a card may show it", span(SHOWN_SECONDS)),
        ("The greeting of a new connection", span(HELLO_SECONDS)),
        ("Between two pings of the line", span(HEARTBEAT)),
        ("Between two tries to connect", f"{span(FIRST_REST)}, doubled up to {span(LAST_BACKOFF)}"),
        ("A connection that was told to go is still listened to", span(GRACE)),
        ("A post without an answer, before it is looked for", span(SETTLE)),
        ("Between two looks at the reactions below an open card", span(AGAIN_SECONDS)),
        ("What is known of a person, before they are looked up again", span(KNOWN_SECONDS)),
    ),
    repeats=f"Only what Slack refused for its rate limits is repeated by itself, {REPEATS} times at most. A "
    "post without an answer is looked for by its mark before it is sent again. What happened while the line "
    "was broken is read back when it stands again.",
)
