"""What Instagram allows who reads an account, with the constants that the account's adapter works with."""

from __future__ import annotations

from services.account.instagram_comments import FURTHER
from services.account.instagram_fields import COMMENTS
from services.account.instagram_media import BY_THEMSELVES, PAGE
from services.account.token import DAYS_BEFORE_REFRESH, HOURS_BETWEEN_TRIES, YOUNGEST
from services.graph.usage import LONGEST_STEP, PAUSE, PAUSE_AT, SLOW_AT
from services.graph.wire import ATTEMPTS, PATIENCE, TIMEOUT
from services.http.service import CONNECT_SECONDS
from services.limits import Limit, ServiceLimits, span

LIMITS = ServiceLimits(
    service="Instagram, reading",
    twins=("account instagram",),
    source=(
        "developers.facebook.com/docs: graph-api/overview/rate-limiting, "
        "instagram-platform/reference/instagram-media/insights, …/refresh_access_token"
    ),
    limits=(
        Limit(
            "Calls",
            "4800 × impressions in 24 h for the account, 200 × users an hour for the app",
            "the headers X-Business-Use-Case-Usage and X-App-Usage; errors 4, 17, 32, 613, 80002",
            f"from {SLOW_AT:.0f} % on it goes slowly, up to {span(LONGEST_STEP)} between two calls; from "
            f"{PAUSE_AT:.0f} % on, or for the minutes the service names, “Instagram was asked so much that "
            "it is left alone for 19 min”",
        ),
        Limit(
            "Posts in one answer",
            f"{PAGE}, fewer where the service finds it too much; 10,000 posts in all",
            "error 1, “reduce the amount of data”",
            "nothing: it is asked in halves",
        ),
        Limit(
            "Comments of a post",
            f"{COMMENTS} in one answer",
            "pages of the edge",
            f"the newest {COMMENTS}, or what INSTAGRAM_COMMENTS says, in {FURTHER} requests more at most; "
            "where older ones were not read, the document says so (comments_cut)",
        ),
        Limit(
            "Metrics of a post",
            "not every post has every metric, none until enough people saw it, and they come up to 48 h late",
            "errors 10 and 100, or no data",
            f"the metric is asked of each post by itself ({BY_THEMSELVES} posts at most), once said in "
            "`status`; what is not told is unknown, never 0",
        ),
        Limit(
            "The token",
            "60 days; one that has ended cannot be prolonged",
            "errors 190 and 102",
            f"it is prolonged {DAYS_BEFORE_REFRESH} days before its end (INSTAGRAM_DAYS_BEFORE_REFRESH), if "
            f"it is {span(YOUNGEST.total_seconds())} old; a dead one is told once, with how to renew it, and "
            "is not used again",
        ),
    ),
    waits=(
        ("A connection", span(CONNECT_SECONDS)),
        ("An answer", span(TIMEOUT)),
        ("A pause the service names, before the caller is told", span(PATIENCE)),
        ("Usage at the limit, no minutes named", span(PAUSE)),
        ("After a token that could not be prolonged", span(HOURS_BETWEEN_TRIES.total_seconds())),
    ),
    repeats=(
        f"Reading is tried {ATTEMPTS} times when the line breaks, the service is busy, or its error says "
        "that it passes. A dead token, a missing permission and an unknown object are never tried again by "
        "themselves."
    ),
)
