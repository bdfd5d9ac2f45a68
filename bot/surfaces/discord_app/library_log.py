"""What discord.py writes to the log, in the operator's manner: a line that breaks is no defect."""

from __future__ import annotations

import logging

_RECONNECT = "Attempting a reconnect"


def without_traceback(record: logging.LogRecord) -> bool:
    """The library's word about a broken line as a warning with its cause; it gives it as an error with all
    of its stack."""
    if str(record.msg).startswith(_RECONNECT) and record.exc_info and record.exc_info[1] is not None:
        cause = type(record.exc_info[1]).__name__
        record.msg = f"The line to Discord is broken ({cause}). {record.getMessage()}"
        record.args, record.exc_info, record.exc_text = (), None, None
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
    return True


def set_up() -> None:
    logger = logging.getLogger("discord.client")
    if without_traceback not in logger.filters:
        logger.addFilter(without_traceback)
