"""The tree of errors a person may read. Everything else is a defect and gets an incident number.

    OperatorError            what failed, what it means, what to do
    ├── Refused              the request is wrong or not allowed now: asking again changes nothing
    ├── Unavailable          something outside is missing for now: trying again later may work
    │   └── CreditUsedUp     a paid service or a cap of one's own allows no more for now
    │   └── Held             … and what was asked for certainly did not happen
    │       └── QuotaUsedUp  … as the service takes no more for now
    └── Misconfigured        a setting, a file or a permission must be changed by a person

Messages are whole sentences for a person and never carry a secret.
"""

from __future__ import annotations


class OperatorError(Exception):
    """A failure with a sentence for the person who reads it.

    ``message`` says what failed and what it means, ``remedy`` what to do about it ("" if nothing).
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Refused(OperatorError):
    """The request itself cannot be done: a wrong number, a forbidden transition, hostile input."""


class Unavailable(OperatorError):
    """Something outside did not answer or is full; the same request may work later.

    ``retry_after`` is in seconds when the other side named it.
    """

    def __init__(self, message: str, *, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class Held(Unavailable):
    """Not now, and proven to be without effect: a quota, a pause, a line that was never reached."""


class QuotaUsedUp(Held):
    """The service counts what it takes, and takes no more for now."""


class CreditUsedUp(Unavailable):
    """What was asked for costs more than is left, or than a cap of one's own allows: nothing was bought."""


class Misconfigured(OperatorError):
    """A setting, a file or a permission is wrong; ``variable`` names the setting if it is one."""

    def __init__(self, message: str, *, remedy: str = "", variable: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.variable = variable
