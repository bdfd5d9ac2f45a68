"""When a request is made again: what is safe to repeat, after a random pause or the one the service named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState
from tenacity.wait import wait_random_exponential

from services.errors import Unavailable
from services.http.answer import Answer
from services.http.service import Again, Service
from services.http.trouble import Unanswered
from services.log import get_logger

log = get_logger(__name__)

# Seconds: drawn at random below a limit that doubles, so that clients do not come back together.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
Sleep = Callable[[float], Awaitable[None]]
T = TypeVar("T")


async def repeated(
    once: Callable[[], Awaitable[T]],
    service: Service,
    again: Again,
    sleep: Sleep,
    *,
    exhausted: Callable[[int], bool] | None = None,
) -> T:
    """What ``once`` answers, at last: the last answer or error is given on as it is.

    ``exhausted`` decides after how many attempts to stop, where ``service.attempts`` in all is not the rule.
    """
    pause = wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE)
    ended = exhausted or (lambda attempts: attempts >= service.attempts)

    def worth_it(state: RetryCallState) -> bool:
        if (named := _named(state)) is not None and named > service.patience:
            return False
        error = _error(state)
        if error is None:
            answer = _answer(state)
            return again is Again.SAFE and answer is not None and service.passing(answer)
        if not isinstance(error, Unanswered) or again is Again.NEVER:
            return False
        return again is Again.SAFE or not error.sent

    def wait(state: RetryCallState) -> float:
        return pause(state) + (_named(state) or 0.0)  # not all at the moment the service named

    def tell(state: RetryCallState) -> None:
        error = _error(state)
        why = str(error) if error is not None else f"status {getattr(_answer(state), 'status', '?')}"
        log.debug("%s is asked again in %.1f s: %s", service.name, state.upcoming_sleep, why)

    return await AsyncRetrying(
        sleep=sleep,
        stop=lambda state: ended(state.attempt_number),
        wait=wait,
        retry=worth_it,
        before_sleep=tell,
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )(once)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def _answer(state: RetryCallState) -> Answer | None:
    result = state.outcome.result() if state.outcome is not None and not state.outcome.failed else None
    return result if isinstance(result, Answer) else None


def _named(state: RetryCallState) -> float | None:
    """The pause in seconds that the service asked for."""
    error, answer = _error(state), _answer(state)
    if isinstance(error, Unavailable):
        return error.retry_after
    return answer.retry_after if answer is not None else None
