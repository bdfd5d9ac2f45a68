"""What Discord allows and how long is waited for it, for docs/limits.md."""

from __future__ import annotations

from bot.reconcilers.cards import GAP_SECONDS
from bot.reconcilers.reactions import AGAIN_SECONDS
from bot.surfaces.discord_app import card
from bot.surfaces.discord_app.channel import SETTLE
from bot.surfaces.discord_app.client import FIRST_REST, LAST_REST, PATIENCE, REQUEST
from bot.surfaces.discord_app.interactions import ACKNOWLEDGE_SECONDS, FOLLOW_SECONDS
from services.chat_access.discord_terms import RESERVE, upload_limit
from services.limits import Limit, ServiceLimits, size, span

LIMITS = ServiceLimits(
    service="Discord",
    twins=("chat discord",),
    source="docs.discord.com/developers: topics/rate-limits, topics/gateway, resources/message, reference",
    limits=(
        Limit(
            "Requests",
            "50 a second in all, and buckets of each route and channel, which answers name",
            "429 with its pause, and the headers X-RateLimit-…",
            f"nothing: pauses up to {span(PATIENCE)} are waited out, after longer ones it is tried again "
            f"later; a message is edited every {span(GAP_SECONDS)} at most and shows its last state, of many "
            "that change each once it is still",
        ),
        Limit(
            "Refusals",
            "10,000 answers 401, 403 or 429 in 10 min; then the address is barred for a while",
            "429 that no bucket announced",
            "“Discord refuses this machine's requests for a while”",
        ),
        Limit(
            "Log-ins",
            f"1,000 a day, then Discord makes the token void; the last {RESERVE} are left alone",
            "GET /gateway/bot, asked before each one",
            "“Only 15 of 1000 log-ins are left at Discord today”; `doctor` tells how many are left",
        ),
        Limit(
            "A wrong token",
            "not tried twice",
            "401, or the gateway closes with 4004",
            "“Discord refused the token”: the chat is down until the next start, the rest runs",
        ),
        Limit(
            "Permissions",
            "those of the channel",
            "looked at when the line stands and whenever they change; 403 with 50001 or 50013",
            "“The Discord bot lacks Attach Files in #reels”, in `status` and on the desk, until it is given",
        ),
        Limit(
            "A file",
            f"{size(upload_limit(0))}, {size(upload_limit(2))} or {size(upload_limit(3))} by the server's "
            f"boosts; {size(card.REQUEST_BYTES)} of files in one message",
            "the server's level, before anything is sent; 413 or 40005",
            "“too large for this server (14 MB)” on the card; a video then has an address, where the bucket "
            "gives any",
        ),
        Limit(
            "A message",
            f"{card.TITLE} characters of title, {card.DESCRIPTION} of text, {card.FIELDS} fields of "
            f"{card.FIELD}, {card.WHOLE} in all",
            "counted here",
            "shortened with …; whole answers come as a file",
        ),
        Limit(
            "Answers to commands and buttons",
            "the first within 3 s, the rest within 15 min",
            "40060, 10062 or 50027",
            "long work has a message of its own in the channel, which is kept up to date after that, too",
        ),
        Limit(
            "Slash commands told to a server",
            "200 new ones a day",
            "they are compared before, and told only when changed",
            "nothing",
        ),
    ),
    waits=(
        ("A connection", span(REQUEST.sock_connect or 0)),
        ("One try of a request, uploads too", span(REQUEST.total or 0)),
        ("A pause Discord names, before it is tried again later", span(PATIENCE)),
        ("The first answer to a command or button", span(ACKNOWLEDGE_SECONDS)),
        ("What still goes to whoever asked", span(FOLLOW_SECONDS)),
        ("Between two log-ins while they fail", f"{span(FIRST_REST)}, doubled up to {span(LAST_REST)}"),
        ("A post without an answer, before it is looked for", span(SETTLE)),
        ("Between two looks at the reactions below an open card", span(AGAIN_SECONDS)),
    ),
    repeats="Requests are repeated by the library up to 5 times after 429, 500, 502, 504 and 524. A post "
    "carries a nonce, and one without an answer is looked for by its mark before it is sent again. What "
    "happened while the line was broken is read back when it stands again.",
)
