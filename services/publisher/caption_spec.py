"""What Instagram takes as a caption. Pure; the numbers are Meta's, each with its page.

Source: developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media,
parameter ``caption``: "Maximum 2200 characters, 30 hashtags, and 20 @ tags" (September 2026). In December
2025 Instagram announced that a post may carry 5 hashtags; the page above still says 30, so 5 is what is
refused unless allowed, and 30 always.
"""

from __future__ import annotations

import re

MAX_CHARACTERS = 2200
MAX_HASHTAGS = 30
MAX_HASHTAGS_ANNOUNCED = 5
MAX_MENTIONS = 20

# A hashtag is # and letters, digits, underscores or emoji, in any script; the wide # of East Asian
# keyboards counts too. What only might be one is counted: too strict is told here, too lax by the service.
_HASHTAG = re.compile("[#\uff03](?=[\\w\u2600-\u27bf\U0001f000-\U0001faff])")
# Not the @ inside an e-mail address.
_MENTION = re.compile(r"(?<![\w.])@\w")


def caption_faults(caption: str, *, allow_many_hashtags: bool = False) -> list[str]:
    """A sentence for each reason why Instagram would refuse the caption; none if it would take it.

    Characters are counted as Unicode code points.
    """
    faults = []
    if len(caption) > MAX_CHARACTERS:
        faults.append(f"The caption has {len(caption)} characters; Instagram takes {MAX_CHARACTERS}.")
    hashtags = len(_HASHTAG.findall(caption))
    allowed = MAX_HASHTAGS if allow_many_hashtags else MAX_HASHTAGS_ANNOUNCED
    if hashtags > allowed:
        faults.append(f"The caption has {hashtags} hashtags; at most {allowed} are allowed.")
    mentions = len(_MENTION.findall(caption))
    if mentions > MAX_MENTIONS:
        faults.append(f"The caption mentions {mentions} accounts; Instagram takes {MAX_MENTIONS}.")
    return faults
