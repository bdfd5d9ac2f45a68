"""Takes secrets out of text before anybody can read them. Knows no settings and no services.

Two nets: values somebody registered, in every spelling in which they may turn up, and the shapes in which
keys and tokens of the services we use are known to appear. Every log handler applies both.
"""

from __future__ import annotations

import json
import re
import threading
from urllib.parse import quote, quote_plus

MARK = "[redacted]"
SHORTEST = 6  # a shorter value would take ordinary words out of every sentence

# A name that says its value is a secret: api_key, DESK_TOKEN, X-Goog-Signature …
_NAME = r"[\w-]{0,40}(?:token|secret|password|passwd|api[_-]?key|authorization|signature|private_key)"
_KEPT_AND_TAKEN = (
    # token=value in URLs, forms and sentences; "token": "value" in JSON, dicts and headers.
    rf"(?i)(\b{_NAME}=)(?!\[redacted\])[^\s&\"',;<>)\]}}]+",
    rf"(?i)([\"']{_NAME}[\"']\s*[:,=]\s*b?\")(?:[^\"\\]|\\.)+",
    rf"(?i)([\"']{_NAME}[\"']\s*[:,=]\s*b?')(?:[^'\\]|\\.)+",
    r"(?i)(\b(?:proxy-)?authorization:\s*)[^\r\n\"']+",
    r"(?i)(\bx-api-key:\s*)\S+",
    r"(?i)([?&](?:key|sig|code|ticket|X-Goog-Credential)=)[^\s&\"'<>]+",
    r"(?i)(\bBearer\s+)[\w.~+/=-]{6,}",
    r"(?i)(\bOAuth\s+)(?=\S*\d|\S{20})[\w.~+/=|-]{6,}",  # but not "OAuth error"
    r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,200}:)[^\s/@]+(?=@)",  # user:password@host
    r"(/(?:webhooks|interactions)/\d{1,20}/)[\w-]{20,}",  # Discord
    r"(hooks\.slack\.com/\w{1,20}/)[\w/-]+",
)
_TAKEN = (
    r"\bxox[a-z]-[\w-]{6,}",  # Slack: xoxb-, xoxp- …
    r"\bxapp-[\w-]{6,}",
    r"\bsk-[\w-]{12,}",  # OpenAI
    r"\b[\w-]{24,30}\.[\w-]{6}\.[\w-]{27,45}",  # Discord bot token
    r"\baW50ZXJhY3Rpb246[\w=-]+",  # Discord interaction token: base64 of "interaction:"
    r"\b(?:EAA|IGQ|IGAA)\w{20,}",  # Meta
    r"\bya29\.[\w.-]{10,}",  # Google
    r"\bAIza[\w-]{30,}",
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
)
_PATTERNS = [(re.compile(pattern), rf"\g<1>{MARK}") for pattern in _KEPT_AND_TAKEN]
_PATTERNS += [(re.compile(pattern), MARK) for pattern in _TAKEN]

_lock = threading.Lock()
_registered: set[str] = set()
_known: re.Pattern[str] | None = None


def register_secret(value: str) -> None:
    """From now on ``value`` is taken out of everything logged, however it is quoted or encoded.

    Values shorter than six characters are left alone: they would be found inside ordinary words.
    """
    global _known
    value = value.strip()
    if len(value) < SHORTEST:
        return
    raw = value.encode("utf-8", "surrogatepass")
    spellings = {value, quote(raw, safe=""), quote(raw), quote_plus(raw)}
    spellings |= {repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    with _lock:
        _registered.update(spellings)
        longest_first = sorted(_registered, key=len, reverse=True)
        _known = re.compile("|".join(re.escape(spelling) for spelling in longest_first))


def redact(text: str) -> str:
    """``text`` without registered secrets and without anything shaped like a known kind of key."""
    if _known is not None:
        text = _known.sub(MARK, text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
