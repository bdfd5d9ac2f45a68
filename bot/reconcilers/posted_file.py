"""What of a draft is posted, and whether it is still what was reviewed (votes, rules 7 and 8)."""

from __future__ import annotations

import asyncio

from bot.operator import Operator, draft_folder, filed_name
from services import files
from services.errors import Refused
from services.log import get_logger
from services.model.draft import Draft
from services.ports import Post
from services.store import drafts

log = get_logger(__name__)


async def post_of(op: Operator, draft: Draft, fingerprint: str = "") -> Post:
    """The post of an approved draft; ``fingerprint`` unless it is to be that of now."""
    rendered = draft.rendered
    assert rendered is not None, "an approved draft has a video"
    folder = draft_folder(op.drafts_dir, draft.number, draft.tag, draft.revision)
    return Post(
        number=draft.number,
        title=draft.title,
        caption=draft.caption,
        video=folder / rendered.video,
        cover=folder / rendered.cover,
        fingerprint=fingerprint or await op.store.do(drafts.print_of, draft, op.target),
    )


async def check_post(op: Operator, draft: Draft, post: Post) -> None:
    """Refused unless the file is the one that was reviewed and the service would take it."""
    assert draft.rendered is not None
    services = op.services
    if (draft.sample or services.account.sample) and services.publisher.name == "instagram":
        what = "made of sample media" if draft.sample else "planned for the sample account"
        raise Refused(f"It is {what}, and so never posted to a real account.")
    digest = await _digest(op, draft, post)
    if digest != draft.rendered.sha256:
        raise Refused(
            "Its video file is not the one that was reviewed.",
            remedy="Deny it, or put the reviewed file back and retry.",
        )
    await op.services.publisher.check(post)


async def _digest(op: Operator, draft: Draft, post: Post) -> str:
    """Of the draft's video; one that a person deleted is first brought back from the bucket."""
    try:
        if not await asyncio.to_thread(post.video.exists):
            final = post.video.name.startswith("final-")
            name = filed_name(draft.number, draft.tag, draft.revision, final=final)
            filed = await op.services.bucket.fetch(f"{op.options.draft_folder}/{name}")
            await asyncio.to_thread(files.copy, filed, post.video)
            log.warning("draft %s: its video was gone and was brought back", draft.number)
        return await asyncio.to_thread(files.sha256, post.video)
    except (Refused, FileNotFoundError):
        raise Refused("Its video file is missing.", remedy="Retry renders it again.") from None
    except OSError as error:
        raise Refused(
            f"Its video file cannot be read: {error.strerror}.", remedy="Allow reading it, then retry."
        ) from error
