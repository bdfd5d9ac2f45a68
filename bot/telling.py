"""What keeps failing is logged once for each cause, and again when it is over; in between only at DEBUG.

A service that is gone for an hour fails every step that needs it, again and again: one line says so.
"""

from __future__ import annotations

from services.errors import OperatorError
from services.log import get_logger

log = get_logger(__name__)


class Telling:
    """Of steps by reconciler and key; the key "" is the comparison itself."""

    def __init__(self) -> None:
        self._causes: dict[tuple[str, str], str] = {}

    def failed(self, name: str, key: str, error: BaseException) -> None:
        cause = f"{type(error).__name__}: {error}"
        known = cause in self._of(name)
        self._causes[name, key] = cause
        if known:
            log.debug("%s %s: the same again: %s", name, key, error)
        elif isinstance(error, OperatorError):
            log.warning("%s %s: %s", name, key, error)
        else:
            log.error("%s %s failed", name, key, exc_info=error)

    def worked(self, name: str, key: str) -> None:
        cause = self._causes.pop((name, key), None)
        if cause is not None and cause not in self._of(name):
            log.info("%s %s: it works again", name, key)

    def dropped(self, name: str, key: str) -> None:
        """The key needs no step any more."""
        self._causes.pop((name, key), None)

    def _of(self, name: str) -> set[str]:
        return {cause for (whose, _), cause in self._causes.items() if whose == name}
