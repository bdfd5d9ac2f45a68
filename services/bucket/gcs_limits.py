"""What Google Cloud Storage allows, for docs/limits.md."""

from __future__ import annotations

from services.bucket.gcs import URL_LEFT, URL_LIFE
from services.bucket.gcs_cache import PIECE
from services.bucket.gcs_calls import LOOK_SECONDS, PAGE, RETRY_SECONDS, TIMEOUT, UPLOAD_PIECE
from services.bucket.gcs_login import LOGIN_SECONDS
from services.bucket.gcs_reader import BLOCK, HEAD_BLOCKS
from services.limits import Limit, ServiceLimits, size, span

LIMITS = ServiceLimits(
    service="Google Cloud Storage",
    twins=("bucket gcs",),
    limits=(
        Limit(
            "A list",
            f"{PAGE:,} files in one answer",
            "a token for the next page",
            "nothing: 10,000 files are ten calls, folders are listed side by side",
        ),
        Limit(
            "Facts of media",
            f"of each new file {size(HEAD_BLOCKS * BLOCK)} of its beginning and as much of its end are read, "
            "more where they are elsewhere",
            "by ranges of one version of the file",
            "a file replaced meanwhile is read anew",
        ),
        Limit(
            "A signed address",
            f"7 days at Google; one that is handed out lives {span(URL_LEFT.total_seconds())} to "
            f"{span(URL_LIFE.total_seconds())}",
            "the time it was signed",
            "nothing: it is renewed before; documents hold gs:// names, which admit nobody",
        ),
        Limit(
            "A name in the drafts folder",
            "one content for good (`if_generation_match=0`)",
            "error 412, then the checksums are compared",
            "nothing if it is the same; else “Another file is already filed”",
        ),
        Limit(
            "Rights",
            "to list, read and put files: the role Storage Object User",
            "error 403, also asked by `doctor` and `setup`",
            "which right the account of which address lacks; what was known of the media stays",
        ),
    ),
    waits=(
        ("A connection", span(TIMEOUT[0])),
        ("The next piece of an answer", span(TIMEOUT[1])),
        ("All tries of one call", span(RETRY_SECONDS)),
        ("The same when `status` or `doctor` asks", span(LOOK_SECONDS)),
        ("A token of Google's", span(LOGIN_SECONDS)),
    ),
    repeats="Every call is tried again after a broken line, 408, 429 and 5xx: all of them read, or have a "
    "precondition that makes a second effect impossible. A download goes on in pieces of "
    f"{size(PIECE)}, also after a restart, and is kept only if its checksum is right; an upload goes in "
    f"pieces of {size(UPLOAD_PIECE)}.",
    source="cloud.google.com/storage/quotas, …/docs/access-control/signed-urls, …/docs/request-preconditions",
)
