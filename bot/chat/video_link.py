"""Where a video can be watched that is too large for a chat."""

from __future__ import annotations

from bot.chat.port import Message
from services.errors import OperatorError
from services.log import get_logger
from services.ports import Bucket

log = get_logger(__name__)


async def video_link(message: Message, bucket: Bucket) -> str:
    """An address a browser opens for some hours at least; "" where the bucket is a folder of this machine."""
    if message.video_link or not message.video_key:
        return message.video_link
    try:
        link = await bucket.url(message.video_key)
    except OperatorError as error:
        log.info("there is no address for %s: %s", message.video_key, error)
        return ""
    return link if link.startswith(("https://", "http://")) else ""
