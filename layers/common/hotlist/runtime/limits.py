"""How long work may take: the time that an invocation has left, and the work of one fold.

Waiting is not work. A call that hangs uses up the time of an invocation, and what was not done
then is tried again. Only the processor's time says that the work itself is too much.
"""

import math
from collections.abc import Callable
from typing import Any, Final

RESERVE_SECONDS: Final = 35.0
"""With less than this left, a batch begins nothing new. It is enough for a last fold, a call of
DynamoDB that hangs, and a call of SQS that hangs."""

FOLD_CPU_SECONDS: Final = 15.0
"""How much of the processor's time one fold may take."""

TimeLeft = Callable[[], float]
"""Gives the seconds that are left now."""


class OutOfTime(Exception):
    """The time of the invocation was over. The next invocation has more, so it may pass."""


class NotReached(OutOfTime):
    """The work was not even begun."""


class FoldTookTooLong(Exception):
    """A fold was too much work. It would be again, so it is final."""


def endless() -> float:
    """The time left where nobody measures it."""
    return math.inf


def time_left(context: Any) -> TimeLeft:
    """Asks Lambda how much time is left, by a handler's context. Without one there is no end."""
    if context is None:
        return endless
    return lambda: context.get_remaining_time_in_millis() / 1000
