"""Services that fetch media by address: whether the login at Google can sign any is known at the start."""

from __future__ import annotations

from bot.settings import Settings, twins
from services.errors import Misconfigured, Unavailable
from services.log import get_logger
from services.ports import Bucket

log = get_logger(__name__)


async def ensure_addresses(settings: Settings, bucket: Bucket) -> None:
    """Sign one, if any are needed; a key does it without asking anybody, other logins ask Google.

    Misconfigured, saying who needs them, if it certainly cannot be done.
    """
    need = _need(settings)
    if need is None:
        return
    why, instead = need
    try:
        await bucket.url(f"{settings.gcs_draft_folder}/start")
    except Misconfigured as error:
        raise Misconfigured(
            f"{why}. {error.message}",
            remedy=f"{error.remedy.removesuffix('.')}, or {instead}.",
            variable=error.variable,
        ) from error
    except Unavailable as error:
        log.warning("Whether addresses of media can be signed is not known yet: %s", error.message)


def _need(settings: Settings) -> tuple[str, str] | None:
    """Why addresses are needed, and what else could be done; None if nobody fetches media."""
    chosen = twins(settings)
    if chosen["renderer"] == "json2video":
        return "JSON2Video fetches media by signed addresses", "leave JSON2VIDEO_API_KEY empty"
    if chosen["publisher"] == "instagram" and settings.posts_by_address:
        by_login = settings.instagram_login == "instagram"
        cause = "INSTAGRAM_LOGIN=instagram" if by_login else "INSTAGRAM_UPLOAD=url"
        instead = "INSTAGRAM_LOGIN=facebook" if by_login else "INSTAGRAM_UPLOAD=resumable"
        return f"{cause} has Instagram fetch each video by a signed address", f"set {instead}"
    return None
